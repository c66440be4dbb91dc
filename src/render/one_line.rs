//! A document as JSON on one line.
//!
//! JSON itself escapes C0 alone. Here whatever a terminal would obey is written as `\u202e`: it reads as the same text.

use std::fmt::Write as _;

use serde::Serialize;

use crate::escape::is_hidden;

/// The document and the end of its line.
///
/// # Panics
/// Never: every text is valid UTF-8, and every key a text.
pub(super) fn one_line(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string(document).expect("texts and numbers are JSON");
    if text.bytes().any(|byte| byte >= 0x7f) && text.chars().any(is_hidden) {
        text = escaped(&text);
    }
    text.push('\n');
    text
}

/// What is hidden can stand in strings only, where it may be escaped; beyond U+FFFF as two units of UTF-16.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if !is_hidden(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing into a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_escaped_and_reads_as_it_was() {
        assert_eq!(one_line(&"\u{e4}\u{7f}\u{202e}\u{e0041}\n"), "\"\u{e4}\\u007f\\u202e\\udb40\\udc41\\n\"\n");
        let all: String = ('\0'..=char::MAX).collect();
        let text = one_line(&all);
        assert!(!text.trim_end().chars().any(is_hidden));
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), all);
    }
}
