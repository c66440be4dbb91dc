//! What all nodes say of what stays unplaced, without asking each of them.
//!
//! Nodes that offer the same resources and are closed or warded alike make up a class. Within it they differ in free
//! amounts only, and are halved again and again by one resource after the other: a group of which the largest free
//! amount is too small says no as one, and a group that is too far from enough has no nearest miss in it.
//! Source of the halving: J. L. Bentley, "Multidimensional binary search trees used for associative searching", 1975.
//! Hard groups and selectors are not known here; who has them is counted node by node, in `refusal`.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Engine;
use super::hold::amount_of;
use super::refusal::{Counts, Miss, Refusal, closed, compare_shares};
use super::rule::{Standing, is_immune, requires};
use crate::model::{Model, NodeId, WorkloadTable};
use crate::names::Symbol;
use crate::quantity::{Capacity, Quantity};

/// So many nodes are looked at one by one.
const FEW: usize = 8;

/// The nodes as they are, by class.
pub(super) struct Census<'a> {
    model: &'a Model,
    classes: Vec<Class>,
}

/// What the nodes of a class have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Traits {
    closed: Option<Refusal>,
    resources: Vec<Symbol>,
    wards: Vec<Symbol>,
}

/// Nodes that differ in free amounts only.
struct Class {
    traits: Traits,
    members: Vec<Member>,
    groups: Vec<Group>,
}

/// A node with its place in strategy order and what it has free, in the order of its resources.
#[derive(Clone)]
struct Member {
    node: NodeId,
    place: u32,
    free: Vec<Capacity>,
}

/// Members next to each other; unless they are few, the two halves follow in the list of groups.
struct Group {
    members: Range<usize>,
    /// The first of them in strategy order.
    first: Member,
    lowest: Vec<Capacity>,
    highest: Vec<Capacity>,
    halves: Option<[usize; 2]>,
}

/// What a workload asks of a resource of a class, by the resource's name.
struct Need {
    column: usize,
    resource: Symbol,
    amount: Quantity,
}

impl<'a> Census<'a> {
    /// The census of the nodes in strategy order.
    pub(super) fn new(model: &'a Model, engine: &Engine, nodes: &[NodeId]) -> Self {
        let mut classes = FxHashMap::<Traits, usize>::default();
        let mut members = Vec::<(Traits, Vec<Member>)>::new();
        for (place, &node) in (0..).zip(nodes) {
            let offers = &model.node_table(node).resources;
            let free = offers.iter().filter_map(|offer| engine.occupancy().free(node, offer.resource));
            let member = Member { node, place, free: free.collect() };
            let traits = traits(model, node, &member);
            let at = *classes.entry(traits.clone()).or_insert(members.len());
            if at == members.len() {
                members.push((traits, Vec::new()));
            }
            members[at].1.push(member);
        }
        Self { model, classes: members.into_iter().map(|(traits, members)| Class::new(traits, members)).collect() }
    }

    /// The first refusals of a workload without selectors and hard groups, counted, and the nearest miss.
    pub(super) fn ask(&self, table: &WorkloadTable) -> (Counts, Option<Miss>) {
        let (mut counts, mut nearest) = (Counts::default(), None);
        for class in &self.classes {
            let lacked = table.requirements.iter().map(|each| each.resource).filter(|each| !class.offers(*each));
            let lacked = lacked.min_by_key(|&each| self.model.text(each));
            let wards = class.traits.wards.iter().copied().filter(|&ward| !is_immune(table, ward));
            let warded = wards.min_by_key(|&ward| self.model.text(ward));
            let needs = self.needs(class, table);
            let alike = class.traits.closed.or(lacked.map(Refusal::Lacks)).or(warded.map(Refusal::Warded));
            match alike {
                Some(refusal) => counts.add(refusal, class.members.len(), class.groups[0].first.place),
                None => class.count(0, &needs, &mut counts),
            }
            if lacked.is_none() && warded.is_none() {
                class.approach(0, &needs, &mut nearest);
            }
        }
        (counts, nearest.map(|(miss, _)| miss))
    }

    /// What must not be below zero on a node of this class once the workload is there, by name.
    fn needs(&self, class: &Class, table: &WorkloadTable) -> Vec<Need> {
        let columns = class.traits.resources.iter().enumerate();
        let columns = columns.filter(|&(_, &resource)| !is_immune(table, resource));
        let needs = columns.filter_map(|(column, &resource)| {
            let amount = amount_of(table, resource);
            let matters = requires(table, resource) || class.groups[0].lowest[column].is_negative();
            matters.then_some(Need { column, resource, amount })
        });
        let mut needs = needs.collect::<Vec<_>>();
        needs.sort_unstable_by_key(|need| self.model.text(need.resource));
        needs
    }
}

fn traits(model: &Model, node: NodeId, member: &Member) -> Traits {
    let resources = model.node_table(node).resources.iter().map(|offer| offer.resource).collect::<Vec<_>>();
    let wards = resources.iter().zip(&member.free).filter(|(_, free)| **free == Capacity::Ward);
    let wards = wards.map(|(&resource, _)| resource).collect();
    Traits { closed: closed(model, Standing::Free, node), resources, wards }
}

