//! The node that comes nearest to taking a workload, and who has what it is short of.

use crate::model::names::Symbol;
use crate::model::{NodeId, WorkloadId};
use crate::place::Unplaced;
use crate::plan::Plan;
use crate::quantity::Quantity;
use crate::rules::{Reason, Shortfall, refusals};

/// The node that comes nearest by amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// By how much it misses.
    pub miss: Shortfall,
    /// All that it says, in the order of refusals.
    pub refusals: Vec<Reason>,
}

/// Who has a resource of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holders {
    /// The node.
    pub node: NodeId,
    /// The resource.
    pub resource: Symbol,
    /// Who takes how much of it, the largest first.
    pub workloads: Vec<(WorkloadId, Quantity)>,
}

/// What the node says that comes nearest to taking a workload; `None` where amounts make none near.
pub fn nearest(plan: &Plan<'_>, unplaced: &Unplaced) -> Option<Nearest> {
    let (miss, standing) = (unplaced.nearest?, plan.outcome.standing(unplaced.workload)?);
    let now = plan.outcome.engine.occupancy();
    Some(Nearest { miss, refusals: refusals(plan.model, now, unplaced.workload, standing, miss.node) })
}

/// Who has what a node is short of.
pub fn holders(plan: &Plan<'_>, miss: &Shortfall) -> Holders {
    let model = plan.model;
    let on = plan.outcome.engine.occupancy().on(miss.node).iter();
    let takes = on.filter_map(|&workload| {
        let amount = model.workload_table(workload).requirement(miss.resource)?.amount();
        amount.is_positive().then_some((workload, amount))
    });
    let mut workloads = takes.collect::<Vec<_>>();
    workloads.sort_by(|(a, more), (b, less)| {
        less.cmp(more).then_with(|| model.workload_name(*a).cmp(model.workload_name(*b)))
    });
    Holders { node: miss.node, resource: miss.resource, workloads }
}
