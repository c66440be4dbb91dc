//! Why a node said no, as data: section 4 of the design.
//!
//! Counting is done for what stays unplaced only, after everything is placed, and once for workloads that ask alike.
//! Sentences are made of it elsewhere.

use std::cmp::Ordering;

use ethnum::I256;
use rustc_hash::FxHashMap;

use super::census::Census;
use super::{Engine, Outcome, Search, zone};
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, Selector, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};
use crate::rules;
use crate::rules::Occupancy;
use crate::rules::Standing;

/// Why a node refuses a workload; in the order in which reasons come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The workload has `stay` and was recorded elsewhere.
    Stays,
    /// The node is cordoned.
    Cordoned,
    /// The node is drained.
    Drained,
    /// `only_on` or `never_on` forbids the node, by this label.
    NotSelected(Symbol),
    /// The node has no place, or a full one, in this hard aversion group.
    GroupFull(Symbol),
    /// The members of this hard affinity group are elsewhere.
    GroupElsewhere(Symbol),
    /// The node does not offer this resource.
    Lacks(Symbol),
    /// The node wards off what is not immune to this resource.
    Warded(Symbol),
    /// The node has too little of this resource.
    Short {
        /// The resource.
        resource: Symbol,
        /// What the workload requires of it; 0 for a shortcoming that it does not fill.
        need: Quantity,
        /// What is free.
        free: Quantity,
    },
}

/// The node that comes nearest to taking a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The node.
    pub node: NodeId,
    /// The resource of which most is short, in proportion to the need.
    pub resource: Symbol,
    /// What is needed of it.
    pub need: Quantity,
    /// What is free of it.
    pub free: Quantity,
}

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
    pub counts: Vec<(Refusal, u32)>,
    /// The node that comes nearest by amounts, whatever else it says.
    pub nearest: Option<Miss>,
    /// Resources of which the whole cluster is short, by name.
    pub shortages: Vec<Shortage>,
}

impl Refusal {
    /// Where it stands among the reasons of a node.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Stays => 0,
            Self::Cordoned => 1,
            Self::Drained => 2,
            Self::NotSelected(_) => 3,
            Self::GroupFull(_) => 4,
            Self::GroupElsewhere(_) => 5,
            Self::Lacks(_) => 6,
            Self::Warded(_) => 7,
            Self::Short { .. } => 8,
        }
    }

    /// The label, group or resource that it is about.
    pub fn subject(&self) -> Option<Symbol> {
        match *self {
            Self::Stays | Self::Cordoned | Self::Drained => None,
            Self::NotSelected(subject)
            | Self::GroupFull(subject)
            | Self::GroupElsewhere(subject)
            | Self::Lacks(subject)
            | Self::Warded(subject)
            | Self::Short { resource: subject, .. } => Some(subject),
        }
    }
}

/// All reasons of a node against a workload, in order; none when it takes it, soft rules aside.
pub fn refusals(
    model: &Model,
    now: &Occupancy,
    workload: WorkloadId,
    standing: Standing,
    node: NodeId,
) -> Vec<Refusal> {
    let table = model.workload_table(workload);
    let mut refusals = Vec::new();
    refusals.extend(closed(model, standing, node));
    refusals.extend(rules::forbidding_label(model, table, node).map(Refusal::NotSelected));
    refusals.extend(group_refusals(model, now, table, node));
    let start = refusals.len();
    refusals.extend(amount_refusals(now, table, node));
    refusals[start..].sort_unstable_by_key(|each| (each.rank(), each.subject().map(|subject| model.text(subject))));
    refusals
}

/// Why a node takes nothing, whatever it is asked for.
pub(super) fn closed(model: &Model, standing: Standing, node: NodeId) -> Option<Refusal> {
    match standing {
        _ if rules::is_open(model, standing, node) => None,
        Standing::Bound(_) => Some(Refusal::Stays),
        Standing::Free | Standing::Returning(_) if model.cordons.contains_key(&node) => Some(Refusal::Cordoned),
        Standing::Free | Standing::Returning(_) => Some(Refusal::Drained),
    }
}

fn group_refusals(model: &Model, now: &Occupancy, table: &WorkloadTable, node: NodeId) -> Vec<Refusal> {
    let averse = table.aversion_groups.iter().copied().filter(|&group| model.aversion_group(group).hard);
    let affine = table.affinity_groups.iter().copied().filter(|&group| model.affinity_group(group).hard);
    let full = averse.filter(|&group| !rules::takes_member(model, now, group, node));
    let elsewhere = affine.filter(|&group| !rules::gathers(model, now, group, node));
    let mut refusals = full.map(Refusal::GroupFull).chain(elsewhere.map(Refusal::GroupElsewhere)).collect::<Vec<_>>();
    refusals.sort_by_key(|each| (each.rank(), each.subject().map(|subject| model.text(subject))));
    refusals
}

fn amount_refusals(now: &Occupancy, table: &WorkloadTable, node: NodeId) -> Vec<Refusal> {
    let required = table.requirements.iter().filter_map(|requirement| {
        let resource = requirement.resource;
        let Some(free) = now.free(node, resource) else { return Some(Refusal::Lacks(resource)) };
        let misses = !rules::is_immune(table, resource) && free.minus(requirement.amount()).is_negative();
        misses.then(|| shortage(resource, requirement.amount(), free))
    });
    let negative = now
        .below_zero(node)
        .iter()
        .copied()
        .filter(|&resource| !rules::is_immune(table, resource) && !rules::requires(&table.requirements, resource));
    let ignored = negative.filter_map(|resource| Some(shortage(resource, Quantity::ZERO, now.free(node, resource)?)));
    required.chain(ignored).collect()
}

