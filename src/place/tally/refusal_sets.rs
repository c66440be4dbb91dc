//! Sets of nodes by the reason for which they refuse a workload, and the tally of refusals that follows from them.
//!
//! Nodes are numbered in strategy order, and each reason is a set of nodes. In order of precedence, each reason removes
//! its nodes from the remaining ones, so that each node is counted by its first reason. Workloads that differ in
//! amounts only form a class: they share a [`ClassTally`] and differ in shortages only. `nearest` finds the nearest
//! node.
//!
//! Cost per class and per workload: O(nodes / 64) plus the matches. The worst case is many wards and shortcomings that
//! few nodes have each: nodes with a rare one are examined one by one.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadTable};
use crate::place::tally::by_free_amount::NodesByFreeAmount;
use crate::place::tally::nearest::nearest;
use crate::place::tally::node_set::NodeSet;
use crate::place::tally::rule_sets::RuleSets;
use crate::quantity::{Capacity, Quantity};
use crate::rules::hold::amount_of;
use crate::rules::{Occupancy, Reason, Shortfall, Standing, is_immune, requires};

/// Sets of nodes by reason, for one occupancy.
pub(crate) struct RefusalSets<'a> {
    pub(crate) model: &'a Model,
    pub(crate) occupancy: &'a Occupancy,
    /// Nodes in strategy order.
    pub(crate) nodes: &'a [NodeId],
    /// Place of each node in strategy order.
    numbers: &'a [u32],
    rule_sets: RuleSets<'a>,
    cordoned: NodeSet,
    drained: NodeSet,
    resources: FxHashMap<Symbol, Offering>,
    /// Entry for a resource that no node offers.
    none: Offering,
    wards: Blockers,
    shortcomings: Blockers,
}

/// Nodes that offer a resource.
#[derive(Default)]
struct Offering {
    numbers: Vec<u32>,
    /// Built when a free amount is first needed.
    by_free_amount: OnceCell<NodesByFreeAmount>,
}

/// Resources below zero, on whose nodes workloads are refused that do not even require them.
struct Blockers {
    /// Resources that are below zero on many nodes, by name.
    common: Vec<Symbol>,
    /// Nodes with a resource that is below zero on few nodes.
    rare: NodeSet,
}

/// Tally of refusals for workloads that differ in amounts only.
pub(crate) struct ClassTally<'a> {
    sets: &'a RefusalSets<'a>,
    /// Reasons that do not depend on amounts, with the number of nodes, in order.
    counts: Vec<(Reason, u32)>,
    /// Nodes without a reason so far.
    left: NodeSet,
    /// Nodes that have every required resource and nothing else below zero, whatever the rules say.
    near: NodeSet,
    /// Resources of which nodes may be short, by name.
    checked: Vec<Symbol>,
    /// Nearest node of the previous workload.
    nearest: Option<NodeId>,
}

impl<'a> RefusalSets<'a> {
    /// Builds the sets for nodes in strategy order; `numbers` has the place of each node in that order.
    pub(crate) fn new(model: &'a Model, occupancy: &'a Occupancy, nodes: &'a [NodeId], numbers: &'a [u32]) -> Self {
        let mut resources = FxHashMap::<Symbol, Offering>::default();
        let [mut wards, mut shortcomings] = [(); 2].map(|()| FxHashMap::<Symbol, Vec<u32>>::default());
        for (number, &node) in (0..).zip(nodes) {
            for offer in &model.node_table(node).resources {
                resources.entry(offer.resource).or_default().numbers.push(number);
            }
            for &resource in occupancy.below_zero(node) {
                let kind = if is_ward(occupancy, node, resource) { &mut wards } else { &mut shortcomings };
                kind.entry(resource).or_default().push(number);
            }
        }
        let set = |reasons: &BTreeMap<NodeId, String>| {
            NodeSet::of(nodes.len(), reasons.keys().map(|node| numbers[node.index()]))
        };
        Self {
            model,
            occupancy,
            nodes,
            numbers,
            rule_sets: RuleSets::new(model, occupancy, numbers),
            cordoned: set(&model.cordons),
            drained: set(&model.drains),
            resources,
            none: Offering::default(),
            wards: Blockers::new(model, wards, nodes.len()),
            shortcomings: Blockers::new(model, shortcomings, nodes.len()),
        }
    }

