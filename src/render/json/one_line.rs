//! Serializes a document as JSON on one line.
//!
//! JSON requires escapes for C0 control characters only. Here every character that a terminal or a CI runner would act
//! on is written as an escape such as `\u202e`, which reads as the same text.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::parallel::{in_order, threads};
use crate::text::escape::begins_escaped;

/// Number of entries of a long list that a thread serializes at a time.
const BATCH: usize = 512;

/// Returns a document and a line feed.
///
/// # Panics
/// Never: every text is valid UTF-8, and every key is a string.
pub(crate) fn one_line(document: &impl Serialize) -> String {
    let mut line = Vec::new();
    write_value(&mut line, document).expect(INFALLIBLE);
    line.push(b'\n');
    String::from_utf8(line).expect("JSON is UTF-8")
}

const INFALLIBLE: &str = "strings and numbers are JSON, and writing to memory cannot fail";

/// Writes a value piece by piece; most pieces are a few bytes, so `out` should be buffered.
fn write_value(out: &mut impl Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Visible))?)
}

/// Writes an object on one line, field by field. Long lists are serialized by several threads and written in order, so
/// that little of them is in memory at once.
pub(crate) struct ObjectWriter<W: Write> {
    out: BufWriter<W>,
    /// Opening brace before the first field, a comma before the others.
    separator: &'static str,
}

impl<W: Write> ObjectWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out: BufWriter::new(out), separator: "{" }
    }

    /// Writes a field with a short value.
    pub(crate) fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        write_value(&mut self.out, value)
    }

    /// Writes a field that is a list with one entry for each item.
    pub(crate) fn list<'t, T: Sync, E: Serialize>(
        &mut self,
        name: &str,
        items: &'t [T],
        entry: impl Fn(&'t T) -> E + Sync,
    ) -> io::Result<()> {
        self.name(name)?;
        self.out.write_all(b"[")?;
        self.entries(items, |out, item| write_value(out, &entry(item)))?;
        self.out.write_all(b"]")
    }

    /// Writes a field that is a map with one entry for each item.
    pub(crate) fn map<'a, T: Sync, E: Serialize>(
        &mut self,
        name: &str,
        items: &[T],
        entry: impl Fn(&T) -> (&'a str, E) + Sync,
    ) -> io::Result<()> {
        self.name(name)?;
        self.out.write_all(b"{")?;
        self.entries(items, |out, item| {
            let (key, value) = entry(item);
            write_value(out, key)?;
            out.push(b':');
            write_value(out, &value)
        })?;
        self.out.write_all(b"}")
    }

    /// Ends the object and the line.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(std::mem::replace(&mut self.separator, ",").as_bytes())?;
        write_value(&mut self.out, name)?;
        self.out.write_all(b":")
    }

    /// Writes entries with commas between them.
    fn entries<'t, T: Sync>(
        &mut self,
        items: &'t [T],
        write_entry: impl Fn(&mut Vec<u8>, &'t T) -> io::Result<()> + Sync,
    ) -> io::Result<()> {
        let serialized = |batch: &&'t [T]| {
            let mut text = Vec::new();
            for item in *batch {
                text.push(b',');
                write_entry(&mut text, item).expect(INFALLIBLE);
            }
            text
        };
        let batches = items.chunks(BATCH).collect::<Vec<_>>();
        let mut is_first = true;
        in_order(&batches, threads(), serialized, |_, text| {
            // No comma stands before the very first entry.
            self.out.write_all(&text[usize::from(std::mem::take(&mut is_first))..])
        })
    }
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
