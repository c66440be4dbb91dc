//! Bounds on how many workloads of a set can be placed at once: by sums, by whole workloads per node, by group domains.
//!
//! A set consists of the workloads that need at least a given amount of one resource. Where nodes are counted one by
//! one, each counts with all negative requirements, so a bound is never too low.

use std::collections::BTreeSet;

use super::kind::Kinds;
use super::{Proof, Rule};
use crate::model::names::Symbol;
use crate::model::{NodeId, WorkloadId};
use crate::quantity::{Capacity, Quantity};

/// Maximum number of different amounts that are tried as the least one of a set.
const MAX_AMOUNTS: usize = 64;

/// Kinds of workloads that need a resource, with the amount, smallest first.
pub(super) struct Taken<'k, 'm> {
    kinds: &'k Kinds<'m>,
    resource: Symbol,
    takers: Vec<(Quantity, usize)>,
}

impl<'k, 'm> Taken<'k, 'm> {
    /// All kinds that need it and that some node could take.
    pub(super) fn everywhere(kinds: &'k Kinds<'m>, resource: Symbol) -> Self {
        let amount = |kind: usize| {
            let table = kinds.table(kind);
            let required = table.requirement(resource)?;
            (required.amount().is_positive() && !table.immunities.contains(&resource))
                .then_some((required.amount(), kind))
        };
        let mut takers = kinds.placeable().filter_map(amount).collect::<Vec<_>>();
        takers.sort_unstable();
        Self { kinds, resource, takers }
    }

    /// Only the kinds that no node can take unless it can also take this workload.
    pub(super) fn confined(kinds: &'k Kinds<'m>, resource: Symbol, workload: WorkloadId) -> Self {
        let mut taken = Self::everywhere(kinds, resource);
        taken.takers.retain(|&(_, kind)| kinds.is_within(kind, kinds.of(workload)));
        taken
    }

    /// Different amounts up to a limit, smallest first. If there are many, only the largest.
    pub(super) fn amounts_up_to(&self, need: Quantity) -> Vec<Quantity> {
        let mut amounts =
            self.takers.iter().map(|&(amount, _)| amount).filter(|&amount| amount <= need).collect::<Vec<_>>();
        amounts.dedup();
        amounts.split_off(amounts.len().saturating_sub(MAX_AMOUNTS))
    }

    /// Proof that the workloads that need at least this amount need more together than the nodes have.
    pub(super) fn sum(&self, least: Quantity) -> Option<Proof> {
        let (resource, set) = (self.resource, self.set(least));
        let capacity = self.rooms(&set)?.into_iter().map(|(nodes, room)| room.times(nodes)).sum::<Quantity>();
        let available = capacity + self.kinds.relief(resource);
        let need = self.takers_from(least).map(|(amount, count)| amount.times(count)).sum::<Quantity>();
        let rule = Rule::Sum { resource, need, capacity: available };
        (need > available).then(|| self.proof(rule, &set, self.fitting(least, available)))
    }

    /// Proof that the workloads that need at least this amount do not all fit, as each node holds only whole ones.
    pub(super) fn pieces(&self, least: Quantity) -> Option<Proof> {
        let (resource, set) = (self.resource, self.set(least));
        let (rooms, relief) = (self.rooms(&set)?, self.kinds.relief(resource));
        let held =
            rooms.iter().map(|&(nodes, room)| (nodes, room, self.fitting(least, room + relief))).collect::<Vec<_>>();
        let most = held.iter().map(|&(nodes, _, each)| nodes.saturating_mul(each)).fold(0, u64::saturating_add);
        let count = self.takers_from(least).map(|(_, count)| count).sum::<u64>();
        let capacity = rooms.iter().map(|&(nodes, room)| room.times(nodes)).sum();
        let alike = self.takers_from(least).all(|(amount, _)| amount == least) && relief == Quantity::ZERO;
        let first = held.first().map(|&(_, room, each)| (each, room - least.times(each)));
        let same = held.iter().all(|&(_, room, each)| first == Some((each, room - least.times(each))));
        let rule = Rule::Pieces { resource, least, capacity, each: first.filter(|_| alike && same) };
        (most < count).then(|| self.proof(rule, &set, most))
    }

    fn proof(&self, rule: Rule, set: &[usize], most: u64) -> Proof {
        let nodes = self.kinds.reached(set).map(|nodes| nodes.len() as u64).sum();
        Proof { rule, set: self.kinds.members(set), most, nodes }
    }

    fn set(&self, least: Quantity) -> Vec<usize> {
        self.takers.iter().filter(|&&(amount, _)| amount >= least).map(|&(_, kind)| kind).collect()
    }

    fn takers_from(&self, least: Quantity) -> impl Iterator<Item = (Quantity, u64)> + '_ {
        let from = self.takers.iter().filter(move |&&(amount, _)| amount >= least);
        from.map(|&(amount, kind)| (amount, self.kinds.workloads[kind].len() as u64))
    }

    /// Capacities of the nodes that could take the set, each with its number of nodes; `None` if a node offers `inf`.
    fn rooms(&self, set: &[usize]) -> Option<Vec<(u64, Quantity)>> {
        let room = |nodes: &Vec<NodeId>| match self.kinds.model.offer(nodes[0], self.resource)?.capacity {
            Capacity::Finite(room) => Some((nodes.len() as u64, room.max(Quantity::ZERO))),
            Capacity::Ward => Some((nodes.len() as u64, Quantity::ZERO)),
            Capacity::Unlimited => None,
        };
        self.kinds.reached(set).map(room).collect()
    }

    /// Maximum number of workloads that fit in an amount, smallest first.
    fn fitting(&self, least: Quantity, room: Quantity) -> u64 {
        let (mut left, mut fitting) = (room, 0);
        for (amount, count) in self.takers_from(least) {
            let some = left.whole(amount).min(count);
            fitting += some;
            left -= amount.times(some);
            if some < count {
                break;
            }
        }
        fitting
    }
}

/// Proof that a hard aversion group has more members than the domains of the nodes that could take them.
pub(super) fn counted(kinds: &Kinds<'_>, group: Symbol, members: &[usize]) -> Option<Proof> {
    let model = kinds.model;
    let options = model.aversion_group(group);
    let nodes = kinds.reached(members).flatten().copied().collect::<Vec<_>>();
    let places = match options.over {
        None => nodes.len() as u64,
        Some(label) => {
            nodes.iter().filter_map(|&node| model.node_label(node, label)).collect::<BTreeSet<_>>().len() as u64
        }
    };
    let most = places.saturating_mul(u64::from(options.max));
    let set = kinds.members(members);
    let rule = Rule::Group { group, max: options.max, places };
    (most < set.len() as u64).then_some(Proof { rule, set, most, nodes: nodes.len() as u64 })
}