    /// Tallies what all workloads share that differ from this one in amounts only.
    pub(crate) fn class(&'a self, table: &WorkloadTable, standing: Standing) -> ClassTally<'a> {
        let (left, near) = (NodeSet::all(self.nodes.len()), NodeSet::all(self.nodes.len()));
        let mut class = ClassTally { sets: self, counts: Vec::new(), left, near, checked: Vec::new(), nearest: None };
        class.tally_closed(standing);
        class.tally_rules(table);
        class.tally_offers(table);
        class.tally_wards(table);
        class.tally_shortcomings(table);
        class
    }

    /// Returns the place of a node in strategy order.
    pub(crate) fn number(&self, node: NodeId) -> u32 {
        self.numbers[node.index()]
    }

    /// Returns the nodes that offer a resource.
    pub(crate) fn offering(&self, resource: Symbol) -> impl Iterator<Item = NodeId> {
        self.resource(resource).numbers.iter().map(|&number| self.nodes[number as usize])
    }

    /// Returns the nodes that offer a resource, sorted by free amount.
    pub(crate) fn by_free_amount(&self, resource: Symbol) -> &NodesByFreeAmount {
        let Offering { numbers, by_free_amount } = self.resource(resource);
        by_free_amount.get_or_init(|| {
            let free = |number: u32| self.occupancy.free(self.nodes[number as usize], resource);
            let nodes = numbers.iter().filter_map(|&number| Some((free(number)?, number)));
            NodesByFreeAmount::new(nodes.collect(), self.nodes.len())
        })
    }

    fn resource(&self, resource: Symbol) -> &Offering {
        self.resources.get(&resource).unwrap_or(&self.none)
    }

    /// Returns the wards of a node, or its other resources below zero.
    fn below_zero(&self, number: u32, wards: bool) -> impl Iterator<Item = Symbol> {
        let node = self.nodes[number as usize];
        let below_zero = self.occupancy.below_zero(node).iter().copied();
        below_zero.filter(move |&resource| is_ward(self.occupancy, node, resource) == wards)
    }
}

fn is_ward(occupancy: &Occupancy, node: NodeId, resource: Symbol) -> bool {
    occupancy.free(node, resource) == Some(Capacity::Ward)
}

impl Blockers {
    fn new(model: &Model, having: FxHashMap<Symbol, Vec<u32>>, numbers: usize) -> Self {
        let mut blockers = Self { common: Vec::new(), rare: NodeSet::none(numbers) };
        for (resource, nodes) in having {
            if nodes.len() < numbers.div_ceil(64) {
                for number in nodes {
                    blockers.rare.insert(number);
                }
            } else {
                blockers.common.push(resource);
            }
        }
        blockers.common.sort_unstable_by_key(|&each| model.text(each));
        blockers
    }

    /// Returns each of `nodes` with a rare resource below zero, and the result of `known` if there is one.
    fn rare_among<T>(&self, nodes: &NodeSet, known: impl Fn(u32) -> Option<T>) -> Vec<(u32, T)> {
        let mut rare = self.rare.clone();
        rare.keep(nodes);
        rare.iter().filter_map(|number| Some((number, known(number)?))).collect()
    }
}

impl ClassTally<'_> {
    /// Counts the nodes by first reason, and finds the nearest node, for the amounts of a workload.
    pub(crate) fn tally(&mut self, table: &WorkloadTable) -> (Vec<(Reason, u32)>, Option<Shortfall>) {
        let (mut counts, mut left) = (self.counts.clone(), self.left.clone());
        let mut short = NodeSet::none(self.sets.nodes.len());
        for &resource in &self.checked {
            let need = amount_of(table, resource);
            self.sets.by_free_amount(resource).below(Capacity::Finite(need), &left, &mut short);
            if let Some(first) = short.first() {
                let free = self.sets.occupancy.free(self.sets.nodes[first as usize], resource);
                let free = free.and_then(Capacity::finite).unwrap_or_default();
                counts.push((Reason::Short { resource, need, free }, short.count()));
                left.subtract(&short);
            }
        }
        let needs = self.checked.iter().filter_map(|&resource| table.requirement(resource)).collect();
        let miss = nearest(self.sets, needs, self.near.clone(), self.nearest);
        self.nearest = miss.map(|miss| miss.node).or(self.nearest);
        (counts, miss)
    }

    /// Counts the nodes left that are not in `others` under a reason, and keeps the rest.
    fn retain(&mut self, refusal: Reason, others: &NodeSet) {
        let before = self.left.count();
        self.left.keep(others);
        let nodes = before - self.left.count();
        match self.counts.last_mut() {
            _ if nodes == 0 => {}
            Some((last, counted)) if *last == refusal => *counted += nodes,
            _ => self.counts.push((refusal, nodes)),
        }
    }

    fn tally_closed(&mut self, standing: Standing) {
        let sets = self.sets;
        if let Standing::Bound(home) = standing {
            let at_home = home.map(|home| sets.number(home));
            return self.retain(Reason::StaysElsewhere, &NodeSet::of(sets.nodes.len(), at_home));
        }
        for (refusal, closed) in [(Reason::Cordoned, &sets.cordoned), (Reason::Drained, &sets.drained)] {
            let mut open = NodeSet::all(sets.nodes.len());
            open.subtract(closed);
            self.retain(refusal, &open);
        }
    }

