//! Sources, which messages point into, and spans.
//!
//! A source is the bytes of a file with a name to show; a span is a range of bytes in a source. Lines and columns are
//! computed here, from bytes that need not be UTF-8.

use std::ops::Range;
use std::sync::OnceLock;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// A range of bytes in one of the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index of the source.
    pub file: u32,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// Line and column, both counted from 1. Columns count characters without the byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
}

/// A file's bytes with its name.
#[derive(Debug, Default)]
pub struct Source {
    name: String,
    bytes: Vec<u8>,
    /// Offsets of the lines, computed on first use.
    starts: OnceLock<Vec<u32>>,
}

impl Source {
    /// Makes a source.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Source { name: name.into(), bytes: bytes.into(), starts: OnceLock::new() }
    }

    /// Returns the name, not escaped.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bytes as read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Frees the bytes and keeps the name.
    pub fn forget(&mut self) {
        *self = Self::new(std::mem::take(&mut self.name), Vec::new());
    }

    /// Returns the line of an offset, counted from 1.
    pub fn line(&self, offset: u32) -> usize {
        self.starts().partition_point(|&start| start <= offset).max(1)
    }

    /// Returns line and column of an offset.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line(offset);
        let range = self.line_range(line);
        let end = (offset as usize).clamp(range.start, self.bytes.len());
        let column = self.bytes[range.start..end].utf8_chunks().map(|chunk| characters(&chunk)).sum::<usize>() + 1;
        Position { line, column }
    }

    /// Returns the range of a line, without the line end and the byte order mark.
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

/// Counts the characters of a chunk; an invalid sequence counts as one.
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
    fn a_byte_order_mark_is_not_a_column() {
        assert_eq!(at(b"\xef\xbb\xbfab", 3), (1, 1));
        assert_eq!(at(b"\xef\xbb\xbfab", 4), (1, 2));
        assert_eq!(at(b"\xef\xbb\xbfab", 0), (1, 1));
    }

    #[test]
    fn a_line_range_excludes_the_line_end() {
        let source = Source::new("x", b"a\r\nbc\n".as_slice());
        assert_eq!(source.line_range(1), 0..1);
        assert_eq!(source.line_range(2), 3..5);
        assert_eq!(source.line_range(3), 6..6);
    }
}
