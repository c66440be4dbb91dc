//! Why a workload has no place, in short.

use std::iter;

use super::{amounts, declared_family, offer, refusals, workloads};
use crate::explain::{Holders, Nearest};
use crate::model::names::Symbol;
use crate::model::{Model, WorkloadId};
use crate::place::{Shortage, Unplaced};
use crate::rules::{Reason, Shortfall};
use crate::text::count::counted;
use crate::text::escape::{quoted, visible};

/// So many holders of a resource are named.
const MOST_HOLDERS: usize = 6;

/// `train has no place (cluster.toml:148); it needs cpu 8, gpu 2, mem 128Gi`; the place is that of its table.
pub fn no_place(model: &Model, workload: WorkloadId, place: &str) -> String {
    let name = visible(model.workload_name(workload));
    let needs = match amounts(model, workload) {
        needs if needs.is_empty() => "it requires nothing".to_owned(),
        needs => format!("it needs {needs}"),
    };
    format!("{name} has no place{}; {needs}", in_brackets(place))
}

/// `web-4 to web-7 have no place (cluster.toml:12): the same as web-3`; they are of one table.
pub fn no_place_as(model: &Model, others: &[WorkloadId], place: &str, first: WorkloadId) -> String {
    let (names, has) = (workloads(model, others), if others.len() == 1 { "has" } else { "have" });
    format!("{names} {has} no place{}: the same as {}", in_brackets(place), visible(model.workload_name(first)))
}

fn in_brackets(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}

/// `the nearest is rack-b-3, short of mem: 128Gi needed, 96Gi free of 256Gi, short by 32Gi`: all that it says.
pub fn nearest(model: &Model, nearest: &Nearest) -> String {
    let node = nearest.shortfall.node;
    format!("the nearest is {}, {}", visible(model.node_name(node)), refusals(model, node, &nearest.refusals))
}

/// `mem is held by search-0 64Gi, search-1 64Gi`, on the node that was named.
pub fn held(model: &Model, holders: &Holders) -> String {
    let (family, _) = offer(model, holders.node, holders.resource);
    let resource = visible(model.text(holders.resource));
    let shown = holders.workloads.iter().take(MOST_HOLDERS);
    let mut texts = shown
        .map(|(workload, amount)| format!("{} {}", visible(model.workload_name(*workload)), amount.display(family)))
        .collect::<Vec<_>>();
    match holders.workloads.len().saturating_sub(MOST_HOLDERS) {
        0 => {}
        rest => texts.push(format!("{rest} more")),
    }
    match texts.as_slice() {
        [] => format!("nothing there takes {resource}"),
        texts => format!("{resource} is held by {}", texts.join(", ")),
    }
}

/// Why no node takes a workload, in one line: counts by reason, the nearest miss, what the whole cluster is short of.
pub fn unplaced(model: &Model, unplaced: &Unplaced) -> String {
    let nearest = unplaced.nearest.iter().map(|miss| format!("nearest {}", by_amount(model, miss)));
    phrases(model, unplaced, nearest)
}

/// The same without the nearest miss.
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
    let phrases = unplaced.counts.iter().enumerate().map(|(at, (refusal, count))| match at {
        0 => format!("{count} of {nodes} {}", refused(model, refusal, *count > 1)),
        _ => format!("{count} {}", refused(model, refusal, *count > 1)),
    });
    phrases.collect::<Vec<_>>().join(", ")
}

/// What some nodes say, after their number.
pub fn refused(model: &Model, refusal: &Reason, several: bool) -> String {
    let text = |symbol: Symbol| quoted(model.text(symbol));
    let is = if several { "are" } else { "is" };
    match *refusal {
        Reason::NodeGone => format!("{is} gone"),
        Reason::StaysElsewhere => format!("{is} not where it stays"),
        Reason::Cordoned => format!("{is} cordoned"),
        Reason::Drained => format!("{is} drained"),
        Reason::NotSelected(label) => format!("{is} not selected by label {}", text(label)),
        Reason::NoDomain(group) => format!("{is} no place for group {}", text(group)),
        Reason::GroupFull(group) => format!("{is} full for group {}", text(group)),
        Reason::GroupElsewhere(group) => format!("{is} apart from group {}", text(group)),
        Reason::Lacks(resource) => format!("{} {}", if several { "lack" } else { "lacks" }, text(resource)),
        Reason::Warded(resource) => format!("{is} warded by {}", text(resource)),
        Reason::Short { resource, .. } => format!("{is} short of {}", visible(model.text(resource))),
    }
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
