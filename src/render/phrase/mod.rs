//! Reasons and refusals as sentences, for every format that people read.
//!
//! Each function makes one phrase of one value. Names are escaped here, once; where phrases stand, and in what colour,
//! the renderers' business.

mod answer;
mod proof;
mod row;
mod unplaced;

pub use answer::{amounts, refusals, remedy, verdict};
pub use proof::proof;
pub use row::{nodes, workloads};
pub use unplaced::{counts, held, nearest, no_place, no_place_as, refused, unplaced};

use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::place::PinError;
use crate::plan::{Change, ChangeReason, Resize};
use crate::quantity::{Family, Quantity};
use crate::rules::{Departure, Reason};
use crate::text::escape::{brief, quoted, visible};

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
pub fn reason(model: &Model, change: &Change, reason: &ChangeReason) -> String {
    match reason {
        ChangeReason::New => "new".to_owned(),
        ChangeReason::Returns => "was evicted earlier".to_owned(),
        ChangeReason::Left(left) => departure(model, change, left),
        ChangeReason::Asked => "asked for".to_owned(),
        ChangeReason::Fresh => "placed from scratch".to_owned(),
        ChangeReason::Renamed(name) => format!("was {}", visible(name)),
        ChangeReason::NodeRenamed(name) => format!("its node was {}", visible(name)),
        ChangeReason::Resized(resize) => resized(model, change, resize),
        ChangeReason::Removed => "no longer in the manifest".to_owned(),
        ChangeReason::Beside(other, group) => {
            let other = visible(model.workload_name(*other));
            format!("beside {other} (both avert {}; no node is free of it)", quoted(model.text(*group)))
        }
    }
}

/// Reason why a node does not hold a workload that the operator moves there.
pub fn refused_move(model: &Model, error: &PinError) -> String {
    let node = error.pin.node;
    match error.reason {
        // The node may never have offered it.
        Reason::Lacks(resource) => {
            format!("{} does not offer {}", visible(model.node_name(node)), quoted(model.text(resource)))
        }
        reason => no_longer_holds(model, node, reason),
    }
}

/// Reason why a workload left its node.
fn departure(model: &Model, change: &Change, departure: &Departure) -> String {
    let from = change.from.as_deref().unwrap_or_default();
    departure
        .node
        .map_or_else(|| format!("{} is gone", visible(from)), |node| no_longer_holds(model, node, departure.reason))
}

/// Reason why a node no longer holds a workload.
fn no_longer_holds(model: &Model, node: NodeId, reason: Reason) -> String {
    let name = visible(model.node_name(node));
    let text = |symbol: Symbol| quoted(model.text(symbol));
    match reason {
        Reason::NodeGone => format!("{name} is gone"),
        Reason::StaysElsewhere => format!("it stays on another node than {name}"),
        Reason::Cordoned => format!("{name} is cordoned"),
        Reason::Drained => {
            let why = model.drains.get(&node).map_or("", String::as_str);
            format!("{name} is drained: {}", brief(why))
        }
        Reason::NotSelected(label) => format!("{name} is not selected by label {}", text(label)),
        Reason::NoDomain(group) => format!("{name} is no place for group {}", text(group)),
        Reason::Lacks(resource) => format!("{name} no longer offers {}", text(resource)),
        Reason::GroupFull(group) => format!("too many of group {} with {name}", text(group)),
        Reason::GroupElsewhere(group) => format!("group {} is elsewhere than {name}", text(group)),
        Reason::Warded(resource) => format!("{name} is warded by {}", text(resource)),
        Reason::Short { resource, need, free } => short_of(model, node, resource, need, free),
    }
}

/// `rack-c-0 is short of mem: 8Gi needed, 6Gi of 64Gi free`.
fn short_of(model: &Model, node: NodeId, resource: Symbol, need: Quantity, free: Quantity) -> String {
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

/// The units of the first node that offers a resource.
pub fn declared_family(model: &Model, resource: Symbol) -> Family {
    let offers = model.node_tables().iter().flat_map(|table| &table.resources);
    offers.filter(|offer| offer.resource == resource).map(|offer| offer.family).next().unwrap_or_default()
}
