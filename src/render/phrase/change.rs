//! Reasons of a change.

use super::offer;
use super::reason::departure;
use crate::model::names::Symbol;
use crate::model::{Model, WorkloadId};
use crate::plan::{Change, ChangeKind, ChangeReason, Resize};
use crate::quantity::{Family, Quantity};
use crate::text::escape::{quoted, visible};

/// All reasons of a change, in one line.
pub fn change_reasons(model: &Model, change: &Change) -> String {
    let phrases = change.reasons.iter().map(|each| change_reason(model, change, each)).collect::<Vec<_>>();
    joined(change.kind, &phrases)
}

/// All reasons of a saved change, which are sentences already.
pub fn saved_reasons(kind: ChangeKind, reasons: &[String]) -> String {
    joined(kind, &reasons.iter().map(|reason| visible(reason).into_owned()).collect::<Vec<_>>())
}

fn joined(kind: ChangeKind, reasons: &[String]) -> String {
    let prefix = if kind == ChangeKind::Evict { "evicted: " } else { "" };
    format!("{prefix}{}", reasons.join(", "))
}

/// One reason of a change.
pub fn change_reason(model: &Model, change: &Change, reason: &ChangeReason) -> String {
    match reason {
        ChangeReason::New => "new".to_owned(),
        ChangeReason::Returns => "was evicted earlier".to_owned(),
        ChangeReason::Left(left) => departure(model, change, left),
        ChangeReason::Requested => "requested with --move".to_owned(),
        ChangeReason::Fresh if change.kind == ChangeKind::Evict => {
            "no node takes it when placed from scratch".to_owned()
        }
        ChangeReason::Fresh => "placed from scratch".to_owned(),
        ChangeReason::Renamed(name) => format!("was {}", visible(name)),
        ChangeReason::NodeRenamed(name) => format!("its node was {}", visible(name)),
        ChangeReason::Resized(resize) => resized(model, change, resize),
        ChangeReason::Removed => "no longer in the manifest".to_owned(),
        ChangeReason::SharesDomain(other, group) => shares(model, change, *other, *group),
    }
}

/// `shares the node with web-0 (aversion group `web`; no node without a member takes it)`.
fn shares(model: &Model, change: &Change, other: WorkloadId, group: Symbol) -> String {
    let domain = match model.aversion_group(group).over {
        Some(label) => format!("its {}", quoted(model.text(label))),
        None => "the node".to_owned(),
    };
    let (other, name) = (visible(model.workload_name(other)), quoted(model.text(group)));
    let claim = if proves_no_free_node(model, change, group) { "; no node without a member takes it" } else { "" };
    format!("shares {domain} with {other} (aversion group {name}{claim})")
}

/// Whether sharing a node means that no node without a member takes the workload.
///
/// The search looks for such a node before it gives the group up. It does not if the workload was sent by hand, has
/// `stay` or returns to its last node; and with several groups, a node may be free of one and not of another.
fn proves_no_free_node(model: &Model, change: &Change, group: Symbol) -> bool {
    let is_searched =
        !change.reasons.iter().any(|each| matches!(each, ChangeReason::Requested | ChangeReason::Returns));
    let options = model.aversion_group(group);
    let table = model.workload_named(&change.workload).map(|workload| model.workload_table(workload));
    let has_one_group = table.is_some_and(|table| table.aversion_groups.len() == 1 && !table.stay);
    is_searched && has_one_group && options.over.is_none() && options.max == 1
}

/// `cpu 500m -> 1`, in the units of the node that the workload is on.
fn resized(model: &Model, change: &Change, resize: &Resize) -> String {
    let node = change.to.as_deref().and_then(|name| model.node_named(name));
    let resource = model.names().find(&resize.resource);
    let family = node.zip(resource).map_or(Family::Plain, |(node, resource)| offer(model, node, resource).0);
    let shown =
        |amount: Option<Quantity>| amount.map_or_else(|| "none".to_owned(), |it| it.display(family).to_string());
    format!("{} {} -> {}", visible(&resize.resource), shown(resize.before), shown(resize.after))
}
