//! Serializes a document as JSON on one line.
//!
//! JSON requires escapes for C0 control characters only. Here every character that a terminal or a CI runner would act
//! on is written as an escape such as `\u202e`, which reads as the same text.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::text::escape::begins_escaped;

/// Writes a document and a line feed. Memory stays flat if the document makes its lists while it is serialized.
pub(crate) fn write_line(out: impl Write, document: &impl Serialize) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write_pieces(&mut out, document)?;
    out.flush()
}

/// Returns the text that [`write_line`] writes.
///
/// # Panics
/// Never: every text is valid UTF-8, and every key is a string.
pub(crate) fn one_line(document: &impl Serialize) -> String {
    let mut line = Vec::new();
    write_pieces(&mut line, document).expect("strings and numbers are JSON, and writing to memory cannot fail");
    String::from_utf8(line).expect("JSON is UTF-8")
}

/// Writes a document piece by piece; most pieces are a few bytes, so `out` should be buffered.
fn write_pieces(out: &mut impl Write, document: &impl Serialize) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut *out, Visible))?;
    out.write_all(b"\n")
}

/// Compact JSON in which hidden characters are escaped.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Without an early exit, the compiler compares many bytes per step.
        if fragment.bytes().fold(0, |any, byte| any | u8::from(byte >= 0x7f || byte == b'#')) == 0 {
            return out.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (at, c) in fragment.char_indices().filter(|&(at, _)| begins_escaped(&fragment[at..])) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            // A character above U+FFFF takes two UTF-16 units.
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::escape::is_hidden;

    #[test]
    fn hidden_characters_are_escaped_and_read_back() {
        assert_eq!(one_line(&"\u{e4}\u{7f}\u{202e}\u{e0041}\n"), "\"\u{e4}\\u007f\\u202e\\udb40\\udc41\\n\"\n");
        assert_eq!(one_line(&"##[error] ## #["), "\"\\u0023#[error] ## #[\"\n");
        let all: String = ('\0'..=char::MAX).collect();
        let text = one_line(&all);
        assert!(!text.trim_end().chars().any(is_hidden));
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), all);
    }
}
