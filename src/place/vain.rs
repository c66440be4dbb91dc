//! What was asked for in vain: levels that nothing here reached together, until something comes that does.
//!
//! Some nodes may reach far in one column and others in another, and none in both. What a block reaches does not tell;
//! that it was searched and had nothing does, and who asks for as much or more need not search it again.

use super::block::Level;

/// So many rows are remembered, the last ones.
const MOST: usize = 8;

/// Rows of levels, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Vain(Vec<Level>);

impl Vain {
    /// Whether it is known that nothing reaches these levels.
    pub(super) fn rules_out(&self, needs: &[Level]) -> bool {
        self.0.chunks_exact(needs.len()).any(|asked| reaches(needs, asked))
    }

    /// Notes that nothing reaches these levels, which was not known.
    pub(super) fn note(&mut self, needs: &[Level]) {
        self.forget(needs);
        if self.0.len() == MOST * needs.len() {
            self.0.drain(..needs.len());
        }
        self.0.extend_from_slice(needs);
    }

    /// Notes that something is there that reaches so far.
    pub(super) fn forget(&mut self, row: &[Level]) {
        let width = row.len();
        let mut from = 0;
        while from < self.0.len() {
            if reaches(row, &self.0[from..from + width]) {
                self.0.drain(from..from + width);
            } else {
                from += width;
            }
        }
    }
}

/// Whether a row reaches all levels of another.
fn reaches(row: &[Level], levels: &[Level]) -> bool {
    row.iter().zip(levels).all(|(reached, level)| reached >= level)
}
