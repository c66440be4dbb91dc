//! Escapes text before it reaches a terminal or a build log.
//!
//! A name in a manifest can contain control sequences, right-to-left overrides or zero-width characters. Printed raw,
//! they could overwrite earlier lines or make one name look like another. A name can also be a workflow command that a
//! build runner executes when it finds it in the log. All text for people passes through here. Markdown, HTML, JSON and
//! CI annotations are escaped further by their renderers.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Ranges of Unicode's categories Cf, Zl and Zp, and U+2065, which is unassigned and invisible.
const FORMAT: [(char, char); 20] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Maximum length of a name or a reason in a message, in characters. The longest valid name fits.
const MAX_SHOWN_CHARS: usize = 253;

/// Returns whether a character must not reach a terminal: controls, format characters, line and paragraph separators.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control() || FORMAT.iter().any(|&(first, last)| (first..=last).contains(&c))
}

/// Returns whether a text begins with a command that a build runner executes anywhere in a line: `##[`, `##vso[`,
/// `##teamcity[`.
fn begins_with_marker(text: &str) -> bool {
    let word = text.strip_prefix("##").map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    word.is_some_and(|rest| rest.starts_with('['))
}

/// Returns whether a text begins with a character that is always escaped: a hidden one, or the first of a marker.
pub fn begins_escaped(text: &str) -> bool {
    text.starts_with(is_hidden) || begins_with_marker(text)
}

/// Escapes every hidden character, including newline and tab: `\n`, `\u{202e}`. Also escapes the first character of
/// workflow commands: of markers, and of `::` at the start, which may be the start of a line.
pub fn visible(text: &str) -> Cow<'_, str> {
    let rest = text.trim_start();
    let command = rest.starts_with("::").then_some(text.len() - rest.len());
    escaped(text, |at, _| command == Some(at) || begins_escaped(&text[at..]))
}

/// Escapes hidden characters and nothing else, for programs that read lines.
pub fn escape_hidden(text: &str) -> Cow<'_, str> {
    escaped(text, |_, c| is_hidden(c))
}

/// Escapes the characters for which `is_escaped` holds, given the offset and the character.
fn escaped(text: &str, is_escaped: impl Fn(usize, char) -> bool) -> Cow<'_, str> {
    if !text.char_indices().any(|(at, c)| is_escaped(at, c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if is_escaped(at, c) { push_escaped(&mut shown, c) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// Appends the first character of `rest`, escaped if it is hidden or begins a marker.
pub fn push_visible(shown: &mut String, rest: &str) {
    match rest.chars().next() {
        Some(c) if begins_escaped(rest) => push_escaped(shown, c),
        c => shown.extend(c),
    }
}

fn push_escaped(shown: &mut String, c: char) {
    match c {
        '\t' => shown.push_str("\\t"),
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        c => {
            // Writing into a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Escapes a text and cuts it to a length that fits in a message.
pub fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", visible(&text[..end])).into(),
        None => visible(text),
    }
}

/// Returns a name in backticks, escaped and cut like [`brief`].
pub fn quoted(name: &str) -> String {
    format!("`{}`", brief(name))
}

/// Quotes a text as one word for a shell. Names have no hidden characters; in other texts they are escaped.
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    // Some shells expand a word with a leading `=` to the path of a command.
    if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('=') {
        return text.to_owned();
    }
    let mut word = "'".to_owned();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => word.push_str("'\\''"),
            '#' if begins_with_marker(&text[at..]) => word.push_str("#''"),
            c if is_hidden(c) => push_escaped(&mut word, c),
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(visible("rack-ä 東"), Cow::Borrowed("rack-ä 東")));
    }

    #[test]
    fn hidden_characters_are_escaped() {
        assert_eq!(visible("a\u{1b}[2K\r\n\tb"), "a\\u{1b}[2K\\r\\n\\tb");
        assert_eq!(visible("\u{9b}\u{202e}\u{200b}\u{2028}\u{7f}"), "\\u{9b}\\u{202e}\\u{200b}\\u{2028}\\u{7f}");
    }

    #[test]
    fn every_hidden_scalar_value_is_escaped() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            assert!(!visible(&text).chars().any(is_hidden), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn workflow_commands_are_escaped() {
        assert_eq!(visible("::error::x"), "\\u{3a}:error::x");
        assert_eq!(visible(" \t::error::x"), " \\t\\u{3a}:error::x");
        assert_eq!(visible("a::error::x"), "a::error::x");
        assert_eq!(visible("a###[error]##vso[x]"), "a#\\u{23}#[error]\\u{23}#vso[x]");
        assert_eq!(visible("## [x] ##1[ ####"), "## [x] ##1[ ####");
    }

    #[test]
    fn a_shell_word_is_one_word() {
        assert_eq!(shell_word("=ls"), "'=ls'");
        assert_eq!(shell_word("::error::x"), "::error::x");
        assert_eq!(shell_word("###[x]"), "'##''#[x]'");
        assert_eq!(shell_word("web-0=rack-1"), "web-0=rack-1");
        assert_eq!(shell_word("it's; rm -rf $HOME"), "'it'\\''s; rm -rf $HOME'");
        assert_eq!(shell_word("a\nb"), "'a\\nb'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(quoted(&"x".repeat(300)), format!("`{}...`", "x".repeat(253)));
        assert_eq!(quoted(&"x".repeat(253)), format!("`{}`", "x".repeat(253)));
    }
}
