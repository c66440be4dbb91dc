//! A document as JSON on one line.
//!
//! JSON itself escapes C0 alone. Here whatever a terminal or the runner of a build would obey is written as `\u202e`:
//! it reads as the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::text::escape::begins_escaped;

/// The document and the end of its line.
///
/// # Panics
/// Never: every text is valid UTF-8, and every key a text.
pub(crate) fn one_line(document: &impl Serialize) -> String {
    let mut line = Vec::new();
    let written = document.serialize(&mut Serializer::with_formatter(&mut line, Visible));
    written.expect("texts and numbers are JSON, and memory takes everything");
    line.push(b'\n');
    String::from_utf8(line).expect("JSON is UTF-8")
}

/// JSON without a space, in which nothing is hidden.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        // Without an end before the last byte, many are looked at in one step.
        if fragment.bytes().fold(0, |any, byte| any | u8::from(byte >= 0x7f || byte == b'#')) == 0 {
            return out.write_all(fragment.as_bytes());
        }
        let mut written = 0;
        for (at, c) in fragment.char_indices().filter(|&(at, _)| begins_escaped(&fragment[at..])) {
            out.write_all(&fragment.as_bytes()[written..at])?;
            // Beyond U+FFFF it is two units of UTF-16.
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
    fn what_is_hidden_is_escaped_and_reads_as_it_was() {
        assert_eq!(one_line(&"\u{e4}\u{7f}\u{202e}\u{e0041}\n"), "\"\u{e4}\\u007f\\u202e\\udb40\\udc41\\n\"\n");
        assert_eq!(one_line(&"##[error] ## #["), "\"\\u0023#[error] ## #[\"\n");
        let all: String = ('\0'..=char::MAX).collect();
        let text = one_line(&all);
        assert!(!text.trim_end().chars().any(is_hidden));
        assert_eq!(serde_json::from_str::<String>(&text).expect("JSON"), all);
    }
}
