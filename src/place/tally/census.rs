//! What all nodes say of what stays unplaced, without asking each of them.
//!
//! Nodes are numbered in strategy order, and every reason is a set of them: who is closed, who lacks a resource, who
//! wards off, who is short. Each reason in turn takes its nodes out of those that are left, so that each node is
//! counted by its first. Workloads that differ in amounts only make up a [`Class`] and share all but the shortages;
//! which node is nearest is found in `nearest`.
//! A class costs some sixty-fourths of all nodes, and what it finds; a further workload of it, too. The worst case is
//! wards and shortcomings that few nodes have each and many nodes in all: those nodes are looked at one by one.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadTable};
use crate::place::tally::below_amount::Shelf;
use crate::place::tally::nearest::nearest;
use crate::place::tally::node_set::Bits;
use crate::place::tally::rule_sets::Zones;
use crate::quantity::{Capacity, Quantity};
use crate::rules::Occupancy;
use crate::rules::hold::amount_of;
use crate::rules::{Reason, Shortfall};
use crate::rules::{Standing, is_immune, requires};

/// The nodes as they are.
pub(crate) struct Census<'a> {
    pub(crate) model: &'a Model,
    pub(crate) now: &'a Occupancy,
    /// In strategy order.
    pub(crate) nodes: &'a [NodeId],
    numbers: &'a [u32],
    zones: Zones<'a>,
    cordoned: Bits,
    drained: Bits,
    resources: FxHashMap<Symbol, Resource>,
    nobody: Resource,
    wards: Deterrents,
    shortcomings: Deterrents,
}

/// Who offers a resource.
#[derive(Default)]
struct Resource {
    numbers: Vec<u32>,
    /// Made when somebody asks how much there is.
    shelf: OnceCell<Shelf>,
}

/// Resources that keep workloads away which do not even require them.
struct Deterrents {
    /// Those that many nodes have, by name.
    common: Vec<Symbol>,
    /// The nodes that have one which few have.
    rare: Bits,
}

/// What all workloads hear that differ in amounts only.
pub(crate) struct Class<'a> {
    census: &'a Census<'a>,
    /// What is said whatever the amounts, in order.
    counts: Vec<(Reason, u32)>,
    /// The nodes that have said nothing yet.
    left: Bits,
    /// The nodes that only the required amounts may keep away, whatever else they say.
    near: Bits,
    /// The resources that `left` may be short of, by name.
    checked: Vec<Symbol>,
    /// The node that was nearest to the workload before.
    nearest: Option<NodeId>,
}

impl<'a> Census<'a> {
    /// The census of the nodes in strategy order, with the number of each of them.
    pub(crate) fn new(model: &'a Model, now: &'a Occupancy, nodes: &'a [NodeId], numbers: &'a [u32]) -> Self {
        let mut resources = FxHashMap::<Symbol, Resource>::default();
        let [mut wards, mut shortcomings] = [(); 2].map(|()| FxHashMap::<Symbol, Vec<u32>>::default());
        for (number, &node) in (0..).zip(nodes) {
            for offer in &model.node_table(node).resources {
                resources.entry(offer.resource).or_default().numbers.push(number);
            }
            for &resource in now.below_zero(node) {
                let kind = if is_ward(now, node, resource) { &mut wards } else { &mut shortcomings };
                kind.entry(resource).or_default().push(number);
            }
        }
        let set = |reasons: &BTreeMap<NodeId, String>| {
            Bits::of(nodes.len(), reasons.keys().map(|node| numbers[node.index()]))
        };
        Self {
            model,
            now,
            nodes,
            numbers,
            zones: Zones::new(model, now, numbers),
            cordoned: set(&model.cordons),
            drained: set(&model.drains),
            resources,
            nobody: Resource::default(),
            wards: Deterrents::new(model, wards, nodes.len()),
            shortcomings: Deterrents::new(model, shortcomings, nodes.len()),
        }
    }

