//! Where a text may be cut.
//!
//! Only before a line that starts with exactly `[[nodes]]` or `[[workloads]]`. Such a line may also stand in a string
//! of several lines or in an array: then what comes before it does not end, and is no text by itself.

use std::iter::once;
use std::ops::Range;

use memchr::memmem::find_iter;

/// What a piece is about: it begins with a header, or it is all that comes before the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Head,
    Nodes,
    Workloads,
}

impl Kind {
    /// The line that a piece begins with.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Kind::Head => "",
            Kind::Nodes => "[[nodes]]",
            Kind::Workloads => "[[workloads]]",
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

/// The pieces of a text, the head first: each about one kind of table, and of no more than one table that begins after
/// so many bytes.
pub(crate) fn cut(text: &str, bytes: usize) -> Vec<Piece> {
    let mut pieces = vec![Piece { kind: Kind::Head, range: 0..text.len() }];
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

/// The lines that start with a header.
fn headers(text: &str) -> impl Iterator<Item = (usize, Kind)> {
    let lines = find_iter(text.as_bytes(), "\n[[").map(|at| at + 1);
    once(0).chain(lines).filter_map(|at| {
        let mut kinds = [Kind::Nodes, Kind::Workloads].into_iter();
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
        assert_eq!(cut("[[nodes]]", 1)[1], Piece { kind: Kind::Nodes, range: 0..9 });
        assert_eq!(cut("# [[nodes]]", 1).len(), 1);
    }
}
