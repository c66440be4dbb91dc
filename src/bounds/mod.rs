//! Proofs that workloads cannot be placed, whatever the strategy and the order.
//!
//! A proof states the maximum number of workloads of a set that can be placed at once. It follows from the amounts and
//! the hard rules that every assignment keeps, and not from any order or record.
//!
//! - A bound is never too low: every proof holds.
//! - A bound may be too high: not everything that is impossible is proven.

mod bound;
mod kind;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::quantity::Quantity;
use crate::rules::Reason;
use bound::{Taken, counted};
use kind::{Kinds, never};

/// Proof that every assignment leaves some workload of a set unplaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Rule that the proof rests on.
    pub rule: Rule,
    /// The set, in manifest order. It contains the workload that was asked about.
    pub set: Vec<WorkloadId>,
    /// Maximum number of workloads of the set that can be placed at once.
    pub most: u64,
    /// Number of nodes that could take any of them.
    pub nodes: u64,
}

/// Rule that makes it impossible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No node could ever take the workload, even if nothing else were placed.
    NoNode(Vec<Obstacle>),
    /// Together the workloads need more than all nodes have.
    Sum {
        /// The resource.
        resource: Symbol,
        /// Amount that they need together.
        need: Quantity,
        /// Amount that the nodes have together.
        capacity: Quantity,
    },
    /// Each node takes whole workloads only, and its remaining amount is too small for another one.
    Pieces {
        /// The resource.
        resource: Symbol,
        /// Minimum amount that each workload needs.
        least: Quantity,
        /// Amount that the nodes have together.
        capacity: Quantity,
        /// Number of workloads that each node holds and the amount left over there, if they are the same on all nodes.
        each: Option<(u64, Quantity)>,
    },
    /// A hard aversion group has more members than its domains take.
    Group {
        /// The group.
        group: Symbol,
        /// Maximum number of members per domain.
        max: u32,
        /// Number of domains.
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

/// Proof that too many workloads need a resource: in the whole cluster, or on the nodes open to this workload.
fn short(kinds: &Kinds<'_>, workload: WorkloadId, resource: Symbol, need: Quantity) -> Option<Proof> {
    [Taken::everywhere(kinds, resource), Taken::confined(kinds, resource, workload)].iter().find_map(|taken| {
        let amounts = taken.amounts_up_to(need);
        let sum = || amounts.iter().find_map(|&least| taken.sum(least));
        let pieces = || amounts.iter().rev().find_map(|&least| taken.pieces(least));
        sum().or_else(pieces)
    })
}

/// Proof that a hard aversion group has more members than its domains take.
fn crowded(kinds: &Kinds<'_>, workload: WorkloadId, group: Symbol) -> Option<Proof> {
    let members = |confined: bool| {
        let all = kinds.placeable().filter(|&kind| kinds.table(kind).aversion_groups.contains(&group));
        let all = all.filter(|&kind| !confined || kinds.is_within(kind, kinds.of(workload)));
        counted(kinds, group, &all.collect::<Vec<_>>())
    };
    members(false).or_else(|| members(true))
}
