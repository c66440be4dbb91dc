//! Tables as nearly everybody writes them, read without a document tree.
//!
//! A manifest of a hundred thousand tables is nearly all of this: a header, and on each line after it a key with a
//! string, a number, a list of strings or an inline table. This reads exactly that and gives up on anything else, be it
//! good TOML or not: escapes, dotted keys, sub-tables, values over several lines, unknown keys, wrong types. What it
//! does read it reads as `walk` would.

use super::cut::Kind;
use crate::manifest::bytes::offset;
use crate::manifest::quantities::Amount;
use crate::manifest::shape::{At, Node, Pairs, Text, Workload, Written};
use crate::manifest::walk::{NODE, WORKLOAD};
use crate::text::source::Span;

/// Tables that are plain.
#[derive(Default)]
pub(crate) struct Plain<'t> {
    pub(crate) nodes: Vec<Node<'t>>,
    pub(crate) workloads: Vec<Workload<'t>>,
}

/// The tables of a piece that begins at `base` of a source; nothing unless all of them are plain.
pub(crate) fn scan(file: u32, base: u32, text: &str, kind: Kind) -> Option<Plain<'_>> {
    let mut scan = Scan { file, base, text, at: 0 };
    let mut plain = Plain::default();
    while scan.at < text.len() {
        let header = scan.header(kind)?;
        match kind {
            Kind::Head => return None,
            Kind::Nodes => plain.nodes.push(scan.node(header)?),
            Kind::Workloads => plain.workloads.push(scan.workload(header)?),
        }
    }
    Some(plain)
}

/// A text that is read up to `at`.
struct Scan<'t> {
    file: u32,
    base: u32,
    text: &'t str,
    at: usize,
}

/// Tables.
impl<'t> Scan<'t> {
    fn header(&mut self, kind: Kind) -> Option<Span> {
        let start = self.at;
        self.token(kind.header())?;
        let header = self.span(start);
        self.end_of_line()?;
        Some(header)
    }

    fn node(&mut self, header: Span) -> Option<Node<'t>> {
        let mut node = Node::new(header);
        let mut seen = Seen::default();
        while self.is_before_key()? {
            let key = self.bare()?;
            self.equals()?;
            seen.once(&NODE, key)?;
            match key {
                "name" => node.name = Some(self.string()?),
                "count" => node.count = Some(self.integer()?),
                "resources" => node.resources = Some(self.amounts()?),
                "wards" => node.wards = self.strings()?,
                "labels" => node.labels = self.table(Self::string)?,
                "was" => node.was = Some(self.string()?),
                _ => return None,
            }
            self.end_of_line()?;
        }
        Some(node)
    }

    fn workload(&mut self, header: Span) -> Option<Workload<'t>> {
        let mut workload = Workload::new(header);
        let mut seen = Seen::default();
        while self.is_before_key()? {
            let key = self.bare()?;
            self.equals()?;
            seen.once(&WORKLOAD, key)?;
            match key {
                "name" => workload.name = Some(self.string()?),
                "replicas" => workload.replicas = Some(self.integer()?),
                "requirements" => workload.requirements = Some(self.amounts()?),
                "immunities" => workload.immunities = self.strings()?,
                "aversion_groups" => workload.aversion_groups = self.strings()?,
                "affinity_groups" => workload.affinity_groups = self.strings()?,
                "labels" => workload.labels = self.table(Self::string)?,
                "only_on" => workload.only_on = self.table(Self::one_or_more)?,
                "never_on" => workload.never_on = self.table(Self::one_or_more)?,
                "priority" => workload.priority = Some(self.integer()?.value),
                "stay" => workload.stay = self.boolean()?,
                "was" => workload.was = Some(self.string()?),
                _ => return None,
            }
            self.end_of_line()?;
        }
        Some(workload)
    }

    /// Goes on to the next line that has a key; there is none before a header and at the end.
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
    /// A string on one line without escapes.
    fn string(&mut self) -> Option<Text<'t>> {
        let start = self.at;
        self.token("\"")?;
        let length = self.rest().iter().position(|&byte| CLASSES[usize::from(byte)] & SPECIAL != 0)?;
        let value = &self.text[self.at..self.at + length];
        self.at += length;
        self.token("\"")?;
        // Two quotes with a third behind them open a string of several lines.
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

    /// Digits without more than a sign and a fraction.
    fn number(&mut self) -> Option<Text<'t>> {
        let start = self.at;
        self.skip(|byte| matches!(byte, b'+' | b'-'), 1);
        match self.skip(|byte| byte.is_ascii_digit(), usize::MAX) {
            0 => return None,
            digits => (digits == 1 || self.text.as_bytes()[self.at - digits] != b'0').then_some(())?,
        }
        if self.skip(|byte| byte == b'.', 1) == 1 {
            (self.skip(|byte| byte.is_ascii_digit(), usize::MAX) > 0).then_some(())?;
        }
        self.delimited()?;
        Some(At { span: self.span(start), value: &self.text[start..self.at] })
    }

    fn amounts(&mut self) -> Option<At<Pairs<'t, At<Amount<'t>>>>> {
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

    /// An inline table, in the order of a document tree.
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
        let value = self.bare()?;
        Some(At { span: self.span(start), value })
    }

    fn bare(&mut self) -> Option<&'t str> {
        let length = self.skip(|byte| CLASSES[usize::from(byte)] & BARE != 0, usize::MAX);
        (length > 0).then(|| &self.text[self.at - length..self.at])
    }
}

