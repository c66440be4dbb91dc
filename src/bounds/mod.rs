//! What cannot be, whatever the order: statements that are proven, apart from what a strategy did not find.
//!
//! A proof says that of a set of workloads at most so many can have a place at once. It rests on what every assignment
//! keeps (rule 1 of re-planning and the hard rules), on nobody's order and on nobody's record. Where a bound cannot be
//! told exactly it is told too high: nothing is claimed that is not so, and not all that is so is claimed.

mod bound;
mod kind;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::quantity::Quantity;
use bound::{Taken, counted};
use kind::{Kinds, barrier};

/// A rule that leaves a workload of the set without a place in every assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The rule.
    pub rule: Rule,
    /// The workloads, in manifest order; the one that was asked about is among them.
    pub set: Vec<WorkloadId>,
    /// So many of them can have a place at once, at most.
    pub most: u64,
    /// The nodes that any of them may be on.
    pub nodes: u64,
}

/// What makes it impossible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No node could ever take it, even if nothing else were placed: why, with the number of nodes.
    NoNode(Vec<(Barrier, u32)>),
    /// Together they need more than all nodes have.
    Sum {
        /// Of this resource.
        resource: Symbol,
        /// So much.
        need: Quantity,
        /// Of so much.
        capacity: Quantity,
    },
    /// Each node holds only whole workloads, and what is left over on each is too little for one more.
    Pieces {
        /// Of this resource.
        resource: Symbol,
        /// Each needs at least so much.
        least: Quantity,
        /// What all nodes have.
        capacity: Quantity,
        /// How many each node holds and what is left over there, where that is the same on all nodes.
        each: Option<(u64, Quantity)>,
    },
    /// A hard aversion group has more members than its places take.
    Group {
        /// The group.
        group: Symbol,
        /// How many members a place takes.
        max: u32,
        /// How many places there are.
        places: u64,
    },
}

/// Why a node could never take a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Barrier {
    /// It is cordoned, drained, or not where the workload stays.
    Closed,
    /// `only_on` or `never_on` forbids it, by this label.
    NotSelected(Symbol),
    /// It has no place in this hard group.
    NoPlace(Symbol),
    /// It does not offer this resource.
    Lacks(Symbol),
    /// It wards off what is not immune to this resource.
    Warded(Symbol),
    /// Even empty it has too little of this resource.
    Small {
        /// The resource.
        resource: Symbol,
        /// What is needed.
        need: Quantity,
        /// The most that such a node has.
        largest: Quantity,
        /// The node that has it.
        node: NodeId,
    },
}

/// All that is proven of a workload. `is_open` says which nodes take anything new.
pub fn proofs(model: &Model, workload: WorkloadId, is_open: impl Fn(NodeId) -> bool) -> Vec<Proof> {
    let kinds = Kinds::new(model);
    if let Some(barriers) = no_node(&kinds, workload, is_open) {
        return vec![Proof { rule: Rule::NoNode(barriers), set: vec![workload], most: 0, nodes: 0 }];
    }
    let table = model.workload_table(workload);
    let required = table.requirements.iter().filter(|each| each.amount().is_positive());
    let mut required = required.filter(|each| !table.immunities.contains(&each.resource)).collect::<Vec<_>>();
    required.sort_unstable_by_key(|each| model.text(each.resource));
    let mut groups = table.aversion_groups.clone();
    groups.retain(|&group| model.aversion_group(group).hard);
    groups.sort_unstable_by_key(|&group| model.text(group));
    let amounts = required.into_iter().filter_map(|each| short(&kinds, workload, each.resource, each.amount()));
    let crowded = groups.into_iter().filter_map(|group| crowded(&kinds, workload, group));
    amounts.chain(crowded).collect()
}

/// Why no node could ever take a workload, counted; `None` when one could.
fn no_node(kinds: &Kinds<'_>, workload: WorkloadId, is_open: impl Fn(NodeId) -> bool) -> Option<Vec<(Barrier, u32)>> {
    let mut counts = Vec::<(Barrier, u32)>::new();
    for node in kinds.model.node_ids() {
        let barrier = if is_open(node) { barrier(kinds, workload, node)? } else { Barrier::Closed };
        match counts.iter_mut().find(|(each, _)| each.is_like(&barrier)) {
            Some((known, count)) => {
                known.widen(&barrier);
                *count += 1;
            }
            None => counts.push((barrier, 1)),
        }
    }
    counts.sort_by_key(|(each, _)| (each.rank(), each.subject().map(|subject| kinds.model.text(subject))));
    Some(counts)
}

impl Barrier {
    /// Whether both are the same reason, at whatever amount.
    fn is_like(&self, other: &Self) -> bool {
        (self.rank(), self.subject()) == (other.rank(), other.subject())
    }

    /// Of two nodes that are too small the larger one is told.
    fn widen(&mut self, other: &Self) {
        if let (Self::Small { largest, .. }, Self::Small { largest: more, .. }) = (&*self, other)
            && more > largest
        {
            *self = *other;
        }
    }

    /// Where it stands among the reasons of a node.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::NotSelected(_) => 1,
            Self::NoPlace(_) => 2,
            Self::Lacks(_) => 3,
            Self::Warded(_) => 4,
            Self::Small { .. } => 5,
        }
    }

    /// The label, group or resource that it is about.
    pub fn subject(&self) -> Option<Symbol> {
        match *self {
            Self::Closed => None,
            Self::NotSelected(subject) | Self::NoPlace(subject) | Self::Lacks(subject) | Self::Warded(subject) => {
                Some(subject)
            }
            Self::Small { resource, .. } => Some(resource),
        }
    }
}

/// Whether all that need a resource, or all that need it on the nodes of this workload, are too many for it.
fn short(kinds: &Kinds<'_>, workload: WorkloadId, resource: Symbol, need: Quantity) -> Option<Proof> {
    [Taken::everywhere(kinds, resource), Taken::confined(kinds, resource, workload)].iter().find_map(|taken| {
        let amounts = taken.amounts_up_to(need);
        let sum = || amounts.iter().find_map(|&least| taken.sum(least));
        let pieces = || amounts.iter().rev().find_map(|&least| taken.pieces(least));
        sum().or_else(pieces)
    })
}

/// Whether a hard aversion group has more members than places for them.
fn crowded(kinds: &Kinds<'_>, workload: WorkloadId, group: Symbol) -> Option<Proof> {
    let members = |confined: bool| {
        let all = kinds.placeable().filter(|&kind| kinds.table(kind).aversion_groups.contains(&group));
        let all = all.filter(|&kind| !confined || kinds.is_within(kind, kinds.of(workload)));
        counted(kinds, group, &all.collect::<Vec<_>>())
    };
    members(false).or_else(|| members(true))
}
