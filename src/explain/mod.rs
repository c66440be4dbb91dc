//! Reasons and refusals as sentences, for every format that people read.
//!
//! Each function makes one phrase of one value. Names are escaped here, once; where phrases stand, and in what colour,
//! the renderers' business.

mod answer;
mod proof;
mod row;

pub use answer::{amounts, refusals, remedy, said};
pub use proof::proof;
pub use row::{nodes, workloads};

use crate::count::counted;
use crate::escape::{quoted, visible};
use crate::model::{Model, NodeId};
use crate::names::Symbol;
use crate::place::{Cause, Miss, PinError, Refusal, Shortage, Unplaced};
use crate::plan::{Change, Reason, Resize};
use crate::quantity::{Capacity, Family, Quantity};

/// All reasons of a change, in one line.
pub fn reasons(model: &Model, change: &Change) -> String {
    let prefix = match change.kind {
        crate::plan::Kind::Evict => "evicted: ",
        _ => "",
    };
    let phrases = change.reasons.iter().map(|each| reason(model, change, each)).collect::<Vec<_>>();
    format!("{prefix}{}", phrases.join(", "))
}

/// One reason of a change.
pub fn reason(model: &Model, change: &Change, reason: &Reason) -> String {
    match reason {
        Reason::New => "new".to_owned(),
        Reason::Returns => "was evicted earlier".to_owned(),
        Reason::Left(cause) => departure(model, change, cause),
        Reason::Asked => "asked for".to_owned(),
        Reason::Fresh => "placed from scratch".to_owned(),
        Reason::Renamed(name) => format!("was {}", visible(name)),
        Reason::NodeRenamed(name) => format!("its node was {}", visible(name)),
        Reason::Resized(resize) => resized(model, change, resize),
        Reason::Removed => "no longer in the manifest".to_owned(),
        Reason::Beside(other, group) => {
            let other = visible(model.workload_name(*other));
            format!("beside {other} (both avert {}; no node is free of it)", quoted(model.text(*group)))
        }
    }
}

/// Why a node does not hold a workload that was to go there.
pub fn refused_move(model: &Model, error: &PinError) -> String {
    match error.cause {
        // Nobody says that it ever did.
        Cause::NotOffered(node, resource) => {
            format!("{} does not offer {}", visible(model.node_name(node)), quoted(model.text(resource)))
        }
        _ => cause(model, model.node_name(error.pin.node), &error.cause),
    }
}

/// Why a workload left its node.
fn departure(model: &Model, change: &Change, why: &Cause) -> String {
    cause(model, change.from.as_deref().unwrap_or_default(), why)
}

/// Why a node no longer holds a workload; `from` is the node as the state names it.
fn cause(model: &Model, from: &str, cause: &Cause) -> String {
    let name = |node: NodeId| visible(model.node_name(node));
    let text = |symbol: Symbol| quoted(model.text(symbol));
    match cause {
        Cause::NodeGone => format!("{} is gone", visible(from)),
        Cause::Drained(node) => {
            let why = model.drains.get(node).map_or("", String::as_str);
            format!("{} is drained: {}", name(*node), visible(why))
        }
        Cause::NotSelected(node, label) => format!("{} is not selected by label {}", name(*node), text(*label)),
        Cause::NoPlace(node, group) => format!("{} is no place for group {}", name(*node), text(*group)),
        Cause::NotOffered(node, resource) => format!("{} no longer offers {}", name(*node), text(*resource)),
        Cause::GroupFull(node, group) => format!("too many of group {} with {}", text(*group), name(*node)),
        Cause::GroupElsewhere(node, group) => format!("group {} is elsewhere than {}", text(*group), name(*node)),
        Cause::Short { node, resource, need, free } => short_of(model, *node, *resource, *need, *free),
    }
}

