//! Finds the node that comes nearest to taking a workload, and the workloads that use what it is short of.

use crate::model::names::Symbol;
use crate::model::{NodeId, WorkloadId};
use crate::place::Unplaced;
use crate::plan::Plan;
use crate::quantity::Quantity;
use crate::rules::{Reason, Shortfall, refusals};

/// Node that comes nearest to taking a workload, by amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Its shortfall.
    pub shortfall: Shortfall,
    /// All reasons why it refuses, in order of precedence.
    pub refusals: Vec<Reason>,
}

/// Workloads that use a resource of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holders {
    /// The node.
    pub node: NodeId,
    /// The resource.
    pub resource: Symbol,
    /// Workloads with the amount that each uses, largest first.
    pub workloads: Vec<(WorkloadId, Quantity)>,
}

/// Reasons of the node that comes nearest to taking a workload; `None` if amounts are not all that is in the way.
pub fn nearest(plan: &Plan<'_>, unplaced: &Unplaced) -> Option<Nearest> {
    let (shortfall, standing) = (unplaced.nearest?, plan.outcome.standing(unplaced.workload)?);
    let now = plan.outcome.engine.occupancy();
    Some(Nearest { shortfall, refusals: refusals(plan.model, now, unplaced.workload, standing, shortfall.node) })
}

/// Workloads that use what a node is short of.
pub fn holders(plan: &Plan<'_>, shortfall: &Shortfall) -> Holders {
    let model = plan.model;
    let on = plan.outcome.engine.occupancy().on(shortfall.node).iter();
    let takes = on.filter_map(|&workload| {
        let amount = model.workload_table(workload).requirement(shortfall.resource)?.amount();
        amount.is_positive().then_some((workload, amount))
    });
    let mut workloads = takes.collect::<Vec<_>>();
    workloads.sort_by(|(a, more), (b, less)| {
        less.cmp(more).then_with(|| model.workload_name(*a).cmp(model.workload_name(*b)))
    });
    Holders { node: shortfall.node, resource: shortfall.resource, workloads }
}
