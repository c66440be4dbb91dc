//! Cuts a text into pieces.
//!
//! Cuts are made only before lines that start with exactly `[[nodes]]` or `[[workloads]]`. Such a line may also be
//! inside a multi-line string or an array: then the piece before it is incomplete, and parsing it fails.

use std::iter::once;
use std::ops::Range;

use memchr::memmem::find_iter;

/// Kind of a piece: the text before the first header, or tables of one array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    Head,
    Nodes,
    Workloads,
}

impl PieceKind {
    /// Returns the header that a piece begins with.
    pub(crate) fn header(self) -> &'static str {
        match self {
            PieceKind::Head => "",
            PieceKind::Nodes => "[[nodes]]",
            PieceKind::Workloads => "[[workloads]]",
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: PieceKind,
    pub(crate) range: Range<usize>,
}

/// Cuts a text into pieces, the head first. Each has tables of one kind, and ends before the first table that begins
/// at or after `bytes`.
pub(crate) fn cut(text: &str, bytes: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece { kind: PieceKind::Head, range: 0..text.len() }];
    for (at, kind) in headers(text) {
        let last = pieces.len() - 1;
        let piece = &mut pieces[last];
        if piece.kind != kind || at - piece.range.start >= bytes {
            piece.range.end = at;
            pieces.push(Piece { kind, range: at..text.len() });
        }
    }
    pieces
}

/// Finds the lines that start with a header.
fn headers(text: &str) -> impl Iterator<Item = (usize, PieceKind)> {
    let lines = find_iter(text.as_bytes(), "\n[[").map(|at| at + 1);
    once(0).chain(lines).filter_map(|at| {
        let mut kinds = [PieceKind::Nodes, PieceKind::Workloads].into_iter();
        Some((at, kinds.find(|kind| text[at..].starts_with(kind.header()))?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_before_headers_that_begin_a_line() {
        let text = "a = 1\n[[nodes]]\n [[nodes]]\n[[nodes]] # b\n[[ nodes ]]\n[[workloads]]\n#\n[[nodes.x]]\n";
        let parts = |bytes| cut(text, bytes).into_iter().map(|piece| &text[piece.range]).collect::<Vec<_>>();
        let (nodes, more) = ("[[nodes]]\n [[nodes]]\n", "[[nodes]] # b\n[[ nodes ]]\n");
        let workloads = "[[workloads]]\n#\n[[nodes.x]]\n";
        assert_eq!(parts(1), ["a = 1\n", nodes, more, workloads]);
        assert_eq!(parts(100), ["a = 1\n", &[nodes, more].concat(), workloads]);
        assert_eq!(cut("[[nodes]]", 1)[1], Piece { kind: PieceKind::Nodes, range: 0..9 });
        assert_eq!(cut("# [[nodes]]", 1).len(), 1);
    }
}
