//! Writes the explanation of a node and of the whole cluster as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::explain::{ClusterAnswer, NodeAnswer};
use crate::quantity::Quantity;
use crate::render::Setting;
use crate::render::json::explain::{Line, RefusalEntry, line, reasons, refusals, requirements};
use crate::render::json::plan::{CodeEntry, code_entry};
use crate::render::phrase;

/// Resources and workloads of a node, and the workloads that it refuses.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NodeDocument<'a> {
    node: &'a str,
    /// Line of its table in the manifest.
    declared: Option<Line<'a>>,
    cordoned: Option<&'a str>,
    drained: Option<&'a str>,
    resources: BTreeMap<&'a str, StockEntry>,
    /// Workloads on the node, in the order in which they were placed.
    workloads: Vec<GuestEntry<'a>>,
    /// Unplaced workloads, by name, with the reasons why the node refuses each.
    refused: Vec<RejectionEntry<'a>>,
}

/// Amounts of one resource of a node, in the units in which the node declares it.
#[derive(Serialize, JsonSchema)]
struct StockEntry {
    capacity: String,
    used: String,
    free: String,
}

/// Workload on a node.
#[derive(Serialize, JsonSchema)]
struct GuestEntry<'a> {
    workload: &'a str,
    requirements: BTreeMap<&'a str, String>,
    /// Kind of the change that the plan makes; null if the workload stays as it is.
    change: Option<&'static str>,
    /// Reasons of the change, as sentences.
    reasons: Vec<String>,
}

/// Workload that a node refuses.
#[derive(Serialize, JsonSchema)]
struct RejectionEntry<'a> {
    workload: &'a str,
    refusals: Vec<RefusalEntry<'a>>,
}

/// Free resources of the cluster, and the reasons for its unplaced workloads.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ClusterDocument<'a> {
    nodes: usize,
    workloads: usize,
    resources: BTreeMap<&'a str, FullnessEntry<'a>>,
    /// Number of unplaced workloads by reason, largest first. The reason is the resource that the nearest node lacks,
    /// or the most frequent reason if there is no nearest node.
    unplaced: Vec<ReasonEntry<'a>>,
    /// Resources of which some unplaced workload needs more than all nodes together have free.
    short: Vec<ShortEntry<'a>>,
    /// Nodes without workloads.
    empty: Vec<&'a str>,
}

/// Amounts of one resource, summed over all nodes that limit it.
#[derive(Serialize, JsonSchema)]
struct FullnessEntry<'a> {
    /// Number of nodes that offer a limited amount.
    nodes: u32,
    /// Number of nodes that offer an unlimited amount.
    unlimited: u32,
    capacity: String,
    used: String,
    free: String,
    /// Largest amount that is free on one node.
    largest: Option<LargestEntry<'a>>,
}

/// Largest amount that is free on one node.
#[derive(Serialize, JsonSchema)]
struct LargestEntry<'a> {
    node: &'a str,
    free: String,
}

/// Number of unplaced workloads for one reason.
#[derive(Serialize, JsonSchema)]
struct ReasonEntry<'a> {
    #[serde(flatten)]
    reason: CodeEntry<'a>,
    workloads: usize,
}

/// Resource that is short in the whole cluster.
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