    fn tally_rules(&mut self, table: &WorkloadTable) {
        let (model, rule_sets) = (self.sets.model, &self.sets.rule_sets);
        let selectors = table.only_on.iter().map(|each| (each, true));
        let mut selectors = selectors.chain(table.never_on.iter().map(|each| (each, false))).collect::<Vec<_>>();
        selectors.sort_by_key(|(selector, _)| model.text(selector.label));
        for (selector, wanted) in selectors {
            let mut allowed = rule_sets.selected(selector);
            if !wanted {
                let avoided = std::mem::replace(&mut allowed, NodeSet::all(self.sets.nodes.len()));
                allowed.subtract(&avoided);
            }
            self.retain(Reason::NotSelected(selector.label), &allowed);
        }
        let averse = table.aversion_groups.iter().copied().filter(|&group| model.aversion_group(group).hard);
        for group in self.by_name(averse) {
            self.retain(Reason::GroupFull(group), &rule_sets.with_room(group));
        }
        let affine = table.affinity_groups.iter().copied().filter(|&group| model.affinity_group(group).hard);
        for group in self.by_name(affine) {
            self.retain(Reason::GroupElsewhere(group), &rule_sets.near_members(group));
        }
    }

    fn tally_offers(&mut self, table: &WorkloadTable) {
        let all = NodeSet::all(self.sets.nodes.len());
        let mut offering = all.clone();
        for resource in self.by_name(table.requirements.iter().map(|each| each.resource)) {
            self.sets.by_free_amount(resource).offering(&all, &mut offering);
            self.retain(Reason::Lacks(resource), &offering);
            self.near.keep(&offering);
        }
    }

    fn tally_wards(&mut self, table: &WorkloadTable) {
        let sets = self.sets;
        let warded_off = |number: u32| {
            let wards = sets.below_zero(number, true).filter(|&ward| !is_immune(table, ward));
            wards.min_by_key(|&ward| sets.model.text(ward))
        };
        let mut counts = FxHashMap::<Symbol, u32>::default();
        for (number, ward) in sets.wards.rare_among(&self.left, warded_off) {
            self.left.remove(number);
            *counts.entry(ward).or_default() += 1;
        }
        for (number, _) in sets.wards.rare_among(&self.near, warded_off) {
            self.near.remove(number);
        }
        let mut warding = NodeSet::none(sets.nodes.len());
        for &ward in sets.wards.common.iter().filter(|&&ward| !is_immune(table, ward)) {
            sets.by_free_amount(ward).warding(&self.left, &mut warding);
            self.left.subtract(&warding);
            *counts.entry(ward).or_default() += warding.count();
            sets.by_free_amount(ward).warding(&self.near, &mut warding);
            self.near.subtract(&warding);
        }
        counts.retain(|_, nodes| *nodes > 0);
        let wards = self.by_name(counts.keys().copied()).into_iter();
        self.counts.extend(wards.map(|ward| (Reason::Warded(ward), counts[&ward])));
    }

    fn tally_shortcomings(&mut self, table: &WorkloadTable) {
        let sets = self.sets;
        let matters = |resource: &Symbol| !is_immune(table, *resource) && !requires(&table.requirements, *resource);
        let below_zero = |number: u32| Some(sets.below_zero(number, false).filter(matters).collect::<Vec<_>>());
        let required = table.requirements.iter().map(|each| each.resource).filter(|&each| !is_immune(table, each));
        let mut checked = required.collect::<Vec<_>>();
        let mut below = NodeSet::none(sets.nodes.len());
        for &resource in sets.shortcomings.common.iter().filter(|each| matters(each)) {
            checked.push(resource);
            sets.by_free_amount(resource).below(Capacity::Finite(Quantity::ZERO), &self.near, &mut below);
            self.near.subtract(&below);
        }
        for (_, resources) in sets.shortcomings.rare_among(&self.left, below_zero) {
            checked.extend(resources);
        }
        for (number, resources) in sets.shortcomings.rare_among(&self.near, below_zero) {
            if !resources.is_empty() {
                self.near.remove(number);
            }
        }
        self.checked = self.by_name(checked.into_iter());
        // Several nodes may contribute the same resource.
        self.checked.dedup();
    }

    fn by_name(&self, symbols: impl Iterator<Item = Symbol>) -> Vec<Symbol> {
        let mut symbols = symbols.collect::<Vec<_>>();
        symbols.sort_unstable_by_key(|&each| self.sets.model.text(each));
        symbols
    }
}
