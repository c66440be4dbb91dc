//! Reads tables in their most common form without a document tree.
//!
//! The common form is a header, then one key per line with a string, a number, an array of strings or an inline table.
//! Anything else, valid TOML or not, ends the scan without a result: escapes, dotted keys, sub-tables, values over
//! several lines, unknown keys, wrong types. The result is the same as that of `walk`.

use crate::manifest::bytes::Fragment;
use crate::manifest::fast::cut::PieceKind;
use crate::manifest::keys::{Amounts, Field, Key};
use crate::manifest::quantities::Amount;
use crate::manifest::shape::{At, Node, Pairs, Text, Workload, Written};
use crate::text::source::Span;

/// Tables of a piece in the common form.
#[derive(Default)]
pub(crate) struct ScannedTables<'t> {
    pub(crate) nodes: Vec<Node<'t>>,
    pub(crate) workloads: Vec<Workload<'t>>,
}

/// Reads the tables of a piece, or returns `None` unless all of them have the common form.
pub(crate) fn scan(text: Fragment<'_>, kind: PieceKind) -> Option<ScannedTables<'_>> {
    let mut scan = Scan { text, at: 0 };
    let mut tables = ScannedTables::default();
    while scan.at < text.text.len() {
        let header = scan.header(kind)?;
        match kind {
            PieceKind::Head => return None,
            PieceKind::Nodes => tables.nodes.push(scan.fields(Node::new(header), &Node::KEYS)?),
            PieceKind::Workloads => tables.workloads.push(scan.fields(Workload::new(header), &Workload::KEYS)?),
        }
    }
    Some(tables)
}

/// A scan that has read the text up to `at`.
struct Scan<'t> {
    text: Fragment<'t>,
    at: usize,
}

/// Tables.
impl<'t> Scan<'t> {
    fn header(&mut self, kind: PieceKind) -> Option<Span> {
        let start = self.at;
        self.token(kind.header())?;
        let header = self.span(start);
        self.end_of_line()?;
        Some(header)
    }

    /// Reads the lines of a table up to the next header.
    fn fields<T>(&mut self, mut table: T, keys: &[Key<'t, T>]) -> Option<T> {
        let mut seen = 0_u32;
        while self.is_before_key()? {
            let name = self.bare_key()?;
            self.equals()?;
            let index = keys.iter().position(|key| key.name == name)?;
            if seen & (1 << index) != 0 {
                return None;
            }
            seen |= 1 << index;
            self.field(&mut table, &keys[index].field)?;
            self.end_of_line()?;
        }
        Some(table)
    }

    fn field<T>(&mut self, table: &mut T, field: &Field<'t, T>) -> Option<()> {
        match field {
            Field::Text(at) => *at(table) = Some(self.string()?),
            Field::Integer(at) => *at(table) = Some(self.integer()?),
            Field::Boolean(at) => *at(table) = self.boolean()?,
            Field::Texts(at) => *at(table) = self.strings()?,
            Field::Amounts(at) => *at(table) = Some(self.amounts()?),
            Field::TextByName(at) => *at(table) = self.table(Self::string)?,
            Field::Selectors(at) => *at(table) = self.table(Self::one_or_more)?,
        }
        Some(())
    }

    /// Skips blank lines and comments. Returns whether a key follows, rather than a header or the end.
    fn is_before_key(&mut self) -> Option<bool> {
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'[') => return Some(false),
                Some(b'#' | b'\r' | b'\n') => self.end_of_line()?,
                Some(_) => return Some(true),
            }
        }
    }
}

