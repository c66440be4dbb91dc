//! The pieces of a text, parsed on however many threads there are to be had, and taken in their order.

use toml::de::DeTable;

use super::cut::Piece;
use super::scan::{Plain, scan};
use super::{Pieces, Unfit};
use crate::parallel::in_order;

/// What a piece says.
pub(crate) enum Parsed<'t> {
    /// Plain tables and nothing else.
    Plain(Plain<'t>),
    /// Whatever TOML has.
    Tree(DeTable<'t>),
}

/// Parses all pieces, and takes them in order.
pub(crate) fn each<'t>(
    pieces: &Pieces<'t>,
    mut take: impl FnMut(&Piece, Parsed<'t>) -> Result<(), Unfit>,
) -> Result<(), Unfit> {
    in_order(&pieces.list, pieces.threads, |piece| parse(pieces, piece), |piece, parsed| take(piece, parsed?))
}

fn parse<'t>(pieces: &Pieces<'t>, piece: &Piece) -> Result<Parsed<'t>, Unfit> {
    let text = &pieces.text[piece.range.clone()];
    match scan(pieces.file, pieces.base_of(piece), text, piece.kind) {
        Some(tables) => Ok(Parsed::Plain(tables)),
        None => pieces.tree(piece).map(Parsed::Tree),
    }
}