impl Class {
    fn new(traits: Traits, members: Vec<Member>) -> Self {
        let mut class = Self { traits, groups: Vec::new(), members };
        class.group(0..class.members.len(), 0);
        class
    }

    /// Makes a group of these members and, below it, groups of its halves.
    fn group(&mut self, members: Range<usize>, depth: usize) -> usize {
        let on = &mut self.members[members.clone()];
        let extreme = |column: usize, pick: fn(Capacity, Capacity) -> Capacity| {
            on.iter().map(|member| member.free[column]).reduce(pick).unwrap_or(Capacity::Unlimited)
        };
        let columns = 0..self.traits.resources.len();
        let lowest = columns.clone().map(|column| extreme(column, Capacity::min)).collect::<Vec<_>>();
        let highest = columns.clone().map(|column| extreme(column, Capacity::max)).collect::<Vec<_>>();
        let first = on.iter().min_by_key(|member| member.place).cloned().expect("a class has members");
        let differ = columns.filter(|&column| lowest[column] < highest[column]).collect::<Vec<_>>();
        let halving = (on.len() > FEW && !differ.is_empty()).then(|| {
            let (column, middle) = (differ[depth % differ.len()], on.len() / 2);
            on.select_nth_unstable_by_key(middle, |member| member.free[column]);
            middle
        });
        let at = self.groups.len();
        self.groups.push(Group { members: members.clone(), first, lowest, highest, halves: None });
        if let Some(middle) = halving {
            let Range { start, end } = members;
            let halves = [start..start + middle, start + middle..end].map(|half| self.group(half, depth + 1));
            self.groups[at].halves = Some(halves);
        }
        at
    }

    fn offers(&self, resource: Symbol) -> bool {
        self.traits.resources.binary_search(&resource).is_ok()
    }

    /// Counts of what the members of a group are short first.
    fn count(&self, at: usize, needs: &[Need], counts: &mut Counts) {
        let group = &self.groups[at];
        let is_short = |free: &[Capacity], need: &Need| free[need.column].minus(need.amount).is_negative();
        let Some(open) = needs.iter().position(|need| is_short(&group.lowest, need)) else { return };
        let size = group.members.len();
        if is_short(&group.highest, &needs[open]) {
            let first = &group.first;
            return counts.add(needs[open].short_of(first.free[needs[open].column]), size, first.place);
        }
        match group.halves {
            Some(halves) => halves.into_iter().for_each(|half| self.count(half, &needs[open..], counts)),
            None => {
                for member in &self.members[group.members.clone()] {
                    if let Some(need) = needs.iter().find(|need| is_short(&member.free, need)) {
                        counts.add(need.short_of(member.free[need.column]), 1, member.place);
                    }
                }
            }
        }
    }

    /// Looks for a member of a group that is nearer than the nearest so far, of equal ones the first.
    fn approach(&self, at: usize, needs: &[Need], nearest: &mut Option<(Miss, u32)>) {
        let group = &self.groups[at];
        if !self.could_be_nearer(group, needs, nearest.as_ref()) {
            return;
        }
        if let Some(halves) = group.halves {
            return halves.into_iter().for_each(|half| self.approach(half, needs, nearest));
        }
        for member in &self.members[group.members.clone()] {
            if let Some(miss) = member_miss(member, needs)
                && nearest
                    .as_ref()
                    .is_none_or(|(best, place)| compare_shares(&miss, best).then(member.place.cmp(place)).is_lt())
            {
                *nearest = Some((miss, member.place));
            }
        }
    }

    /// Whether a node with the most of everything that any member has would do.
    fn could_be_nearer(&self, group: &Group, needs: &[Need], nearest: Option<&(Miss, u32)>) -> bool {
        needs.iter().all(|need| {
            let Some(free) = group.highest[need.column].finite() else { return true };
            if free >= need.amount {
                return true;
            }
            let node = self.members[group.members.start].node;
            let miss = Miss { node, resource: need.resource, need: need.amount, free };
            need.amount.is_positive()
                && nearest
                    .is_none_or(|(best, place)| compare_shares(&miss, best).then(group.first.place.cmp(place)).is_lt())
        })
    }
}

impl Need {
    fn short_of(&self, free: Capacity) -> Refusal {
        Refusal::Short { resource: self.resource, need: self.amount, free: free.finite().unwrap_or_default() }
    }
}

/// How far a node is from enough; `None` where it has enough, or is short of what is not needed.
fn member_miss(member: &Member, needs: &[Need]) -> Option<Miss> {
    let mut worst: Option<Miss> = None;
    for need in needs {
        let Some(free) = member.free[need.column].finite().filter(|&free| free < need.amount) else { continue };
        if !need.amount.is_positive() {
            return None;
        }
        let miss = Miss { node: member.node, resource: need.resource, need: need.amount, free };
        if worst.as_ref().is_none_or(|worst| compare_shares(&miss, worst).is_gt()) {
            worst = Some(miss);
        }
    }
    worst
}
