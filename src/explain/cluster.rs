//! The cluster as a whole: what there is, what is left, in how large pieces, and what is missing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::explain::Case;
use crate::explain::node::stocks;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::Reason;

/// A cluster with what is left in it.
#[derive(Clone, Debug)]
pub struct ClusterAnswer {
    /// Each resource over all nodes, by name.
    pub resources: Vec<Fullness>,
    /// Workloads without a place, counted by what their nearest node is short of, or by what most nodes say.
    pub unplaced: Vec<(Reason, usize)>,
    /// Resources of which all nodes together have less free than some workload needs, by name.
    pub short: Vec<ShortCluster>,
    /// Nodes with nothing on them, in manifest order.
    pub empty: Vec<NodeId>,
}

/// One resource over all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fullness {
    /// The resource.
    pub resource: Symbol,
    /// How many nodes offer it with a limit; a ward offers nothing.
    pub nodes: u32,
    /// How many offer it without a limit.
    pub unlimited: u32,
    /// What the nodes with a limit have; shortcomings count as nothing.
    pub capacity: Quantity,
    /// What workloads take of it there.
    pub used: Quantity,
    /// What is left there, each node at least zero.
    pub free: Quantity,
    /// The largest amount that is free on one node, and the first such node.
    pub largest: Option<(Quantity, NodeId)>,
    /// The units of the first node that offers it.
    pub family: Family,
}

/// A resource that is short in the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortCluster {
    /// The resource.
    pub resource: Symbol,
    /// How many workloads without a place need more of it than is free in all.
    pub workloads: usize,
    /// What is free on all nodes together.
    pub free: Quantity,
}

/// Explains the cluster.
pub fn cluster(case: Case<'_>) -> ClusterAnswer {
    let (model, now) = (case.plan.model, case.plan.outcome.engine.occupancy());
    ClusterAnswer {
        resources: resources(case),
        unplaced: unplaced(case),
        short: short(case),
        empty: model.node_ids().filter(|&node| now.on(node).is_empty()).collect(),
    }
}

fn resources(case: Case<'_>) -> Vec<Fullness> {
    let (model, engine) = (case.plan.model, &case.plan.outcome.engine);
    let mut found = BTreeMap::<&str, Fullness>::new();
    for node in model.node_ids() {
        for stock in stocks(model, engine, node) {
            let fullness = found.entry(model.text(stock.resource)).or_insert(Fullness {
                resource: stock.resource,
                nodes: 0,
                unlimited: 0,
                capacity: Quantity::ZERO,
                used: Quantity::ZERO,
                free: Quantity::ZERO,
                largest: None,
                family: stock.family,
            });
            match (stock.capacity, stock.free) {
                (Capacity::Unlimited, _) => fullness.unlimited += 1,
                (Capacity::Finite(capacity), Capacity::Finite(free)) => {
                    fullness.nodes += 1;
                    fullness.capacity += capacity.max(Quantity::ZERO);
                    fullness.used += stock.used;
                    fullness.free += free.max(Quantity::ZERO);
                    if fullness.largest.is_none_or(|(largest, _)| free > largest) {
                        fullness.largest = Some((free, node));
                    }
                }
                _ => {}
            }
        }
    }
    // Who only wards it off does not have any.
    found.into_values().filter(|each| each.nodes + each.unlimited > 0).collect()
}

/// Each workload without a place once: by what its nearest node is short of, else by the refusal of most nodes.
fn unplaced(case: Case<'_>) -> Vec<(Reason, usize)> {
    let mut counts = Vec::<(Reason, usize)>::new();
    for each in &case.plan.unplaced {
        let nearest =
            each.nearest.map(|miss| Reason::Short { resource: miss.resource, need: miss.need, free: miss.free });
        let most = || each.counts.iter().rev().max_by_key(|(_, nodes)| *nodes).map(|(refusal, _)| *refusal);
        let Some(reason) = nearest.or_else(most) else { continue };
        match counts.iter_mut().find(|(known, _)| known.is_like(&reason)) {
            Some((_, count)) => *count += 1,
            None => counts.push((reason, 1)),
        }
    }
    sort(case.plan.model, &mut counts);
    counts
}

fn sort(model: &Model, counts: &mut [(Reason, usize)]) {
    counts.sort_by_key(|(each, count)| (Reverse(*count), each.order(model)));
}

fn short(case: Case<'_>) -> Vec<ShortCluster> {
    let mut found = BTreeMap::<&str, ShortCluster>::new();
    for shortage in case.plan.unplaced.iter().flat_map(|each| &each.shortages) {
        let (resource, free) = (shortage.resource, shortage.free);
        let name = case.plan.model.text(resource);
        found.entry(name).or_insert(ShortCluster { resource, workloads: 0, free }).workloads += 1;
    }
    found.into_values().collect()
}
