//! Tallies why nodes refuse the workloads that stay unplaced, as data; `render` turns it into sentences.
//!
//! The tally follows the whole placement, and equal workloads share one.

mod by_free_amount;
mod nearest;
pub(crate) mod node_set;
mod refusal_sets;
mod rule_sets;

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, Selector, WorkloadId, WorkloadTable};
use crate::place::tally::refusal_sets::RefusalSets;
use crate::place::{Engine, Outcome, Search};
use crate::quantity::{Capacity, Quantity};
use crate::rules::{self, Reason, Shortfall, Standing, largest_shortfall, refusals};

/// Resource of which all nodes together have less free than one workload needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The resource.
    pub resource: Symbol,
    /// Amount that the workload needs.
    pub need: Quantity,
    /// Free amount on all nodes together.
    pub free: Quantity,
}

/// Workload that no node takes, with the reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The workload.
    pub workload: WorkloadId,
    /// First unplaced workload in manifest order with the same requirements and refusals; this workload itself if it is
    /// the first.
    pub alike: WorkloadId,
    /// Number of nodes by first reason, in order of precedence, then of names. One `Short` stands for every shortage of
    /// its resource, with the amounts of the first node.
    pub counts: Vec<(Reason, u32)>,
    /// Node that comes nearest by amounts, whatever other reasons it has.
    pub nearest: Option<Shortfall>,
    /// Resources of which the whole cluster is short, sorted by name.
    pub shortages: Vec<Shortage>,
}

/// First reasons with the number of nodes; equal reasons are counted under that of the first node.
#[derive(Default)]
struct RefusalCounts(FxHashMap<(u8, Option<Symbol>), (Reason, u32)>);

impl RefusalCounts {
    /// Counts one more node under a reason.
    fn add(&mut self, refusal: Reason) {
        self.0.entry((refusal.precedence(), refusal.subject())).or_insert((refusal, 0)).1 += 1;
    }

    fn in_order(self, model: &Model) -> Vec<(Reason, u32)> {
        let mut counts = self.0.into_values().collect::<Vec<_>>();
        counts.sort_unstable_by_key(|(each, _)| each.order(model));
        counts
    }
}

/// Properties of a workload, apart from amounts, that determine why nodes refuse it.
#[derive(PartialEq, Eq, Hash)]
struct ClassKey<'a> {
    required: Vec<Symbol>,
    immunities: &'a [Symbol],
    selectors: [&'a [Selector]; 2],
    groups: [&'a [Symbol]; 2],
    standing: Standing,
}

/// Returns the unplaced workloads with the reasons of all nodes, sorted by workload.
pub fn unplaced(model: &Model, outcome: &Outcome) -> Vec<Unplaced> {
    let without = outcome.standings.iter().copied().filter(|&(workload, _)| outcome.assignment.of(workload).is_none());
    let without = without.collect::<Vec<_>>();
    if without.is_empty() {
        return Vec::new();
    }
    let engine = &outcome.engine;
    let nodes = engine.nodes().collect::<Vec<_>>();
    let numbers = rule_sets::numbers(&nodes);
    let indexed = engine.search == Search::Indexed;
    let sets = indexed.then(|| RefusalSets::new(model, engine.occupancy(), &nodes, &numbers));
    let mut all_free = FxHashMap::default();
    let mut answers = vec![None; without.len()];
    for members in classes(model, &without) {
        let (first, standing) = without[members[0]];
        let mut class = sets.as_ref().map(|sets| sets.class(model.workload_table(first), standing));
        let mut first_by_amounts = FxHashMap::<Vec<Quantity>, usize>::default();
        for at in members {
            let workload = without[at].0;
            let table = model.workload_table(workload);
            let earlier =
                *first_by_amounts.entry(table.requirements.iter().map(Requirement::amount).collect()).or_insert(at);
            if earlier < at {
                answers[at] = answers[earlier].clone().map(|answer| Unplaced { workload, ..answer });
                continue;
            }
            let (counts, nearest) = match &mut class {
                Some(class) => class.tally(table),
                None => tally_node_by_node(model, engine, workload, standing, &nodes),
            };
            let free = |resource| {
                *all_free.entry(resource).or_insert_with(|| match &sets {
                    Some(sets) => free_in_all(engine, resource, sets.offering(resource)),
                    None => free_in_all(engine, resource, nodes.iter().copied()),
                })
            };
            answers[at] =
                Some(Unplaced { workload, alike: workload, counts, nearest, shortages: shortages(model, table, free) });
        }
    }
    answers.into_iter().flatten().collect()
}

/// Groups workloads by class, as indices into the list.
fn classes(model: &Model, workloads: &[(WorkloadId, Standing)]) -> Vec<Vec<usize>> {
    let mut numbers = FxHashMap::default();
    let mut classes = Vec::<Vec<usize>>::new();
    for (at, &(workload, standing)) in workloads.iter().enumerate() {
        let number = *numbers.entry(class_key(model, workload, standing)).or_insert(classes.len());
        if number == classes.len() {
            classes.push(Vec::new());
        }
        classes[number].push(at);
    }
    classes
}

fn class_key(model: &Model, workload: WorkloadId, standing: Standing) -> ClassKey<'_> {
    let table = model.workload_table(workload);
    ClassKey {
        required: table.requirements.iter().map(|each| each.resource).collect(),
        immunities: &table.immunities,
        selectors: [&table.only_on, &table.never_on],
        groups: [&table.aversion_groups, &table.affinity_groups],
        standing,
    }
}

/// Tallies node by node, by the rules alone: the oracle for tests of [`RefusalSets`].
fn tally_node_by_node(
    model: &Model,
    engine: &Engine,
    workload: WorkloadId,
    standing: Standing,
    nodes: &[NodeId],
) -> (Vec<(Reason, u32)>, Option<Shortfall>) {
    let mut counts = RefusalCounts::default();
    let mut nearest: Option<Shortfall> = None;
    for &node in nodes {
        let refusals = refusals(model, engine.occupancy(), workload, standing, node);
        if let Some(first) = refusals.first() {
            counts.add(*first);
        }
        if let Some(miss) = largest_shortfall(node, &refusals)
            && nearest.is_none_or(|best| miss.compare(&best) == Ordering::Less)
        {
            nearest = Some(miss);
        }
    }
    (counts.in_order(model), nearest)
}

/// Returns the resources of which all nodes together have less free than the workload needs.
fn shortages(
    model: &Model,
    table: &WorkloadTable,
    mut free_in_all: impl FnMut(Symbol) -> Option<Quantity>,
) -> Vec<Shortage> {
    let required = table.requirements.iter().filter(|each| each.amount().is_positive());
    let required = required.filter(|each| !rules::is_immune(table, each.resource));
    let shortages = required.filter_map(|each| {
        let free = free_in_all(each.resource)?;
        (free < each.amount()).then_some(Shortage { resource: each.resource, need: each.amount(), free })
    });
    let mut found = shortages.collect::<Vec<_>>();
    found.sort_unstable_by_key(|each| model.text(each.resource));
    found
}

/// Returns the sum of a resource's positive free amounts; `None` if one is unlimited.
fn free_in_all(engine: &Engine, resource: Symbol, nodes: impl Iterator<Item = NodeId>) -> Option<Quantity> {
    let mut sum = Quantity::ZERO;
    for node in nodes {
        match engine.occupancy().free(node, resource) {
            Some(Capacity::Unlimited) => return None,
            Some(Capacity::Finite(free)) if free.is_positive() => sum += free,
            _ => {}
        }
    }
    Some(sum)
}
