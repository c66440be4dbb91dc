//! Text to a document tree, with every mistake of the grammar.
//!
//! The TOML crate recovers from mistakes and reports several. Its messages and spans are used, never its own drawing,
//! which echoes raw bytes. It also bounds how deep it goes by itself; our own bound is tighter and is checked on the
//! tree.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use crate::manifest::bytes::offset;
use crate::manifest::duplicate_key;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};

/// Tables, arrays and parts of dotted keys that may stand in each other.
pub const MAX_DEPTH: usize = 16;

/// In a text that is longer only the first mistake of grammar is reported: each costs memory.
const LONGEST_RECOVERED: usize = 1 << 20;

/// What the TOML crate says of keys that are too deep.
const TOO_DEEP: &str = "recursion limit";

/// What the TOML crate says of a key that is given twice.
const TWICE: &str = "duplicate key";

/// The first span is sought for so many keys that are given twice: each search reads the text again.
const MOST_SOUGHT: usize = 10;

/// A document tree, and whether it can be relied on.
pub(crate) struct Document<'s> {
    pub(crate) root: DeTable<'s>,
    /// Lines with mistakes of grammar: what the tree says of them is guesswork.
    damaged: BTreeSet<usize>,
    /// A mistake that leaves it open which table the lines after it belong to.
    lost: bool,
}

impl Document<'_> {
    /// The grammar is right.
    pub(crate) fn is_whole(&self) -> bool {
        self.damaged.is_empty()
    }

    /// What the tree says of its tables can be relied on, but for the damaged lines.
    pub(crate) fn is_readable(&self) -> bool {
        !self.lost
    }

    /// The span is not on a damaged line.
    pub(crate) fn vouches_for(&self, source: &Source, span: Span) -> bool {
        span.start < span.end && !self.damaged.contains(&source.line(span.start))
    }
}

/// Reads the tree of a text that begins at `base` of the source.
pub(crate) fn parse<'s>(
    file: u32,
    source: &Source,
    (text, base): (&'s str, u32),
    findings: &mut Findings,
) -> Document<'s> {
    let (root, errors) = tree(text);
    let mut document = Document { root, damaged: BTreeSet::new(), lost: false };
    let at = |span: &Range<usize>| Span { file, start: base + offset(span.start), end: base + offset(span.end) };
    // Of several keys that are too deep the first is enough: to find it takes many times as long as to parse.
    let is_lost = |error: &Error| error.message() == TOO_DEEP && error.span().is_none();
    let deep_key = if errors.iter().any(is_lost) { first_too_deep(text) } else { None };
    let (mut last, mut twice) = ((0, String::new()), 0);
    for error in errors {
        let span = if is_lost(&error) { deep_key.clone() } else { error.span() };
        let span = span.unwrap_or(text.len()..text.len());
        let line = source.line(at(&span).start);
        // One slip often makes several errors: the first on a line is the one that helps, and of equal ones on lines
        // that follow each other the first of all.
        if document.damaged.insert(line) {
            document.lost |= is_header(source, line);
            let range = source.line_range(line);
            let bytes = &source.bytes()[range.clone()];
            let fault = fault(&error, text, span.clone(), bytes);
            let echo = last == (line - 1, fault.message.clone());
            last = (line, fault.message.clone());
            if !echo {
                twice += usize::from(error.message() == TWICE);
                let is_sought = error.message() == TWICE && twice <= MOST_SOUGHT;
                let first = is_sought.then(|| duplicate_key::first(text, &span)).flatten();
                let marker = Span { file, start: offset(range.start), end: offset(range.start + MARKER) };
                let fault = fault.at(if is_conflict(bytes) { marker } else { at(&span) }, "");
                findings.push(match first {
                    Some(first) => fault.also(at(&first), "given first here"),
                    None => fault,
                });
            }
        }
    }
    if let Some(span) = too_deep(&document.root) {
        let span = at(&span);
        if document.damaged.insert(source.line(span.start)) {
            findings.push(nesting().at(span, ""));
        }
        document.lost = true;
        return document;
    }
    for span in odd_integers(&document.root) {
        if document.damaged.insert(source.line(at(&span).start)) {
            let number = quoted(text.get(span.clone()).unwrap_or_default());
            findings.push(Diagnostic::error(format!("this is not TOML: {number} is no integer")).at(at(&span), ""));
        }
    }
    document
}

