//! The slow, obvious oracle: the rules of attaching, holding, groups and strategies, written as plainly as possible.
//!
//! It shares no code with the engine, keeps no counters, and adds everything up again for every question.

use std::collections::BTreeSet;

use lighthouse::model::Strategy;

use super::cluster::{Amount, Cluster, Group, Nodes, Workloads, expand};

/// Node of each workload, by index.
pub(crate) type Seats = [Option<usize>];

/// Recorded node of a workload with `stay`: `None` without `stay` or record, `Some(None)` if the node no longer exists.
pub(crate) type Home = Option<Option<usize>>;

/// Cluster with its tables expanded: one entry per node and one per workload.
pub(crate) struct Flat<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) nodes: Vec<(String, &'a Nodes)>,
    pub(crate) workloads: Vec<(String, &'a Workloads)>,
}

impl<'a> Flat<'a> {
    pub(crate) fn new(cluster: &'a Cluster) -> Self {
        let nodes = cluster.nodes.iter();
        let nodes = nodes.flat_map(|table| expand(&table.name, table.count).into_iter().map(move |name| (name, table)));
        let workloads = cluster.workloads.iter();
        let workloads =
            workloads.flat_map(|table| expand(&table.name, table.replicas).into_iter().map(move |name| (name, table)));
        Self { cluster, nodes: nodes.collect(), workloads: workloads.collect() }
    }

    /// Returns whether the node takes the workload by the attach rule and every hard rule.
    pub(crate) fn takes(&self, seats: &Seats, workload: usize, node: usize, home: Home) -> bool {
        let name = &self.nodes[node].0;
        let is_open = match home {
            Some(home) => home == Some(node),
            None => !self.cluster.drains.contains(name) && !self.cluster.cordons.contains(name),
        };
        is_open
            && self.is_selected(workload, node)
            && self.attaches(seats, workload, node)
            && self.keeps_aversion(seats, workload, node, true)
            && self.keeps_affinity(seats, workload, node, true)
    }

    /// The attach rule: every required resource is offered, and no resource is exceeded unless the workload is immune.
    pub(crate) fn attaches(&self, seats: &Seats, workload: usize, node: usize) -> bool {
        let (table, offered) = (self.workloads[workload].1, &self.nodes[node].1.resources);
        table.requirements.keys().all(|name| offered.contains_key(name))
            && offered.iter().all(|(name, &capacity)| {
                let taken = self.on(seats, node).map(|other| self.requires(other, name)).sum::<i64>();
                table.immunities.contains(name) || is_enough(capacity, taken + self.requires(workload, name))
            })
    }

    /// Returns whether the hold rule and the hard groups hold for every workload.
    pub(crate) fn holds(&self, seats: &Seats) -> bool {
        (0..self.nodes.len()).all(|node| self.node_holds(seats, node)) && self.hard_groups_hold(seats)
    }

    /// The hold rule for one node. A positive requirement of an immune workload does not count.
    pub(crate) fn node_holds(&self, seats: &Seats, node: usize) -> bool {
        let (node_name, table) = &self.nodes[node];
        let counts = |&each: &usize, name: &str| {
            self.requires(each, name) < 0 || !self.workloads[each].1.immunities.contains(name)
        };
        self.on(seats, node).all(|workload| {
            let required = self.workloads[workload].1;
            let fits = table.resources.iter().all(|(&name, &capacity)| {
                let counted = self.on(seats, node).filter(|each| counts(each, name));
                required.immunities.contains(name)
                    || is_enough(capacity, counted.map(|each| self.requires(each, name)).sum())
            });
            fits && required.requirements.keys().all(|name| table.resources.contains_key(name))
                && self.is_selected(workload, node)
                && (required.stay || !self.cluster.drains.contains(node_name))
        })
    }

    /// Takes each member out and tests whether it may return; members of a hard affinity group share a domain.
    fn hard_groups_hold(&self, seats: &Seats) -> bool {
        (0..seats.len()).all(|workload| {
            let Some(node) = seats[workload] else { return true };
            let mut others = seats.to_vec();
            others[workload] = None;
            self.keeps_aversion(&others, workload, node, true)
                && self.keeps_affinity(&others, workload, node, true)
                && (0..seats.len()).all(|other| self.may_be_apart(seats, workload, other))
        })
    }

    fn may_be_apart(&self, seats: &Seats, one: usize, other: usize) -> bool {
        let (Some(here), Some(there)) = (seats[one], seats[other]) else { return true };
        let (one, other) = (self.workloads[one].1, self.workloads[other].1);
        one.affine.intersection(&other.affine).all(|name| {
            let group = self.cluster.affinity_groups.get(name).copied().unwrap_or(Group::PLAIN);
            !group.hard || self.place(here, group) == self.place(there, group)
        })
    }

    /// Aversion groups, either the hard or the soft ones: at most `max` members per domain.
    pub(crate) fn keeps_aversion(&self, seats: &Seats, workload: usize, node: usize, hard: bool) -> bool {
        self.workloads[workload].1.averse.iter().all(|name| {
            let group = self.cluster.aversion_groups.get(name).copied().unwrap_or(Group::PLAIN);
            let Some(place) = self.place(node, group) else { return group.hard != hard };
            let there = (0..seats.len()).filter(|&other| {
                self.workloads[other].1.averse.contains(name)
                    && seats[other].is_some_and(|other| self.place(other, group) == Some(place))
            });
            group.hard != hard || there.count() < group.max as usize
        })
    }

    /// Affinity groups, either the hard or the soft ones: a member joins a domain that already has members.
    pub(crate) fn keeps_affinity(&self, seats: &Seats, workload: usize, node: usize, hard: bool) -> bool {
        self.workloads[workload].1.affine.iter().all(|name| {
            let group = self.cluster.affinity_groups.get(name).copied().unwrap_or(Group::PLAIN);
            let Some(place) = self.place(node, group) else { return group.hard != hard };
            let members = (0..seats.len()).filter(|&other| self.workloads[other].1.affine.contains(name));
            let places = members.filter_map(|other| seats[other]).map(|other| self.place(other, group));
            let places = places.collect::<Vec<_>>();
            group.hard != hard || places.is_empty() || places.contains(&Some(place))
        })
    }

    /// Places every workload on empty nodes, and repeats until nothing more fits.
    pub(crate) fn place_all(&self) -> Vec<Option<usize>> {
        let mut seats = vec![None; self.workloads.len()];
        let mut cursor = 0;
        loop {
            let before = seats.clone();
            for workload in self.workload_order() {
                if seats[workload].is_none() {
                    seats[workload] = self.search(&seats, workload, cursor);
                    cursor = seats[workload].map_or(cursor, |node| node + 1);
                }
            }
            if seats == before {
                return seats;
            }
        }
    }

    fn search(&self, seats: &Seats, workload: usize, cursor: usize) -> Option<usize> {
        let nodes = self.node_order(seats, cursor);
        [(true, true), (true, false), (false, true), (false, false)].into_iter().find_map(|(aversion, affinity)| {
            nodes.iter().copied().find(|&node| {
                self.takes(seats, workload, node, None)
                    && (!aversion || self.keeps_aversion(seats, workload, node, false))
                    && (!affinity || self.keeps_affinity(seats, workload, node, false))
            })
        })
    }

    fn workload_order(&self) -> Vec<usize> {
        let mut order = (0..self.workloads.len()).collect::<Vec<_>>();
        if self.cluster.strategy == Strategy::BinPack {
            order.sort_by_key(|&each| &self.workloads[each].0);
            order.sort_by_key(|&each| -self.size(each));
        }
        order.sort_by_key(|&each| -self.workloads[each].1.priority);
        order
    }

    fn node_order(&self, seats: &Seats, cursor: usize) -> Vec<usize> {
        let mut order = (0..self.nodes.len()).collect::<Vec<_>>();
        match self.cluster.strategy {
            Strategy::Prioritized => {}
            Strategy::RoundRobin => order.rotate_left(cursor % self.nodes.len().max(1)),
            Strategy::BinPack => order.sort_by_key(|&node| (self.room(seats, node), &self.nodes[node].0)),
        }
        order
    }

    fn size(&self, workload: usize) -> i64 {
        self.cluster.rubric.iter().map(|(name, weight)| weight * self.requires(workload, name)).sum()
    }

    /// Returns the remaining room of a node by the rubric: the sign of infinity and, if that is 0, an amount.
    fn room(&self, seats: &Seats, node: usize) -> (i64, i64) {
        let (mut infinite, mut finite) = (0, 0);
        for (name, &weight) in &self.cluster.rubric {
            match self.nodes[node].1.resources.get(name) {
                Some(Amount::Ward) if weight != 0 => infinite = -weight.signum(),
                Some(Amount::Unlimited) if weight != 0 => infinite = weight.signum(),
                Some(Amount::Finite(amount)) => finite += weight * amount,
                _ => {}
            }
        }
        let taken = self.on(seats, node).map(|workload| self.size(workload)).sum::<i64>();
        (infinite, if infinite == 0 { finite - taken } else { 0 })
    }

    fn on(&self, seats: &Seats, node: usize) -> impl Iterator<Item = usize> {
        let on = (0..self.workloads.len()).filter(|&workload| seats[workload] == Some(node));
        on.collect::<Vec<_>>().into_iter()
    }

    fn requires(&self, workload: usize, name: &str) -> i64 {
        self.workloads[workload].1.requirements.get(name).copied().unwrap_or(0)
    }

    fn is_selected(&self, workload: usize, node: usize) -> bool {
        let table = self.workloads[workload].1;
        let matches = |label: &str, values: &BTreeSet<String>| {
            self.label(node, label).is_some_and(|value| values.contains(value))
        };
        table.only_on.iter().all(|(label, values)| matches(label, values))
            && !table.never_on.iter().any(|(label, values)| matches(label, values))
    }

    fn place(&self, node: usize, group: Group) -> Option<&str> {
        self.label(node, group.over.unwrap_or("name"))
    }

    fn label(&self, node: usize, label: &str) -> Option<&str> {
        let (name, table) = &self.nodes[node];
        if label == "name" { Some(name) } else { table.labels.get(label).copied() }
    }
}

fn is_enough(capacity: Amount, taken: i64) -> bool {
    match capacity {
        Amount::Ward => false,
        Amount::Finite(capacity) => capacity >= taken,
        Amount::Unlimited => true,
    }
}
