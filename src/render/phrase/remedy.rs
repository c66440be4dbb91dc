//! Changes that would place a workload.

use super::{declared_family, workloads};
use crate::explain::{Amount, Remedy, VerifiedRemedy};
use crate::model::{Model, NodeId, WorkloadId};
use crate::quantity::{Family, Quantity};
use crate::text::count::counted;
use crate::text::escape::{quoted, shell_word, visible};

/// Instruction that makes a change, or the command that does; `apply` is the command up to its moves.
pub fn remedy(model: &Model, workload: WorkloadId, remedy: &Remedy, apply: &str) -> String {
    let table = model.workload_table(workload);
    match remedy {
        Remedy::Move(pins) => {
            let pair = |workload, node| format!("{}={}", model.workload_name(workload), model.node_name(node));
            let moves = pins.iter().map(|pin| format!(" --move {}", shell_word(&pair(pin.workload, pin.node))));
            format!("{apply}{}", moves.collect::<String>())
        }
        Remedy::Ask(amounts) => {
            let phrases = amounts.iter().map(|each| requirement(model, each)).collect::<Vec<_>>();
            format!("{}{}", phrases.join(" and "), all_replicas(model, workload))
        }
        Remedy::Immunity(resource) => {
            format!("add the immunity {} to {}", quoted(model.text(*resource)), visible(&table.name))
        }
        Remedy::Priority(priority) => format!("set the priority of {} to {priority}", visible(&table.name)),
        Remedy::Open(node) => {
            let closed = if model.cordons.contains_key(node) { "cordon" } else { "drain" };
            format!("remove the {closed} of {}", visible(model.node_name(*node)))
        }
        Remedy::Offer(node, amounts) => {
            let node = node_or_table(model, *node);
            amounts.iter().map(|each| offer(model, each, &node)).collect::<Vec<_>>().join(" and ")
        }
    }
}

/// `goes to rack-b-3; leaves 1 workload unplaced: search-0`: effect of a change on the plan.
pub fn outlook(model: &Model, way: &VerifiedRemedy) -> String {
    let goes = format!("goes to {}", visible(model.node_name(way.node)));
    match way.displaced.as_slice() {
        [] => goes,
        others => {
            let (count, names) = (counted(others.len(), "workload"), workloads(model, others));
            format!("{goes}; leaves {count} unplaced: {names}")
        }
    }
}

/// `lower its mem from 128Gi to 96Gi`.
fn requirement(model: &Model, amount: &Amount) -> String {
    let (resource, family) = (visible(model.text(amount.resource)), family(model, amount));
    let after = amount.after.display(family);
    match amount.before {
        Some(before) => {
            format!("{} its {resource} from {} to {after}", verb(before, amount.after), before.display(family))
        }
        None => format!("set its {resource} to {after}"),
    }
}

/// `raise mem of rack-b-3 from 256Gi to 288Gi`, `add the tag `ssd` to pve-1 (`ssd = 0`)`.
fn offer(model: &Model, amount: &Amount, node: &str) -> String {
    let (name, family) = (model.text(amount.resource), family(model, amount));
    let (resource, after) = (visible(name), amount.after.display(family));
    match amount.before {
        Some(before) => {
            format!("{} {resource} of {node} from {} to {after}", verb(before, amount.after), before.display(family))
        }
        None if amount.after == Quantity::ZERO => {
            format!("add the tag {} to {node} ({})", quoted(name), quoted(&format!("{name} = 0")))
        }
        None => format!("add {after} {resource} to {node}"),
    }
}

fn verb(before: Quantity, after: Quantity) -> &'static str {
    if after < before { "lower" } else { "raise" }
}

/// Units of an amount. A table that does not name the resource yet takes the units that other tables use.
fn family(model: &Model, amount: &Amount) -> Family {
    let declared = declared_family(model, amount.resource);
    if amount.before.is_some() || declared == Family::default() { amount.family } else { declared }
}

fn all_replicas(model: &Model, workload: WorkloadId) -> String {
    match model.workload_table(workload).replicas {
        Some(replicas) if replicas > 1 => format!(" for each of the {replicas} replicas"),
        _ => String::new(),
    }
}

/// Nodes that an edit of one node's table changes.
fn node_or_table(model: &Model, node: NodeId) -> String {
    let table = model.node_table(node);
    match table.count {
        Some(count) if count > 1 => format!("each of the {count} nodes of {}", visible(&table.name)),
        _ => visible(model.node_name(node)).into_owned(),
    }
}