/// `rack-c-0 is short of mem: 8Gi needed, 6Gi of 64Gi free`.
fn short_of(model: &Model, node: NodeId, resource: Symbol, need: Quantity, free: Capacity) -> String {
    let (family, capacity) = offer(model, node, resource);
    let (node, resource) = (visible(model.node_name(node)), visible(model.text(resource)));
    let (need, free) = (need.display(family), free.display(family));
    format!("{node} is short of {resource}: {need} needed, {free} of {capacity} free")
}

/// `cpu 500m -> 1`, in the units of the node that it is on.
fn resized(model: &Model, change: &Change, resize: &Resize) -> String {
    let node = change.to.as_deref().and_then(|name| model.node_named(name));
    let resource = model.names().find(&resize.resource);
    let family = node.zip(resource).map_or(Family::Plain, |(node, resource)| offer(model, node, resource).0);
    let shown =
        |amount: Option<Quantity>| amount.map_or_else(|| "none".to_owned(), |it| it.display(family).to_string());
    format!("{} {} -> {}", visible(&resize.resource), shown(resize.before), shown(resize.after))
}

/// The units in which a node declares a resource, and how much of it there is.
pub fn offer(model: &Model, node: NodeId, resource: Symbol) -> (Family, String) {
    let offer = model.offer(node, resource);
    offer.map_or((Family::Plain, "0".to_owned()), |offer| {
        (offer.family, offer.capacity.display(offer.family).to_string())
    })
}

/// Why no node takes a workload: counts by reason, the nearest miss, what the whole cluster is short of.
pub fn unplaced(model: &Model, unplaced: &Unplaced) -> String {
    if model.nodes().is_empty() {
        return "there are no nodes".to_owned();
    }
    let nearest = unplaced.nearest.iter().map(|miss| format!("nearest {}", nearest(model, miss)));
    let shortages = unplaced.shortages.iter().map(|shortage| cluster_shortage(model, shortage));
    let phrases = std::iter::once(counts(model, unplaced)).chain(nearest).chain(shortages);
    phrases.collect::<Vec<_>>().join("; ")
}

/// `7 of 12 nodes lack gpu, 5 are short of mem`.
fn counts(model: &Model, unplaced: &Unplaced) -> String {
    let nodes = counted(model.nodes().len(), "node");
    let phrases = unplaced.counts.iter().enumerate().map(|(at, (refusal, count))| match at {
        0 => format!("{count} of {nodes} {}", refused(model, refusal, *count > 1)),
        _ => format!("{count} {}", refused(model, refusal, *count > 1)),
    });
    phrases.collect::<Vec<_>>().join(", ")
}

/// What some nodes say, after their number.
pub fn refused(model: &Model, refusal: &Refusal, several: bool) -> String {
    let text = |symbol: Symbol| quoted(model.text(symbol));
    let is = if several { "are" } else { "is" };
    match *refusal {
        Refusal::Stays => format!("{is} not where it stays"),
        Refusal::Cordoned => format!("{is} cordoned"),
        Refusal::Drained => format!("{is} drained"),
        Refusal::NotSelected(label) => format!("{is} not selected by label {}", text(label)),
        Refusal::GroupFull(group) => format!("{is} full for group {}", text(group)),
        Refusal::GroupElsewhere(group) => format!("{is} apart from group {}", text(group)),
        Refusal::Lacks(resource) => format!("{} {}", if several { "lack" } else { "lacks" }, text(resource)),
        Refusal::Warded(resource) => format!("{is} warded by {}", text(resource)),
        Refusal::Short { resource, .. } => format!("{is} short of {}", visible(model.text(resource))),
    }
}

/// `rack-b-3: mem 128Gi needed, 96Gi free`.
fn nearest(model: &Model, miss: &Miss) -> String {
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

/// The units of the first node that offers a resource.
pub fn declared_family(model: &Model, resource: Symbol) -> Family {
    let offers = model.node_tables().iter().flat_map(|table| &table.resources);
    offers.filter(|offer| offer.resource == resource).map(|offer| offer.family).next().unwrap_or_default()
}
