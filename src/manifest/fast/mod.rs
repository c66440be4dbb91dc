//! A long text in pieces: the same as the whole, in less time and memory.
//!
//! The tree of a long text takes thirty times its size, and more time than all else. Pieces of it take little, and can
//! be parsed side by side. Three rules make that sound: a text is cut only before certain headers (`cut`); only pieces
//! that begin with an array's header hold tables of that array, and any other key stands in one piece; and where a rule
//! is broken or anything is wrong, the text is read as a whole, which is also where every message comes from. So what
//! is read does not depend on where the cuts are, nor on how many threads there are (`parse`).

mod cut;
mod parse;
mod scan;
#[cfg(test)]
mod tests;

use toml::de::{DeTable, DeValue};

use self::cut::{Kind, Piece, cut};
use self::parse::Parsed;
use crate::manifest::bytes::{MAX_FILE_BYTES, offset, too_long};
use crate::manifest::shape::Manifest;
use crate::manifest::tables::Lower;
use crate::manifest::walk::{MAIN, Walk};
use crate::manifest::{grammar, head};
use crate::parallel::threads;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::{Source, Span};

/// How texts are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Longer texts are read in pieces, where they can be.
    whole: usize,
    /// No text that is longer may be read as a whole.
    longest_whole: usize,
    /// A piece ends with the table in which it becomes so long.
    piece: usize,
    /// Threads that there are for it.
    threads: usize,
}

/// How a text was read, or is to be.
pub(crate) enum Way<T> {
    /// It was read in pieces.
    Pieces(T),
    /// It is to be read as a whole.
    Whole,
    /// It is too long for that.
    None(Diagnostic),
}

/// A text that is to be read as a whole after all.
#[derive(Debug)]
pub(crate) struct Broken;

/// A text, from `base` of a source on, and its pieces.
pub(crate) struct Pieces<'t> {
    file: u32,
    base: u32,
    text: &'t str,
    list: Vec<Piece>,
    threads: usize,
    may_be_whole: bool,
}

/// Where a piece begins that cannot be read by itself.
pub(crate) struct Unfit(Span);

impl Reading {
    /// In pieces that a processor's own memory holds, on as many threads as it runs.
    pub(crate) fn usual() -> Self {
        let longest_whole = usize::try_from(MAX_FILE_BYTES).unwrap_or(usize::MAX);
        Reading { whole: 64 << 10, longest_whole, piece: 32 << 10, threads: threads() }
    }

    /// As wholes wherever that is allowed.
    pub(crate) fn as_wholes(self) -> Self {
        Reading { whole: self.longest_whole, ..self }
    }

    /// Reads a text in pieces, if that is the way to read it.
    pub(crate) fn of<'t, T>(
        self,
        file: u32,
        source: &Source,
        (text, base): (&'t str, u32),
        in_pieces: impl FnOnce(&Pieces<'t>) -> Result<T, Unfit>,
    ) -> Result<Way<T>, Broken> {
        let may_be_whole = text.len() <= self.longest_whole;
        let mut pieces = if text.len() > self.whole { cut(text, self.piece) } else { Vec::new() };
        if pieces.len() < 2 {
            return Ok(if may_be_whole { Way::Whole } else { Way::None(too_long(source, None)) });
        }
        // In a whole, too, all nodes come before all workloads.
        pieces.sort_by_key(|piece| piece.kind == Kind::Workloads);
        match in_pieces(&Pieces { file, base, text, list: pieces, threads: self.threads, may_be_whole }) {
            Ok(read) => Ok(Way::Pieces(read)),
            Err(_) if may_be_whole => Err(Broken),
            Err(Unfit(span)) => Ok(Way::None(too_long(source, Some(span)))),
        }
    }
}

impl<'t> Pieces<'t> {
    /// Reads a main file.
    pub(crate) fn main(&self) -> Result<Lower, Unfit> {
        let tree = self.tree(&self.list[0])?;
        let shape = self.walk(&self.list[0], &tree)?;
        let start = Span { file: self.file, start: self.base, end: self.base };
        let mut findings = Findings::default();
        let (model, answers) = head::model(&shape, Some(start), &mut findings);
        let mut lower = Lower::new(model, answers, findings);
        self.add_to(&mut lower)?;
        Ok(lower)
    }

    /// Adds what a text says to what was read before.
    pub(crate) fn add_to(&self, lower: &mut Lower) -> Result<(), Unfit> {
        let mut others = Vec::new();
        let mut keys = Vec::new();
        parse::each(self, |piece, parsed| {
            let tree = match parsed {
                Parsed::Plain(plain) => {
                    lower.add_tables(&plain.nodes, &plain.workloads, true);
                    return self.judge(piece, lower);
                }
                Parsed::Tree(tree) => tree,
            };
            if !keeps_to_its_kind(piece.kind, &tree, &mut keys) {
                return Err(self.unfit(piece));
            }
            let shape = self.walk(piece, &tree)?;
            lower.add_tables(&shape.nodes, &shape.workloads, true);
            if piece.kind == Kind::Head || tree.len() > 1 {
                others.push((piece.clone(), tree));
            }
            self.judge(piece, lower)
        })?;
        let mut rest = Manifest::default();
        for (piece, tree) in &others {
            rest.take_groups_and_reasons(self.walk(piece, tree)?);
        }
        lower.add_groups_and_reasons(&rest);
        self.judge(&self.list[0], lower)
    }

    /// What has mistakes is left to the whole, unless there will be none.
    fn judge(&self, piece: &Piece, lower: &Lower) -> Result<(), Unfit> {
        if lower.findings.errors() > 0 && self.may_be_whole { Err(self.unfit(piece)) } else { Ok(()) }
    }

    fn unfit(&self, piece: &Piece) -> Unfit {
        let start = self.base_of(piece);
        Unfit(Span { file: self.file, start, end: start + offset(piece.kind.header().len()) })
    }

    fn tree(&self, piece: &Piece) -> Result<DeTable<'t>, Unfit> {
        grammar::parse_faultless(&self.text[piece.range.clone()]).ok_or_else(|| self.unfit(piece))
    }

    fn walk<'d>(&'d self, piece: &Piece, tree: &'d DeTable<'_>) -> Result<Manifest<'d>, Unfit> {
        let mut walk = Walk::new(self.file, self.base_of(piece), &self.text[piece.range.clone()]);
        let shape = walk.document(tree);
        if walk.findings.is_empty() { Ok(shape) } else { Err(self.unfit(piece)) }
    }

    fn base_of(&self, piece: &Piece) -> u32 {
        self.base + offset(piece.range.start)
    }
}

/// Whether a piece has only the array that it begins with, none of the other `keys`, and nothing of the head; then its
/// own keys are added.
fn keeps_to_its_kind(kind: Kind, tree: &DeTable<'_>, keys: &mut Vec<String>) -> bool {
    tree.iter().all(|(key, value)| match &**key.get_ref() {
        "nodes" => kind == Kind::Nodes && matches!(value.get_ref(), DeValue::Array(_)),
        "workloads" => kind == Kind::Workloads && matches!(value.get_ref(), DeValue::Array(_)),
        key if MAIN.contains(&key) && kind != Kind::Head => false,
        key if keys.iter().any(|known| known == key) => false,
        key => {
            keys.push(key.to_owned());
            true
        }
    })
}