/// What stands between keys and values.
impl Scan<'_> {
    fn equals(&mut self) -> Option<()> {
        self.blanks();
        self.token("=")?;
        self.blanks();
        Some(())
    }

    /// Goes on to the next element; a comma may come before the end.
    fn next_element(&mut self, end: u8) -> Option<()> {
        self.blanks();
        if self.peek()? != end {
            self.token(",")?;
            self.blanks();
        }
        Some(())
    }

    /// Goes on to the next line, over a comment at most.
    fn end_of_line(&mut self) -> Option<()> {
        self.blanks();
        if self.peek() == Some(b'#') {
            self.skip(|byte| byte == b'\t' || !byte.is_ascii_control(), usize::MAX);
        }
        self.skip(|byte| byte == b'\r', 1);
        if self.at == self.text.len() { (!self.text.ends_with('\r')).then_some(()) } else { self.token("\n") }
    }

    fn blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t'), usize::MAX);
    }

    /// A number or a word has come to its end.
    fn delimited(&self) -> Option<()> {
        matches!(self.peek(), None | Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b'}' | b'#')).then_some(())
    }

    fn token(&mut self, token: &str) -> Option<()> {
        self.rest().starts_with(token.as_bytes()).then(|| self.at += token.len())
    }

    /// Goes over bytes of a class, which is ASCII, and says how many there were.
    fn skip(&mut self, class: impl Fn(u8) -> bool, most: usize) -> usize {
        let length = self.rest().iter().take(most).take_while(|&&byte| class(byte)).count();
        self.at += length;
        length
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn span(&self, start: usize) -> Span {
        Span { file: self.file, start: self.base + offset(start), end: self.base + offset(self.at) }
    }
}

/// Ends a plain string, or is more than plain.
const SPECIAL: u8 = 1;

/// May be in a bare key.
const BARE: u8 = 2;

/// What each byte is, where many are looked at.
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

/// The keys of a table that were there.
#[derive(Default)]
struct Seen(u32);

impl Seen {
    fn once(&mut self, known: &[&str], key: &str) -> Option<()> {
        let bit = 1 << known.iter().position(|known| *known == key)?;
        let before = self.0;
        self.0 |= bit;
        (before & bit == 0).then_some(())
    }
}
