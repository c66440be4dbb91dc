//! Why a node said no, as data: section 4 of the design.
//!
//! Counting is done for what stays unplaced only, after everything is placed, and once for workloads that ask alike.
//! Sentences are made of it elsewhere.

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
use crate::rules::Standing;
use crate::rules::{self, Reason, Shortfall, largest_shortfall, refusals};

/// A resource of which the whole cluster has less than one workload needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The resource.
    pub resource: Symbol,
    /// What is needed.
    pub need: Quantity,
    /// What is free on all nodes together.
    pub free: Quantity,
}

/// A workload that no node takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The workload.
    pub workload: WorkloadId,
    /// The first in manifest order that asks for the same and so hears the same; itself, where none did before.
    pub alike: WorkloadId,
    /// Each node's first refusal, counted, in the order of refusals and then of names; a `Short` stands for all of its
    /// resource.
    pub counts: Vec<(Reason, u32)>,
    /// The node that comes nearest by amounts, whatever else it says.
    pub nearest: Option<Shortfall>,
    /// Resources of which the whole cluster is short, by name.
    pub shortages: Vec<Shortage>,
}

/// First refusals, each of its kind as the first node says it, and how many nodes do.
#[derive(Default)]
struct RefusalCounts(FxHashMap<(u8, Option<Symbol>), (Reason, u32)>);

impl RefusalCounts {
    /// One more node says this.
    fn add(&mut self, refusal: Reason) {
        self.0.entry((refusal.precedence(), refusal.subject())).or_insert((refusal, 0)).1 += 1;
    }

    fn in_order(self, model: &Model) -> Vec<(Reason, u32)> {
        let mut counts = self.0.into_values().collect::<Vec<_>>();
        counts.sort_unstable_by_key(|(each, _)| each.order(model));
        counts
    }
}

/// Everything about a workload that decides what a node says of it, but for amounts.
#[derive(PartialEq, Eq, Hash)]
struct ClassKey<'a> {
    required: Vec<Symbol>,
    immunities: &'a [Symbol],
    selectors: [&'a [Selector]; 2],
    groups: [&'a [Symbol]; 2],
    standing: Standing,
}

/// What the nodes say of every workload that has no place, by workload.
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
    for alike in classes(model, &without) {
        let (first, standing) = without[alike[0]];
        let mut class = sets.as_ref().map(|sets| sets.class(model.workload_table(first), standing));
        let mut told = FxHashMap::<Vec<Quantity>, usize>::default();
        for at in alike {
            let workload = without[at].0;
            let table = model.workload_table(workload);
            let earlier = *told.entry(table.requirements.iter().map(Requirement::amount).collect()).or_insert(at);
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

/// The workloads of each kind, by their places in the list.
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

/// The answers by the rules as they are written, node by node: what the sets is compared with.
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

/// The resources of which all nodes together have less free than the workload needs.
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

/// The free amounts of a resource, each at least zero, together; `None` when one is unlimited.
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