    /// What is said to all workloads that ask like this one, but for amounts.
    pub(crate) fn class(&'a self, table: &WorkloadTable, standing: Standing) -> Class<'a> {
        let (left, near) = (Bits::all(self.nodes.len()), Bits::all(self.nodes.len()));
        let mut class = Class { census: self, counts: Vec::new(), left, near, checked: Vec::new(), nearest: None };
        class.ask_doors(standing);
        class.ask_rules(table);
        class.ask_offers(table);
        class.ask_wards(table);
        class.ask_shortcomings(table);
        class
    }

    /// Where a node stands in strategy order.
    pub(crate) fn number(&self, node: NodeId) -> u32 {
        self.numbers[node.index()]
    }

    /// The nodes that offer a resource.
    pub(crate) fn offering(&self, resource: Symbol) -> impl Iterator<Item = NodeId> {
        self.resource(resource).numbers.iter().map(|&number| self.nodes[number as usize])
    }

    /// Who has how much of a resource.
    pub(crate) fn shelf(&self, resource: Symbol) -> &Shelf {
        let Resource { numbers, shelf } = self.resource(resource);
        shelf.get_or_init(|| {
            let free = |number: u32| self.now.free(self.nodes[number as usize], resource);
            let nodes = numbers.iter().filter_map(|&number| Some((free(number)?, number)));
            Shelf::new(nodes.collect(), self.nodes.len())
        })
    }

    fn resource(&self, resource: Symbol) -> &Resource {
        self.resources.get(&resource).unwrap_or(&self.nobody)
    }

    /// The wards of a node, or its shortcomings.
    fn below_zero(&self, number: u32, wards: bool) -> impl Iterator<Item = Symbol> {
        let node = self.nodes[number as usize];
        let below_zero = self.now.below_zero(node).iter().copied();
        below_zero.filter(move |&resource| is_ward(self.now, node, resource) == wards)
    }
}

fn is_ward(now: &Occupancy, node: NodeId, resource: Symbol) -> bool {
    now.free(node, resource) == Some(Capacity::Ward)
}

impl Deterrents {
    fn new(model: &Model, having: FxHashMap<Symbol, Vec<u32>>, numbers: usize) -> Self {
        let mut deterrents = Self { common: Vec::new(), rare: Bits::none(numbers) };
        for (resource, nodes) in having {
            if nodes.len() < numbers.div_ceil(64) {
                for number in nodes {
                    deterrents.rare.insert(number);
                }
            } else {
                deterrents.common.push(resource);
            }
        }
        deterrents.common.sort_unstable_by_key(|&each| model.text(each));
        deterrents
    }

    /// Those of some nodes that have a rare one, with what is to be known of them.
    fn rare_among<T>(&self, nodes: &Bits, known: impl Fn(u32) -> Option<T>) -> Vec<(u32, T)> {
        let mut rare = self.rare.clone();
        rare.keep(nodes);
        rare.iter().filter_map(|number| Some((number, known(number)?))).collect()
    }
}

impl Class<'_> {
    /// First refusals, counted and in order, and the nearest miss, for the amounts of this workload.
    pub(crate) fn ask(&mut self, table: &WorkloadTable) -> (Vec<(Reason, u32)>, Option<Shortfall>) {
        let (mut counts, mut left) = (self.counts.clone(), self.left.clone());
        let mut short = Bits::none(self.census.nodes.len());
        for &resource in &self.checked {
            let need = amount_of(table, resource);
            self.census.shelf(resource).below(Capacity::Finite(need), &left, &mut short);
            if let Some(first) = short.first() {
                let free = self.census.now.free(self.census.nodes[first as usize], resource);
                let free = free.and_then(Capacity::finite).unwrap_or_default();
                counts.push((Reason::Short { resource, need, free }, short.count()));
                left.subtract(&short);
            }
        }
        let needs = self.checked.iter().filter_map(|&resource| table.requirement(resource)).collect();
        let miss = nearest(self.census, needs, self.near.clone(), self.nearest);
        self.nearest = miss.map(|miss| miss.node).or(self.nearest);
        (counts, miss)
    }

    /// Counts the nodes that are left and not in a set: they say this first.
    fn keep(&mut self, refusal: Reason, others: &Bits) {
        let before = self.left.count();
        self.left.keep(others);
        let nodes = before - self.left.count();
        match self.counts.last_mut() {
            _ if nodes == 0 => {}
            Some((last, counted)) if *last == refusal => *counted += nodes,
            _ => self.counts.push((refusal, nodes)),
        }
    }

    fn ask_doors(&mut self, standing: Standing) {
        let census = self.census;
        if let Standing::Bound(home) = standing {
            let at_home = home.map(|home| census.number(home));
            return self.keep(Reason::StaysElsewhere, &Bits::of(census.nodes.len(), at_home));
        }
        for (refusal, closed) in [(Reason::Cordoned, &census.cordoned), (Reason::Drained, &census.drained)] {
            let mut open = Bits::all(census.nodes.len());
            open.subtract(closed);
            self.keep(refusal, &open);
        }
    }

