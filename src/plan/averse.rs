//! Counts how often a placement breaks soft aversion groups.

use std::collections::BTreeMap;

use crate::model::names::Symbol;
use crate::model::{Assignment, Model, NodeId};
use crate::rules::Domain;

/// Counts pairs of workloads that share a node and a plain soft aversion group, plus the members beyond `max` in each
/// domain of the other soft groups. A pair that shares several groups counts once.
pub fn averse_pairs(model: &Model, assignment: &Assignment) -> u64 {
    pairs(model, assignment) + excess_members(model, assignment)
}

/// Whether a group is a plain soft group: its domains are nodes, and each takes one member.
fn is_plain(model: &Model, group: Symbol) -> bool {
    let options = model.aversion_group(group);
    !options.hard && options.over.is_none() && options.max == 1
}

fn pairs(model: &Model, assignment: &Assignment) -> u64 {
    let plain = members(model, assignment).map(|(groups, node)| {
        let plain = groups.iter().copied().filter(|&group| is_plain(model, group));
        (node, plain.collect::<Vec<_>>())
    });
    let mut plain = plain.filter(|(_, groups)| !groups.is_empty()).collect::<Vec<_>>();
    plain.sort_unstable();
    // Counting workloads with equal groups together avoids a visit of each of their pairs.
    let counted = |alike: &[(NodeId, Vec<Symbol>)]| (alike[0].1.clone(), alike.len() as u64);
    let on_node = plain.chunk_by(|(one, _), (other, _)| one == other);
    on_node.map(|on_node| pairs_on_node(&on_node.chunk_by(PartialEq::eq).map(counted).collect::<Vec<_>>())).sum()
}

/// Counts pairs with a common group among the workloads of one node, given as sets of groups with their counts.
fn pairs_on_node(group_sets: &[(Vec<Symbol>, u64)]) -> u64 {
    let within = group_sets.iter().map(|(_, count)| count * (count - 1) / 2).sum::<u64>();
    let across = group_sets.iter().enumerate().flat_map(|(at, (groups, count))| {
        let others = group_sets[at + 1..].iter().filter(|(other, _)| other.iter().any(|group| groups.contains(group)));
        others.map(move |(_, other)| count * other)
    });
    within + across.sum::<u64>()
}

/// Counts members beyond `max` in each domain of the soft groups that are not plain.
fn excess_members(model: &Model, assignment: &Assignment) -> u64 {
    let mut counts = BTreeMap::<(Symbol, Domain), u64>::new();
    for (groups, node) in members(model, assignment) {
        for &group in groups {
            let options = model.aversion_group(group);
            if options.hard || is_plain(model, group) {
                continue;
            }
            if let Some(domain) = Domain::of(model, node, options.over) {
                *counts.entry((group, domain)).or_default() += 1;
            }
        }
    }
    let excess =
        |((group, _), count): ((Symbol, Domain), u64)| count.saturating_sub(u64::from(model.aversion_group(group).max));
    counts.into_iter().map(excess).sum()
}

/// Returns the aversion groups and the node of each placed workload that has such groups.
fn members<'a>(model: &'a Model, assignment: &'a Assignment) -> impl Iterator<Item = (&'a [Symbol], NodeId)> {
    let groups = |workload| Some(&*model.workload_table(workload).aversion_groups).filter(|groups| !groups.is_empty());
    model.workload_ids().filter_map(move |workload| Some((groups(workload)?, assignment.of(workload)?)))
}
