//! Explains the cluster as a whole: totals of each resource, and what the unplaced workloads are short of.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::explain::Context;
use crate::explain::node::resources_of;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::{Reason, Shortfall};

/// Answer about a cluster.
#[derive(Clone, Debug)]
pub struct ClusterAnswer {
    /// Totals of each resource over all nodes, sorted by name.
    pub resources: Vec<ResourceTotal>,
    /// Number of unplaced workloads by reason: what the nearest node is short of, or else the reason of most nodes.
    pub unplaced: Vec<(Reason, usize)>,
    /// Resources of which all nodes together have less free than some workload needs, sorted by name.
    pub short: Vec<ScarceResource>,
    /// Empty nodes, in manifest order.
    pub empty: Vec<NodeId>,
}

/// Totals of one resource over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceTotal {
    /// The resource.
    pub resource: Symbol,
    /// Number of nodes with a finite amount. A ward (`-inf`) does not count.
    pub nodes: u32,
    /// Number of nodes with `inf`.
    pub unlimited: u32,
    /// Sum of the finite capacities; negative ones count as zero.
    pub capacity: Quantity,
    /// Amount in use on the nodes with a finite amount.
    pub used: Quantity,
    /// Amount that is free on the nodes with a finite amount; a negative one counts as zero.
    pub free: Quantity,
    /// Largest amount that is free on one node, and the first such node.
    pub largest: Option<(Quantity, NodeId)>,
    /// Units of the first node that offers it.
    pub family: Family,
}

/// Resource of which the whole cluster has too little free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScarceResource {
    /// The resource.
    pub resource: Symbol,
    /// Number of unplaced workloads that need more of it than is free on all nodes together.
    pub workloads: usize,
    /// Amount that is free on all nodes together.
    pub free: Quantity,
}

/// Explains the cluster.
pub fn cluster(context: Context<'_>) -> ClusterAnswer {
    let (model, now) = (context.plan.model, context.plan.outcome.engine.occupancy());
    ClusterAnswer {
        resources: totals(context),
        unplaced: unplaced(context),
        short: short(context),
        empty: model.node_ids().filter(|&node| now.on(node).is_empty()).collect(),
    }
}

fn totals(context: Context<'_>) -> Vec<ResourceTotal> {
    let (model, engine) = (context.plan.model, &context.plan.outcome.engine);
    let mut found = BTreeMap::<&str, ResourceTotal>::new();
    for node in model.node_ids() {
        for each in resources_of(model, engine, node) {
            let total = found.entry(model.text(each.resource)).or_insert(ResourceTotal {
                resource: each.resource,
                nodes: 0,
                unlimited: 0,
                capacity: Quantity::ZERO,
                used: Quantity::ZERO,
                free: Quantity::ZERO,
                largest: None,
                family: each.family,
            });
            match (each.capacity, each.free) {
                (Capacity::Unlimited, _) => total.unlimited += 1,
                (Capacity::Finite(capacity), Capacity::Finite(free)) => {
                    total.nodes += 1;
                    total.capacity += capacity.max(Quantity::ZERO);
                    total.used += each.used;
                    total.free += free.max(Quantity::ZERO);
                    if total.largest.is_none_or(|(largest, _)| free > largest) {
                        total.largest = Some((free, node));
                    }
                }
                _ => {}
            }
        }
    }
    // A resource with nothing but wards is not offered.
    found.into_values().filter(|each| each.nodes + each.unlimited > 0).collect()
}

/// Counts each unplaced workload once: by the shortfall of its nearest node, or else by the reason of most nodes.
fn unplaced(context: Context<'_>) -> Vec<(Reason, usize)> {
    let mut counts = Vec::<(Reason, usize)>::new();
    for each in &context.plan.unplaced {
        let nearest = each.nearest.map(|Shortfall { resource, need, free, .. }| Reason::Short { resource, need, free });
        let most = || each.counts.iter().rev().max_by_key(|(_, nodes)| *nodes).map(|(refusal, _)| *refusal);
        let Some(reason) = nearest.or_else(most) else { continue };
        match counts.iter_mut().find(|(known, _)| known.is_like(&reason)) {
            Some((_, count)) => *count += 1,
            None => counts.push((reason, 1)),
        }
    }
    sort(context.plan.model, &mut counts);
    counts
}

fn sort(model: &Model, counts: &mut [(Reason, usize)]) {
    counts.sort_by_key(|(each, count)| (Reverse(*count), each.order(model)));
}

fn short(context: Context<'_>) -> Vec<ScarceResource> {
    let mut found = BTreeMap::<&str, ScarceResource>::new();
    for shortage in context.plan.unplaced.iter().flat_map(|each| &each.shortages) {
        let (resource, free) = (shortage.resource, shortage.free);
        let name = context.plan.model.text(resource);
        found.entry(name).or_insert(ScarceResource { resource, workloads: 0, free }).workloads += 1;
    }
    found.into_values().collect()
}
