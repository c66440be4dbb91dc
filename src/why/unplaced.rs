//! Why a workload has no place: what every node says, who holds what is scarce, and what would help.

use super::class::{Class, classes};
use super::remedy::Way;
use super::turn::Turn;
use super::{Case, seek};
use crate::model::{NodeId, WorkloadId};
use crate::names::Symbol;
use crate::place::{Standing, Unplaced};
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
    let standing = plan.outcome.standings.iter().find(|(each, _)| *each == workload)?.1;
    let turn = Turn::new(case, workload, standing);
    let classes = classes(model, &turn.now);
    Some(UnplacedAnswer {
        workload,
        counted,
        holders: holders(case, &classes),
        classes,
        proofs: proofs(model, workload, |node| is_open(case, standing, node)),
        ways: seek::ways(case, &turn),
    })
}

/// Who has what the nearest node is short of.
fn holders(case: Case<'_>, classes: &[Class]) -> Option<Holders> {
    let (model, miss) = (case.plan.model, classes.first()?.miss?);
    let on = case.plan.outcome.engine.occupancy().on(miss.node).iter();
    let takes = on.filter_map(|&workload| {
        let required = &model.workload_table(workload).requirements;
        let amount = required.iter().find(|each| each.resource == miss.resource)?.amount;
        amount.is_positive().then_some((workload, amount))
    });
    let mut workloads = takes.collect::<Vec<_>>();
    workloads.sort_by(|(a, more), (b, less)| {
        less.cmp(more).then_with(|| model.workload_name(*a).cmp(model.workload_name(*b)))
    });
    Some(Holders { node: miss.node, resource: miss.resource, workloads })
}

/// Whether a node could ever take the workload as the record, the cordons and the drains stand.
fn is_open(case: Case<'_>, standing: Standing, node: NodeId) -> bool {
    let model = case.plan.model;
    match standing {
        Standing::Bound(home) => home == Some(node),
        _ => !model.cordons.contains_key(&node) && !model.drains.contains_key(&node),
    }
}
