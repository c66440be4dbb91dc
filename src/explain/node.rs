//! Explains a node: its resources, its workloads, and the workloads that it refuses.

use crate::explain::Context;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::place::Engine;
use crate::plan::Change;
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::{Reason, refusals};

/// Answer about a node.
#[derive(Clone, Debug)]
pub struct NodeAnswer {
    /// The node.
    pub node: NodeId,
    /// Its resources, sorted by name.
    pub resources: Vec<ResourceUse>,
    /// Workloads on it, in the order in which they were placed.
    pub workloads: Vec<PlacedWorkload>,
    /// Unplaced workloads, sorted by name, with the reasons of the node.
    pub refused: Vec<RefusedWorkload>,
}

/// Use of one resource on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceUse {
    /// The resource.
    pub resource: Symbol,
    /// Capacity of the node.
    pub capacity: Capacity,
    /// Amount in use.
    pub used: Quantity,
    /// Amount that is free.
    pub free: Capacity,
    /// Units in which the node declares it.
    pub family: Family,
}

/// Workload on a node.
#[derive(Clone, Debug)]
pub struct PlacedWorkload {
    /// The workload.
    pub workload: WorkloadId,
    /// Change of the plan that brought or changed it; `None` if it stays as recorded.
    pub change: Option<Change>,
}

/// Unplaced workload that a node refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedWorkload {
    /// The workload.
    pub workload: WorkloadId,
    /// Reasons of the node, in order of precedence.
    pub refusals: Vec<Reason>,
}

/// Explains a node.
pub fn node(context: Context<'_>, node: NodeId) -> NodeAnswer {
    let (plan, model, engine) = (context.plan, context.plan.model, &context.plan.outcome.engine);
    let on = engine.occupancy().on(node).iter();
    let workloads = on.map(|&workload| PlacedWorkload { workload, change: plan.change_of(workload).cloned() });
    let refused = plan.unplaced.iter().filter_map(|each| {
        let standing = plan.outcome.standing(each.workload)?;
        let refusals = refusals(model, engine.occupancy(), each.workload, standing, node);
        Some(RefusedWorkload { workload: each.workload, refusals })
    });
    NodeAnswer {
        node,
        resources: resources_of(model, engine, node),
        workloads: workloads.collect(),
        refused: refused.collect(),
    }
}

/// Use of each resource of a node, sorted by name.
pub(crate) fn resources_of(model: &Model, engine: &Engine, node: NodeId) -> Vec<ResourceUse> {
    let stock = |offer: &crate::model::Offer| ResourceUse {
        resource: offer.resource,
        capacity: offer.capacity,
        used: engine.occupancy().used(model, node, offer.resource),
        free: engine.occupancy().free(node, offer.resource).unwrap_or(offer.capacity),
        family: offer.family,
    };
    let mut resources = model.node_table(node).resources.iter().map(stock).collect::<Vec<_>>();
    resources.sort_unstable_by_key(|stock| model.text(stock.resource));
    resources
}
