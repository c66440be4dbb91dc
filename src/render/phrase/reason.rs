//! Reasons why a workload may not be on a node.

use super::{declared_family, offer};
use crate::bounds::Obstacle;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId};
use crate::place::PinError;
use crate::plan::Change;
use crate::quantity::Quantity;
use crate::rules::{Departure, Reason};
use crate::text::escape::{brief, quoted, visible};

/// All reasons for which one node refuses a workload.
pub fn reasons(model: &Model, node: NodeId, reasons: &[Reason]) -> String {
    reasons.iter().map(|each| of_this_node(model, node, each)).collect::<Vec<_>>().join("; ")
}

/// Why a node that is named already refuses a workload.
fn of_this_node(model: &Model, node: NodeId, reason: &Reason) -> String {
    let text = |symbol: Symbol| quoted(model.text(symbol));
    match *reason {
        Reason::NodeGone => "gone".to_owned(),
        Reason::StaysElsewhere => "it stays on another node".to_owned(),
        Reason::Cordoned => closed("cordoned", model.cordons.get(&node)),
        Reason::Drained => closed("drained", model.drains.get(&node)),
        Reason::NotSelected(label) => format!("excluded by label {}", text(label)),
        Reason::NoDomain(group) => format!("in no domain of group {}", text(group)),
        Reason::GroupFull(group) => match label_missing(model, node, group) {
            Some(label) => format!("in no domain of group {} (no label {})", text(group), text(label)),
            None => format!("already at the limit of group {}", text(group)),
        },
        Reason::GroupElsewhere(group) => format!("away from group {}", text(group)),
        Reason::Lacks(resource) => format!("lacks {}", text(resource)),
        Reason::Warded(resource) => format!("warded by {}", text(resource)),
        Reason::Short { resource, need, free } => shortfall(model, node, resource, need, free),
    }
}

/// `drained: new fans`; the word alone if no reason was given.
pub fn closed(word: &str, reason: Option<&String>) -> String {
    let reason = reason.filter(|reason| !reason.is_empty());
    reason.map_or(word.to_owned(), |reason| format!("{word}: {}", brief(reason)))
}

/// Label over which an aversion group is counted, if the node lacks it.
fn label_missing(model: &Model, node: NodeId, group: Symbol) -> Option<Symbol> {
    model.aversion_group(group).over.filter(|&label| model.node_label(node, label).is_none())
}

/// `short of mem: 128Gi needed, 96Gi free of 256Gi, short by 32Gi`.
fn shortfall(model: &Model, node: NodeId, resource: Symbol, need: Quantity, free: Quantity) -> String {
    let (family, capacity) = offer(model, node, resource);
    let name = visible(model.text(resource));
    // A node below zero refuses even workloads that do not require the resource.
    if !need.is_positive() {
        return format!("overcommitted in {name}: {} free of {capacity}", free.display(family));
    }
    let (need, free, by) = (need.display(family), free.display(family), (need - free).display(family));
    format!("short of {name}: {need} needed, {free} free of {capacity}, short by {by}")
}

/// Reason that one or several nodes share, as a verb phrase after their number: `lack gpu`.
pub fn counted_reason(model: &Model, reason: &Reason, several: bool) -> String {
    let text = |symbol: Symbol| quoted(model.text(symbol));
    let is = if several { "are" } else { "is" };
    match *reason {
        Reason::NodeGone => format!("{is} gone"),
        Reason::StaysElsewhere => format!("{is} not the node it stays on"),
        Reason::Cordoned => format!("{is} cordoned"),
        Reason::Drained => format!("{is} drained"),
        Reason::NotSelected(label) => format!("{is} excluded by label {}", text(label)),
        Reason::NoDomain(group) => format!("{is} in no domain of group {}", text(group)),
        Reason::GroupFull(group) if model.aversion_group(group).over.is_none() => {
            format!("{is} already at the limit of group {}", text(group))
        }
        // Some of the nodes may be in no domain of the group.
        Reason::GroupFull(group) => {
            format!("{} no further member of group {}", if several { "take" } else { "takes" }, text(group))
        }
        Reason::GroupElsewhere(group) => format!("{is} away from group {}", text(group)),
        Reason::Lacks(resource) => format!("{} {}", if several { "lack" } else { "lacks" }, text(resource)),
        Reason::Warded(resource) => format!("{is} warded by {}", text(resource)),
        Reason::Short { resource, .. } => format!("{is} short of {}", visible(model.text(resource))),
    }
}

