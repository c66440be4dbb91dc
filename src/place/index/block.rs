//! Block of up to 64 neighbours in an order, with their levels stored column by column.
//!
//! A column holds the levels of all entries side by side, so that a processor compares many at once. Inserting or
//! removing an entry shifts those after it.
//! Source: D. J. Abadi, S. R. Madden and N. Hachem, "Column-stores vs. row-stores", 2008.

use crate::place::node_order::NodeKey;
use crate::place::tally::node_set::ones;

/// Quantization level of an entry in one column, from 0 up. Sixteen bits, so that a vector instruction compares eight
/// or more at once.
pub(crate) type Level = i16;

/// Number of entries at which a block is split: as many as a `u64` has bits.
const CAPACITY: usize = 64;

/// Number of entries that a block keeps when it is split.
const HALF: usize = CAPACITY / 2;

/// Entries sorted by key.
#[derive(Clone, Debug)]
pub(crate) struct Block<T> {
    pub(crate) keys: Vec<NodeKey>,
    /// Value of each key.
    pub(crate) entries: Vec<T>,
    /// Levels of each column by entry; zero after the last entry.
    columns: Vec<[Level; CAPACITY]>,
}

impl<T> Block<T> {
    pub(crate) fn new(columns: usize) -> Self {
        Self { keys: Vec::new(), entries: Vec::new(), columns: vec![[0; CAPACITY]; columns] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Inserts an entry, with all levels zero.
    pub(crate) fn insert(&mut self, place: usize, key: NodeKey, entry: T) {
        self.keys.insert(place, key);
        self.entries.insert(place, entry);
        for column in &mut self.columns {
            column.copy_within(place..CAPACITY - 1, place + 1);
            column[place] = 0;
        }
    }

    /// Removes an entry.
    pub(crate) fn remove(&mut self, place: usize) {
        self.keys.remove(place);
        self.entries.remove(place);
        for column in &mut self.columns {
            column.copy_within(place + 1.., place);
            column[CAPACITY - 1] = 0;
        }
    }

    /// Splits off the upper half if the block is full.
    pub(crate) fn split_if_full(&mut self) -> Option<Self> {
        if self.keys.len() < CAPACITY {
            return None;
        }
        let mut upper = Self::new(self.columns.len());
        upper.keys = self.keys.split_off(HALF);
        upper.entries = self.entries.split_off(HALF);
        for (column, upper) in self.columns.iter_mut().zip(&mut upper.columns) {
            upper[..CAPACITY - HALF].copy_from_slice(&column[HALF..]);
            column[HALF..].fill(0);
        }
        Some(upper)
    }

    /// Sets the levels of an entry.
    pub(crate) fn set_levels(&mut self, place: usize, level: impl Fn(&T, usize) -> Level) {
        for (number, column) in self.columns.iter_mut().enumerate() {
            column[place] = level(&self.entries[place], number);
        }
    }

    /// Returns the highest level in a column.
    pub(crate) fn highest(&self, column: usize) -> Level {
        self.columns[column].iter().copied().fold(0, Level::max)
    }

    /// Returns the entries with at least the needed level in every column, as a bit set.
    pub(crate) fn matching(&self, needs: &[Level]) -> u64 {
        // A level that falls short gives a negative difference, and its sign bit survives the `|` over all columns.
        // No level is negative, so the subtraction never wraps; saying so saves the overflow check.
        let mut differences = [0; CAPACITY];
        for (column, &need) in self.columns.iter().zip(needs).filter(|&(_, &need)| need > 0) {
            for (difference, &level) in differences.iter_mut().zip(column) {
                *difference |= level.wrapping_sub(need);
            }
        }
        let falls_short = differences.map(|difference: Level| u8::from(difference < 0));
        !bits(&falls_short) & mask_below(self.keys.len())
    }
}

/// Returns the positions of the bits that are set, ascending.
pub(crate) fn bit_positions(bits: u64) -> impl Iterator<Item = usize> {
    ones(bits).map(|place| place as usize)
}

/// Returns a mask of the bits before a position.
pub(crate) fn mask_below(place: usize) -> u64 {
    if place < CAPACITY { (1 << place) - 1 } else { u64::MAX }
}

/// Packs bytes that are 0 or 1 into bits. One product gathers eight bytes, and its partial sums do not overlap.
fn bits(bytes: &[u8; CAPACITY]) -> u64 {
    let (eights, _) = bytes.as_chunks();
    let byte = |&eight: &[u8; 8]| u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().rev().fold(0, |bits, eight| bits << 8 | byte(eight))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packed_bytes_list_their_positions(set in any::<u64>(), place in 0..=CAPACITY) {
            let bytes = std::array::from_fn(|at| u8::from(set >> at & 1 == 1));
            prop_assert_eq!(bits(&bytes), set);
            prop_assert!(bit_positions(set).eq((0..CAPACITY).filter(|&at| bytes[at] == 1)));
            prop_assert!(bit_positions(mask_below(place)).eq(0..place));
        }
    }
}
