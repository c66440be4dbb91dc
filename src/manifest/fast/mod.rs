//! Reads a long text in pieces: the same result as reading it whole, in less time and memory.
//!
//! The document tree of a long text takes thirty times the size of the text. Pieces have small trees and can be parsed
//! in parallel. Three rules make the result the same:
//!
//! - A text is cut only before certain headers (`cut`).
//! - A piece that begins with the header of an array holds tables of that array only; any other key is in one piece.
//! - If a piece breaks a rule or has any mistake, the whole text is read instead, which also produces all messages.
//!
//! So the result depends neither on where the cuts are nor on the number of threads (`parse`).

mod cut;
mod parse;
mod scan;
#[cfg(test)]
mod tests;

use toml::de::{DeTable, DeValue};

use crate::manifest::bytes::{Fragment, MAX_FILE_BYTES, too_long};
use crate::manifest::fast::cut::{Piece, PieceKind, cut};
use crate::manifest::fast::parse::{ParsedPiece, parse_each};
use crate::manifest::keys::MAIN_KEYS;
use crate::manifest::shape::Manifest;
use crate::manifest::tables::Draft;
use crate::manifest::walk::Walk;
use crate::manifest::{grammar, head};
use crate::parallel::threads;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::{Source, Span};

/// When and how texts are split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SplitOptions {
    /// Texts above this size are split if possible, in bytes.
    split_above: usize,
    /// Maximum size of a text that is read whole, in bytes.
    max_whole: usize,
    /// A piece ends with the table that makes it at least this long, in bytes.
    piece_bytes: usize,
    threads: usize,
}

/// Result of reading a text in pieces.
pub(crate) enum SplitRead<T> {
    /// The text was read in pieces.
    Done(T),
    /// The text is to be read whole.
    ReadWhole,
    /// The text can be read neither in pieces nor whole.
    TooLong(Diagnostic),
}

/// Error of a text that must be read whole because a piece breaks a rule or has a mistake.
#[derive(Debug)]
pub(crate) struct CannotSplit;

/// A text and its pieces.
pub(crate) struct Pieces<'t> {
    text: Fragment<'t>,
    list: Vec<Piece>,
    threads: usize,
    may_be_whole: bool,
}

/// Error of a piece that cannot be read on its own, with the span of its header.
pub(crate) struct BadPiece(Span);

impl SplitOptions {
    /// Returns the options for normal use: pieces that fit in a processor's cache, and all threads.
    pub(crate) fn usual() -> Self {
        let max_whole = usize::try_from(MAX_FILE_BYTES).unwrap_or(usize::MAX);
        SplitOptions { split_above: 64 << 10, max_whole, piece_bytes: 32 << 10, threads: threads() }
    }

    /// Returns options that read every text whole, as far as that is allowed.
    pub(crate) fn avoiding_splits(self) -> Self {
        SplitOptions { split_above: self.max_whole, ..self }
    }

    /// Reads a text in pieces with `read`, if it should be split.
    pub(crate) fn read<'t, T>(
        self,
        source: &Source,
        text: Fragment<'t>,
        read: impl FnOnce(&Pieces<'t>) -> Result<T, BadPiece>,
    ) -> Result<SplitRead<T>, CannotSplit> {
        let size = text.text.len();
        let may_be_whole = size <= self.max_whole;
        let mut list = if size > self.split_above { cut(text.text, self.piece_bytes) } else { Vec::new() };
        if list.len() < 2 {
            return Ok(if may_be_whole { SplitRead::ReadWhole } else { SplitRead::TooLong(too_long(source, None)) });
        }
        // A text that is read whole also yields all nodes before all workloads.
        list.sort_by_key(|piece| piece.kind == PieceKind::Workloads);
        match read(&Pieces { text, list, threads: self.threads, may_be_whole }) {
            Ok(read) => Ok(SplitRead::Done(read)),
            Err(_) if may_be_whole => Err(CannotSplit),
            Err(BadPiece(span)) => Ok(SplitRead::TooLong(too_long(source, Some(span)))),
        }
    }
}

