//! The placements of a large state, read line by line.
//!
//! A state that `apply` wrote is nearly all placements, one a line and all alike, and the TOML reader builds a tree of
//! them first. This reads exactly the lines that `write` writes, in its order, and gives up on anything else, be it
//! good TOML or not: then the whole text goes the long way, which is also where every error message comes from.

use std::sync::Arc;

use super::quoting::is_bare;
use super::read::Texts;
use crate::model::Recorded;
use crate::model::names::is_of_right_length;

/// The line before the placements.
const TABLE: &str = "\n[placements]\n";

/// A text with its placements taken out.
pub(super) struct Split {
    /// What is left: the same text with an empty table of placements.
    pub(super) rest: String,
    /// The placements, in order of names.
    pub(super) placements: Vec<Recorded>,
}

/// Takes the placements out of a text, if they all stand there as they are written.
pub(super) fn split(text: &str) -> Option<Split> {
    let (head, body) = text.split_at(text.find(TABLE)? + TABLE.len());
    // Within a string of several lines the table would be none.
    if head.contains("\"\"\"") || head.contains("'''") {
        return None;
    }
    let end = if body.starts_with('\n') { 0 } else { body.find("\n\n").unwrap_or(body.len()) };
    let (lines, tail) = body.split_at(end);
    let mut texts = Texts::default();
    let mut placements: Vec<Recorded> = Vec::with_capacity(lines.len() / 64);
    for line in lines.split_terminator('\n') {
        let resources = placements.last().map_or(0, |last| last.requirements.len());
        let placement = placement(line, resources, &mut texts)?;
        if placements.last().is_some_and(|last| last.workload >= placement.workload) {
            return None;
        }
        placements.push(placement);
    }
    Some(Split { rest: format!("{head}{tail}"), placements })
}

/// One line, probably with so many resources.
fn placement(line: &str, resources: usize, texts: &mut Texts) -> Option<Recorded> {
    let mut line = Line(line);
    let workload = Some(line.key()?).filter(|name| is_of_right_length(name))?.into();
    line.skip(" = { node = ")?;
    let node = texts.shared(Some(line.text()?).filter(|name| is_of_right_length(name))?);
    line.skip(", requirements = {")?;
    let mut requirements: Vec<(Arc<str>, _, _)> = Vec::with_capacity(resources);
    if line.0 == "} }" {
        return Some(Recorded { workload, node, requirements });
    }
    line.skip(" ")?;
    loop {
        let resource = texts.shared(line.key()?);
        line.skip(" = ")?;
        let (amount, family) = texts.amount(line.text()?).ok()?;
        if requirements.last().is_some_and(|(last, _, _)| *last >= resource) {
            return None;
        }
        requirements.push((resource, amount, family));
        if line.0 == " } }" {
            return Some(Recorded { workload, node, requirements });
        }
        line.skip(", ")?;
    }
}

/// What is left of a line.
struct Line<'a>(&'a str);

impl<'a> Line<'a> {
    fn skip(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// A name, bare or in quotes.
    fn key(&mut self) -> Option<&'a str> {
        if self.0.starts_with('"') {
            return self.text();
        }
        let end = self.0.bytes().position(|byte| !is_bare(byte))?;
        let (key, rest) = self.0.split_at(end);
        self.0 = rest;
        (!key.is_empty()).then_some(key)
    }

    /// A string without escapes.
    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.strip_prefix('"')?.split_once('"')?;
        self.0 = rest;
        text.bytes().all(|byte| byte >= b' ' && byte != b'\\' && byte != 0x7f).then_some(text)
    }
}
