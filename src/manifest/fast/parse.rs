//! Parses the pieces of a text in parallel and delivers them in order.

use toml::de::DeTable;

use crate::manifest::fast::cut::Piece;
use crate::manifest::fast::scan::{ScannedTables, scan};
use crate::manifest::fast::{BadPiece, Pieces};
use crate::parallel::in_order;

/// Content of a piece.
pub(crate) enum ParsedPiece<'t> {
    /// Tables in the common form, read without a tree.
    Tables(ScannedTables<'t>),
    /// Any other TOML.
    Tree(DeTable<'t>),
}

/// Parses all pieces and passes them to `take` in order.
pub(crate) fn parse_each<'t>(
    pieces: &Pieces<'t>,
    mut take: impl FnMut(&Piece, ParsedPiece<'t>) -> Result<(), BadPiece>,
) -> Result<(), BadPiece> {
    in_order(&pieces.list, pieces.threads, |piece| parse(pieces, piece), |piece, parsed| take(piece, parsed?))
}

fn parse<'t>(pieces: &Pieces<'t>, piece: &Piece) -> Result<ParsedPiece<'t>, BadPiece> {
    match scan(pieces.text_of(piece), piece.kind) {
        Some(tables) => Ok(ParsedPiece::Tables(tables)),
        None => pieces.tree(piece).map(ParsedPiece::Tree),
    }
}