impl<'t> Pieces<'t> {
    /// Reads a main file.
    pub(crate) fn read_main(&self) -> Result<Draft, BadPiece> {
        let tree = self.tree(&self.list[0])?;
        let shape = self.walk(&self.list[0], &tree)?;
        let mut findings = Findings::default();
        let (model, uses) = head::model(&shape, Some(self.text.span(0..0)), &mut findings);
        let mut draft = Draft::new(model, uses, findings);
        self.add_to(&mut draft)?;
        Ok(draft)
    }

    /// Adds the content of the text to a draft.
    pub(crate) fn add_to(&self, draft: &mut Draft) -> Result<(), BadPiece> {
        let mut with_other_keys = Vec::new();
        let mut seen_keys = Vec::new();
        parse_each(self, |piece, parsed| {
            let tree = match parsed {
                ParsedPiece::Tables(tables) => {
                    draft.add_tables(&tables.nodes, &tables.workloads, true);
                    return self.check(piece, draft);
                }
                ParsedPiece::Tree(tree) => tree,
            };
            if !has_own_keys_only(piece.kind, &tree, &mut seen_keys) {
                return Err(self.bad(piece));
            }
            let shape = self.walk(piece, &tree)?;
            draft.add_tables(&shape.nodes, &shape.workloads, true);
            if piece.kind == PieceKind::Head || tree.len() > 1 {
                with_other_keys.push((piece.clone(), tree));
            }
            self.check(piece, draft)
        })?;
        // Groups come last because symbols are numbered in the order in which they are interned.
        let mut rest = Manifest::default();
        for (piece, tree) in &with_other_keys {
            rest.take_groups_and_reasons(self.walk(piece, tree)?);
        }
        draft.add_groups_and_reasons(&rest);
        self.check(&self.list[0], draft)
    }

    /// Gives up after a mistake if the text may be read whole instead.
    fn check(&self, piece: &Piece, draft: &Draft) -> Result<(), BadPiece> {
        if draft.findings.errors() > 0 && self.may_be_whole { Err(self.bad(piece)) } else { Ok(()) }
    }

    fn bad(&self, piece: &Piece) -> BadPiece {
        let start = piece.range.start;
        BadPiece(self.text.span(start..start + piece.kind.header().len()))
    }

    fn text_of(&self, piece: &Piece) -> Fragment<'t> {
        self.text.part(piece.range.clone())
    }

    fn tree(&self, piece: &Piece) -> Result<DeTable<'t>, BadPiece> {
        grammar::parse_valid(self.text_of(piece).text).ok_or_else(|| self.bad(piece))
    }

    fn walk<'d>(&'d self, piece: &Piece, tree: &'d DeTable<'_>) -> Result<Manifest<'d>, BadPiece> {
        let mut walk = Walk::new(self.text_of(piece));
        let shape = walk.document(tree);
        if walk.findings.is_empty() { Ok(shape) } else { Err(self.bad(piece)) }
    }
}

/// Checks that a piece has only the array that it begins with, no key of the head and no key of an earlier piece, and
/// adds its keys to `seen_keys`.
fn has_own_keys_only(kind: PieceKind, tree: &DeTable<'_>, seen_keys: &mut Vec<String>) -> bool {
    tree.iter().all(|(key, value)| match &**key.get_ref() {
        "nodes" => kind == PieceKind::Nodes && matches!(value.get_ref(), DeValue::Array(_)),
        "workloads" => kind == PieceKind::Workloads && matches!(value.get_ref(), DeValue::Array(_)),
        key if MAIN_KEYS.contains(&key) && kind != PieceKind::Head => false,
        key if seen_keys.iter().any(|seen| seen == key) => false,
        key => {
            seen_keys.push(key.to_owned());
            true
        }
    })
}