fn shortage(resource: Symbol, need: Quantity, free: Capacity) -> Refusal {
    free.finite().map_or(Refusal::Warded(resource), |free| Refusal::Short { resource, need, free })
}

/// First refusals, each of its kind as the first node says it, and how many nodes do.
#[derive(Default)]
struct Counts(FxHashMap<(u8, Option<Symbol>), (Refusal, u32)>);

impl Counts {
    /// One more node says this.
    fn add(&mut self, refusal: Refusal) {
        self.0.entry((refusal.rank(), refusal.subject())).or_insert((refusal, 0)).1 += 1;
    }

    fn in_order(self, model: &Model) -> Vec<(Refusal, u32)> {
        let mut counts = self.0.into_values().collect::<Vec<_>>();
        counts.sort_unstable_by_key(|(each, _)| (each.rank(), each.subject().map(|subject| model.text(subject))));
        counts
    }
}

/// Everything about a workload that decides what a node says of it, but for amounts.
#[derive(PartialEq, Eq, Hash)]
struct Kind<'a> {
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
    let numbers = zone::numbers(&nodes);
    let indexed = engine.search == Search::Indexed;
    let census = indexed.then(|| Census::new(model, engine.occupancy(), &nodes, &numbers));
    let mut all_free = FxHashMap::default();
    let mut answers = vec![None; without.len()];
    for alike in by_kind(model, &without) {
        let (first, standing) = without[alike[0]];
        let mut class = census.as_ref().map(|census| census.class(model.workload_table(first), standing));
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
                Some(class) => class.ask(table),
                None => ask_each(model, engine, workload, standing, &nodes),
            };
            let free = |resource| {
                *all_free.entry(resource).or_insert_with(|| match &census {
                    Some(census) => free_in_all(engine, resource, census.offering(resource)),
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
fn by_kind(model: &Model, workloads: &[(WorkloadId, Standing)]) -> Vec<Vec<usize>> {
    let mut numbers = FxHashMap::default();
    let mut kinds = Vec::<Vec<usize>>::new();
    for (at, &(workload, standing)) in workloads.iter().enumerate() {
        let number = *numbers.entry(kind(model, workload, standing)).or_insert(kinds.len());
        if number == kinds.len() {
            kinds.push(Vec::new());
        }
        kinds[number].push(at);
    }
    kinds
}

fn kind(model: &Model, workload: WorkloadId, standing: Standing) -> Kind<'_> {
    let table = model.workload_table(workload);
    Kind {
        required: table.requirements.iter().map(|each| each.resource).collect(),
        immunities: &table.immunities,
        selectors: [&table.only_on, &table.never_on],
        groups: [&table.aversion_groups, &table.affinity_groups],
        standing,
    }
}

/// The answers by the rules as they are written, node by node: what the census is compared with.
fn ask_each(
    model: &Model,
    engine: &Engine,
    workload: WorkloadId,
    standing: Standing,
    nodes: &[NodeId],
) -> (Vec<(Refusal, u32)>, Option<Miss>) {
    let mut counts = Counts::default();
    let mut nearest: Option<Miss> = None;
    for &node in nodes {
        let refusals = refusals(model, engine.occupancy(), workload, standing, node);
        if let Some(first) = refusals.first() {
            counts.add(*first);
        }
        if let Some(miss) = miss(node, &refusals)
            && nearest.is_none_or(|best| compare_shares(&miss, &best) == Ordering::Less)
        {
            nearest = Some(miss);
        }
    }
    (counts.in_order(model), nearest)
}

/// How far a node is from taking a workload; `None` where it lacks or wards something, or nothing needed is short.
pub fn miss(node: NodeId, refusals: &[Refusal]) -> Option<Miss> {
    let mut worst: Option<Miss> = None;
    for refusal in refusals {
        let miss = match *refusal {
            Refusal::Short { resource, need, free } if need.is_positive() => Miss { node, resource, need, free },
            Refusal::Short { .. } | Refusal::Lacks(_) | Refusal::Warded(_) => return None,
            _ => continue,
        };
        if worst.is_none_or(|worst| compare_shares(&miss, &worst) == Ordering::Greater) {
            worst = Some(miss);
        }
    }
    worst
}

impl Miss {
    /// Whether this one or the other is nearer: less is short, in proportion to what is needed.
    pub fn compare(&self, other: &Self) -> Ordering {
        compare_shares(self, other)
    }
}

/// Compares what is short in proportion to what is needed.
pub(super) fn compare_shares(a: &Miss, b: &Miss) -> Ordering {
    let share = |miss: &Miss| ((miss.need - miss.free).attos(), miss.need.attos());
    compare_fractions(share(a), share(b))
}

/// Compares two positive fractions by their continued fractions, which never multiplies and so never overflows.
fn compare_fractions((a, b): (I256, I256), (c, d): (I256, I256)) -> Ordering {
    let (mut a, mut b, mut c, mut d) = (a, b, c, d);
    loop {
        let whole = (a / b).cmp(&(c / d));
        let (left, right) = (a % b, c % d);
        if whole != Ordering::Equal || left == I256::ZERO || right == I256::ZERO {
            return whole.then_with(|| left.signum().cmp(&right.signum()));
        }
        // The remainders compare as left/b with right/d, which is the other way round of b/left with d/right.
        (a, b, c, d) = (d, right, b, left);
    }
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
