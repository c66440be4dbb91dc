//! Proposes edits of one table: larger, smaller and new amounts, and immunities.
//!
//! All arithmetic is exact, on the amounts that were free at the workload's turn. Unplaced workloads that are tried
//! before it take added room first, so their needs are added, too.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::explain::Context;
use crate::explain::remedy::{Amount, Remedy};
use crate::explain::turn::{NodeRefusals, Turn, sort_by_shortfall};
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadId, WorkloadTable};
use crate::place::Engine;
use crate::quantity::{Capacity, Family, Quantity};
use crate::rules::{Reason, Shortfall, Standing, refusals};

/// Maximum number of nodes for which an addition is computed.
const MOST_NODES: usize = 4;

/// Maximum number of nodes of one table that are considered.
const MOST_ALIKE: usize = 32;

/// Maximum number of times that room is added for a workload that would take it first.
const MOST_STEPS: usize = 64;

/// Number of steps in which a requirement of replicas is cut.
const HUNDRED: u64 = 100;

/// Free amounts of one node, by resource.
type Row = Vec<(Symbol, Capacity)>;

/// Lower requirements: what was free on the nearest node at the workload's turn, or else what is free there at the end.
pub(crate) fn smaller(context: Context<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    let cut = |answers: &[NodeRefusals]| {
        let possible =
            |each: &&NodeRefusals| each.is_short_only() && each.shorts().all(|(_, _, free)| free.is_positive());
        let mut near = answers.iter().filter(possible).collect::<Vec<_>>();
        sort_by_shortfall(&mut near);
        // The edit lowers all replicas, and each unplaced one before this one needs a node of its own.
        near.get(turn.replicas_ahead()).or(near.last()).map(|nearest| Remedy::Ask(cut_to(turn, nearest)))
    };
    let near = [&turn.before, &turn.after_all].into_iter().filter_map(|answers| cut(answers));
    let mut cuts = cut_of_all(context, turn).into_iter().chain(near).collect::<Vec<_>>();
    cuts.dedup();
    cuts
}

/// Lower requirement of a table with replicas if only one resource is in the way: the largest number of hundredths with
/// which all replicas fit.
fn cut_of_all(context: Context<'_>, turn: &Turn<'_>) -> Option<Remedy> {
    let replicas = turn.table().replicas.filter(|&replicas| replicas > 1)?;
    let mut short = turn.after_all.iter().filter(|each| each.is_short_only()).flat_map(NodeRefusals::shorts);
    let (resource, need, _) = short.next()?;
    if short.any(|(other, ..)| other != resource) {
        return None;
    }
    let rooms =
        turn.after_all.iter().filter(|each| each.is_short_only()).map(|each| room(context, turn, each.node, resource));
    let rooms = rooms.collect::<Vec<_>>();
    let fits = |amount: &Quantity| {
        amount.is_positive() && rooms.iter().map(|room| room.whole(*amount)).sum::<u64>() >= u64::from(replicas)
    };
    let after = (1..HUNDRED).rev().map(|share| need.times(share).part(HUNDRED)).find(fits)?;
    let family = family_of(turn.table(), resource);
    Some(Remedy::Ask(vec![Amount { resource, before: Some(need), after, family }]))
}

/// Free amount of a resource on a node without the replicas of the workload's table.
fn room(context: Context<'_>, turn: &Turn<'_>, node: NodeId, resource: Symbol) -> Quantity {
    let now = context.plan.outcome.engine.occupancy();
    let table = |each: WorkloadId| turn.model.workloads()[each.index()].table;
    let replicas = now.on(node).iter().filter(|&&each| table(each) == table(turn.workload)).count() as u64;
    let need = turn.table().requirement(resource).map(Requirement::amount);
    let free = now.free(node, resource).and_then(Capacity::finite).unwrap_or_default();
    free + need.unwrap_or_default().times(replicas)
}

fn cut_to(turn: &Turn<'_>, nearest: &NodeRefusals) -> Vec<Amount> {
    let cut = nearest.shorts().map(|(resource, need, free)| Amount {
        resource,
        before: Some(need),
        after: free,
        family: family_of(turn.table(), resource),
    });
    cut.collect()
}

