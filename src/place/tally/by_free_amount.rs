//! Finds the nodes with less than an amount of a resource free, as a set, for any amount.
//!
//! The nodes that offer the resource are sorted by free amount. At regular distances a checkpoint stores the set of all
//! nodes before it. The set for an amount is the last checkpoint below it plus the few nodes in between.
//! Source: range-encoded bitmaps, C.-Y. Chan and Y. E. Ioannidis, "Bitmap Index Design and Evaluation", 1998.

use crate::place::tally::node_set::NodeSet;
use crate::quantity::Capacity;

/// Maximum number of checkpoints for a resource.
const MAX_CHECKPOINTS: usize = 128;

/// Nodes that offer a resource, by number, sorted by free amount.
#[derive(Clone, Debug)]
pub(crate) struct NodesByFreeAmount {
    /// Numbers of the nodes, in ascending order of free amount.
    numbers: Vec<u32>,
    /// Free amount of each of them.
    free: Vec<Capacity>,
    /// Number of nodes between two checkpoints.
    step: usize,
    /// Nodes before each checkpoint; empty if the nodes are too few to need one.
    checkpoints: Vec<NodeSet>,
}

impl NodesByFreeAmount {
    /// Sorts nodes by free amount; their numbers are below `numbers`.
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

    /// Sets `found` to the nodes in `of` that offer the resource and have less than `amount` free.
    pub(crate) fn below(&self, amount: Capacity, of: &NodeSet, found: &mut NodeSet) {
        self.lowest(self.free.partition_point(|&free| free < amount), of, found);
    }

    /// Sets `found` to the nodes in `of` that offer the resource and have at most `amount` free.
    pub(crate) fn up_to(&self, amount: Capacity, of: &NodeSet, found: &mut NodeSet) {
        self.lowest(self.free.partition_point(|&free| free <= amount), of, found);
    }

    /// Sets `found` to the nodes in `of` with a ward for the resource.
    pub(crate) fn warding(&self, of: &NodeSet, found: &mut NodeSet) {
        self.up_to(Capacity::Ward, of, found);
    }

    /// Sets `found` to the nodes in `of` that offer the resource.
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
        fn nodes_below_an_amount_are_found(free in vec((0..60_i64, any::<bool>()), 0..600), amount in 0..60_i64) {
            let offers = |amount: i64| Capacity::Finite(amount.into());
            // A third of the nodes do not offer the resource, and some are not in the queried set.
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
            let nodes = NodesByFreeAmount::new(nodes, free.len());
            let mut found = NodeSet::all(free.len());
            nodes.offering(&of, &mut found);
            prop_assert_eq!(&found, &expected[0]);
            nodes.below(offers(amount), &of, &mut found);
            prop_assert_eq!(&found, &expected[1]);
            nodes.up_to(offers(amount - 1), &of, &mut found);
            prop_assert_eq!(&found, &expected[1]);
            nodes.warding(&of, &mut found);
            prop_assert!(found.is_empty());
        }
    }
}
