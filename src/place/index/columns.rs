//! What an index knows of each node: how far it reaches in each column, never too little.
//!
//! A column counts the free amount of a resource in steps: the amounts that workloads require, or some of them if they
//! are many. So what would fit never looks too small; whether it fits is decided by the exact amounts. A resource that
//! few nodes offer has no column: the nodes that offer it make up a field of their own.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadOptions};
use crate::place::index::block::Level;
use crate::place::index::thresholds::Steps;
use crate::quantity::Capacity;
use crate::rules::AscendingLookup;
use crate::rules::Demand;
use crate::rules::Occupancy;
use crate::rules::{is_immune, requires};

/// A resource has a column when at least one in so many nodes offers it.
const COMMON: usize = 16;

/// A resource is wanted when at least one in so many tables requires it, of those that require the most wanted one.
const WANTED: usize = 2;

/// How many tables the steps are taken from; so there are hardly more of them.
const SAMPLE: usize = 1024;

/// A resource in steps.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    resource: Symbol,
    steps: Steps,
}

/// How much of a resource workloads require.
#[derive(Clone, Debug, Default)]
struct Usage {
    /// How many tables of a sample require it.
    tables: usize,
    /// The amounts.
    steps: Vec<Capacity>,
}

/// The columns that all rows begin with: amounts, gates, whether no rare ward is in the way, and how much there is of
/// all that is wanted together.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    amounts: Vec<Column>,
    /// Resources that may be below zero where a workload does not require them.
    gates: Vec<Symbol>,
    /// The nodes that offer a resource without a column.
    rare: FxHashMap<Symbol, Vec<NodeId>>,
    usages: FxHashMap<Symbol, Usage>,
    /// The columns of what most workloads require.
    wanted: Vec<usize>,
}

impl Columns {
    /// The columns for these nodes.
    pub(crate) fn new(model: &Model, nodes: &[NodeId]) -> Self {
        let mut offering = FxHashMap::<Symbol, Vec<NodeId>>::default();
        for &node in nodes {
            for offer in &model.node_table(node).resources {
                offering.entry(offer.resource).or_default().push(node);
            }
        }
        let is_common = |_: &Symbol, nodes_with: &mut Vec<NodeId>| nodes_with.len() * COMMON >= nodes.len();
        let mut common = offering.extract_if(is_common).map(|(resource, _)| resource).collect::<Vec<_>>();
        common.sort_unstable();
        let usages = usages(model);
        let most = common.iter().filter_map(|resource| usages.get(resource)).map(|usage| usage.tables).max();
        let is_wanted = |resource| usages.get(resource).is_some_and(|usage| usage.tables * WANTED >= most.unwrap_or(0));
        let wanted = (0..common.len()).filter(|&at| is_wanted(&common[at])).collect();
        let mut columns = Self { amounts: Vec::new(), gates: Vec::new(), rare: offering, usages, wanted };
        columns.amounts = common.into_iter().map(|resource| columns.column(resource)).collect();
        columns.gates = columns.gates(model);
        columns
    }

    /// A column for a resource.
    pub(crate) fn column(&self, resource: Symbol) -> Column {
        let amounts = self.usages.get(&resource).map(|usage| usage.steps.clone());
        Column { resource, steps: Steps::new(amounts.unwrap_or_default()) }
    }

    /// Which resources may be in the way below zero.
    fn gates(&self, model: &Model) -> Vec<Symbol> {
        let offers = model.node_tables().iter().flat_map(|table| &table.resources);
        let negative = offers.filter(|offer| offer.capacity.is_negative()).map(|offer| offer.resource);
        let ignored = model.workload_tables().iter().flat_map(|table| {
            table.immunities.iter().copied().filter(|&immunity| requires(&table.requirements, immunity))
        });
        let mut gates = negative.chain(ignored).filter(|&each| self.position(each).is_some()).collect::<Vec<_>>();
        gates.sort_unstable();
        gates.dedup();
        gates
    }

