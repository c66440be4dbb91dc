//! Why a workload has no place: what every node says, who holds what is scarce, and what would help.

use super::class::{Class, classes};
use super::remedy::Way;
use super::turn::Turn;
use super::{Case, seek};
use crate::model::{NodeId, WorkloadId};
use crate::names::Symbol;
use crate::place::{Unplaced, is_open};
use crate::proof::{Proof, proofs};
use crate::quantity::Quantity;

/// Why a workload has no place.
#[derive(Clone, Debug)]
pub struct UnplacedAnswer {
    /// The workload.
    pub workload: WorkloadId,
    /// What the plan says of it.
    pub counted: Unplaced,
    /// All nodes, in classes that answer alike, the nearest miss first.
    pub classes: Vec<Class>,
    /// Who has what the nearest node is short of, the largest first.
    pub holders: Option<Holders>,
    /// What cannot be whatever the order.
    pub proofs: Vec<Proof>,
    /// What would place it: each was planned.
    pub ways: Vec<Way>,
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

/// Explains why a workload has no place; `None` when it has one.
pub fn unplaced(case: Case<'_>, workload: WorkloadId) -> Option<UnplacedAnswer> {
    let (plan, model) = (case.plan, case.plan.model);
    let counted = plan.unplaced.iter().find(|each| each.workload == workload)?.clone();
    let standing = plan.outcome.standing(workload)?;
    let turn = Turn::new(case, workload, standing);
    let classes = classes(model, &turn.now);
    Some(UnplacedAnswer {
        workload,
        counted,
        holders: holders(case, &classes),
        classes,
        proofs: proofs(model, workload, |node| is_open(model, standing, node)),
        ways: seek::ways(case, &turn),
    })
}

/// Who has what the nearest node is short of.
fn holders(case: Case<'_>, classes: &[Class]) -> Option<Holders> {
    let (model, miss) = (case.plan.model, classes.first()?.miss?);
    let on = case.plan.outcome.engine.occupancy().on(miss.node).iter();
    let takes = on.filter_map(|&workload| {
        let amount = model.workload_table(workload).requirement(miss.resource)?.amount;
        amount.is_positive().then_some((workload, amount))
    });
    let mut workloads = takes.collect::<Vec<_>>();
    workloads.sort_by(|(a, more), (b, less)| {
        less.cmp(more).then_with(|| model.workload_name(*a).cmp(model.workload_name(*b)))
    });
    Some(Holders { node: miss.node, resource: miss.resource, workloads })
}
