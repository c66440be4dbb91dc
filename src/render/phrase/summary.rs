//! Heading and summary of a plan.

use std::collections::BTreeSet;

use crate::model::Model;
use crate::plan::{Plan, Summary};
use crate::render::Origin;
use crate::text::count::counted;
use crate::text::escape::{quoted, visible};

/// Manifest with its size, and the state that it is compared with, in one line.
pub fn heading(model: &Model, origin: &Origin) -> String {
    let size = format!(
        "{}, {}, {}",
        counted(model.nodes().len(), "node"),
        counted(model.workloads().len(), "workload"),
        model.strategy().name()
    );
    let manifest = visible(&origin.manifest);
    match (&origin.state, origin.serial) {
        (Some(state), Some(serial)) => format!("{manifest} ({size}) against {} (serial {serial})", visible(state)),
        (Some(state), None) => format!("{manifest} ({size}); no state at {}: everything is new", visible(state)),
        (None, _) => format!("{manifest} ({size}); no state: everything is new"),
    }
}

/// `Plan: 2 to place, 1 to evict; 1 unplaced, 55 stay. 2 pairs of aversion group `web` share a node. 9 of 12 nodes in
/// use.`
pub fn summary(plan: &Plan<'_>) -> String {
    let totals = &plan.summary;
    let used = plan.model.node_ids().filter(|&node| !plan.outcome.engine.occupancy().on(node).is_empty()).count();
    let nodes = counted(plan.model.nodes().len(), "node");
    let kinds = kinds(totals);
    let changes = if kinds.is_empty() { "Nothing changes".to_owned() } else { format!("Plan: {kinds}") };
    let pairs = averse_pairs(plan.model, totals.averse_pairs);
    format!("{changes}; {}.{pairs} {used} of {nodes} in use.", rest(totals))
}

/// `2 to place, 1 to evict; 1 unplaced, 55 stay`.
pub fn short_summary(totals: &Summary) -> String {
    let kinds = kinds(totals);
    let kinds = if kinds.is_empty() { "nothing changes".to_owned() } else { kinds };
    format!("{kinds}; {}", rest(totals))
}

/// `2 to place, 1 to evict`; empty if nothing changes.
fn kinds(totals: &Summary) -> String {
    let kinds = [
        (totals.place, "place"),
        (totals.moved, "move"),
        (totals.rename, "rename"),
        (totals.update, "update"),
        (totals.evict, "evict"),
        (totals.remove, "remove"),
    ];
    let some = kinds.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, verb)| format!("{count} to {verb}")).collect::<Vec<_>>().join(", ")
}

fn rest(totals: &Summary) -> String {
    let stay = format!("{} stay", totals.keep);
    if totals.unplaced == 0 { stay } else { format!("{} unplaced, {stay}", totals.unplaced) }
}

/// ` 2 pairs of aversion group `web` share a node.`; the group is named if the manifest has only one that is soft.
fn averse_pairs(model: &Model, pairs: u64) -> String {
    if pairs == 0 {
        return String::new();
    }
    let groups = model.workload_tables().iter().flat_map(|table| table.aversion_groups.iter().copied());
    let soft = groups.filter(|&group| !model.aversion_group(group).hard).collect::<BTreeSet<_>>();
    let (group, domain) = match soft.iter().copied().collect::<Vec<_>>()[..] {
        [group] => {
            let over = model.aversion_group(group).over.map(|label| format!("the same {}", quoted(model.text(label))));
            (format!("aversion group {}", quoted(model.text(group))), over.unwrap_or_else(|| "a node".to_owned()))
        }
        _ if soft.iter().all(|&group| model.aversion_group(group).over.is_none()) => {
            ("aversion groups".to_owned(), "a node".to_owned())
        }
        _ => ("aversion groups".to_owned(), "a domain".to_owned()),
    };
    match pairs {
        1 => format!(" 1 pair of {group} shares {domain}."),
        pairs => format!(" {pairs} pairs of {group} share {domain}."),
    }
}
