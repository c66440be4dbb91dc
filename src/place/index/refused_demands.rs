//! What was asked for in vain: levels that nothing here reached together, until something comes that does.
//!
//! Some nodes may reach far in one column and others in another, and none in both. What a block reaches does not tell;
//! that it was searched and had nothing does, and who asks for as much or more need not search it again.

use crate::place::index::block::Level;

/// So many rows are remembered, the last ones.
const MOST: usize = 16;

/// For each row all bits, or none: as wide as levels, so that they are compared where those are.
type Rows = [Level; MOST];

/// Rows of levels: of each column those of all rows side by side, so that a processor compares them at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vain {
    columns: Vec<[Level; MOST]>,
    /// Whether a row is there.
    is_there: Rows,
    /// Where the next row goes: in the place of the oldest.
    next: usize,
}

impl Vain {
    /// Whether it is known that nothing reaches these levels.
    pub(crate) fn rules_out(&self, needs: &[Level]) -> bool {
        !are_none(self.rows_in_which(needs, |asked, need| asked <= need))
    }

    /// Notes that nothing reaches these levels, which was not known; rows that ask for more have no more to say.
    pub(crate) fn note(&mut self, needs: &[Level]) {
        self.columns.resize(needs.len(), [0; MOST]);
        self.remove(self.rows_in_which(needs, |asked, need| asked >= need));
        for (column, &need) in self.columns.iter_mut().zip(needs) {
            column[self.next] = need;
        }
        self.is_there[self.next] = -1;
        self.next = (self.next + 1) % MOST;
    }

    /// Notes that something is there that reaches so far.
    pub(crate) fn forget(&mut self, row: &[Level]) {
        self.remove(self.rows_in_which(row, |asked, reached| asked <= reached));
    }

    /// The rows in which all levels are so beside these.
    fn rows_in_which(&self, levels: &[Level], is_so: impl Fn(Level, Level) -> bool) -> Rows {
        let mut rows = self.is_there;
        for (column, &level) in self.columns.iter().zip(levels) {
            for (row, &asked) in rows.iter_mut().zip(column) {
                *row &= -Level::from(is_so(asked, level));
            }
            // Mostly the first column tells. It also keeps the rows side by side: without a way out, a compiler takes
            // the columns side by side, which are few.
            if are_none(rows) {
                break;
            }
        }
        rows
    }

    /// Takes rows out.
    fn remove(&mut self, rows: Rows) {
        for (is_there, row) in self.is_there.iter_mut().zip(rows) {
            *is_there &= !row;
        }
    }
}

fn are_none(rows: Rows) -> bool {
    rows.into_iter().fold(0, |any, row| any | row) == 0
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn reaches(row: &[Level], levels: &[Level]) -> bool {
        row.iter().zip(levels).all(|(reached, level)| reached >= level)
    }

    proptest! {
        #[test]
        fn the_last_that_say_most_are_remembered(
            steps in vec((any::<bool>(), [0..6 as Level, 0..6, 0..6]), 1..80),
        ) {
            let (mut vain, mut expected) = (Vain::default(), VecDeque::from([None::<[Level; 3]>; MOST]));
            for (is_asked, row) in steps {
                let is_known = expected.iter().flatten().any(|asked| reaches(&row, asked));
                prop_assert_eq!(vain.rules_out(&row), is_known);
                let mut forget = |is_so: fn(&[Level], &[Level]) -> bool| {
                    for asked in expected.iter_mut().filter(|asked| asked.is_some_and(|asked| is_so(&asked, &row))) {
                        *asked = None;
                    }
                };
                if !is_asked {
                    vain.forget(&row);
                    forget(|asked, row| reaches(row, asked));
                } else if !is_known {
                    vain.note(&row);
                    forget(reaches);
                    expected.pop_front();
                    expected.push_back(Some(row));
                }
            }
        }
    }
}