/// Immunities, each of which alone opens a node.
pub(crate) fn immune(turn: &Turn<'_>) -> Vec<Remedy> {
    let wards = turn.before.iter().filter_map(|answer| {
        let first = answer.refusals.first()?.subject()?;
        let opens = |each: &Reason| match *each {
            Reason::Warded(resource) => resource == first,
            Reason::Short { resource, need, .. } => resource == first && !need.is_positive(),
            _ => false,
        };
        answer.refusals.iter().all(opens).then_some(first)
    });
    let mut seen = BTreeSet::new();
    wards.filter(|&ward| seen.insert(ward)).map(Remedy::Immunity).collect()
}

/// Larger amounts of one of the nearest nodes, smallest addition first.
pub(crate) fn larger(context: Context<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    let is_short = |each: &&NodeRefusals| each.refusals.iter().all(|each| matches!(each, Reason::Short { .. }));
    let mut near = turn.before.iter().filter(is_short).collect::<Vec<_>>();
    sort_by_shortfall(&mut near);
    let mut tables = BTreeSet::new();
    near.retain(|answer| tables.insert(turn.model.nodes()[answer.node.index()].table));
    near.truncate(MOST_NODES);
    let mut additions = near
        .iter()
        .filter_map(|answer| {
            let rivals = rivals(context, &turn.ahead, answer.node);
            let added = added_room(turn, answer.node, &rivals)?;
            let worst = worst(turn, answer.node, &added)?;
            Some((worst, Remedy::Offer(answer.node, offered(turn.model, answer.node, &added))))
        })
        .collect::<Vec<_>>();
    additions.sort_by(|(a, _), (b, _)| a.compare(b));
    additions.into_iter().map(|(_, remedy)| remedy).collect()
}

/// Unplaced workloads that are tried before, and that a node refuses for amounts only.
fn rivals(context: Context<'_>, ahead: &[WorkloadId], node: NodeId) -> Vec<WorkloadId> {
    let (model, now) = (context.plan.model, context.plan.outcome.engine.occupancy());
    let is_short = |&each: &WorkloadId| {
        let said = refusals(model, now, each, Standing::Free, node);
        said.iter().all(|refusal| matches!(refusal, Reason::Short { .. }))
    };
    ahead.iter().copied().filter(is_short).collect()
}

/// Minimum addition to a node, and to all nodes of its table, by resource, so that the workload fits after its rivals
/// had their turn.
fn added_room(turn: &Turn<'_>, node: NodeId, rivals: &[WorkloadId]) -> Option<Vec<(Symbol, Quantity)>> {
    let free = alike(turn.model, node).map(|each| (each, row(turn, each))).collect::<Vec<_>>();
    let mut added = Vec::<(Symbol, Quantity)>::new();
    for _ in 0..MOST_STEPS {
        let mut rows = free.clone();
        for (_, row) in &mut rows {
            for &(resource, amount) in &added {
                take(row, resource, -amount);
            }
        }
        for rival in rivals.iter().map(|&rival| turn.model.workload_table(rival)) {
            if let Some((_, row)) = rows.iter_mut().find(|(_, row)| shortages(row, rival).is_empty()) {
                rival.requirements.iter().for_each(|each| take(row, each.resource, each.amount()));
            }
        }
        let short = rows.iter().map(|(node, row)| (*node, shortages(row, turn.table())));
        let short = short.min_by(|(a, some), (b, more)| nearer(worst(turn, *a, some), worst(turn, *b, more)))?.1;
        if short.is_empty() {
            return Some(added);
        }
        for (resource, amount) in short {
            match added.iter_mut().find(|(each, _)| *each == resource) {
                Some((_, sum)) => *sum += amount,
                None => added.push((resource, amount)),
            }
        }
    }
    None
}

/// The node and the other nodes of its table.
fn alike(model: &Model, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let table = model.nodes()[node.index()].table;
    let others = model.node_ids().filter(move |&each| each != node && model.nodes()[each.index()].table == table);
    std::iter::once(node).chain(others).take(MOST_ALIKE)
}

fn row(turn: &Turn<'_>, node: NodeId) -> Row {
    let resources = turn.model.node_table(node).resources.iter().map(|offer| offer.resource);
    resources.filter_map(|each| Some((each, turn.free(node, each)?))).collect()
}

