//! How far a node is from taking a workload, by amounts.

use std::cmp::Ordering;

use ethnum::I256;

use crate::model::NodeId;
use crate::model::names::Symbol;
use crate::quantity::Quantity;
use crate::rules::Reason;

/// Largest shortfall of a node against a workload, in proportion to the need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The node.
    pub node: NodeId,
    /// Resource with the largest shortfall in proportion to the need.
    pub resource: Symbol,
    /// Amount that the workload requires.
    pub need: Quantity,
    /// Amount that is free.
    pub free: Quantity,
}

impl Shortfall {
    /// Compares by the share of the need that is missing; the nearer node is less.
    pub fn compare(&self, other: &Self) -> Ordering {
        let share = |each: &Self| ((each.need - each.free).attos(), each.need.attos());
        compare_fractions(share(self), share(other))
    }
}

/// Largest shortfall among the reasons of a node. `None` if the node lacks or wards a resource, or is below zero in one
/// that the workload does not require, or if no amount is short.
pub fn largest_shortfall(node: NodeId, refusals: &[Reason]) -> Option<Shortfall> {
    let mut largest: Option<Shortfall> = None;
    for refusal in refusals {
        let shortfall = match *refusal {
            Reason::Short { resource, need, free } if need.is_positive() => Shortfall { node, resource, need, free },
            Reason::Short { .. } | Reason::Lacks(_) | Reason::Warded(_) => return None,
            _ => continue,
        };
        if largest.is_none_or(|largest| shortfall.compare(&largest) == Ordering::Greater) {
            largest = Some(shortfall);
        }
    }
    largest
}

/// Compares two positive fractions by their continued fractions. It never multiplies, so it cannot overflow.
fn compare_fractions((a, b): (I256, I256), (c, d): (I256, I256)) -> Ordering {
    let (mut a, mut b, mut c, mut d) = (a, b, c, d);
    loop {
        let whole = (a / b).cmp(&(c / d));
        let (left, right) = (a % b, c % d);
        if whole != Ordering::Equal || left == I256::ZERO || right == I256::ZERO {
            return whole.then_with(|| left.signum().cmp(&right.signum()));
        }
        // left/b compares with right/d as d/right compares with b/left.
        (a, b, c, d) = (d, right, b, left);
    }
}
