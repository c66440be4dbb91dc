//! What an index knows of each node: how far it reaches in each column, never too little.
//!
//! A column counts the free amount of a resource in steps: the amounts that workloads require, or some of them if they
//! are many. So what would fit never looks too small; whether it fits is decided by the exact amounts. A resource that
//! few nodes offer has no column: the nodes that offer it make up a field of their own.

use std::iter;

use rustc_hash::FxHashMap;

use super::block::{HIGHEST, Level};
use super::occupancy::Occupancy;
use super::rule::{is_immune, requires};
use super::scale::Scale;
use crate::model::{Model, NodeId, WorkloadTable};
use crate::names::Symbol;
use crate::quantity::Capacity;

/// A resource has a column when at least one in so many nodes offers it.
const COMMON: usize = 16;

/// A resource is wanted when at least one in so many tables requires it, of those that require the most wanted one.
const WANTED: usize = 2;

/// How many amounts a column has at most; with what is merely offered they stay below the highest level.
const STEPS: usize = 64;

/// How many amounts the steps are chosen from.
const SAMPLE: usize = 1024;

/// A resource in steps.
#[derive(Clone, Debug)]
pub(super) struct Column {
    resource: Symbol,
    /// In ascending order, from a ward on: what is offered at all reaches the first.
    steps: Vec<Capacity>,
    /// The same as words, which tell most of them apart.
    words: Vec<i64>,
    scale: Scale,
}

/// How much of a resource workloads require.
#[derive(Clone, Debug, Default)]
struct Demand {
    /// How many tables of a sample require it.
    tables: usize,
    /// The amounts; a few that have as many between each other, where there are many.
    steps: Vec<Capacity>,
}

/// The columns that all rows begin with: amounts, gates, and whether no rare ward is in the way.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    amounts: Vec<Column>,
    /// Resources that may be below zero where a workload does not require them.
    gates: Vec<Symbol>,
    /// The nodes that offer a resource without a column.
    rare: FxHashMap<Symbol, Vec<NodeId>>,
    demands: FxHashMap<Symbol, Demand>,
    /// The columns of what most workloads require.
    wanted: Vec<usize>,
}

impl Columns {
    /// The columns for these nodes.
    pub(super) fn new(model: &Model, nodes: &[NodeId]) -> Self {
        let mut offering = FxHashMap::<Symbol, Vec<NodeId>>::default();
        for &node in nodes {
            for offer in &model.node_table(node).resources {
                offering.entry(offer.resource).or_default().push(node);
            }
        }
        let is_common = |_: &Symbol, nodes_with: &mut Vec<NodeId>| nodes_with.len() * COMMON >= nodes.len();
        let mut common = offering.extract_if(is_common).map(|(resource, _)| resource).collect::<Vec<_>>();
        common.sort_unstable();
        let demands = demands(model);
        let most = common.iter().filter_map(|resource| demands.get(resource)).map(|demand| demand.tables).max();
        let is_wanted =
            |resource| demands.get(resource).is_some_and(|demand| demand.tables * WANTED >= most.unwrap_or(0));
        let wanted = (0..common.len()).filter(|&at| is_wanted(&common[at])).collect();
        let mut columns = Self { amounts: Vec::new(), gates: Vec::new(), rare: offering, demands, wanted };
        columns.amounts = common.into_iter().map(|resource| columns.column(resource)).collect();
        columns.gates = columns.gates(model);
        columns
    }

    /// A column for a resource.
    pub(super) fn column(&self, resource: Symbol) -> Column {
        Column::new(resource, self.demands.get(&resource).map_or(&[], |demand| &demand.steps))
    }

    /// Which resources may be in the way below zero.
    fn gates(&self, model: &Model) -> Vec<Symbol> {
        let offers = model.node_tables().iter().flat_map(|table| &table.resources);
        let negative = offers.filter(|offer| offer.capacity.is_negative()).map(|offer| offer.resource);
        let ignored = model
            .workload_tables()
            .iter()
            .flat_map(|table| table.immunities.iter().copied().filter(|&immunity| requires(table, immunity)));
        let mut gates = negative.chain(ignored).filter(|&each| self.position(each).is_some()).collect::<Vec<_>>();
        gates.sort_unstable();
        gates.dedup();
        gates
    }

    fn position(&self, resource: Symbol) -> Option<usize> {
        self.amounts.binary_search_by_key(&resource, |column| column.resource).ok()
    }

    /// The nodes that offer a resource, where it has no column of its own.
    pub(super) fn rare(&self, resource: Symbol) -> Option<&[NodeId]> {
        match self.position(resource) {
            Some(_) => None,
            None => Some(self.rare.get(&resource).map_or(&[], Vec::as_slice)),
        }
    }

