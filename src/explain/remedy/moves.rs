//! Proposes moves of one or two workloads that make room for the unplaced one.
//!
//! On a node that is short, it looks for the smallest workloads that free enough, and for other nodes that take them.
//! The plan then shows what the rest of the cluster does.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::explain::Context;
use crate::explain::remedy::Remedy;
use crate::explain::turn::{NodeRefusals, Turn, sort_by_shortfall};
use crate::model::names::Symbol;
use crate::model::{NodeId, Replan, Requirement, WorkloadId};
use crate::place::Pin;
use crate::quantity::{Capacity, Quantity};
use crate::rules::{Reason, Standing, refusals};

/// Maximum number of nodes that are considered, nearest first, for one workload and for pairs.
const MOST_NODES: usize = 200;
const MOST_NODES_FOR_PAIRS: usize = 10;

/// Maximum number of kinds of workloads for which all nodes are searched.
const MOST_SEARCHES: usize = 200;

/// Number of parts in which a workload's share of a need is expressed.
const SHARES: u64 = 1_000;

/// Proposed moves, in the order in which they are planned.
pub(crate) fn candidates(context: Context<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    if turn.model.replan == Replan::Fresh {
        return Vec::new();
    }
    let crowded = crowded(turn);
    let mut elsewhere = Elsewhere { context, roomiest: roomiest(context), found: FxHashMap::default() };
    let moves = one(turn, &crowded, &mut elsewhere).or_else(|| two(turn, &crowded, &mut elsewhere));
    let own = |node| Pin { workload: turn.workload, node };
    let mut candidates = Vec::new();
    if let Some((node, moves)) = moves {
        // A workload that is tried before may take the room, unless the unplaced one is moved there as well.
        let sent = moves.iter().copied().chain([own(node)]).collect();
        candidates.extend([Remedy::Move(moves), Remedy::Move(sent)]);
    }
    // Moved alone, it displaces the last workload in strategy order, which may fit on another node.
    candidates.extend(crowded.first().map(|nearest| Remedy::Move(vec![own(nearest.node)])));
    candidates
}

/// Nodes that would take the workload if others left, nearest first.
fn crowded<'t>(turn: &'t Turn<'_>) -> Vec<&'t NodeRefusals> {
    let could = |each: &Reason| match each {
        Reason::Short { need, .. } => need.is_positive(),
        other => matches!(other, Reason::GroupFull(_)),
    };
    let mut crowded = turn.after_all.iter().filter(|each| each.refusals.iter().all(could)).collect::<Vec<_>>();
    sort_by_shortfall(&mut crowded);
    crowded.truncate(MOST_NODES);
    crowded
}

/// Smallest workload that frees enough, with the node on which it does.
fn one(turn: &Turn<'_>, crowded: &[&NodeRefusals], elsewhere: &mut Elsewhere<'_>) -> Option<(NodeId, Vec<Pin>)> {
    let mut workloads = Vec::new();
    for answer in crowded {
        let leavers = elsewhere.movable(answer.node).into_iter().filter(|&guest| frees(turn, answer, &[guest]));
        workloads.extend(leavers.map(|guest| (size(turn, answer, guest), guest, answer.node)));
    }
    workloads.sort_by_key(|&(size, ..)| size);
    workloads.into_iter().find_map(|(_, guest, from)| {
        let to = elsewhere.than(from, guest)?;
        Some((from, vec![Pin { workload: guest, node: to }]))
    })
}

/// Two workloads on one node that free enough together.
fn two(turn: &Turn<'_>, crowded: &[&NodeRefusals], elsewhere: &mut Elsewhere<'_>) -> Option<(NodeId, Vec<Pin>)> {
    crowded.iter().take(MOST_NODES_FOR_PAIRS).find_map(|answer| {
        let mut workloads = elsewhere.movable(answer.node);
        workloads.sort_by_key(|&guest| size(turn, answer, guest));
        pairs(&workloads).filter(|pair| frees(turn, answer, pair)).find_map(|[first, second]| {
            let to = elsewhere.than(answer.node, first)?;
            let other = elsewhere.takers(second).into_iter().find(|&node| node != answer.node && node != to)?;
            let pins = [(first, to), (second, other)].map(|(workload, node)| Pin { workload, node });
            Some((answer.node, pins.to_vec()))
        })
    })
}

fn pairs(workloads: &[WorkloadId]) -> impl Iterator<Item = [WorkloadId; 2]> + '_ {
    (1..workloads.len()).flat_map(move |second| (0..second).map(move |first| [workloads[first], workloads[second]]))
}

/// Largest share of a need that a workload uses of what is short, in parts of [`SHARES`].
fn size(turn: &Turn<'_>, answer: &NodeRefusals, guest: WorkloadId) -> u64 {
    let shares = answer.shorts().map(|(resource, need, _)| required(turn, guest, resource).times(SHARES).whole(need));
    shares.max().unwrap_or(0)
}

