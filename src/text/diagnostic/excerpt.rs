//! Prepares one line of a source for drawing.
//!
//! Hidden characters are escaped, tabs become spaces, bytes that are not UTF-8 become `\xff`, and a long line is cut to
//! a window around the first span. Spans are translated, so that carets point at the right characters. The drawing
//! crate sees no other part of a source.

use std::fmt::Write as _;
use std::ops::Range;

use crate::text::escape::push_visible;

/// Maximum number of bytes shown before the start of the first span, and after it.
const BEFORE: usize = 80;
const AFTER: usize = 160;

/// Mark at a cut end of a line.
const CUT: &str = "...";

/// The text to draw, and the spans in it.
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) spans: Vec<Range<usize>>,
}

/// Returns the part of `line` to show for a span that starts at `focus`.
pub(super) fn window(bytes: &[u8], line: Range<usize>, focus: usize) -> Range<usize> {
    let mut start = focus.saturating_sub(BEFORE).max(line.start);
    let mut end = focus.saturating_add(AFTER).min(line.end);
    while start < end && start > line.start && is_inner(bytes[start]) {
        start += 1;
    }
    while end > start && end < line.end && is_inner(bytes[end]) {
        end -= 1;
    }
    start..end
}

/// Returns whether a byte is in the middle of a character.
fn is_inner(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Returns the excerpt of `window` with translated spans; spans are cut at the end of the window.
pub(super) fn excerpt(bytes: &[u8], line: &Range<usize>, window: &Range<usize>, spans: &[Range<usize>]) -> Excerpt {
    let mut text = String::new();
    if window.start > line.start {
        text.push_str(CUT);
    }
    let shown = show(&bytes[window.clone()], window.start, &mut text);
    let spans = spans.iter().map(|span| translate(&shown, span, text.len())).collect();
    if window.end < line.end {
        text.push_str(CUT);
    }
    Excerpt { text, spans }
}

/// Appends the bytes to `text`. Returns the old and the new offset of each character.
fn show(bytes: &[u8], mut offset: usize, text: &mut String) -> Vec<(usize, usize)> {
    let mut shown = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            shown.push((offset, text.len()));
            offset += c.len_utf8();
            match c {
                '\t' => text.push_str("    "),
                _ => push_visible(text, &chunk.valid()[at..]),
            }
        }
        for byte in chunk.invalid() {
            shown.push((offset, text.len()));
            offset += 1;
            // Writing into a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    shown
}

/// Translates a span of the source to the excerpt, which has `len` bytes.
fn translate(shown: &[(usize, usize)], span: &Range<usize>, len: usize) -> Range<usize> {
    let find = |offset: usize| {
        let at = shown.partition_point(|&(from, _)| from < offset);
        shown.get(at).map_or(len, |&(_, to)| to)
    };
    let start = find(span.start);
    start..find(span.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &[u8], span: Range<usize>) -> (String, String) {
        let window = window(line, 0..line.len(), span.start);
        let excerpt = excerpt(line, &(0..line.len()), &window, &[span]);
        let marked = excerpt.text[excerpt.spans[0].clone()].to_owned();
        (excerpt.text, marked)
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        assert_eq!(shown(b"a = 1", 4..5), ("a = 1".to_owned(), "1".to_owned()));
    }

    #[test]
    fn escaped_characters_can_be_marked() {
        let (text, marked) = shown("\ta\u{1b} = 東".as_bytes(), 1..3);
        assert_eq!(text, "    a\\u{1b} = 東");
        assert_eq!(marked, "a\\u{1b}");
    }

    #[test]
    fn invalid_bytes_are_shown_as_numbers() {
        assert_eq!(shown(b"a\xff\xfeb", 1..2), ("a\\xff\\xfeb".to_owned(), "\\xff".to_owned()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let line = format!("{}x{}", "ä".repeat(5_000), "東".repeat(5_000));
        let (text, marked) = shown(line.as_bytes(), 10_000..10_001);
        assert_eq!(text, format!("...{}x{}...", "ä".repeat(40), "東".repeat(53)));
        assert_eq!(marked, "x");
    }

    #[test]
    fn a_span_at_the_end_of_a_line_is_empty() {
        assert_eq!(shown(b"a =", 3..3), ("a =".to_owned(), String::new()));
    }
}
