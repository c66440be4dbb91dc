//! How many workloads are together that would rather not be.

use std::collections::BTreeMap;

use crate::model::names::Symbol;
use crate::model::{Assignment, Model, NodeId};
use crate::rules::Domain;

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
    let plain = members(model, assignment).map(|(groups, node)| {
        let plain = groups.iter().copied().filter(|&group| is_plain(model, group));
        (node, plain.collect::<Vec<_>>())
    });
    let mut plain = plain.filter(|(_, groups)| !groups.is_empty()).collect::<Vec<_>>();
    plain.sort_unstable();
    // Workloads with the same groups are counted together: their pairs need not be visited.
    let counted = |alike: &[(NodeId, Vec<Symbol>)]| (alike[0].1.clone(), alike.len() as u64);
    let on_node = plain.chunk_by(|(one, _), (other, _)| one == other);
    on_node.map(|on_node| pairs_on_node(&on_node.chunk_by(PartialEq::eq).map(counted).collect::<Vec<_>>())).sum()
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
    let mut crowds = BTreeMap::<(Symbol, Domain), u64>::new();
    for (groups, node) in members(model, assignment) {
        for &group in groups {
            let options = model.aversion_group(group);
            if options.hard || is_plain(model, group) {
                continue;
            }
            if let Some(place) = Domain::of(model, node, options.over) {
                *crowds.entry((group, place)).or_default() += 1;
            }
        }
    }
    let beyond =
        |((group, _), count): ((Symbol, Domain), u64)| count.saturating_sub(u64::from(model.aversion_group(group).max));
    crowds.into_iter().map(beyond).sum()
}

/// The groups and the node of each placed workload that is in any.
fn members<'a>(model: &'a Model, assignment: &'a Assignment) -> impl Iterator<Item = (&'a [Symbol], NodeId)> {
    let groups = |workload| Some(&*model.workload_table(workload).aversion_groups).filter(|groups| !groups.is_empty());
    model.workload_ids().filter_map(move |workload| Some((groups(workload)?, assignment.of(workload)?)))
}