/// Whether a node has room for the workload after these have left.
fn frees(turn: &Turn<'_>, answer: &NodeRefusals, leavers: &[WorkloadId]) -> bool {
    answer.refusals.iter().all(|refusal| match *refusal {
        Reason::Short { resource, need, free } => {
            let left = leavers.iter().map(|&each| required(turn, each, resource)).sum::<Quantity>();
            (free + left).cmp(&need) != Ordering::Less
        }
        Reason::GroupFull(group) => {
            leavers.iter().any(|&each| turn.model.workload_table(each).aversion_groups.contains(&group))
        }
        _ => false,
    })
}

fn required(turn: &Turn<'_>, workload: WorkloadId, resource: Symbol) -> Quantity {
    let required = &turn.model.workload_table(workload).requirements;
    required.iter().find(|each| each.resource == resource).map_or(Quantity::ZERO, Requirement::amount)
}

/// Key of what decides where a workload fits: amounts, and the table if it has more rules than amounts.
type Kind = (Vec<(Symbol, Quantity)>, Option<u32>);

/// Cache of the nodes that take a placed workload, by kind.
struct Elsewhere<'a> {
    context: Context<'a>,
    /// Free amounts of the nodes that no other node covers.
    roomiest: Vec<Row>,
    found: FxHashMap<Kind, Vec<NodeId>>,
}

/// Free amounts of a node.
type Row = Vec<(Symbol, Capacity)>;

/// Whether a row has at least as much as the other of every resource that the other has.
fn covers(row: &Row, other: &Row) -> bool {
    other.iter().all(|&(resource, amount)| row.iter().any(|&(each, free)| each == resource && free >= amount))
}

/// Rows that no other row covers. They are few, as most nodes are full.
fn roomiest(context: Context<'_>) -> Vec<Row> {
    let (model, now) = (context.plan.model, context.plan.outcome.engine.occupancy());
    let mut roomiest = Vec::<Row>::new();
    for node in model.node_ids() {
        let offers = model.node_table(node).resources.iter().map(|offer| offer.resource);
        let row = offers.filter_map(|each| Some((each, now.free(node, each)?))).collect::<Row>();
        if !roomiest.iter().any(|other| covers(other, &row)) {
            roomiest.retain(|other| !covers(&row, other));
            roomiest.push(row);
        }
    }
    roomiest
}

impl Elsewhere<'_> {
    /// Workloads of a node that may be moved.
    fn movable(&self, node: NodeId) -> Vec<WorkloadId> {
        let model = self.context.plan.model;
        let on = self.context.plan.outcome.engine.occupancy().on(node).iter().copied();
        let pinned = |each: WorkloadId| self.context.pins.iter().any(|pin| pin.workload == each);
        on.filter(|&each| !model.workload_table(each).stay && !pinned(each)).collect()
    }

    fn than(&mut self, from: NodeId, workload: WorkloadId) -> Option<NodeId> {
        self.takers(workload).into_iter().find(|&node| node != from)
    }

    /// First nodes, in search order, that take a workload now.
    fn takers(&mut self, workload: WorkloadId) -> Vec<NodeId> {
        let kind = self.kind(workload);
        if let Some(found) = self.found.get(&kind) {
            return found.clone();
        }
        if self.found.len() >= MOST_SEARCHES || !self.has_room_anywhere(workload) {
            return Vec::new();
        }
        let engine = &self.context.plan.outcome.engine;
        let found = engine.nodes().filter(|&node| self.takes(node, workload)).take(3).collect::<Vec<_>>();
        self.found.insert(kind, found.clone());
        found
    }

    fn has_room_anywhere(&self, workload: WorkloadId) -> bool {
        let table = self.context.plan.model.workload_table(workload);
        let needs = table.requirements.iter().map(|each| (each.resource, Capacity::Finite(each.amount()))).collect();
        !table.immunities.is_empty() || self.roomiest.iter().any(|row| covers(row, &needs))
    }

    fn takes(&self, node: NodeId, workload: WorkloadId) -> bool {
        let (model, now) = (self.context.plan.model, self.context.plan.outcome.engine.occupancy());
        // Amounts come first: most nodes are too full, and this check is cheap.
        let has_room = model.workload_table(workload).requirements.iter().all(|each| {
            let free = now.free(node, each.resource);
            free.is_some_and(|free| !free.minus(each.amount()).is_negative())
        });
        has_room && refusals(model, now, workload, Standing::Free, node).is_empty()
    }

    fn kind(&self, workload: WorkloadId) -> Kind {
        let (model, table) = (self.context.plan.model, self.context.plan.model.workload_table(workload));
        let is_plain = table.immunities.is_empty()
            && table.aversion_groups.is_empty()
            && table.affinity_groups.is_empty()
            && table.only_on.is_empty()
            && table.never_on.is_empty();
        let amounts = table.requirements.iter().map(|each| (each.resource, each.amount())).collect();
        (amounts, (!is_plain).then(|| model.workloads()[workload.index()].table))
    }
}
