//! What a tree of nodes knows of each node: one row of small numbers, never too small.
//!
//! A column holds a resource's free amount without its last binary digits, so that what would fit never looks too
//! small; whether it fits is decided by the exact amounts. A resource that few nodes offer has no column: the nodes
//! that offer it make up a field of their own.

use rustc_hash::FxHashMap;

use super::occupancy::Occupancy;
use super::rule::{is_immune, requires};
use super::tree::Need;
use crate::model::{Model, NodeId, WorkloadTable};
use crate::names::Symbol;
use crate::quantity::{Capacity, Quantity};

/// A resource has a column when at least one in so many nodes offers it.
const COMMON: usize = 16;

/// Of the 63 binary digits of a column, capacities use at most so many.
const DIGITS: u32 = 61;

/// Nodes are on different tiers by so many resources at most.
const MOST_SCARCE: usize = 4;

/// The tiers of a resource: each has nodes with about twice as much of it free as the one before.
const STEPS: usize = 7;

/// The share of the largest requirement that counts as enough.
const ENOUGH: i128 = (1 << STEPS) - 1;

const ABSENT: i64 = i64::MIN;
const WARD: i64 = i64::MIN + 1;
const UNLIMITED: i64 = i64::MAX;

/// A resource, and how many binary digits its column leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) resource: Symbol,
    shift: u32,
}

