//! The texts that messages point into.
//!
//! A source is a file's bytes with the name that people know it by; a span is a range of bytes in one of them.
//! Lines and columns are worked out here, from bytes that need not even be UTF-8. Who reads files is elsewhere.

use std::ops::Range;
use std::sync::OnceLock;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A range of bytes in one of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which source, counted from 0.
    pub file: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// Line and column, both from 1; columns count characters, and a byte order mark is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

/// One text with its name.
#[derive(Debug, Default)]
pub struct Source {
    name: String,
    bytes: Vec<u8>,
    /// Where each line starts, worked out when it is first asked for.
    starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// A text, known as `name`.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Source { name: name.into(), bytes: bytes.into(), starts: OnceLock::new() }
    }

    /// The name as people know it; not escaped.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes as they were read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives up the text; the name stays.
    pub fn forget(&mut self) {
        *self = Self::new(std::mem::take(&mut self.name), Vec::new());
    }

    /// The line of a byte, from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.starts().partition_point(|&start| start <= offset).max(1)
    }

    /// Line and column of a byte.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let range = self.line_range(line);
        let end = (offset as usize).clamp(range.start, self.bytes.len());
        let column = self.bytes[range.start..end].utf8_chunks().map(|chunk| characters(&chunk)).sum::<usize>() + 1;
        Position { line, column }
    }

    /// The bytes of a line, without its end and without a byte order mark.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let starts = self.starts();
        let start = starts[line - 1] as usize;
        let mut end = starts.get(line).map_or(self.bytes.len(), |&next| next as usize - 1);
        if end > start && self.bytes[end - 1] == b'\r' {
            end -= 1;
        }
        start..end
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let first = if self.bytes.starts_with(BOM) { BOM.len() } else { 0 };
            let newlines = (first..).zip(&self.bytes[first..]).filter(|&(_, &byte)| byte == b'\n');
            let next = newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
            std::iter::once(u32::try_from(first).unwrap_or(0)).chain(next).collect()
        })
    }
}

/// The characters of a chunk; what is not UTF-8 counts as one.
fn characters(chunk: &std::str::Utf8Chunk<'_>) -> usize {
    chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(bytes: &[u8], offset: u32) -> (usize, usize) {
        let position = Source::new("x", bytes).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(at(b"ab\ncd", 0), (1, 1));
        assert_eq!(at(b"ab\ncd", 2), (1, 3));
        assert_eq!(at(b"ab\ncd", 3), (2, 1));
        assert_eq!(at(b"ab\n", 3), (2, 1));
        assert_eq!(at(b"", 0), (1, 1));
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(at("ä東\tx".as_bytes(), 6), (1, 4));
        assert_eq!(at(b"\xff\xffx", 2), (1, 3));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        assert_eq!(at(b"\xef\xbb\xbfab", 3), (1, 1));
        assert_eq!(at(b"\xef\xbb\xbfab", 4), (1, 2));
        assert_eq!(at(b"\xef\xbb\xbfab", 0), (1, 1));
    }

    #[test]
    fn a_line_has_no_end() {
        let source = Source::new("x", b"a\r\nbc\n".as_slice());
        assert_eq!(source.line_range(1), 0..1);
        assert_eq!(source.line_range(2), 3..5);
        assert_eq!(source.line_range(3), 6..6);
    }
}
