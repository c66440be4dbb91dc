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
use crate::rules::Reason;
use bound::{Taken, counted};
use kind::{Kinds, never};

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
    NoNode(Vec<Obstacle>),
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

/// Nodes that could never take a workload, all for the same reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The reason. For [`Reason::Short`], the free amount is the capacity of the largest of these nodes.
    pub reason: Reason,
    /// The first of these nodes with the largest capacity; for other reasons the first of these nodes.
    pub node: NodeId,
    /// Number of these nodes.
    pub nodes: u32,
}

/// All that is proven of a workload. `closed` gives the reason why a node is closed to it, if it is.
pub fn proofs(model: &Model, workload: WorkloadId, closed: impl Fn(NodeId) -> Option<Reason>) -> Vec<Proof> {
    let kinds = Kinds::new(model);
    if let Some(obstacles) = no_node(&kinds, workload, closed) {
        return vec![Proof { rule: Rule::NoNode(obstacles), set: vec![workload], most: 0, nodes: 0 }];
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

/// Reasons why no node could ever take a workload, with the number of nodes; `None` if one could.
fn no_node(
    kinds: &Kinds<'_>,
    workload: WorkloadId,
    closed: impl Fn(NodeId) -> Option<Reason>,
) -> Option<Vec<Obstacle>> {
    let mut obstacles = Vec::<Obstacle>::new();
    for node in kinds.model.node_ids() {
        let reason = closed(node).or_else(|| never(kinds, workload, node))?;
        match obstacles.iter_mut().find(|known| known.reason.is_like(&reason)) {
            Some(known) => known.add(node, reason),
            None => obstacles.push(Obstacle { reason, node, nodes: 1 }),
        }
    }
    obstacles.sort_by_key(|each| each.reason.order(kinds.model));
    Some(obstacles)
}

impl Obstacle {
    /// Counts another node and keeps the larger of the two nodes.
    fn add(&mut self, node: NodeId, reason: Reason) {
        self.nodes += 1;
        if let (Reason::Short { free: largest, .. }, Reason::Short { free, .. }) = (self.reason, reason)
            && free > largest
        {
            (self.node, self.reason) = (node, reason);
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
