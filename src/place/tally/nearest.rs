//! Finds the node that comes nearest to taking a workload: the one least short, in proportion to the need.
//!
//! Quickselect over sets: a pivot node's shortfall leaves only the nodes that are nearer, about half of them each time.
//! The first pivot is the node nearest to a similar workload, which often leaves few. Of equally near nodes the first
//! in strategy order wins.
//! Source: the selection of C. A. R. Hoare, "Algorithm 65: Find", 1961, over sets instead of an array.

use crate::model::{NodeId, Requirement};
use crate::place::tally::node_set::NodeSet;
use crate::place::tally::refusal_sets::RefusalSets;
use crate::quantity::Capacity;
use crate::rules::Shortfall;

/// Maximum number of nodes that are compared one by one.
const MAX_SCANNED: u32 = 16;

/// Returns the nearest of some nodes, all of which offer what is required.
///
/// `needs` are sorted by name of the resource; `likely` is a node that is probably near.
pub(crate) fn nearest(
    sets: &RefusalSets<'_>,
    needs: Vec<&Requirement>,
    of: NodeSet,
    likely: Option<NodeId>,
) -> Option<Shortfall> {
    let mut search = NearestSearch { sets, scratch: of.clone(), needs, of };
    search.keep_short_nodes();
    let mut likely = likely.map(|node| sets.number(node)).filter(|&number| search.of.has(number));
    loop {
        let count = search.of.count();
        if count <= MAX_SCANNED {
            return search.scan();
        }
        let pivot = search.miss(likely.take().or_else(|| search.of.nth(count / 2))?)?;
        // A product of huge amounts may overflow; then every node is compared.
        let Some(nearer) = search.compared(&pivot, Closeness::Nearer) else { return search.scan() };
        if nearer.is_empty() {
            let equal = search.compared(&pivot, Closeness::NoFarther)?;
            return search.miss(equal.first()?);
        }
        search.of = nearer;
    }
}

/// Comparison of a node with a shortfall.
#[derive(Clone, Copy)]
enum Closeness {
    Nearer,
    NoFarther,
}

struct NearestSearch<'a> {
    sets: &'a RefusalSets<'a>,
    needs: Vec<&'a Requirement>,
    /// Nodes that may be nearest.
    of: NodeSet,
    /// Buffer for one set.
    scratch: NodeSet,
}

impl NearestSearch<'_> {
    /// Keeps the nodes that are short of something, but of nothing with a requirement of zero or less.
    fn keep_short_nodes(&mut self) {
        let mut short = NodeSet::none(self.sets.nodes.len());
        for need in &self.needs {
            self.sets.by_free_amount(need.resource).below(Capacity::Finite(need.amount()), &self.of, &mut self.scratch);
            if need.amount().is_positive() {
                short.add(&self.scratch);
            } else {
                self.of.subtract(&self.scratch);
            }
        }
        self.of.keep(&short);
    }

    /// Returns the nodes that are nearer than a shortfall, or no farther; `None` if an amount overflows.
    fn compared(&mut self, miss: &Shortfall, to: Closeness) -> Option<NodeSet> {
        let mut closer = self.of.clone();
        for need in self.needs.iter().filter(|need| need.amount().is_positive()) {
            let by_free_amount = self.sets.by_free_amount(need.resource);
            match to {
                Closeness::Nearer => {
                    let most = need.amount().scaled(miss.free, miss.need)?;
                    by_free_amount.up_to(Capacity::Finite(most), &closer, &mut self.scratch);
                }
                Closeness::NoFarther => {
                    let least = -(-need.amount()).scaled(miss.free, miss.need)?;
                    by_free_amount.below(Capacity::Finite(least), &closer, &mut self.scratch);
                }
            }
            closer.subtract(&self.scratch);
        }
        Some(closer)
    }

    /// Compares the nodes one by one.
    fn scan(&self) -> Option<Shortfall> {
        let misses = self.of.iter().filter_map(|number| self.miss(number));
        misses.reduce(|best, miss| if miss.compare(&best).is_lt() { miss } else { best })
    }

    /// Returns the largest shortfall of a node; of equal ones the first.
    fn miss(&self, number: u32) -> Option<Shortfall> {
        let node = self.sets.nodes[number as usize];
        let misses = self.needs.iter().filter(|need| need.amount().is_positive()).filter_map(|need| {
            let free = self.sets.occupancy.free(node, need.resource)?.finite()?;
            (free < need.amount()).then_some(Shortfall { node, resource: need.resource, need: need.amount(), free })
        });
        misses.reduce(|worst, miss| if miss.compare(&worst).is_gt() { miss } else { worst })
    }
}