/// Reason why a node does not hold a workload that the operator moves there.
pub fn refused_move(model: &Model, error: &PinError) -> String {
    let node = error.pin.node;
    match error.reason {
        // The node may never have offered it, so "no longer" could be wrong.
        Reason::Lacks(resource) => {
            format!("{} does not offer {}", visible(model.node_name(node)), quoted(model.text(resource)))
        }
        reason => no_longer_holds(model, node, reason),
    }
}

/// Reason why a workload left its node.
pub(super) fn departure(model: &Model, change: &Change, departure: &Departure) -> String {
    let from = change.from.as_deref().unwrap_or_default();
    departure
        .node
        .map_or_else(|| format!("{} is gone", visible(from)), |node| no_longer_holds(model, node, departure.reason))
}

/// Reason why a node no longer holds a workload, as a sentence about the node.
fn no_longer_holds(model: &Model, node: NodeId, reason: Reason) -> String {
    let name = visible(model.node_name(node));
    let text = |symbol: Symbol| quoted(model.text(symbol));
    match reason {
        Reason::NodeGone => format!("{name} is gone"),
        Reason::StaysElsewhere => format!("it stays on a node other than {name}"),
        Reason::Cordoned => format!("{name} is cordoned"),
        Reason::Drained => {
            let why = model.drains.get(&node).map_or("", String::as_str);
            format!("{name} is drained: {}", brief(why))
        }
        Reason::NotSelected(label) => format!("{name} is excluded by label {}", text(label)),
        Reason::NoDomain(group) => format!("{name} is in no domain of group {}", text(group)),
        Reason::Lacks(resource) => format!("{name} no longer offers {}", text(resource)),
        Reason::GroupFull(group) => format!("{name} is at the limit of group {}", text(group)),
        Reason::GroupElsewhere(group) => format!("{name} is away from group {}", text(group)),
        Reason::Warded(resource) => format!("{name} is warded by {}", text(resource)),
        Reason::Short { resource, need, free } => short_node(model, node, resource, need, free),
    }
}

/// `rack-c-0 is short of mem: 8Gi needed, 6Gi of 64Gi free`.
fn short_node(model: &Model, node: NodeId, resource: Symbol, need: Quantity, free: Quantity) -> String {
    let (family, capacity) = offer(model, node, resource);
    let (node, resource) = (visible(model.node_name(node)), visible(model.text(resource)));
    let (need, free) = (need.display(family), free.display(family));
    format!("{node} is short of {resource}: {need} needed, {free} of {capacity} free")
}

/// Reasons for which no node could take a workload, even if it were empty.
pub(super) fn obstacles(model: &Model, obstacles: &[Obstacle]) -> String {
    let text = |symbol| quoted(model.text(symbol));
    match obstacles {
        [] => "there are no nodes".to_owned(),
        [Obstacle { reason: Reason::Lacks(resource), .. }] => format!("no node offers {}", text(*resource)),
        [Obstacle { reason: Reason::NotSelected(label), .. }] => {
            format!("every node is excluded by label {}", text(*label))
        }
        [Obstacle { reason: Reason::Warded(resource), .. }] => format!("every node is warded by {}", text(*resource)),
        [Obstacle { reason: Reason::Cordoned, .. }] => "every node is cordoned".to_owned(),
        [Obstacle { reason: Reason::Drained, .. }] => "every node is drained".to_owned(),
        [Obstacle { reason: Reason::NoDomain(group), .. }] => {
            format!("no node is in a domain of hard group {}", text(*group))
        }
        several => {
            let phrases = several.iter().map(|each| obstacle(model, each)).collect::<Vec<_>>();
            format!("no node could take it, even if empty: {}", phrases.join(", "))
        }
    }
}

fn obstacle(model: &Model, obstacle: &Obstacle) -> String {
    let several = obstacle.nodes > 1;
    match obstacle.reason {
        Reason::Short { resource, need, free: largest } => {
            let shown = |amount: Quantity| amount.display(declared_family(model, resource)).to_string();
            let (name, node) = (visible(model.text(resource)), visible(model.node_name(obstacle.node)));
            let has = if several { "have" } else { "has" };
            let (count, need, largest) = (obstacle.nodes, shown(need), shown(largest));
            format!("{count} {has} less than {need} {name} (the largest, {node}, has {largest})")
        }
        reason => format!("{} {}", obstacle.nodes, counted_reason(model, &reason, several)),
    }
}