    fn position(&self, resource: Symbol) -> Option<usize> {
        self.amounts.binary_search_by_key(&resource, |column| column.resource).ok()
    }

    /// The nodes that offer a resource, where it has no column of its own.
    pub(crate) fn rare(&self, resource: Symbol) -> Option<&[NodeId]> {
        match self.position(resource) {
            Some(_) => None,
            None => Some(self.rare.get(&resource).map_or(&[], Vec::as_slice)),
        }
    }

    /// How many columns there are.
    pub(crate) fn count(&self) -> usize {
        self.amounts.len() + self.gates.len() + usize::from(!self.rare.is_empty()) + 1
    }

    /// Appends the row of a node as it is now; one more column is not in it yet.
    pub(crate) fn fill(&self, now: &Occupancy, node: NodeId, row: &mut Vec<Level>) {
        let first = row.len();
        let mut free = now.free_ascending(node);
        row.extend(self.amounts.iter().map(|column| free(column.resource).map_or(0, |free| column.steps.level(free))));
        let together = self.together(&row[first..]);
        let is_open = |&gate: &Symbol| now.free(node, gate).is_none_or(|free| !free.is_negative());
        row.extend(self.gates.iter().map(|gate| Level::from(is_open(gate))));
        if !self.rare.is_empty() {
            row.push(now.below_zero(node).iter().all(|&resource| self.position(resource).is_some()).into());
        }
        row.push(together);
    }

    /// The least of what is wanted most: blocks of nodes may reach all of it between them though no node does.
    fn together(&self, amounts: &[Level]) -> Level {
        self.wanted.iter().map(|&at| amounts[at]).min().unwrap_or(0)
    }

    /// Appends what a row has to reach so that its node may take a workload; `open` where no rare ward may be in the
    /// way.
    pub(crate) fn needs(&self, demand: &Demand<'_>, extra: Option<&Column>, open: bool, needs: &mut Vec<Level>) {
        let first = needs.len();
        let (required, mut along) = (demand.requirements, AscendingLookup::default());
        needs.extend(self.amounts.iter().map(|column| {
            let at = along.find(required, column.resource, |each| each.resource);
            column.need(demand, at.map(|at| &required[at]))
        }));
        let together = self.together(&needs[first..]);
        let is_shut = |&gate: &Symbol| !is_immune(demand, gate) && !requires(demand.requirements, gate);
        needs.extend(self.gates.iter().map(|gate| Level::from(is_shut(gate))));
        needs.extend((!self.rare.is_empty()).then_some(Level::from(open)));
        needs.push(together);
        needs.extend(extra.map(|column| column.need(demand, Requirement::of(required, column.resource))));
    }
}

impl Column {
    /// How far a node reaches in it.
    pub(crate) fn of(&self, now: &Occupancy, node: NodeId) -> Level {
        now.free(node, self.resource).map_or(0, |free| self.steps.level(free))
    }

    /// How far a node has to reach for a workload that requires this of it.
    fn need(&self, options: &WorkloadOptions, requirement: Option<&Requirement>) -> Level {
        match requirement {
            None => 0,
            // What is below zero is in its way no less.
            Some(_) if is_immune(options, self.resource) => 1,
            Some(requirement) => self.steps.level(Capacity::Finite(requirement.amount())),
        }
    }
}

fn usages(model: &Model) -> FxHashMap<Symbol, Usage> {
    let tables = model.workload_tables();
    let apart = tables.len().div_ceil(SAMPLE).max(1);
    let mut usages = FxHashMap::<Symbol, Usage>::default();
    for requirement in tables.iter().step_by(apart).flat_map(|table| &table.requirements) {
        let usage = usages.entry(requirement.resource).or_default();
        usage.tables += 1;
        usage.steps.push(Capacity::Finite(requirement.amount()));
    }
    for Usage { steps, .. } in usages.values_mut() {
        steps.sort_unstable();
        steps.dedup();
    }
    usages
}