    fn ask_rules(&mut self, table: &WorkloadTable) {
        let (model, zones) = (self.census.model, &self.census.zones);
        let selectors = table.only_on.iter().map(|each| (each, true));
        let mut selectors = selectors.chain(table.never_on.iter().map(|each| (each, false))).collect::<Vec<_>>();
        selectors.sort_by_key(|(selector, _)| model.text(selector.label));
        for (selector, wanted) in selectors {
            let mut allowed = zones.selected(selector);
            if !wanted {
                let avoided = std::mem::replace(&mut allowed, Bits::all(self.census.nodes.len()));
                allowed.subtract(&avoided);
            }
            self.keep(Reason::NotSelected(selector.label), &allowed);
        }
        let averse = table.aversion_groups.iter().copied().filter(|&group| model.aversion_group(group).hard);
        for group in self.by_name(averse) {
            self.keep(Reason::GroupFull(group), &zones.with_room(group));
        }
        let affine = table.affinity_groups.iter().copied().filter(|&group| model.affinity_group(group).hard);
        for group in self.by_name(affine) {
            self.keep(Reason::GroupElsewhere(group), &zones.gathering(group));
        }
    }

    fn ask_offers(&mut self, table: &WorkloadTable) {
        let everybody = Bits::all(self.census.nodes.len());
        let mut offering = everybody.clone();
        for resource in self.by_name(table.requirements.iter().map(|each| each.resource)) {
            self.census.shelf(resource).offering(&everybody, &mut offering);
            self.keep(Reason::Lacks(resource), &offering);
            self.near.keep(&offering);
        }
    }

    fn ask_wards(&mut self, table: &WorkloadTable) {
        let census = self.census;
        let warded_off = |number: u32| {
            let wards = census.below_zero(number, true).filter(|&ward| !is_immune(table, ward));
            wards.min_by_key(|&ward| census.model.text(ward))
        };
        let mut counts = FxHashMap::<Symbol, u32>::default();
        for (number, ward) in census.wards.rare_among(&self.left, warded_off) {
            self.left.remove(number);
            *counts.entry(ward).or_default() += 1;
        }
        for (number, _) in census.wards.rare_among(&self.near, warded_off) {
            self.near.remove(number);
        }
        let mut warding = Bits::none(census.nodes.len());
        for &ward in census.wards.common.iter().filter(|&&ward| !is_immune(table, ward)) {
            census.shelf(ward).warding(&self.left, &mut warding);
            self.left.subtract(&warding);
            *counts.entry(ward).or_default() += warding.count();
            census.shelf(ward).warding(&self.near, &mut warding);
            self.near.subtract(&warding);
        }
        counts.retain(|_, nodes| *nodes > 0);
        let wards = self.by_name(counts.keys().copied()).into_iter();
        self.counts.extend(wards.map(|ward| (Reason::Warded(ward), counts[&ward])));
    }

    fn ask_shortcomings(&mut self, table: &WorkloadTable) {
        let census = self.census;
        let matters = |resource: &Symbol| !is_immune(table, *resource) && !requires(&table.requirements, *resource);
        let sunk = |number: u32| Some(census.below_zero(number, false).filter(matters).collect::<Vec<_>>());
        let required = table.requirements.iter().map(|each| each.resource).filter(|&each| !is_immune(table, each));
        let mut checked = required.collect::<Vec<_>>();
        let mut below = Bits::none(census.nodes.len());
        for &resource in census.shortcomings.common.iter().filter(|each| matters(each)) {
            checked.push(resource);
            census.shelf(resource).below(Capacity::Finite(Quantity::ZERO), &self.near, &mut below);
            self.near.subtract(&below);
        }
        for (_, resources) in census.shortcomings.rare_among(&self.left, sunk) {
            checked.extend(resources);
        }
        for (number, resources) in census.shortcomings.rare_among(&self.near, sunk) {
            if !resources.is_empty() {
                self.near.remove(number);
            }
        }
        self.checked = self.by_name(checked.into_iter());
        // Several nodes may be short of the same.
        self.checked.dedup();
    }

    fn by_name(&self, symbols: impl Iterator<Item = Symbol>) -> Vec<Symbol> {
        let mut symbols = symbols.collect::<Vec<_>>();
        symbols.sort_unstable_by_key(|&each| self.census.model.text(each));
        symbols
    }
}
