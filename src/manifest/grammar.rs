//! Text to document tree: finds every mistake in the grammar.
//!
//! The TOML crate recovers from mistakes and reports several. Its spans are used and its messages are reworded; its own
//! drawing is not used because it echoes raw bytes. It limits the depth of nesting; our limit is lower and is checked
//! on the tree.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use crate::manifest::bytes::{Fragment, offset};
use crate::manifest::duplicate_key;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};

/// Maximum depth of tables, arrays and parts of dotted keys inside each other.
pub const MAX_DEPTH: usize = 16;

/// Maximum size of a text in which all mistakes of grammar are reported, in bytes. Each mistake costs memory, so in
/// longer texts only the first is reported.
const MAX_RECOVERED_BYTES: usize = 1 << 20;

/// Message of the TOML crate for keys that are too deep.
const TOO_DEEP: &str = "recursion limit";

/// Message of the TOML crate for a key that is given twice.
const DUPLICATE: &str = "duplicate key";

/// Maximum number of duplicate keys whose first occurrence is shown: each search parses the text again.
const MAX_SEARCHES: usize = 10;

/// A document tree with its damage.
pub(crate) struct Document<'s> {
    pub(crate) root: DeTable<'s>,
    /// Lines with mistakes of grammar. The tree is unreliable there.
    damaged_lines: BTreeSet<usize>,
    /// Whether a header is damaged, so that the table of the lines after it is unknown.
    has_damaged_header: bool,
}

impl Document<'_> {
    /// Returns whether the grammar is right.
    pub(crate) fn is_valid(&self) -> bool {
        self.damaged_lines.is_empty()
    }

    /// Returns whether the tree is reliable except on the damaged lines.
    pub(crate) fn is_readable(&self) -> bool {
        !self.has_damaged_header
    }

    /// Returns whether the span begins on an undamaged line.
    pub(crate) fn is_undamaged(&self, source: &Source, span: Span) -> bool {
        span.start < span.end && !self.damaged_lines.contains(&source.line(span.start))
    }
}

