//! Fast path: reads the placements of a large state line by line, without a TOML tree.
//!
//! Almost every line of a state written by `apply` is a placement in one fixed layout. This reader accepts exactly the
//! lines that `write` produces, in the same order, and gives up on anything else, valid TOML or not. The whole text
//! then goes through the TOML reader, which also produces every error message.

use std::sync::Arc;

use super::quoting::is_bare;
use super::read::Interner;
use crate::model::Recorded;
use crate::model::names::is_of_right_length;

/// Header of the table of placements, with the end of the line before it.
const HEADER: &str = "\n[placements]\n";

/// Text of a state, divided into its placements and the rest.
pub(super) struct Split {
    /// The same text with an empty table of placements.
    pub(super) rest: String,
    /// The placements, sorted by workload.
    pub(super) placements: Vec<Recorded>,
}

/// Takes the placements out of a text; `None` if one of them is not in the layout that `write` produces.
pub(super) fn split(text: &str) -> Option<Split> {
    let (head, body) = text.split_at(text.find(HEADER)? + HEADER.len());
    // The header may be part of a multi-line string, where it opens no table.
    if head.contains("\"\"\"") || head.contains("'''") {
        return None;
    }
    let end = if body.starts_with('\n') { 0 } else { body.find("\n\n").unwrap_or(body.len()) };
    let (lines, tail) = body.split_at(end);
    let mut interner = Interner::default();
    let mut placements: Vec<Recorded> = Vec::with_capacity(lines.len() / 64);
    for line in lines.split_terminator('\n') {
        let expected_resources = placements.last().map_or(0, |last| last.requirements.len());
        let placement = parse_placement(line, expected_resources, &mut interner)?;
        if placements.last().is_some_and(|last| last.workload >= placement.workload) {
            return None;
        }
        placements.push(placement);
    }
    Some(Split { rest: format!("{head}{tail}"), placements })
}

/// Parses the line of one placement; `expected_resources` is a capacity hint.
fn parse_placement(line: &str, expected_resources: usize, interner: &mut Interner) -> Option<Recorded> {
    let mut cursor = Cursor(line);
    let workload = Some(cursor.key()?).filter(|name| is_of_right_length(name))?.into();
    cursor.expect(" = { node = ")?;
    let node = interner.shared(Some(cursor.string()?).filter(|name| is_of_right_length(name))?);
    cursor.expect(", requirements = {")?;
    let mut requirements: Vec<(Arc<str>, _, _)> = Vec::with_capacity(expected_resources);
    if cursor.0 == "} }" {
        return Some(Recorded { workload, node, requirements });
    }
    cursor.expect(" ")?;
    loop {
        let resource = interner.shared(cursor.key()?);
        cursor.expect(" = ")?;
        let (amount, family) = interner.amount(cursor.string()?).ok()?;
        if requirements.last().is_some_and(|(last, _, _)| *last >= resource) {
            return None;
        }
        requirements.push((resource, amount, family));
        if cursor.0 == " } }" {
            return Some(Recorded { workload, node, requirements });
        }
        cursor.expect(", ")?;
    }
}

/// Unread part of a line.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    /// Reads exactly this token.
    fn expect(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// Reads a key, bare or in quotes.
    fn key(&mut self) -> Option<&'a str> {
        if self.0.starts_with('"') {
            return self.string();
        }
        let end = self.0.bytes().position(|byte| !is_bare(byte))?;
        let (key, rest) = self.0.split_at(end);
        self.0 = rest;
        (!key.is_empty()).then_some(key)
    }

    /// Reads a string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.strip_prefix('"')?.split_once('"')?;
        self.0 = rest;
        text.bytes().all(|byte| byte >= b' ' && byte != b'\\' && byte != 0x7f).then_some(text)
    }
}
