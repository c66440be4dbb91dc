//! Which node comes nearest to taking a workload by amounts: the one that is least short, in proportion to the need.
//!
//! One node in the middle of those that are short is asked how short it is, and the sets of those that have more than
//! in this proportion leave only the nodes that are nearer; half of them or so, each time. Asked before all others is a
//! node that was nearest to a similar workload: it often leaves few. Of the equally near the first in strategy order is
//! meant.
//! Source: the selection of C. A. R. Hoare, "Algorithm 65: Find", 1961, over sets instead of an array.

use crate::model::{NodeId, Requirement};
use crate::place::tally::census::Census;
use crate::place::tally::node_set::Bits;
use crate::quantity::Capacity;
use crate::rules::Shortfall;

/// So many nodes are compared one by one.
const FEW: u32 = 16;

/// The nearest of these nodes; all of them offer what is required. Needs are by name of their resources, and one of the
/// nodes may be likely to be near.
pub(crate) fn nearest(
    census: &Census<'_>,
    needs: Vec<&Requirement>,
    of: Bits,
    likely: Option<NodeId>,
) -> Option<Shortfall> {
    let mut search = Search { census, scratch: of.clone(), needs, of };
    search.leave_the_short();
    let mut likely = likely.map(|node| census.number(node)).filter(|&number| search.of.has(number));
    loop {
        let count = search.of.count();
        if count <= FEW {
            return search.first_of_all();
        }
        let pivot = search.miss(likely.take().or_else(|| search.of.nth(count / 2))?)?;
        // Products of amounts beyond all measure do not fit, and then every node is asked.
        let Some(nearer) = search.compared(&pivot, To::Nearer) else { return search.first_of_all() };
        if nearer.is_empty() {
            let equal = search.compared(&pivot, To::NoFarther)?;
            return search.miss(equal.first()?);
        }
        search.of = nearer;
    }
}

/// How a node compares with a miss.
#[derive(Clone, Copy)]
enum To {
    Nearer,
    NoFarther,
}

struct Search<'a> {
    census: &'a Census<'a>,
    needs: Vec<&'a Requirement>,
    /// The nodes that may be nearest.
    of: Bits,
    scratch: Bits,
}

impl Search<'_> {
    /// Leaves those nodes that are short of something, and of nothing of which none is needed.
    fn leave_the_short(&mut self) {
        let mut short = Bits::none(self.census.nodes.len());
        for need in &self.needs {
            self.census.shelf(need.resource).below(Capacity::Finite(need.amount()), &self.of, &mut self.scratch);
            if need.amount().is_positive() {
                short.add(&self.scratch);
            } else {
                self.of.subtract(&self.scratch);
            }
        }
        self.of.keep(&short);
    }

    /// The nodes that are nearer than a miss, or no farther.
    fn compared(&mut self, miss: &Shortfall, to: To) -> Option<Bits> {
        let mut closer = self.of.clone();
        for need in self.needs.iter().filter(|need| need.amount().is_positive()) {
            let having = self.census.shelf(need.resource);
            match to {
                To::Nearer => {
                    let most = need.amount().scaled(miss.free, miss.need)?;
                    having.up_to(Capacity::Finite(most), &closer, &mut self.scratch);
                }
                To::NoFarther => {
                    let least = -(-need.amount()).scaled(miss.free, miss.need)?;
                    having.below(Capacity::Finite(least), &closer, &mut self.scratch);
                }
            }
            closer.subtract(&self.scratch);
        }
        Some(closer)
    }

    fn first_of_all(&self) -> Option<Shortfall> {
        let misses = self.of.iter().filter_map(|number| self.miss(number));
        misses.reduce(|best, miss| if miss.compare(&best).is_lt() { miss } else { best })
    }

    /// What a node is short of most, of equal ones the first.
    fn miss(&self, number: u32) -> Option<Shortfall> {
        let node = self.census.nodes[number as usize];
        let misses = self.needs.iter().filter(|need| need.amount().is_positive()).filter_map(|need| {
            let free = self.census.now.free(node, need.resource)?.finite()?;
            (free < need.amount()).then_some(Shortfall { node, resource: need.resource, need: need.amount(), free })
        });
        misses.reduce(|worst, miss| if miss.compare(&worst).is_gt() { miss } else { worst })
    }
}