fn tree(text: &str) -> (DeTable<'_>, Vec<Error>) {
    if text.len() > LONGEST_RECOVERED {
        return match DeTable::parse(text) {
            Ok(root) => (root.into_inner(), Vec::new()),
            Err(error) => (DeTable::new(), vec![error]),
        };
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    (root.into_inner(), errors)
}

/// The tree of a text without a mistake of grammar.
pub(crate) fn parse_faultless(text: &str) -> Option<DeTable<'_>> {
    let root = DeTable::parse(text).ok()?.into_inner();
    (too_deep(&root).is_none() && odd_integers(&root).is_empty()).then_some(root)
}

/// Whether the line opens a table, or may.
fn is_header(source: &Source, line: usize) -> bool {
    source.bytes()[source.line_range(line)].trim_ascii_start().starts_with(b"[")
}

/// Signs of which the marker of a conflict consists.
const MARKER: usize = 7;

/// Whether the line is one that Git leaves in a conflict.
fn is_conflict(line: &[u8]) -> bool {
    line == b"======="
        || line.starts_with(b"<<<<<<< ")
        || line.starts_with(b">>>>>>> ")
        || line.starts_with(b"||||||| ")
}

fn fault(error: &Error, text: &str, span: Range<usize>, line: &[u8]) -> Diagnostic {
    match error.message() {
        _ if is_conflict(line) => {
            let fault = Diagnostic::error("a merge conflict is not resolved");
            fault.help("take one side, or both, and delete the lines with markers")
        }
        TWICE => {
            let key = text.get(span).unwrap_or_default();
            Diagnostic::error(format!("the key {} is given twice", quoted(key)))
        }
        TOO_DEEP | "cannot recurse further; max recursion depth met" => nesting(),
        message => Diagnostic::error(format!("this is not TOML: {message}")),
    }
}

/// The key that is too deep for the TOML crate, which does not say where it is: that of the first line without which it
/// would not give up.
fn first_too_deep(text: &str) -> Option<Range<usize>> {
    if text.len() > LONGEST_RECOVERED {
        return None;
    }
    let ends = text.match_indices('\n').map(|(at, _)| at + 1).chain([text.len()]).collect::<Vec<_>>();
    let is_fine = |&end: &usize| tree(&text[..end]).1.iter().all(|error| error.message() != TOO_DEEP);
    let at = ends.partition_point(is_fine);
    let start = at.checked_sub(1).map_or(0, |before| ends[before]);
    let line = text[start..*ends.get(at)?].trim_end();
    let indent = line.len() - line.trim_start().len();
    Some(start + indent..start + line.len())
}

fn nesting() -> Diagnostic {
    Diagnostic::error(format!("tables and arrays are nested too deep; the limit is {MAX_DEPTH}"))
}

/// The first value that stands too deep. The TOML crate has bounded the depth, so the stack holds.
fn too_deep(root: &DeTable<'_>) -> Option<Range<usize>> {
    root.values().find_map(|value| deeper(value.get_ref(), value.span(), 1))
}

/// Integers without digits, or with those of another script. The TOML crate sees that only when it is asked for the
/// value. Nothing stands too deep in the table.
fn odd_integers(table: &DeTable<'_>) -> Vec<Range<usize>> {
    table.values().flat_map(|value| odd_integers_of(value.get_ref(), value.span())).collect()
}

fn odd_integers_of(value: &DeValue<'_>, span: Range<usize>) -> Vec<Range<usize>> {
    match value {
        DeValue::Integer(integer) => {
            let digits = integer.as_str().trim_start_matches(['+', '-']);
            let is_odd = digits.is_empty() || !digits.chars().all(|c| c.is_digit(integer.radix()));
            if is_odd { vec![span] } else { Vec::new() }
        }
        DeValue::Array(values) => {
            values.iter().flat_map(|value| odd_integers_of(value.get_ref(), value.span())).collect()
        }
        DeValue::Table(table) => odd_integers(table),
        _ => Vec::new(),
    }
}

fn deeper(value: &DeValue<'_>, span: Range<usize>, depth: usize) -> Option<Range<usize>> {
    match value {
        DeValue::Array(_) | DeValue::Table(_) if depth > MAX_DEPTH => Some(span),
        DeValue::Array(values) => values.iter().find_map(|value| deeper(value.get_ref(), value.span(), depth + 1)),
        DeValue::Table(table) => table.values().find_map(|value| deeper(value.get_ref(), value.span(), depth + 1)),
        _ => None,
    }
}
