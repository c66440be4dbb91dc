//! Sets of nodes as bits, numbered in strategy order, so that one operation covers 64 nodes.

/// Set of node numbers below a bound that sets used together share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeSet(Vec<u64>);

impl NodeSet {
    /// Returns the empty set; `numbers` is the bound.
    pub(crate) fn none(numbers: usize) -> Self {
        Self(vec![0; numbers.div_ceil(64)])
    }

    /// Returns the set of these numbers; `numbers` is the bound.
    pub(crate) fn of(numbers: usize, members: impl IntoIterator<Item = u32>) -> Self {
        let mut bits = Self::none(numbers);
        for member in members {
            bits.insert(member);
        }
        bits
    }

    /// Returns the set of all numbers below the bound.
    pub(crate) fn all(numbers: usize) -> Self {
        let mut words = vec![u64::MAX; numbers.div_ceil(64)];
        if let Some(last) = words.last_mut().filter(|_| !numbers.is_multiple_of(64)) {
            *last = (1 << (numbers % 64)) - 1;
        }
        Self(words)
    }

    pub(crate) fn insert(&mut self, number: u32) {
        self.0[number as usize / 64] |= 1 << (number % 64);
    }

    pub(crate) fn remove(&mut self, number: u32) {
        self.0[number as usize / 64] &= !(1 << (number % 64));
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        self.0[number as usize / 64] >> (number % 64) & 1 == 1
    }

    pub(crate) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Replaces this set by the intersection of two others.
    pub(crate) fn set_to_both(&mut self, a: &Self, b: &Self) {
        for (word, (a, b)) in self.0.iter_mut().zip(a.0.iter().zip(&b.0)) {
            *word = a & b;
        }
    }

    pub(crate) fn keep(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn subtract(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word &= !other);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Returns the smallest number.
    pub(crate) fn first(&self) -> Option<u32> {
        self.iter().next()
    }

    /// Returns the number that has `before` smaller ones in the set.
    pub(crate) fn nth(&self, mut before: u32) -> Option<u32> {
        for (start, &word) in (0..).step_by(64).zip(&self.0) {
            let ones = word.count_ones();
            if before < ones {
                return ones_of(start, word).nth(before as usize);
            }
            before -= ones;
        }
        None
    }

    /// Returns the numbers, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).step_by(64).zip(&self.0).flat_map(|(start, &word)| ones_of(start, word))
    }
}

/// Returns the numbers in one word of the set.
fn ones_of(start: u32, word: u64) -> impl Iterator<Item = u32> {
    ones(word).map(move |one| start + one)
}

/// Returns the positions of the bits that are set, ascending.
pub(crate) fn ones(word: u64) -> impl Iterator<Item = u32> {
    let rest = |word: &u64| Some(word & (word - 1)).filter(|&rest| rest != 0);
    std::iter::successors(Some(word).filter(|&word| word != 0), rest).map(u64::trailing_zeros)
}

/// Immutable set: a list as long as that is shorter than the bits.
#[derive(Clone, Debug)]
pub(crate) enum FixedNodeSet {
    List(Vec<u32>),
    Bits(NodeSet),
}

impl FixedNodeSet {
    pub(crate) fn new(members: Vec<u32>, numbers: usize) -> Self {
        if members.len() < numbers.div_ceil(64) {
            Self::List(members)
        } else {
            Self::Bits(NodeSet::of(numbers, members))
        }
    }

    pub(crate) fn add_to(&self, bits: &mut NodeSet) {
        match self {
            Self::List(members) => {
                for &member in members {
                    bits.insert(member);
                }
            }
            Self::Bits(members) => bits.add(members),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn of(numbers: &BTreeSet<u32>) -> NodeSet {
        NodeSet::of(200, numbers.iter().copied())
    }

    proptest! {
        #[test]
        fn operations_agree_with_sets(
            a in btree_set(0..200_u32, 0..200),
            b in btree_set(0..200_u32, 0..200),
            at in 0..200_u32,
        ) {
            let (x, y) = (of(&a), of(&b));
            prop_assert!(x.iter().eq(a.iter().copied()));
            prop_assert_eq!((x.count() as usize, x.first(), x.is_empty()), (a.len(), a.first().copied(), a.is_empty()));
            prop_assert_eq!(x.nth(at), a.iter().nth(at as usize).copied());
            prop_assert_eq!(x.has(at), a.contains(&at));
            let [mut kept, mut added, mut left, mut both] = [x.clone(), x.clone(), x.clone(), NodeSet::all(200)];
            kept.keep(&y);
            added.add(&y);
            left.subtract(&y);
            both.set_to_both(&x, &y);
            prop_assert_eq!(&kept, &of(&(&a & &b)));
            prop_assert_eq!(&both, &kept);
            prop_assert_eq!(added, of(&(&a | &b)));
            prop_assert_eq!(left, of(&(&a - &b)));
        }
    }

    #[test]
    fn the_full_set_has_every_number_below_the_bound() {
        for numbers in [0, 1, 63, 64, 65, 128] {
            assert_eq!(NodeSet::all(numbers).count() as usize, numbers);
        }
    }
}
