//! Columns of the index: upper bounds of what each node has, as levels.
//!
//! A column quantizes the free amount of a resource by the amounts that workloads require, or by a sample of them. A
//! node that fits always has high enough levels; whether a node with high enough levels fits is decided by exact
//! amounts. A resource that few nodes offer has no column: the nodes that offer it form a subset of their own.

use rustc_hash::FxHashMap;

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadOptions};
use crate::place::index::block::Level;
use crate::place::index::thresholds::Thresholds;
use crate::quantity::Capacity;
use crate::rules::{AscendingLookup, Demand, Occupancy, is_immune, requires};

/// A resource has a column if at least one in this many nodes offers it.
const COMMON_SHARE: usize = 16;

/// A resource is popular if the most popular one is required by at most this many times as many tables.
const POPULAR_RATIO: usize = 2;

/// Approximate number of workload tables from which thresholds are taken.
const SAMPLE_SIZE: usize = 1024;

/// Column of a resource.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    resource: Symbol,
    thresholds: Thresholds,
}

/// Statistics of what workloads require of a resource.
#[derive(Clone, Debug, Default)]
struct Usage {
    /// Number of sampled tables that require it.
    tables: usize,
    /// Required amounts, sorted, without repeats.
    amounts: Vec<Capacity>,
}

/// Columns that all rows begin with: one for each common resource, one for each blocker, one for the absence of rare
/// blockers if there are rare resources, and one for the scarcest popular resource.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    amounts: Vec<Column>,
    /// Common resources that may be below zero on a node, which then refuses workloads that do not even require them.
    blockers: Vec<Symbol>,
    /// Nodes that offer each rare resource.
    rare: FxHashMap<Symbol, Vec<NodeId>>,
    usages: FxHashMap<Symbol, Usage>,
    /// Columns of the popular resources.
    popular: Vec<usize>,
}

impl Columns {
    /// Creates the columns for these nodes.
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
            |resource| usages.get(resource).is_some_and(|usage| usage.tables * POPULAR_RATIO >= most.unwrap_or(0));
        let popular = (0..common.len()).filter(|&at| is_popular(&common[at])).collect();
        let mut columns = Self { amounts: Vec::new(), blockers: Vec::new(), rare: offering, usages, popular };
        columns.amounts = common.into_iter().map(|resource| columns.column(resource)).collect();
        columns.blockers = columns.blockers(model);
        columns
    }

    /// Creates a column for a resource.
    pub(crate) fn column(&self, resource: Symbol) -> Column {
        let amounts = self.usages.get(&resource).map(|usage| usage.amounts.clone());
        Column { resource, thresholds: Thresholds::new(amounts.unwrap_or_default()) }
    }

    /// Returns the common resources that start below zero or may fall below it under an immune workload.
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

    /// Returns the nodes that offer a rare resource; `None` if the resource has a column.
    pub(crate) fn rare(&self, resource: Symbol) -> Option<&[NodeId]> {
        match self.position(resource) {
            Some(_) => None,
            None => Some(self.rare.get(&resource).map_or(&[], Vec::as_slice)),
        }
    }

    /// Returns the number of columns.
    pub(crate) fn count(&self) -> usize {
        self.amounts.len() + self.blockers.len() + usize::from(!self.rare.is_empty()) + 1
    }

    /// Appends the current row of a node, without an extra column.
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

    /// Returns the lowest level of the popular resources.
    ///
    /// Without this column, a block in which one node has the cpu and another the mem would look good for both.
    fn scarcest(&self, amounts: &[Level]) -> Level {
        self.popular.iter().map(|&at| amounts[at]).min().unwrap_or(0)
    }

    /// Appends the levels that a node needs to take a workload; `open` demands that no rare resource is below zero.
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
    /// Returns the level of a node.
    pub(crate) fn level(&self, now: &Occupancy, node: NodeId) -> Level {
        now.free(node, self.resource).map_or(0, |free| self.thresholds.level(free))
    }

    /// Returns the level that a node needs for a requirement.
    fn need(&self, options: &WorkloadOptions, requirement: Option<&Requirement>) -> Level {
        match requirement {
            None => 0,
            // An immune workload needs the resource to be offered, in whatever amount.
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
