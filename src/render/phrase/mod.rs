//! Reasons and refusals as sentences, for every format that people read.
//!
//! Each function makes one phrase of one value. Names are escaped here, once; where phrases stand, and in what colour,
//! the renderers' business.

mod answer;
mod proof;
mod row;
mod unplaced;

pub use answer::{amounts, refusals, remedy, said};
pub use proof::proof;
pub use row::{nodes, workloads};
pub use unplaced::{counts, held, nearest, no_place, no_place_as, refused, unplaced};

use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::place::PinError;
use crate::plan::{Change, Reason, Resize};
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::Cause;
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
            format!("{} is drained: {}", name(*node), brief(why))
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

/// The units of the first node that offers a resource.
pub fn declared_family(model: &Model, resource: Symbol) -> Family {
    let offers = model.node_tables().iter().flat_map(|table| &table.resources);
    offers.filter(|offer| offer.resource == resource).map(|offer| offer.family).next().unwrap_or_default()
}