/// Parses a text of a source.
pub(crate) fn parse<'s>(fragment: Fragment<'s>, source: &Source, findings: &mut Findings) -> Document<'s> {
    let text = fragment.text;
    let (root, errors) = tree(text);
    let mut document = Document { root, damaged_lines: BTreeSet::new(), has_damaged_header: false };
    let at = |span: &Range<usize>| fragment.span(span.clone());
    // Only the first key that is too deep is located: the search takes many times as long as parsing.
    let is_lost = |error: &Error| error.message() == TOO_DEEP && error.span().is_none();
    let deep_key = if errors.iter().any(is_lost) { first_too_deep(text) } else { None };
    let (mut last, mut duplicates) = ((0, String::new()), 0);
    for error in errors {
        let span = if is_lost(&error) { deep_key.clone() } else { error.span() };
        let span = span.unwrap_or(text.len()..text.len());
        let line = source.line(at(&span).start);
        // One mistake often causes several errors. Only the first on a line is reported, and of equal errors on
        // adjacent lines the first.
        if document.damaged_lines.insert(line) {
            document.has_damaged_header |= is_header(source, line);
            let range = source.line_range(line);
            let bytes = &source.bytes()[range.clone()];
            let fault = fault(&error, text, span.clone(), bytes);
            let is_repeated = last == (line - 1, fault.message.clone());
            last = (line, fault.message.clone());
            if !is_repeated {
                duplicates += usize::from(error.message() == DUPLICATE);
                let is_searched = error.message() == DUPLICATE && duplicates <= MAX_SEARCHES;
                let first = is_searched.then(|| duplicate_key::first(text, &span)).flatten();
                let marker =
                    Span { start: offset(range.start), end: offset(range.start + MARKER_LENGTH), ..at(&(0..0)) };
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
        if document.damaged_lines.insert(source.line(span.start)) {
            findings.push(nesting().at(span, ""));
        }
        document.has_damaged_header = true;
        return document;
    }
    for span in malformed_integers(&document.root) {
        if document.damaged_lines.insert(source.line(at(&span).start)) {
            let number = quoted(text.get(span.clone()).unwrap_or_default());
            findings.push(Diagnostic::error(format!("invalid TOML: {number} is not an integer")).at(at(&span), ""));
        }
    }
    document
}

fn tree(text: &str) -> (DeTable<'_>, Vec<Error>) {
    if text.len() > MAX_RECOVERED_BYTES {
        return match DeTable::parse(text) {
            Ok(root) => (root.into_inner(), Vec::new()),
            Err(error) => (DeTable::new(), vec![error]),
        };
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    (root.into_inner(), errors)
}

/// Parses a text. Returns `None` if it has a mistake of grammar.
pub(crate) fn parse_valid(text: &str) -> Option<DeTable<'_>> {
    let root = DeTable::parse(text).ok()?.into_inner();
    (too_deep(&root).is_none() && malformed_integers(&root).is_empty()).then_some(root)
}

/// Returns whether the line is a header, or might be meant as one.
fn is_header(source: &Source, line: usize) -> bool {
    source.bytes()[source.line_range(line)].trim_ascii_start().starts_with(b"[")
}

/// Number of characters of a conflict marker.
const MARKER_LENGTH: usize = 7;

/// Returns whether the line is a marker that Git writes in a conflict.
fn is_conflict(line: &[u8]) -> bool {
    line == b"======="
        || line.starts_with(b"<<<<<<< ")
        || line.starts_with(b">>>>>>> ")
        || line.starts_with(b"||||||| ")
}

fn fault(error: &Error, text: &str, span: Range<usize>, line: &[u8]) -> Diagnostic {
    match error.message() {
        _ if is_conflict(line) => {
            let fault = Diagnostic::error("unresolved merge conflict");
            fault.help("keep one side, or both, and delete the lines with markers")
        }
        DUPLICATE => {
            let key = text.get(span).unwrap_or_default();
            Diagnostic::error(format!("the key {} is given twice", quoted(key)))
        }
        TOO_DEEP | "cannot recurse further; max recursion depth met" => nesting(),
        message => Diagnostic::error(format!("invalid TOML: {}", reworded(message))),
    }
}

/// Rewords a message of the TOML crate, such as "invalid fraction, expected digits". Unknown messages stay as they are.
fn reworded(message: &str) -> &str {
    match message {
        "key with no value, expected `=`" => "expected `=` after the key",
        "extra `=`, expected nothing" => "there is a second `=`",
        "string values must be quoted, expected literal string" => "a string must be in quotes",
        "missing comma between array elements, expected `,`" => "expected `,` between the elements of an array",
        "unclosed array table, expected `]`" | "unclosed table, expected `]`" => "the header has no closing `]`",
        "invalid fraction, expected digits" => "expected digits after the decimal point",
        "invalid comment character, expected printable characters" => "a control character in a comment",
        "invalid basic string, expected `\"`" => "the string has no closing `\"`",
        "invalid basic string, expected non-double-quote visible characters, `\\`" => "a control character in a string",
        "carriage return must be followed by newline, expected newline" => {
            "a carriage return without a newline after it"
        }
        message => message,
    }
}

/// Finds the key that is too deep for the TOML crate, whose error has no position: it is on the last line of the
/// shortest prefix that fails.
fn first_too_deep(text: &str) -> Option<Range<usize>> {
    if text.len() > MAX_RECOVERED_BYTES {
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

/// Finds the first value that is too deep. The limit of the TOML crate bounds the recursion.
fn too_deep(root: &DeTable<'_>) -> Option<Range<usize>> {
    root.values().find_map(|value| deeper(value.get_ref(), value.span(), 1))
}

/// Finds integers without digits, or with digits of another script, which the TOML crate detects only when it
/// converts them. The depth of the table must have been checked.
fn malformed_integers(table: &DeTable<'_>) -> Vec<Range<usize>> {
    table.values().flat_map(|value| malformed_integers_of(value.get_ref(), value.span())).collect()
}

fn malformed_integers_of(value: &DeValue<'_>, span: Range<usize>) -> Vec<Range<usize>> {
    match value {
        DeValue::Integer(integer) => {
            let digits = integer.as_str().trim_start_matches(['+', '-']);
            let is_malformed = digits.is_empty() || !digits.chars().all(|c| c.is_digit(integer.radix()));
            if is_malformed { vec![span] } else { Vec::new() }
        }
        DeValue::Array(values) => {
            values.iter().flat_map(|value| malformed_integers_of(value.get_ref(), value.span())).collect()
        }
        DeValue::Table(table) => malformed_integers(table),
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
