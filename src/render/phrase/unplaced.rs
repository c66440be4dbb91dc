//! Why a workload is unplaced, in short.

use std::iter;

use super::{counted_reason, declared_family, offer, reasons, requirements, workloads};
use crate::explain::{Holders, Nearest};
use crate::model::{Model, WorkloadId};
use crate::place::{Shortage, Unplaced};
use crate::rules::Shortfall;
use crate::text::count::counted;
use crate::text::escape::{shell_word, visible};

/// Maximum number of holders of a resource that are named.
const MAX_HOLDERS: usize = 6;

/// `train is unplaced (cluster.toml:148): needs cpu 8, gpu 2, mem 128Gi`; `place` is that of its table.
pub fn unplaced_needs(model: &Model, workload: WorkloadId, place: &str) -> String {
    let name = visible(model.workload_name(workload));
    let needs = match requirements(model, workload) {
        needs if needs.is_empty() => "requires nothing".to_owned(),
        needs => format!("needs {needs}"),
    };
    format!("{name} is unplaced{}: {needs}", in_brackets(place))
}

/// `web-4 to web-7 are unplaced (cluster.toml:12): same reasons as web-3`; all are of one table.
pub fn same_reasons(model: &Model, others: &[WorkloadId], place: &str, first: WorkloadId) -> String {
    let (names, are) = (workloads(model, others), if others.len() == 1 { "is" } else { "are" });
    format!("{names} {are} unplaced{}: same reasons as {}", in_brackets(place), visible(model.workload_name(first)))
}

fn in_brackets(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}

/// `the nearest node is rack-b-3, short of mem: 128Gi needed, 96Gi free of 256Gi, short by 32Gi`: all its reasons.
pub fn nearest(model: &Model, nearest: &Nearest) -> String {
    let node = nearest.shortfall.node;
    format!("the nearest node is {}, {}", visible(model.node_name(node)), reasons(model, node, &nearest.refusals))
}

/// `mem is held by search-0 64Gi, search-1 64Gi`, on a node that is named already.
pub fn held(model: &Model, holders: &Holders) -> String {
    let (family, _) = offer(model, holders.node, holders.resource);
    let resource = visible(model.text(holders.resource));
    let shown = holders.workloads.iter().take(MAX_HOLDERS);
    let mut texts = shown
        .map(|(workload, amount)| format!("{} {}", visible(model.workload_name(*workload)), amount.display(family)))
        .collect::<Vec<_>>();
    match holders.workloads.len().saturating_sub(MAX_HOLDERS) {
        0 => {}
        rest => texts.push(format!("{rest} more")),
    }
    match texts.as_slice() {
        [] => format!("nothing there uses {resource}"),
        texts => format!("{resource} is held by {}", texts.join(", ")),
    }
}

/// Why no node takes a workload, in one line: nodes by reason, the nearest node, and shortages of the whole cluster.
pub fn unplaced(model: &Model, unplaced: &Unplaced) -> String {
    let nearest = unplaced.nearest.iter().map(|miss| format!("nearest {}", by_amount(model, miss)));
    phrases(model, unplaced, nearest)
}

/// Why no node takes a workload, in one line, without the nearest node.
pub fn counts(model: &Model, unplaced: &Unplaced) -> String {
    phrases(model, unplaced, iter::empty())
}

fn phrases(model: &Model, unplaced: &Unplaced, nearest: impl Iterator<Item = String>) -> String {
    if model.nodes().is_empty() {
        return "there are no nodes".to_owned();
    }
    let shortages = unplaced.shortages.iter().map(|shortage| cluster_shortage(model, shortage));
    iter::once(by_reason(model, unplaced)).chain(nearest).chain(shortages).collect::<Vec<_>>().join("; ")
}

/// `7 of 12 nodes lack gpu, 5 are short of mem`.
fn by_reason(model: &Model, unplaced: &Unplaced) -> String {
    let nodes = counted(model.nodes().len(), "node");
    let phrases = unplaced.counts.iter().enumerate().map(|(at, (reason, count))| match at {
        0 => format!("{count} of {nodes} {}", counted_reason(model, reason, *count > 1)),
        _ => format!("{count} {}", counted_reason(model, reason, *count > 1)),
    });
    phrases.collect::<Vec<_>>().join(", ")
}

/// `rack-b-3: mem 128Gi needed, 96Gi free`.
fn by_amount(model: &Model, miss: &Shortfall) -> String {
    let (family, _) = offer(model, miss.node, miss.resource);
    let (node, resource) = (visible(model.node_name(miss.node)), visible(model.text(miss.resource)));
    format!("{node}: {resource} {} needed, {} free", miss.need.display(family), miss.free.display(family))
}

/// `the whole cluster is short of mem: 128Gi needed, 96Gi free on all nodes together`.
fn cluster_shortage(model: &Model, shortage: &Shortage) -> String {
    let family = declared_family(model, shortage.resource);
    let (need, free) = (shortage.need.display(family), shortage.free.display(family));
    let resource = visible(model.text(shortage.resource));
    format!("the whole cluster is short of {resource}: {need} needed, {free} free on all nodes together")
}

/// Command that explains more about an unplaced workload.
pub fn explain_hint(model: &Model, workload: WorkloadId) -> String {
    let name = model.workload_name(workload);
    let dashes = if name.starts_with('-') { "-- " } else { "" };
    format!("`lighthouse explain {dashes}{}` says what would help", shell_word(name))
}
