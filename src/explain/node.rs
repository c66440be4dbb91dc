//! What a node has, what is on it, and whom it refuses.

use crate::explain::Case;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::place::Engine;
use crate::plan::Change;
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::{Reason, refusals};

/// A node with all that is on it.
#[derive(Clone, Debug)]
pub struct NodeAnswer {
    /// The node.
    pub node: NodeId,
    /// Its resources, by name.
    pub stocks: Vec<Stock>,
    /// The workloads on it, in the order in which they came.
    pub guests: Vec<Guest>,
    /// The workloads without a place, by name, with what the node says of each.
    pub refused: Vec<Rejection>,
}

/// One resource of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The resource.
    pub resource: Symbol,
    /// What there is of it.
    pub capacity: Capacity,
    /// What is taken.
    pub used: Quantity,
    /// What is left.
    pub free: Capacity,
    /// The units in which the node declares it.
    pub family: Family,
}

/// A workload on a node.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The workload.
    pub workload: WorkloadId,
    /// What brought it, or changed it; nothing where it stays as it is on record.
    pub change: Option<Change>,
}

/// A workload that a node refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The workload.
    pub workload: WorkloadId,
    /// Why.
    pub refusals: Vec<Reason>,
}

/// Explains a node.
pub fn node(case: Case<'_>, node: NodeId) -> NodeAnswer {
    let (plan, model, engine) = (case.plan, case.plan.model, &case.plan.outcome.engine);
    let on = engine.occupancy().on(node).iter();
    let guests = on.map(|&workload| Guest { workload, change: plan.change_of(workload).cloned() });
    let refused = plan.unplaced.iter().filter_map(|each| {
        let standing = plan.outcome.standing(each.workload)?;
        let refusals = refusals(model, engine.occupancy(), each.workload, standing, node);
        Some(Rejection { workload: each.workload, refusals })
    });
    NodeAnswer { node, stocks: stocks(model, engine, node), guests: guests.collect(), refused: refused.collect() }
}

/// What a node has of each resource, by name.
pub(crate) fn stocks(model: &Model, engine: &Engine, node: NodeId) -> Vec<Stock> {
    let stock = |offer: &crate::model::Offer| Stock {
        resource: offer.resource,
        capacity: offer.capacity,
        used: engine.occupancy().used(model, node, offer.resource),
        free: engine.occupancy().free(node, offer.resource).unwrap_or(offer.capacity),
        family: offer.family,
    };
    let mut stocks = model.node_table(node).resources.iter().map(stock).collect::<Vec<_>>();
    stocks.sort_unstable_by_key(|stock| model.text(stock.resource));
    stocks
}
