//! Workloads that could go elsewhere so that another finds room.
//!
//! On a node that is short, one or two workloads are looked for whose leaving makes enough room, the smallest first, and
//! for each a node that takes it. What the rest of the cluster does then, the plan says.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::Case;
use super::remedy::Remedy;
use super::turn::{Answer, Turn, sort_by_miss};
use crate::model::{NodeId, Replan, WorkloadId};
use crate::names::Symbol;
use crate::place::{Pin, Refusal, Standing, refusals};
use crate::quantity::Quantity;

/// So many nodes are looked at, the nearest first; and so many for pairs of workloads.
const MOST_NODES: usize = 200;
const MOST_NODES_FOR_PAIRS: usize = 10;

/// For so many workloads another node is looked for.
const MOST_SEARCHES: usize = 40;

/// Moves by hand, in the order in which they are tried.
pub(super) fn candidates(case: Case<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    if turn.model.replan == Replan::Fresh {
        return Vec::new();
    }
    let crowded = crowded(turn);
    let mut elsewhere = Elsewhere { case, found: FxHashMap::default(), searches: 0 };
    let moves = one(turn, &crowded, &mut elsewhere).or_else(|| two(turn, &crowded, &mut elsewhere));
    let own = |node| Pin { workload: turn.workload, node };
    let mut candidates = Vec::new();
    if let Some((node, moves)) = moves {
        // Whoever is tried before may take the room, unless the workload is sent there as well.
        let sent = moves.iter().copied().chain([own(node)]).collect();
        candidates.extend([Remedy::Move(moves), Remedy::Move(sent)]);
    }
    // Alone it sends away whoever is last in strategy order, who may find another place.
    candidates.extend(crowded.first().map(|nearest| Remedy::Move(vec![own(nearest.node)])));
    candidates
}

/// Nodes that would take the workload if something left, the nearest first.
fn crowded<'t>(turn: &'t Turn<'_>) -> Vec<&'t Answer> {
    let could = |each: &Refusal| match each {
        Refusal::Short { need, .. } => need.is_positive(),
        other => matches!(other, Refusal::GroupFull(_)),
    };
    let mut crowded = turn.now.iter().filter(|each| each.refusals.iter().all(could)).collect::<Vec<_>>();
    sort_by_miss(&mut crowded);
    crowded.truncate(MOST_NODES);
    crowded
}

/// The smallest workload whose leaving makes room, with the node where there is room then.
fn one(turn: &Turn<'_>, crowded: &[&Answer], elsewhere: &mut Elsewhere<'_>) -> Option<(NodeId, Vec<Pin>)> {
    let mut guests = Vec::new();
    for answer in crowded {
        let leavers = elsewhere.movable(answer.node).into_iter().filter(|&guest| frees(turn, answer, &[guest]));
        guests.extend(leavers.map(|guest| (size(turn, answer, guest), guest, answer.node)));
    }
    guests.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    guests.into_iter().find_map(|(_, guest, from)| {
        let to = elsewhere.than(from, guest)?;
        Some((from, vec![Pin { workload: guest, node: to }]))
    })
}

/// Two workloads on one node whose leaving makes room.
fn two(turn: &Turn<'_>, crowded: &[&Answer], elsewhere: &mut Elsewhere<'_>) -> Option<(NodeId, Vec<Pin>)> {
    crowded.iter().take(MOST_NODES_FOR_PAIRS).find_map(|answer| {
        let mut guests = elsewhere.movable(answer.node);
        guests.sort_by_key(|&guest| size(turn, answer, guest));
        pairs(&guests).filter(|pair| frees(turn, answer, pair)).find_map(|[first, second]| {
            let to = elsewhere.than(answer.node, first)?;
            let other = elsewhere.takers(second).into_iter().find(|&node| node != answer.node && node != to)?;
            let pins = [(first, to), (second, other)].map(|(workload, node)| Pin { workload, node });
            Some((answer.node, pins.to_vec()))
        })
    })
}

fn pairs(guests: &[WorkloadId]) -> impl Iterator<Item = [WorkloadId; 2]> + '_ {
    (1..guests.len()).flat_map(move |second| (0..second).map(move |first| [guests[first], guests[second]]))
}

/// How much a workload takes of what is short first.
fn size(turn: &Turn<'_>, answer: &Answer, guest: WorkloadId) -> Quantity {
    answer.shorts().next().map_or(Quantity::ZERO, |(resource, ..)| required(turn, guest, resource))
}

/// Whether a node has room for the workload when these have left.
fn frees(turn: &Turn<'_>, answer: &Answer, leavers: &[WorkloadId]) -> bool {
    answer.refusals.iter().all(|refusal| match *refusal {
        Refusal::Short { resource, need, free } => {
            let left = leavers.iter().map(|&each| required(turn, each, resource)).sum::<Quantity>();
            (free + left).cmp(&need) != Ordering::Less
        }
        Refusal::GroupFull(group) => {
            leavers.iter().any(|&each| turn.model.workload_table(each).aversion_groups.contains(&group))
        }
        _ => false,
    })
}

fn required(turn: &Turn<'_>, workload: WorkloadId, resource: Symbol) -> Quantity {
    let required = &turn.model.workload_table(workload).requirements;
    required.iter().find(|each| each.resource == resource).map_or(Quantity::ZERO, |each| each.amount)
}

/// Which other nodes take what is placed; asked once for each table.
struct Elsewhere<'a> {
    case: Case<'a>,
    found: FxHashMap<u32, Vec<NodeId>>,
    searches: usize,
}

impl Elsewhere<'_> {
    /// The workloads of a node that may be moved.
    fn movable(&self, node: NodeId) -> Vec<WorkloadId> {
        let model = self.case.plan.model;
        let on = self.case.plan.outcome.engine.occupancy().on(node).iter().copied();
        let pinned = |each: WorkloadId| self.case.pins.iter().any(|pin| pin.workload == each);
        on.filter(|&each| !model.workload_table(each).stay && !pinned(each)).collect()
    }

    fn than(&mut self, from: NodeId, workload: WorkloadId) -> Option<NodeId> {
        self.takers(workload).into_iter().find(|&node| node != from)
    }

    /// The first nodes, in the order in which they are tried, that take a workload as they are now.
    fn takers(&mut self, workload: WorkloadId) -> Vec<NodeId> {
        let (model, engine) = (self.case.plan.model, &self.case.plan.outcome.engine);
        let table = model.workloads()[workload.index()].table;
        if let Some(found) = self.found.get(&table) {
            return found.clone();
        }
        self.searches += 1;
        if self.searches > MOST_SEARCHES {
            return Vec::new();
        }
        let takes = |&node: &NodeId| refusals(model, engine.occupancy(), workload, Standing::Free, node).is_empty();
        let found = engine.nodes().filter(takes).take(3).collect::<Vec<_>>();
        self.found.insert(table, found.clone());
        found
    }
}
