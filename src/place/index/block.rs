//! Neighbours in an order, and how far each of them reaches.
//!
//! Of each column the levels of all neighbours stand side by side, so that a processor compares many at once. Who comes
//! or goes moves those that stand after it.
//! Source: D. J. Abadi, S. R. Madden and N. Hachem, "Column-stores vs. row-stores", 2008.

use crate::place::node_order::NodeKey;
use crate::place::tally::node_set::ones;

/// How far an entry reaches in one column; 0 is nowhere, and nothing is below. Eight of them fit where a processor
/// compares at once.
pub(crate) type Level = i16;

/// A block that has as many entries as a word has bits is divided.
const CAPACITY: usize = 64;

/// So many entries a block keeps when it is divided.
const HALF: usize = CAPACITY / 2;

/// Entries in order of their keys.
#[derive(Clone, Debug)]
pub(crate) struct Block<T> {
    pub(crate) keys: Vec<NodeKey>,
    /// What there is beside the keys.
    pub(crate) entries: Vec<T>,
    /// Of each column the levels by place; after the last entry they are nowhere.
    columns: Vec<[Level; CAPACITY]>,
}

impl<T> Block<T> {
    pub(crate) fn new(columns: usize) -> Self {
        Self { keys: Vec::new(), entries: Vec::new(), columns: vec![[0; CAPACITY]; columns] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Puts an entry in at a place; it reaches nothing yet.
    pub(crate) fn insert(&mut self, place: usize, key: NodeKey, entry: T) {
        self.keys.insert(place, key);
        self.entries.insert(place, entry);
        for column in &mut self.columns {
            column.copy_within(place..CAPACITY - 1, place + 1);
            column[place] = 0;
        }
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, place: usize) {
        self.keys.remove(place);
        self.entries.remove(place);
        for column in &mut self.columns {
            column.copy_within(place + 1.., place);
            column[CAPACITY - 1] = 0;
        }
    }

    /// Takes out the upper half, once there is no room for more.
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

    /// Sets how far an entry reaches in each column.
    pub(crate) fn set_levels(&mut self, place: usize, level: impl Fn(&T, usize) -> Level) {
        for (number, column) in self.columns.iter_mut().enumerate() {
            column[place] = level(&self.entries[place], number);
        }
    }

    /// How far the furthest entry reaches in a column.
    pub(crate) fn highest(&self, column: usize) -> Level {
        self.columns[column].iter().copied().fold(0, Level::max)
    }

    /// The places of entries that reach all of these levels, as bits.
    pub(crate) fn matching(&self, needs: &[Level]) -> u64 {
        // What falls short in one column has a difference below zero, and so its sign among all of them. None wraps:
        // a processor need not look whether it did.
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

/// The places in a set of bits, ascending.
pub(crate) fn bit_positions(bits: u64) -> impl Iterator<Item = usize> {
    ones(bits).map(|place| place as usize)
}

/// The bits of the places before one.
pub(crate) fn mask_below(place: usize) -> u64 {
    if place < CAPACITY { (1 << place) - 1 } else { u64::MAX }
}

/// Bytes that are 0 or 1 as bits. Eight at a time are gathered by one product, in which no two of them meet.
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
        fn bytes_are_bits_and_bits_are_places(set in any::<u64>(), place in 0..=CAPACITY) {
            let bytes = std::array::from_fn(|at| u8::from(set >> at & 1 == 1));
            prop_assert_eq!(bits(&bytes), set);
            prop_assert!(bit_positions(set).eq((0..CAPACITY).filter(|&at| bytes[at] == 1)));
            prop_assert!(bit_positions(mask_below(place)).eq(0..place));
        }
    }
}
