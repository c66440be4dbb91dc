//! Which nodes have less than so much of a resource, as a set, for any amount.
//!
//! The nodes that offer the resource stand in order of what they have free. Every so many of them the set of those
//! before is written down; the set for an amount is the last one before it and the few nodes in between.
//! Source: range-encoded bitmaps, C.-Y. Chan and Y. E. Ioannidis, "Bitmap Index Design and Evaluation", 1998.

use crate::place::tally::node_set::NodeSet;
use crate::quantity::Capacity;

/// The most sets that are written down for a resource.
const MAX_CHECKPOINTS: usize = 128;

/// The nodes that offer a resource, by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct NodesByFreeAmount {
    /// Ascending by what is free.
    numbers: Vec<u32>,
    free: Vec<Capacity>,
    /// Between two checkpoints are so many nodes.
    step: usize,
    /// The nodes before each checkpoint; none where they are so few that a list is shorter.
    checkpoints: Vec<NodeSet>,
}

impl NodesByFreeAmount {
    /// The by_free_amount of nodes with what they have free, of as many numbers as there are.
    pub(crate) fn new(mut nodes: Vec<(Capacity, u32)>, numbers: usize) -> Self {
        nodes.sort_unstable();
        let (free, on) = nodes.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let step = numbers.div_ceil(64).max(on.len().div_ceil(MAX_CHECKPOINTS)).max(1);
        let mut before = NodeSet::none(numbers);
        let mut checkpoints = Vec::new();
        for next in on.chunks_exact(step) {
            for &number in next {
                before.insert(number);
            }
            checkpoints.push(before.clone());
        }
        Self { numbers: on, free, step, checkpoints }
    }

    /// Sets `found` to those of some nodes that offer it and have less free than this.
    pub(crate) fn below(&self, amount: Capacity, of: &NodeSet, found: &mut NodeSet) {
        self.lowest(self.free.partition_point(|&free| free < amount), of, found);
    }

    /// Sets `found` to those of some nodes that offer it and have at most so much free.
    pub(crate) fn up_to(&self, amount: Capacity, of: &NodeSet, found: &mut NodeSet) {
        self.lowest(self.free.partition_point(|&free| free <= amount), of, found);
    }

    /// Sets `found` to those of some nodes that ward it off.
    pub(crate) fn warding(&self, of: &NodeSet, found: &mut NodeSet) {
        self.up_to(Capacity::Ward, of, found);
    }

    /// Sets `found` to those of some nodes that offer it.
    pub(crate) fn offering(&self, of: &NodeSet, found: &mut NodeSet) {
        self.lowest(self.numbers.len(), of, found);
    }

    fn lowest(&self, count: usize, of: &NodeSet, found: &mut NodeSet) {
        let checkpoints = count / self.step;
        match checkpoints.checked_sub(1) {
            Some(checkpoint) => found.set_to_both(of, &self.checkpoints[checkpoint]),
            None => found.clear(),
        }
        let between = self.numbers[checkpoints * self.step..count].iter().copied().filter(|&number| of.has(number));
        between.for_each(|number| found.insert(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn those_below_an_amount_are_found(free in vec((0..60_i64, any::<bool>()), 0..600), amount in 0..60_i64) {
            let offers = |amount: i64| Capacity::Finite(amount.into());
            // Numbers that are not on the by_free_amount, and ones that are not asked about.
            let nodes = (0..).zip(&free).filter(|(number, _)| number % 3 > 0);
            let nodes = nodes.map(|(number, &(free, _))| (offers(free), number)).collect::<Vec<_>>();
            let asked = (0..).zip(&free).filter(|&(_, &(_, asked))| asked).map(|(number, _)| number);
            let of = NodeSet::of(free.len(), asked);
            let mut expected = [0, 1].map(|_| NodeSet::none(free.len()));
            for &(each, number) in nodes.iter().filter(|&&(_, number)| of.has(number)) {
                expected[0].insert(number);
                if each < offers(amount) {
                    expected[1].insert(number);
                }
            }
            let by_free_amount = NodesByFreeAmount::new(nodes, free.len());
            let mut found = NodeSet::all(free.len());
            by_free_amount.offering(&of, &mut found);
            prop_assert_eq!(&found, &expected[0]);
            by_free_amount.below(offers(amount), &of, &mut found);
            prop_assert_eq!(&found, &expected[1]);
            by_free_amount.up_to(offers(amount - 1), &of, &mut found);
            prop_assert_eq!(&found, &expected[1]);
            by_free_amount.warding(&of, &mut found);
            prop_assert!(found.is_empty());
        }
    }
}
