//! How many workloads are together that would rather not be.

use std::collections::BTreeMap;

use crate::model::{Assignment, Model, NodeId, WorkloadId};
use crate::names::Symbol;
use crate::place::Place;

/// Pairs of workloads on one node that share a soft aversion group over the node itself with `max` 1, each pair once;
/// and for other soft groups each member beyond `max` in a place.
pub fn averse_pairs(model: &Model, assignment: &Assignment) -> u64 {
    pairs(model, assignment) + crowd(model, assignment)
}

/// A soft group in the seed's sense: nodes are the places, one member each.
fn is_plain(model: &Model, group: Symbol) -> bool {
    let options = model.aversion_group(group);
    !options.hard && options.over.is_none() && options.max == 1
}

fn pairs(model: &Model, assignment: &Assignment) -> u64 {
    // Workloads with the same groups are counted together: their pairs need not be visited.
    let mut alike = BTreeMap::<NodeId, BTreeMap<Vec<Symbol>, u64>>::new();
    for (workload, node) in placed(model, assignment) {
        let groups = model.workload_table(workload).aversion_groups.iter().copied();
        let plain = groups.filter(|&group| is_plain(model, group)).collect::<Vec<_>>();
        if !plain.is_empty() {
            *alike.entry(node).or_default().entry(plain).or_default() += 1;
        }
    }
    alike.into_values().map(|on_node| pairs_on_node(&on_node.into_iter().collect::<Vec<_>>())).sum()
}

fn pairs_on_node(alike: &[(Vec<Symbol>, u64)]) -> u64 {
    let among = alike.iter().map(|(_, count)| count * (count - 1) / 2).sum::<u64>();
    let across = alike.iter().enumerate().flat_map(|(at, (groups, count))| {
        let others = alike[at + 1..].iter().filter(|(other, _)| other.iter().any(|group| groups.contains(group)));
        others.map(move |(_, other)| count * other)
    });
    among + across.sum::<u64>()
}

fn crowd(model: &Model, assignment: &Assignment) -> u64 {
    let mut members = BTreeMap::<(Symbol, Place), u64>::new();
    for (workload, node) in placed(model, assignment) {
        for &group in &model.workload_table(workload).aversion_groups {
            let options = model.aversion_group(group);
            if options.hard || is_plain(model, group) {
                continue;
            }
            if let Some(place) = Place::of(model, node, options.over) {
                *members.entry((group, place)).or_default() += 1;
            }
        }
    }
    let beyond =
        |((group, _), count): ((Symbol, Place), u64)| count.saturating_sub(u64::from(model.aversion_group(group).max));
    members.into_iter().map(beyond).sum()
}

fn placed<'a>(model: &'a Model, assignment: &'a Assignment) -> impl Iterator<Item = (WorkloadId, NodeId)> + 'a {
    model.workload_ids().filter_map(|workload| Some((workload, assignment.of(workload)?)))
}
