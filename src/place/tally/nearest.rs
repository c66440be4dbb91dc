//! Which node comes nearest to taking a workload by amounts: the one that is least short, in proportion to the need.
//!
//! One node in the middle of those that are short is asked how short it is, and the sets of those that have more than
//! in this proportion leave only the nodes that are nearer; half of them or so, each time. Asked before all others is a
//! node that was nearest to a similar workload: it often leaves few. Of the equally near the first in strategy order is
//! meant.
//! Source: the selection of C. A. R. Hoare, "Algorithm 65: Find", 1961, over sets instead of an array.

use crate::model::{NodeId, Requirement};
use crate::place::tally::node_set::NodeSet;
use crate::place::tally::refusal_sets::RefusalSets;
use crate::quantity::Capacity;
use crate::rules::Shortfall;

/// So many nodes are compared one by one.
const MAX_SCANNED: u32 = 16;

/// The nearest of these nodes; all of them offer what is required. Needs are by name of their resources, and one of the
/// nodes may be likely to be near.
pub(crate) fn nearest(
    sets: &RefusalSets<'_>,
    needs: Vec<&Requirement>,
    of: NodeSet,
    likely: Option<NodeId>,
) -> Option<Shortfall> {
    let mut search = NearestSearch { sets, scratch: of.clone(), needs, of };
    search.leave_the_short();
    let mut likely = likely.map(|node| sets.number(node)).filter(|&number| search.of.has(number));
    loop {
        let count = search.of.count();
        if count <= MAX_SCANNED {
            return search.scan();
        }
        let pivot = search.miss(likely.take().or_else(|| search.of.nth(count / 2))?)?;
        // Products of amounts beyond all measure do not fit, and then every node is asked.
        let Some(nearer) = search.compared(&pivot, Closeness::Nearer) else { return search.scan() };
        if nearer.is_empty() {
            let equal = search.compared(&pivot, Closeness::NoFarther)?;
            return search.miss(equal.first()?);
        }
        search.of = nearer;
    }
}

/// How a node compares with a miss.
#[derive(Clone, Copy)]
enum Closeness {
    Nearer,
    NoFarther,
}

struct NearestSearch<'a> {
    sets: &'a RefusalSets<'a>,
    needs: Vec<&'a Requirement>,
    /// The nodes that may be nearest.
    of: NodeSet,
    scratch: NodeSet,
}

impl NearestSearch<'_> {
    /// Leaves those nodes that are short of something, and of nothing of which none is needed.
    fn leave_the_short(&mut self) {
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

    /// The nodes that are nearer than a miss, or no farther.
    fn compared(&mut self, miss: &Shortfall, to: Closeness) -> Option<NodeSet> {
        let mut closer = self.of.clone();
        for need in self.needs.iter().filter(|need| need.amount().is_positive()) {
            let having = self.sets.by_free_amount(need.resource);
            match to {
                Closeness::Nearer => {
                    let most = need.amount().scaled(miss.free, miss.need)?;
                    having.up_to(Capacity::Finite(most), &closer, &mut self.scratch);
                }
                Closeness::NoFarther => {
                    let least = -(-need.amount()).scaled(miss.free, miss.need)?;
                    having.below(Capacity::Finite(least), &closer, &mut self.scratch);
                }
            }
            closer.subtract(&self.scratch);
        }
        Some(closer)
    }

    fn scan(&self) -> Option<Shortfall> {
        let misses = self.of.iter().filter_map(|number| self.miss(number));
        misses.reduce(|best, miss| if miss.compare(&best).is_lt() { miss } else { best })
    }

    /// What a node is short of most, of equal ones the first.
    fn miss(&self, number: u32) -> Option<Shortfall> {
        let node = self.sets.nodes[number as usize];
        let misses = self.needs.iter().filter(|need| need.amount().is_positive()).filter_map(|need| {
            let free = self.sets.occupancy.free(node, need.resource)?.finite()?;
            (free < need.amount()).then_some(Shortfall { node, resource: need.resource, need: need.amount(), free })
        });
        misses.reduce(|worst, miss| if miss.compare(&worst).is_gt() { miss } else { worst })
    }
}