/// Orders by shortfall; no shortfall is nearest.
fn nearer(a: Option<Shortfall>, b: Option<Shortfall>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.compare(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn take(row: &mut Row, resource: Symbol, amount: Quantity) {
    if let Some((_, free)) = row.iter_mut().find(|(each, _)| *each == resource) {
        *free = free.minus(amount);
    }
}

/// Amounts by which a row of free amounts is too small for a workload.
fn shortages(row: &Row, table: &WorkloadTable) -> Vec<(Symbol, Quantity)> {
    let short = row.iter().filter_map(|&(resource, free)| {
        let left = free.minus(table.requirement(resource).map_or(Quantity::ZERO, Requirement::amount)).finite()?;
        (left.is_negative() && !table.immunities.contains(&resource)).then_some((resource, -left))
    });
    short.collect()
}

/// Addition that is largest in proportion to the need. An addition of a resource that the workload does not require
/// counts as a whole need.
fn worst(turn: &Turn<'_>, node: NodeId, added: &[(Symbol, Quantity)]) -> Option<Shortfall> {
    let misses = added.iter().map(|&(resource, amount)| {
        let need = turn.table().requirement(resource).map(Requirement::amount);
        let need = need.filter(|need| need.is_positive()).unwrap_or(amount);
        Shortfall { node, resource, need, free: need - amount }
    });
    misses.max_by(Shortfall::compare)
}

/// Amounts that a node would offer with an addition.
fn offered(model: &Model, node: NodeId, added: &[(Symbol, Quantity)]) -> Vec<Amount> {
    let more = added.iter().filter_map(|&(resource, amount)| {
        let offer = model.offer(node, resource)?;
        let before = offer.capacity.finite()?;
        Some(Amount { resource, before: Some(before), after: before + amount, family: offer.family })
    });
    more.collect()
}

/// Resources that a node lacks, added to it. If another node offers everything and is only short, only tags are added,
/// and to one node.
pub(crate) fn added(turn: &Turn<'_>) -> Vec<Remedy> {
    let offered = turn.before.iter().any(NodeRefusals::is_short_only);
    let is_tag = |resource: Symbol| turn.table().requirement(resource).is_none_or(|each| !each.amount().is_positive());
    let given_to = |each: &&NodeRefusals| {
        let can_be_given = |each: &Reason| match *each {
            Reason::Lacks(resource) => !offered || is_tag(resource),
            Reason::Short { .. } => !offered,
            _ => false,
        };
        let lacks = |each: &Reason| matches!(each, Reason::Lacks(_));
        each.refusals.iter().all(can_be_given) && each.refusals.iter().any(lacks)
    };
    let mut near = turn.before.iter().filter(given_to).collect::<Vec<_>>();
    near.sort_by_key(|each| (each.shorts().count(), each.refusals.len()));
    let mut tables = BTreeSet::new();
    near.retain(|answer| tables.insert(turn.model.nodes()[answer.node.index()].table));
    near.truncate(if offered { 1 } else { MOST_NODES });
    near.into_iter().map(|answer| Remedy::Offer(answer.node, given(turn, answer))).collect()
}

fn given(turn: &Turn<'_>, answer: &NodeRefusals) -> Vec<Amount> {
    let new = answer.refusals.iter().filter_map(|each| match *each {
        Reason::Lacks(resource) => turn.table().requirement(resource),
        _ => None,
    });
    let new = new.map(|each| Amount {
        resource: each.resource,
        before: None,
        after: each.amount().max(Quantity::ZERO),
        family: each.family,
    });
    let short = answer.shorts().map(|(resource, need, free)| (resource, need - free)).collect::<Vec<_>>();
    new.chain(offered(turn.model, answer.node, &short)).collect()
}

/// Addition, increased by what was still short when it was planned.
pub(crate) fn grown(context: Context<'_>, turn: &Turn<'_>, remedy: &Remedy, engine: &Engine) -> Option<Remedy> {
    let Remedy::Offer(node, amounts) = remedy else { return None };
    let standing = context.plan.outcome.standing(turn.workload)?;
    let said = refusals(turn.model, engine.occupancy(), turn.workload, standing, *node);
    let mut amounts = amounts.clone();
    for refusal in said {
        let Reason::Short { resource, need, free } = refusal else { return None };
        match amounts.iter_mut().find(|amount| amount.resource == resource) {
            Some(amount) => amount.after += need - free,
            None => amounts.extend(offered(turn.model, *node, &[(resource, need - free)])),
        }
    }
    Some(Remedy::Offer(*node, amounts))
}

fn family_of(table: &WorkloadTable, resource: Symbol) -> Family {
    table.requirement(resource).map(|each| each.family).unwrap_or_default()
}
