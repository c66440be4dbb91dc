//! What an index knows of each node: how far it reaches in each column, never too little.
//!
//! A column counts the free amount of a resource in steps: the amounts that workloads require, or some of them if they
//! are many. So what would fit never looks too small; whether it fits is decided by the exact amounts. A resource that
//! few nodes offer has no column: the nodes that offer it make up a field of their own.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadOptions};
use crate::place::index::block::Level;
use crate::place::index::thresholds::Thresholds;
use crate::quantity::Capacity;
use crate::rules::AscendingLookup;
use crate::rules::Demand;
use crate::rules::Occupancy;
use crate::rules::{is_immune, requires};

/// A resource has a column when at least one in so many nodes offers it.
const COMMON_SHARE: usize = 16;

/// A resource is popular when at least one in so many tables requires it, of those that require the most popular one.
const POPULAR_SHARE: usize = 2;

/// How many tables the steps are taken from; so there are hardly more of them.
const SAMPLE_SIZE: usize = 1024;

/// A resource in steps.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    resource: Symbol,
    thresholds: Thresholds,
}

/// How much of a resource workloads require.
#[derive(Clone, Debug, Default)]
struct Usage {
    /// How many tables of a sample require it.
    tables: usize,
    /// The amounts.
    amounts: Vec<Capacity>,
}

/// The columns that all rows begin with: amounts, blockers, whether no rare ward is in the way, and how much there is of
/// all that is popular scarcest.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    amounts: Vec<Column>,
    /// Resources that may be below zero where a workload does not require them.
    blockers: Vec<Symbol>,
    /// The nodes that offer a resource without a column.
    rare: FxHashMap<Symbol, Vec<NodeId>>,
    usages: FxHashMap<Symbol, Usage>,
    /// The columns of what most workloads require.
    popular: Vec<usize>,
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
        let is_common = |_: &Symbol, nodes_with: &mut Vec<NodeId>| nodes_with.len() * COMMON_SHARE >= nodes.len();
        let mut common = offering.extract_if(is_common).map(|(resource, _)| resource).collect::<Vec<_>>();
        common.sort_unstable();
        let usages = usages(model);
        let most = common.iter().filter_map(|resource| usages.get(resource)).map(|usage| usage.tables).max();
        let is_popular =
            |resource| usages.get(resource).is_some_and(|usage| usage.tables * POPULAR_SHARE >= most.unwrap_or(0));
        let popular = (0..common.len()).filter(|&at| is_popular(&common[at])).collect();
        let mut columns = Self { amounts: Vec::new(), blockers: Vec::new(), rare: offering, usages, popular };
        columns.amounts = common.into_iter().map(|resource| columns.column(resource)).collect();
        columns.blockers = columns.blockers(model);
        columns
    }

    /// A column for a resource.
    pub(crate) fn column(&self, resource: Symbol) -> Column {
        let amounts = self.usages.get(&resource).map(|usage| usage.amounts.clone());
        Column { resource, thresholds: Thresholds::new(amounts.unwrap_or_default()) }
    }

    /// Which resources may be in the way below zero.
    fn blockers(&self, model: &Model) -> Vec<Symbol> {
        let offers = model.node_tables().iter().flat_map(|table| &table.resources);
        let negative = offers.filter(|offer| offer.capacity.is_negative()).map(|offer| offer.resource);
        let ignored = model.workload_tables().iter().flat_map(|table| {
            table.immunities.iter().copied().filter(|&immunity| requires(&table.requirements, immunity))
        });
        let mut blockers = negative.chain(ignored).filter(|&each| self.position(each).is_some()).collect::<Vec<_>>();
        blockers.sort_unstable();
        blockers.dedup();
        blockers
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
        self.amounts.len() + self.blockers.len() + usize::from(!self.rare.is_empty()) + 1
    }

    /// Appends the row of a node as it is now; one more column is not in it yet.
    pub(crate) fn append_row(&self, now: &Occupancy, node: NodeId, row: &mut Vec<Level>) {
        let first = row.len();
        let mut free = now.free_ascending(node);
        row.extend(
            self.amounts.iter().map(|column| free(column.resource).map_or(0, |free| column.thresholds.level(free))),
        );
        let scarcest = self.scarcest(&row[first..]);
        let is_open = |&blocker: &Symbol| now.free(node, blocker).is_none_or(|free| !free.is_negative());
        row.extend(self.blockers.iter().map(|blocker| Level::from(is_open(blocker))));
        if !self.rare.is_empty() {
            row.push(now.below_zero(node).iter().all(|&resource| self.position(resource).is_some()).into());
        }
        row.push(scarcest);
    }

    /// The least of what is popular most: blocks of nodes may reach all of it between them though no node does.
    fn scarcest(&self, amounts: &[Level]) -> Level {
        self.popular.iter().map(|&at| amounts[at]).min().unwrap_or(0)
    }

    /// Appends what a row has to reach so that its node may take a workload; `open` where no rare ward may be in the
    /// way.
    pub(crate) fn append_needs(&self, demand: &Demand<'_>, extra: Option<&Column>, open: bool, needs: &mut Vec<Level>) {
        let first = needs.len();
        let (required, mut along) = (demand.requirements, AscendingLookup::default());
        needs.extend(self.amounts.iter().map(|column| {
            let at = along.find(required, column.resource, |each| each.resource);
            column.need(demand, at.map(|at| &required[at]))
        }));
        let scarcest = self.scarcest(&needs[first..]);
        let is_shut = |&blocker: &Symbol| !is_immune(demand, blocker) && !requires(demand.requirements, blocker);
        needs.extend(self.blockers.iter().map(|blocker| Level::from(is_shut(blocker))));
        needs.extend((!self.rare.is_empty()).then_some(Level::from(open)));
        needs.push(scarcest);
        needs.extend(extra.map(|column| column.need(demand, Requirement::of(required, column.resource))));
    }
}

impl Column {
    /// How far a node reaches in it.
    pub(crate) fn level(&self, now: &Occupancy, node: NodeId) -> Level {
        now.free(node, self.resource).map_or(0, |free| self.thresholds.level(free))
    }

    /// How far a node has to reach for a workload that requires this of it.
    fn need(&self, options: &WorkloadOptions, requirement: Option<&Requirement>) -> Level {
        match requirement {
            None => 0,
            // What is below zero is in its way no less.
            Some(_) if is_immune(options, self.resource) => 1,
            Some(requirement) => self.thresholds.level(Capacity::Finite(requirement.amount())),
        }
    }
}

fn usages(model: &Model) -> FxHashMap<Symbol, Usage> {
    let tables = model.workload_tables();
    let apart = tables.len().div_ceil(SAMPLE_SIZE).max(1);
    let mut usages = FxHashMap::<Symbol, Usage>::default();
    for requirement in tables.iter().step_by(apart).flat_map(|table| &table.requirements) {
        let usage = usages.entry(requirement.resource).or_default();
        usage.tables += 1;
        usage.amounts.push(Capacity::Finite(requirement.amount()));
    }
    for Usage { amounts, .. } in usages.values_mut() {
        amounts.sort_unstable();
        amounts.dedup();
    }
    usages
}
