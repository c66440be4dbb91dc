//! Why a node refuses a workload, as data, in the order in which reasons come first.

use std::cmp::Ordering;

use ethnum::I256;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId, WorkloadTable};
use crate::quantity::{Capacity, Quantity};
use crate::rules;
use crate::rules::{Occupancy, Standing};

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
pub(crate) fn closed(model: &Model, standing: Standing, node: NodeId) -> Option<Refusal> {
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
pub(crate) fn compare_shares(a: &Miss, b: &Miss) -> Ordering {
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
