//! What nodes say, and what would help, as phrases.

use super::{declared_family, offer};
use crate::explain::{Amount, Remedy, Verdict};
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::quantity::{Family, Quantity};
use crate::rules::Reason;
use crate::text::escape::{brief, quoted, shell_word, visible};

/// `cpu 8, mem 128Gi`: what a workload requires, by name; in the units in which it is written.
pub fn amounts(model: &Model, workload: WorkloadId) -> String {
    let mut required = model.workload_table(workload).requirements.iter().collect::<Vec<_>>();
    required.sort_unstable_by_key(|each| model.text(each.resource));
    let texts = required
        .iter()
        .map(|each| format!("{} {}", visible(model.text(each.resource)), each.amount().display(each.family)));
    texts.collect::<Vec<_>>().join(", ")
}

/// All that a node says against a workload.
pub fn refusals(model: &Model, node: NodeId, refusals: &[Reason]) -> String {
    refusals.iter().map(|each| refusal(model, node, each)).collect::<Vec<_>>().join("; ")
}

fn refusal(model: &Model, node: NodeId, refusal: &Reason) -> String {
    let text = |symbol: Symbol| quoted(model.text(symbol));
    let closed = |word: &str, reason: Option<&String>| {
        reason.filter(|reason| !reason.is_empty()).map_or(word.to_owned(), |why| format!("{word}: {}", brief(why)))
    };
    match *refusal {
        Reason::NodeGone => "gone".to_owned(),
        Reason::StaysElsewhere => "not where it stays".to_owned(),
        Reason::Cordoned => closed("cordoned", model.cordons.get(&node)),
        Reason::Drained => closed("drained", model.drains.get(&node)),
        Reason::NotSelected(label) => format!("not selected by label {}", text(label)),
        Reason::NoDomain(group) => format!("no place for group {}", text(group)),
        Reason::GroupFull(group) => format!("full for group {}", text(group)),
        Reason::GroupElsewhere(group) => format!("apart from group {}", text(group)),
        Reason::Lacks(resource) => format!("lacks {}", text(resource)),
        Reason::Warded(resource) => format!("warded by {}", text(resource)),
        Reason::Short { resource, need, free } => short(model, node, resource, need, free),
    }
}

/// `short of mem: 128Gi needed, 96Gi free of 256Gi, short by 32Gi`.
fn short(model: &Model, node: NodeId, resource: Symbol, need: Quantity, free: Quantity) -> String {
    let (family, capacity) = offer(model, node, resource);
    let name = visible(model.text(resource));
    if !need.is_positive() {
        return format!("{name} is at {} of {capacity}, and it fills none of that", free.display(family));
    }
    let (need, free, by) = (need.display(family), free.display(family), (need - free).display(family));
    format!("short of {name}: {need} needed, {free} free of {capacity}, short by {by}")
}

/// What a node said that the strategy tried.
pub fn verdict(model: &Model, node: NodeId, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Takes => "takes it".to_owned(),
        Verdict::Refuses(all) => refusals(model, node, all),
        Verdict::BreaksSoftRules { aversion, affinity } => {
            let averts = aversion.iter().map(|&(group, other)| match other {
                Some(other) => {
                    let other = visible(model.workload_name(other));
                    format!("shares aversion group {} with {other}", quoted(model.text(group)))
                }
                None => format!("is no place for aversion group {}", quoted(model.text(group))),
            });
            let apart = affinity.iter().map(|&group| format!("apart from group {}", quoted(model.text(group))));
            averts.chain(apart).collect::<Vec<_>>().join("; ")
        }
    }
}

/// A change as a phrase, or as the command that makes it; `apply` is the command up to its moves.
pub fn remedy(model: &Model, workload: WorkloadId, remedy: &Remedy, apply: &str) -> String {
    match remedy {
        Remedy::Move(pins) => {
            let pair = |workload, node| format!("{}={}", model.workload_name(workload), model.node_name(node));
            let moves = pins.iter().map(|pin| format!(" --move {}", shell_word(&pair(pin.workload, pin.node))));
            format!("{apply}{}", moves.collect::<String>())
        }
        Remedy::Ask(amounts) => format!("ask for {}{}", changed(model, amounts), of_all_replicas(model, workload)),
        Remedy::Immunity(resource) => {
            let table = model.workload_table(workload);
            format!("give {} the immunity {}", visible(&table.name), quoted(model.text(*resource)))
        }
        Remedy::Priority(priority) => {
            format!("give {} the priority {priority}", visible(&model.workload_table(workload).name))
        }
        Remedy::Open(node) => {
            let closed = if model.cordons.contains_key(node) { "cordon" } else { "drain" };
            format!("end the {closed} of {}", visible(model.node_name(*node)))
        }
        Remedy::Offer(node, amounts) => format!("give {} {}", whom(model, *node), changed(model, amounts)),
    }
}

/// `96Gi of mem instead of 128Gi and 1 of gpu`.
fn changed(model: &Model, amounts: &[Amount]) -> String {
    let shown = |amount: Quantity, family: Family| amount.display(family).to_string();
    let phrases = amounts.iter().map(|each| {
        let (resource, family) = (visible(model.text(each.resource)), family(model, each));
        let instead = each.before.map_or(String::new(), |before| format!(" instead of {}", shown(before, family)));
        format!("{} of {resource}{instead}", shown(each.after, family))
    });
    phrases.collect::<Vec<_>>().join(" and ")
}

/// A table that does not name the resource yet has no units for it.
fn family(model: &Model, amount: &Amount) -> Family {
    if amount.before.is_none() { declared_or(model, amount) } else { amount.family }
}

fn declared_or(model: &Model, amount: &Amount) -> Family {
    let declared = declared_family(model, amount.resource);
    if declared == Family::default() { amount.family } else { declared }
}

fn of_all_replicas(model: &Model, workload: WorkloadId) -> String {
    match model.workload_table(workload).replicas {
        Some(replicas) if replicas > 1 => format!(" for each of the {replicas} replicas"),
        _ => String::new(),
    }
}

fn whom(model: &Model, node: NodeId) -> String {
    let table = model.node_table(node);
    match table.count {
        Some(count) if count > 1 => format!("each of the {count} nodes of {}", visible(&table.name)),
        _ => visible(model.node_name(node)).into_owned(),
    }
}
