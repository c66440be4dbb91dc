//! A node and the cluster, for programs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::explain::{ClusterAnswer, NodeAnswer};
use crate::quantity::Quantity;
use crate::render::Setting;
use crate::render::json::explain::{Line, RefusalEntry, line, reasons, refusals, requirements};
use crate::render::json::plan::{CodeEntry, code_entry};
use crate::render::phrase;

/// What a node has, and whom it refuses.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NodeDocument<'a> {
    node: &'a str,
    /// Its table.
    declared: Option<Line<'a>>,
    cordoned: Option<&'a str>,
    drained: Option<&'a str>,
    resources: BTreeMap<&'a str, StockEntry>,
    /// In the order in which they came.
    workloads: Vec<GuestEntry<'a>>,
    /// The workloads without a place, by name.
    refused: Vec<RejectionEntry<'a>>,
}

/// One resource of a node, in the units in which the node declares it.
#[derive(Serialize, JsonSchema)]
struct StockEntry {
    capacity: String,
    used: String,
    free: String,
}

/// A workload on a node.
#[derive(Serialize, JsonSchema)]
struct GuestEntry<'a> {
    workload: &'a str,
    requirements: BTreeMap<&'a str, String>,
    /// What the plan changes for it; null where it stays as it is.
    change: Option<&'static str>,
    /// Sentences.
    reasons: Vec<String>,
}

/// A workload that a node refuses.
#[derive(Serialize, JsonSchema)]
struct RejectionEntry<'a> {
    workload: &'a str,
    refusals: Vec<RefusalEntry<'a>>,
}

/// What is left in the cluster.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ClusterDocument<'a> {
    nodes: usize,
    workloads: usize,
    resources: BTreeMap<&'a str, FullnessEntry<'a>>,
    /// How many have no place, by what their nearest node is short of, else by what most nodes say; most first.
    unplaced: Vec<ReasonEntry<'a>>,
    /// Of these all nodes together have less free than some workload needs.
    short: Vec<ShortEntry<'a>>,
    /// Nodes with nothing on them.
    empty: Vec<&'a str>,
}

/// One resource over all nodes that have a limit of it.
#[derive(Serialize, JsonSchema)]
struct FullnessEntry<'a> {
    /// How many nodes offer it with a limit.
    nodes: u32,
    /// How many offer it without one.
    unlimited: u32,
    capacity: String,
    used: String,
    free: String,
    /// The largest amount that is free on one node.
    largest: Option<LargestEntry<'a>>,
}

/// The largest amount that is free on one node.
#[derive(Serialize, JsonSchema)]
struct LargestEntry<'a> {
    node: &'a str,
    free: String,
}

/// Workloads without a place, by reason.
#[derive(Serialize, JsonSchema)]
struct ReasonEntry<'a> {
    #[serde(flatten)]
    reason: CodeEntry<'a>,
    workloads: usize,
}

/// A resource that is short in the whole cluster.
#[derive(Serialize, JsonSchema)]
struct ShortEntry<'a> {
    resource: &'a str,
    free: String,
    workloads: usize,
}

pub(crate) fn node<'a>(answer: &'a NodeAnswer, setting: Setting<'a>) -> NodeDocument<'a> {
    let model = setting.plan.model;
    let stocks = answer.resources.iter().map(|each| {
        let entry = StockEntry {
            capacity: each.capacity.display(each.family).to_string(),
            used: each.used.display(each.family).to_string(),
            free: each.free.display(each.family).to_string(),
        };
        (model.text(each.resource), entry)
    });
    let workloads = answer.workloads.iter().map(|guest| GuestEntry {
        workload: model.workload_name(guest.workload),
        requirements: requirements(model, guest.workload),
        change: guest.change.as_ref().map(|change| change.kind.name()),
        reasons: reasons(model, guest.change.as_ref()),
    });
    let refused = answer.refused.iter().map(|each| RejectionEntry {
        workload: model.workload_name(each.workload),
        refusals: refusals(model, answer.node, &each.refusals),
    });
    NodeDocument {
        node: model.node_name(answer.node),
        declared: setting.node_line(answer.node, &[]).map(line),
        cordoned: model.cordons.get(&answer.node).map(String::as_str),
        drained: model.drains.get(&answer.node).map(String::as_str),
        resources: stocks.collect(),
        workloads: workloads.collect(),
        refused: refused.collect(),
    }
}

pub(crate) fn cluster<'a>(answer: &'a ClusterAnswer, setting: Setting<'a>) -> ClusterDocument<'a> {
    let model = setting.plan.model;
    let resources = answer.resources.iter().map(|each| {
        let shown = |amount: Quantity| amount.display(each.family).to_string();
        let largest = each.largest.map(|(free, node)| LargestEntry { node: model.node_name(node), free: shown(free) });
        let (nodes, unlimited) = (each.nodes, each.unlimited);
        let (capacity, used, free) = (shown(each.capacity), shown(each.used), shown(each.free));
        (model.text(each.resource), FullnessEntry { nodes, unlimited, capacity, used, free, largest })
    });
    let unplaced = answer
        .unplaced
        .iter()
        .map(|(refusal, workloads)| ReasonEntry { reason: code_entry(model, refusal), workloads: *workloads });
    let short = answer.short.iter().map(|each| ShortEntry {
        resource: model.text(each.resource),
        free: each.free.display(phrase::declared_family(model, each.resource)).to_string(),
        workloads: each.workloads,
    });
    ClusterDocument {
        nodes: model.nodes().len(),
        workloads: model.workloads().len(),
        resources: resources.collect(),
        unplaced: unplaced.collect(),
        short: short.collect(),
        empty: answer.empty.iter().map(|&node| model.node_name(node)).collect(),
    }
}