/// Values.
impl<'t> Scan<'t> {
    /// Reads a string on one line without escapes.
    fn string(&mut self) -> Option<Text<'t>> {
        let start = self.at;
        self.token("\"")?;
        let length = self.rest().iter().position(|&byte| CLASSES[usize::from(byte)] & SPECIAL != 0)?;
        let value = &self.text.text[self.at..self.at + length];
        self.at += length;
        self.token("\"")?;
        // Three quotes open a multi-line string.
        (length > 0 || self.peek() != Some(b'"')).then(|| At { span: self.span(start), value })
    }

    fn boolean(&mut self) -> Option<bool> {
        let value = self.peek()? == b't';
        self.token(if value { "true" } else { "false" })?;
        self.delimited()?;
        Some(value)
    }

    fn integer(&mut self) -> Option<At<i64>> {
        let At { span, value } = self.number()?;
        Some(At { span, value: value.parse().ok()? })
    }

    /// Reads digits with an optional sign and fraction.
    fn number(&mut self) -> Option<Text<'t>> {
        let start = self.at;
        self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
        match self.skip(|byte| byte.is_ascii_digit(), usize::MAX) {
            0 => return None,
            digits => (digits == 1 || self.text.text.as_bytes()[self.at - digits] != b'0').then_some(())?,
        }
        if self.skip(|byte| byte == b'.', 1) == 1 {
            (self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0).then_some(())?;
        }
        self.delimited()?;
        Some(At { span: self.span(start), value: &self.text.text[start..self.at] })
    }

    fn amounts(&mut self) -> Option<At<Amounts<'t>>> {
        let start = self.at;
        let value = self.table(Self::amount)?;
        Some(At { span: self.span(start), value })
    }

    fn amount(&mut self) -> Option<At<Amount<'t>>> {
        let is_text = self.peek() == Some(b'"');
        let At { span, value } = if is_text { self.string()? } else { self.number()? };
        let written = if is_text { Written::Text(value) } else { Written::Number(value) };
        Some(At { span, value: Amount::new(written) })
    }

    fn one_or_more(&mut self) -> Option<Vec<Text<'t>>> {
        if self.peek() == Some(b'"') { Some(vec![self.string()?]) } else { self.strings() }
    }

    fn strings(&mut self) -> Option<Vec<Text<'t>>> {
        let mut strings = Vec::new();
        self.token("[")?;
        self.blanks();
        while self.peek()? != b']' {
            strings.push(self.string()?);
            self.next_element(b']')?;
        }
        self.token("]")?;
        Some(strings)
    }

    /// Reads an inline table and sorts its keys, as a document tree does.
    fn table<T>(&mut self, value: fn(&mut Self) -> Option<T>) -> Option<Pairs<'t, T>> {
        let mut pairs = Vec::with_capacity(4);
        self.token("{")?;
        self.blanks();
        while self.peek()? != b'}' {
            let key = self.key()?;
            self.equals()?;
            pairs.push((key, value(self)?));
            self.next_element(b'}')?;
        }
        self.token("}")?;
        pairs.sort_unstable_by_key(|(key, _)| key.value);
        let twice = pairs.windows(2).any(|pair| pair[0].0.value == pair[1].0.value);
        (!twice).then_some(pairs)
    }

    fn key(&mut self) -> Option<Text<'t>> {
        if self.peek() == Some(b'"') {
            return self.string();
        }
        let start = self.at;
        let value = self.bare_key()?;
        Some(At { span: self.span(start), value })
    }

    fn bare_key(&mut self) -> Option<&'t str> {
        let length = self.skip(|byte| CLASSES[usize::from(byte)] & BARE != 0, usize::MAX);
        (length > 0).then(|| &self.text.text[self.at - length..self.at])
    }
}

/// Text between keys and values.
impl Scan<'_> {
    fn equals(&mut self) -> Option<()> {
        self.blanks();
        self.token("=")?;
        self.blanks();
        Some(())
    }

    /// Skips to the next element; a trailing comma is allowed.
    fn next_element(&mut self, end: u8) -> Option<()> {
        self.blanks();
        if self.peek()? != end {
            self.token(",")?;
            self.blanks();
        }
        Some(())
    }

    /// Skips to the next line, over a comment if there is one.
    fn end_of_line(&mut self) -> Option<()> {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.skip(|byte| byte == b'\t' || !byte.is_ascii_control(), usize::MAX);
        }
        self.skip(|byte| byte == b'\r', 1);
        if self.at == self.text.text.len() { (!self.text.text.ends_with('\r')).then_some(()) } else { self.token("\n") }
    }

    fn blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t'), usize::MAX);
    }

    /// Checks that a number or a word ends here.
    fn delimited(&self) -> Option<()> {
        matches!(self.peek(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b'#')).then_some(())
    }

    fn token(&mut self, token: &str) -> Option<()> {
        self.rest().starts_with(token.as_bytes()).then(|| self.at += token.len())
    }

    /// Skips up to `most` bytes of an ASCII class. Returns how many were skipped.
    fn skip(&mut self, class: impl Fn(u8) -> bool, most: usize) -> usize {
        let length = self.rest().iter().take(most).take_while(|&&byte| class(byte)).count();
        self.at += length;
        length
    }

    fn peek(&self) -> Option<u8> {
        self.text.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text.text.as_bytes()[self.at..]
    }

    fn span(&self, start: usize) -> Span {
        self.text.span(start..self.at)
    }
}

/// Class of bytes that end a simple string or that it must not contain.
const SPECIAL: u8 = 1;

/// Class of bytes of a bare key.
const BARE: u8 = 2;

/// Classes of each byte, as a table because `match` is slower on long strings.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let is_special = matches!(byte, b'"' | b'\\') || (byte.is_ascii_control() && byte != b'\t');
        let is_bare = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        classes[byte as usize] = if is_special { SPECIAL } else { 0 } | if is_bare { BARE } else { 0 };
        byte += 1;
    }
    classes
}