/// The columns that all rows begin with: amounts, gates, and whether no rare ward is in the way.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    amounts: Vec<Scale>,
    /// Resources that may be below zero where a workload does not require them.
    gates: Vec<Scale>,
    /// The nodes that offer a resource without a column.
    rare: FxHashMap<Symbol, Vec<NodeId>>,
    /// The columns that most workloads ask for, with the most that one needs.
    scarce: Vec<Need>,
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
        let amounts = common.into_iter().map(|resource| Scale { resource, shift: 0 }).collect::<Vec<_>>();
        let mut columns = Self { amounts, gates: Vec::new(), rare: offering, scarce: Vec::new() };
        columns.measure(model);
        columns.scarce = columns.most_asked_for(model);
        columns
    }

    /// Finds how large the amounts of each column are, and which may be in the way below zero.
    fn measure(&mut self, model: &Model) {
        let mut may_be_negative = vec![false; self.amounts.len()];
        for table in model.node_tables() {
            for offer in &table.resources {
                if let Some(at) = self.position(offer.resource) {
                    may_be_negative[at] |= offer.capacity.is_negative();
                    let shift = offer.capacity.finite().map_or(0, digits).saturating_sub(DIGITS);
                    self.amounts[at].shift = self.amounts[at].shift.max(shift);
                }
            }
        }
        for table in model.workload_tables() {
            for at in table.immunities.iter().filter_map(|&immunity| self.position(immunity)) {
                may_be_negative[at] |= requires(table, self.amounts[at].resource);
            }
        }
        let gates = self.amounts.iter().zip(may_be_negative).filter(|(_, may)| *may).map(|(scale, _)| *scale);
        self.gates = gates.collect();
    }

    fn most_asked_for(&self, model: &Model) -> Vec<Need> {
        let mut asked = vec![(0, 0); self.amounts.len()];
        for table in model.workload_tables() {
            for requirement in table.requirements.iter().filter(|each| each.amount.is_positive()) {
                if let Some(at) = self.position(requirement.resource) {
                    let (tables, most) = &mut asked[at];
                    *tables += 1;
                    *most = self.amounts[at].need(table).max(*most);
                }
            }
        }
        let mut columns = (0..asked.len()).filter(|&at| asked[at].1 > 0).collect::<Vec<_>>();
        columns.sort_by_key(|&at| std::cmp::Reverse(asked[at].0));
        columns.into_iter().take(MOST_SCARCE).map(|at| (at, asked[at].1)).collect()
    }

    /// How many tiers there are.
    pub(super) fn tiers(&self) -> usize {
        self.scarce.len() * STEPS + 1
    }

    /// The tier of a node: by the resource that is scarcest there, and by how much of the largest requirement is free.
    ///
    /// Nodes that are short of the same resource are left out together. Were they among others, a branch would seem to
    /// have enough of everything, of each resource on another node.
    pub(super) fn tier(&self, row: &[i64]) -> usize {
        let share = |&(column, most): &Need| i128::from(row[column]).max(0) * ENOUGH / i128::from(most);
        let shares = (0..).zip(self.scarce.iter().map(share));
        match shares.min_by_key(|&(_, share)| share) {
            Some((at, share)) if share < ENOUGH => at * STEPS + (share + 1).ilog2() as usize,
            _ => self.scarce.len() * STEPS,
        }
    }

    fn position(&self, resource: Symbol) -> Option<usize> {
        self.amounts.binary_search_by_key(&resource, |scale| scale.resource).ok()
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.amounts.len() + self.gates.len() + 1
    }

    /// The nodes that offer a resource, where it has no column of its own.
    pub(super) fn rare(&self, resource: Symbol) -> Option<&[NodeId]> {
        match self.position(resource) {
            Some(_) => None,
            None => Some(self.rare.get(&resource).map_or(&[], Vec::as_slice)),
        }
    }

    /// A further column, for a resource that has none.
    pub(super) fn scale(&self, model: &Model, resource: Symbol) -> Scale {
        let capacities = self.rare.get(&resource).into_iter().flatten();
        let capacities = capacities.filter_map(|&node| model.offer(node, resource)?.capacity.finite());
        Scale { resource, shift: capacities.map(digits).max().unwrap_or(0).saturating_sub(DIGITS) }
    }

    /// Appends the row of a node as it is now.
    pub(super) fn fill(&self, now: &Occupancy, node: NodeId, row: &mut Vec<i64>) {
        row.extend(self.amounts.iter().map(|scale| scale.amount(now, node)));
        row.extend(
            self.gates.iter().map(|scale| now.free(node, scale.resource).map_or(UNLIMITED, |free| scale.of(free))),
        );
        row.push(i64::from(now.below_zero(node).iter().all(|&resource| self.position(resource).is_some())));
    }

    /// What a row has to have so that its node may take a workload; `open` where no rare ward may be in the way.
    pub(super) fn needs(&self, table: &WorkloadTable, open: bool) -> Vec<Need> {
        let mut needs = Vec::with_capacity(table.requirements.len() + self.gates.len() + 1);
        for requirement in &table.requirements {
            if let Some(at) = self.position(requirement.resource) {
                needs.push((at, self.amounts[at].need(table)));
            }
        }
        let gates = (self.amounts.len()..).zip(&self.gates);
        let closed = gates.filter(|(_, gate)| !is_immune(table, gate.resource) && !requires(table, gate.resource));
        needs.extend(closed.map(|(at, _)| (at, 0)));
        if open {
            needs.push((self.width() - 1, 1));
        }
        needs
    }
}

impl Scale {
    /// What a node has free of it.
    pub(super) fn amount(self, now: &Occupancy, node: NodeId) -> i64 {
        now.free(node, self.resource).map_or(ABSENT, |free| self.of(free))
    }

    /// What a workload that requires it needs in this column.
    pub(super) fn need(self, table: &WorkloadTable) -> i64 {
        match table.requirement(self.resource) {
            _ if is_immune(table, self.resource) => WARD,
            Some(requirement) => self.finite(requirement.amount),
            None => ABSENT,
        }
    }

    fn of(self, free: Capacity) -> i64 {
        match free {
            Capacity::Ward => WARD,
            Capacity::Finite(amount) => self.finite(amount),
            Capacity::Unlimited => UNLIMITED,
        }
    }

    /// Rounded down, whether free or needed: so order is kept, and what fits still fits.
    fn finite(self, amount: Quantity) -> i64 {
        let short = amount.attos() >> self.shift;
        i64::try_from(short)
            .unwrap_or(if amount.is_negative() { WARD } else { UNLIMITED })
            .clamp(WARD + 1, UNLIMITED - 1)
    }
}

/// How many binary digits an amount has.
fn digits(amount: Quantity) -> u32 {
    256 - amount.attos().unsigned_abs().leading_zeros()
}
