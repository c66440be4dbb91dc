//! Neighbours in an order: who of them reaches what is known as bits.
//!
//! Of each column an entry has a level. For each level of each column there is one word, with a bit for each slot that
//! says whether its entry reaches it; so one `and` a column tells who has all that is needed, of sixty-four at once.
//! An entry has its slot wherever it stands in the order, so who comes and goes moves the bits of one other at most.
//! Source: P. O'Neil and D. Quass, "Improved query performance with variant indexes", 1997.

use std::ops::Range;

use super::order::Key;

/// How far an entry reaches in one column; 0 is nowhere.
pub(super) type Level = u8;

/// The highest level that there may be.
pub(super) const HIGHEST: Level = 127;

/// A block that has as many entries as a word has bits is divided.
const MOST: usize = 64;

/// So many entries a block keeps when it is divided.
const HALF: usize = MOST / 2;

/// Entries in slots, of which none is free before the last.
#[derive(Clone, Debug)]
pub(super) struct Block<T> {
    /// By slot.
    pub(super) keys: Vec<Key>,
    /// What there is beside the keys.
    pub(super) entries: Vec<T>,
    /// The slots in order of keys.
    order: Vec<u8>,
    /// For each level of each column, from 1 on, the slots of those that reach it.
    words: Vec<u64>,
}

impl<T> Block<T> {
    pub(super) fn new(words: usize) -> Self {
        Self { keys: Vec::new(), entries: Vec::new(), order: Vec::new(), words: vec![0; words] }
    }

    /// The slot of a place in the order.
    pub(super) fn slot(&self, place: usize) -> usize {
        self.order[place].into()
    }

    pub(super) fn first_key(&self) -> Key {
        self.keys[self.slot(0)]
    }

    /// The first place of which the key is not one of these, which come first.
    pub(super) fn place_of(&self, is_before: impl Fn(Key) -> bool) -> usize {
        self.order.partition_point(|&slot| is_before(self.keys[usize::from(slot)]))
    }

    /// Puts an entry in and tells its slot; it reaches nothing yet.
    pub(super) fn insert(&mut self, place: usize, key: Key, entry: T) -> usize {
        let slot = self.keys.len();
        self.keys.push(key);
        self.entries.push(entry);
        self.order.insert(place, number(slot));
        slot
    }

    /// Takes an entry out, and puts the one of the last slot where it was.
    pub(super) fn take_out(&mut self, place: usize) -> T {
        let (slot, last) = (self.order.remove(place), number(self.keys.len() - 1));
        for other in &mut self.order {
            *other = if *other == last { slot } else { *other };
        }
        for word in &mut self.words {
            *word = (*word & !(1 << slot) | (*word >> last & 1) << slot) & below(last.into());
        }
        self.keys.swap_remove(slot.into());
        self.entries.swap_remove(slot.into())
    }

    /// Takes out the upper half, once there is no room for more.
    pub(super) fn split_if_full(&mut self) -> Option<Self> {
        if self.keys.len() < MOST {
            return None;
        }
        let mut upper = Self::new(self.words.len());
        while self.keys.len() > HALF {
            let (slot, place) = (self.slot(HALF), upper.keys.len());
            for (word, upper) in self.words.iter().zip(&mut upper.words) {
                *upper |= (word >> slot & 1) << place;
            }
            upper.insert(place, self.keys[slot], self.take_out(HALF));
        }
        Some(upper)
    }

    /// Sets how far an entry reaches in a column.
    pub(super) fn set(&mut self, slot: usize, column: &Range<usize>, level: Level) {
        let words = &mut self.words[column.clone()];
        let (before, after) = (words.partition_point(|word| word >> slot & 1 == 1), level.into());
        for word in &mut words[before.min(after)..before.max(after)] {
            *word ^= 1 << slot;
        }
    }

    /// The slots of those that are in all of these words, in order from a place on.
    pub(super) fn reaching(&self, words: &[usize], from: usize) -> impl Iterator<Item = usize> {
        let all = words.iter().fold(u64::MAX, |all, &word| all & self.words[word]);
        // Most of what is looked at has none.
        let order = if all == 0 { &[] } else { &self.order[from..] };
        order.iter().map(|&slot| usize::from(slot)).filter(move |slot| all >> slot & 1 == 1)
    }

    /// The highest level of a column that any entry reaches.
    pub(super) fn highest(&self, column: &Range<usize>) -> Level {
        level(self.words[column.clone()].partition_point(|&word| word != 0))
    }

    /// The highest level that any entry reaches in all of these columns.
    pub(super) fn highest_in_all(&self, columns: &(impl Iterator<Item = Range<usize>> + Clone)) -> Level {
        let height = columns.clone().map(|column| column.len()).min().unwrap_or(0);
        let all = |level| columns.clone().fold(u64::MAX, |all, column| all & self.words[column.start + level]);
        let (mut reached, mut beyond) = (0, height);
        while reached < beyond {
            let middle = reached.midpoint(beyond);
            if all(middle) == 0 { beyond = middle } else { reached = middle + 1 }
        }
        level(reached)
    }
}

/// A slot as it is kept.
fn number(slot: usize) -> u8 {
    u8::try_from(slot).expect("no more slots than a word has bits")
}

/// How many levels are reached, of those from 1 on.
fn level(reached: usize) -> Level {
    Level::try_from(reached).expect("no column is higher than the highest level")
}

/// The bits of the slots before one.
fn below(slot: usize) -> u64 {
    (1 << slot) - 1
}