    /// The highest level of each column, and of one more.
    pub(super) fn heights(&self, extra: Option<&Column>) -> Vec<Level> {
        let mut heights = self.amounts.iter().map(|column| height(column.steps.len())).collect::<Vec<_>>();
        heights.resize(heights.len() + self.gates.len() + 1, 1);
        heights.extend(extra.map(|column| height(column.steps.len())));
        heights
    }

    /// The columns of what most workloads require.
    pub(super) fn wanted(&self) -> &[usize] {
        &self.wanted
    }

    /// Appends the row of a node as it is now; one more column is not in it yet.
    pub(super) fn fill(&self, now: &Occupancy, node: NodeId, row: &mut Vec<Level>) {
        row.extend(self.amounts.iter().map(|column| column.of(now, node)));
        let is_open = |&gate: &Symbol| now.free(node, gate).is_none_or(|free| !free.is_negative());
        row.extend(self.gates.iter().map(|gate| Level::from(is_open(gate))));
        row.push(now.below_zero(node).iter().all(|&resource| self.position(resource).is_some()).into());
    }

    /// Writes what a row has to reach so that its node may take a workload; `open` where no rare ward may be in the
    /// way.
    pub(super) fn needs(&self, table: &WorkloadTable, extra: Option<&Column>, open: bool, needs: &mut Vec<Level>) {
        needs.clear();
        needs.extend(self.amounts.iter().map(|column| column.need(table)));
        let is_shut = |&gate: &Symbol| !is_immune(table, gate) && !requires(table, gate);
        needs.extend(self.gates.iter().map(|gate| Level::from(is_shut(gate))));
        needs.push((open && !self.rare.is_empty()).into());
        needs.extend(extra.map(|column| column.need(table)));
    }
}

impl Column {
    /// A resource in steps of these amounts, which ascend.
    fn new(resource: Symbol, amounts: &[Capacity]) -> Self {
        let scale = Scale::of(amounts.iter().filter_map(|amount| Some(amount.finite()?.attos())));
        let steps = iter::once(Capacity::Ward).chain(amounts.iter().copied()).collect::<Vec<_>>();
        let words = steps.iter().map(|&amount| word(scale, amount)).collect();
        Self { resource, steps, words, scale }
    }

    /// How far a node reaches in it.
    pub(super) fn of(&self, now: &Occupancy, node: NodeId) -> Level {
        now.free(node, self.resource).map_or(0, |free| self.level(free))
    }

    /// How far a node has to reach for a workload.
    fn need(&self, table: &WorkloadTable) -> Level {
        match table.requirement(self.resource) {
            None => 0,
            // What is below zero is in its way no less.
            Some(_) if is_immune(table, self.resource) => 1,
            Some(requirement) => self.level(Capacity::Finite(requirement.amount)),
        }
    }

    /// How many steps an amount has reached, free or needed: so what fits still fits.
    fn level(&self, amount: Capacity) -> Level {
        let word = word(self.scale, amount);
        let below = self.words.partition_point(|&each| each < word);
        let alike = self.words[below..].iter().take_while(|&&each| each == word).count();
        height(below + self.steps[below..below + alike].partition_point(|step| *step <= amount))
    }
}

fn word(scale: Scale, amount: Capacity) -> i64 {
    match amount {
        Capacity::Ward => i64::MIN,
        Capacity::Finite(amount) => scale.number(amount.attos()),
        Capacity::Unlimited => i64::MAX,
    }
}

fn demands(model: &Model) -> FxHashMap<Symbol, Demand> {
    let tables = model.workload_tables();
    let apart = tables.len().div_ceil(SAMPLE).max(1);
    let mut demands = FxHashMap::<Symbol, Demand>::default();
    for requirement in tables.iter().step_by(apart).flat_map(|table| &table.requirements) {
        let demand = demands.entry(requirement.resource).or_default();
        demand.tables += 1;
        demand.steps.push(Capacity::Finite(requirement.amount));
    }
    for Demand { steps, .. } in demands.values_mut() {
        steps.sort_unstable();
        steps.dedup();
        let apart = steps.len().div_ceil(STEPS).max(1);
        *steps = steps.iter().step_by(apart).copied().collect();
    }
    demands
}

fn height(steps: usize) -> Level {
    Level::try_from(steps).map_or(HIGHEST, |height| height.min(HIGHEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;
    use crate::quantity::Quantity;

    #[test]
    fn steps_are_told_apart_beside_one_that_is_far_away() {
        let amounts = ["1", "2", "4", "1000000000000000000000000000"];
        let amounts = amounts.map(|text| Capacity::Finite(Quantity::parse(text).expect("an amount").0));
        let column = Column::new(Names::default().intern("cpu"), &amounts);
        assert_eq!(amounts.map(|amount| column.level(amount)), [2, 3, 4, 5]);
        let others = [Capacity::Ward, Capacity::Finite(3.into()), Capacity::Unlimited];
        assert_eq!(others.map(|amount| column.level(amount)), [1, 3, 5]);
    }
}
