//! How many of a set can have a place at once: by the sum, by whole pieces on each node, by the places of a group.
//!
//! The set is given by one resource: all that take at least so much of it. What negative requirements could add counts
//! for every node at once where nodes are counted alone, so a bound is never too low.

use std::collections::BTreeSet;

use super::kind::Kinds;
use super::{Proof, Rule};
use crate::model::names::Symbol;
use crate::model::{NodeId, WorkloadId};
use crate::quantity::{Capacity, Quantity};

/// So many different amounts are tried as the least one of a set.
const MOST_AMOUNTS: usize = 64;

/// What takes a resource: kinds of workloads with the amount, the smallest first.
pub(super) struct Taken<'k, 'm> {
    kinds: &'k Kinds<'m>,
    resource: Symbol,
    takers: Vec<(Quantity, usize)>,
}

impl<'k, 'm> Taken<'k, 'm> {
    /// All that take it and could be anywhere.
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

    /// Of these, those that could only be where this workload could be.
    pub(super) fn confined(kinds: &'k Kinds<'m>, resource: Symbol, workload: WorkloadId) -> Self {
        let mut taken = Self::everywhere(kinds, resource);
        taken.takers.retain(|&(_, kind)| kinds.is_within(kind, kinds.of(workload)));
        taken
    }

    /// The different amounts up to one, the smallest first; of many only the largest.
    pub(super) fn amounts_up_to(&self, need: Quantity) -> Vec<Quantity> {
        let mut amounts =
            self.takers.iter().map(|&(amount, _)| amount).filter(|&amount| amount <= need).collect::<Vec<_>>();
        amounts.dedup();
        amounts.split_off(amounts.len().saturating_sub(MOST_AMOUNTS))
    }

    /// Those that take at least so much cannot all have a place: together they need more than there is.
    pub(super) fn sum(&self, least: Quantity) -> Option<Proof> {
        let (resource, set) = (self.resource, self.set(least));
        let capacity = self.rooms(&set)?.into_iter().map(|(nodes, room)| room.times(nodes)).sum::<Quantity>();
        let available = capacity + self.kinds.relief(resource);
        let need = self.takers_from(least).map(|(amount, count)| amount.times(count)).sum::<Quantity>();
        let rule = Rule::Sum { resource, need, capacity: available };
        (need > available).then(|| self.proof(rule, &set, self.fitting(least, available)))
    }

    /// Those that take at least so much cannot all have a place: each node holds only whole ones.
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

    /// The nodes that a set could be on, counted by what they have; `None` where one has no limit.
    fn rooms(&self, set: &[usize]) -> Option<Vec<(u64, Quantity)>> {
        let room = |nodes: &Vec<NodeId>| match self.kinds.model.offer(nodes[0], self.resource)?.capacity {
            Capacity::Finite(room) => Some((nodes.len() as u64, room.max(Quantity::ZERO))),
            Capacity::Ward => Some((nodes.len() as u64, Quantity::ZERO)),
            Capacity::Unlimited => None,
        };
        self.kinds.reached(set).map(room).collect()
    }

    /// How many of the smallest fit in an amount.
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

/// A hard aversion group over all places of the nodes that its members could be on.
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
