//! The pieces of a text, parsed on however many threads there are to be had, and taken in their order.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, Builder};

use toml::de::DeTable;

use super::cut::Piece;
use super::scan::{Plain, scan};
use super::{Pieces, Unfit};

/// Pieces that a thread may be ahead of who takes them.
const AHEAD: usize = 4;

/// What a piece says.
pub(super) enum Parsed<'t> {
    /// Plain tables and nothing else.
    Plain(Plain<'t>),
    /// Whatever TOML has.
    Tree(DeTable<'t>),
}

/// Parses all pieces, and takes them in order. The thread that takes them parses only where there is no other.
pub(super) fn each<'t>(
    pieces: &Pieces<'t>,
    mut take: impl FnMut(&Piece, Parsed<'t>) -> Result<(), Unfit>,
) -> Result<(), Unfit> {
    let threads = pieces.threads.saturating_sub(1).min(pieces.list.len());
    if threads == 0 {
        return pieces.list.iter().try_for_each(|piece| take(piece, parse(pieces, piece)?));
    }
    thread::scope(|scope| {
        let every_nth = |first: usize| -> Option<Receiver<Result<Parsed<'t>, Unfit>>> {
            let (sender, receiver) = sync_channel(AHEAD);
            let thread = Builder::new().spawn_scoped(scope, move || {
                let mut turns = pieces.list.iter().skip(first).step_by(threads);
                // When nobody receives, nobody wants more.
                turns.all(|piece| sender.send(parse(pieces, piece)).is_ok())
            });
            thread.is_ok().then_some(receiver)
        };
        let receivers: Vec<_> = (0..threads).map(every_nth).collect();
        pieces.list.iter().zip(receivers.iter().cycle()).try_for_each(|(piece, receiver)| {
            let parsed = match receiver {
                Some(receiver) => receiver.recv().unwrap_or_else(|_| Err(pieces.unfit(piece))),
                None => parse(pieces, piece),
            };
            take(piece, parsed?)
        })
    })
}

fn parse<'t>(pieces: &Pieces<'t>, piece: &Piece) -> Result<Parsed<'t>, Unfit> {
    let text = &pieces.text[piece.range.clone()];
    match scan(pieces.file, pieces.base_of(piece), text, piece.kind) {
        Some(tables) => Ok(Parsed::Plain(tables)),
        None => pieces.tree(piece).map(Parsed::Tree),
    }
}
