//! Compares the recorded placement with the wanted one: changes with their reasons, as data.
//!
//! A plan also holds the unplaced workloads and the record that applying it would write. `render` turns it into text.

mod averse;
mod change;
#[cfg(feature = "cli")]
pub mod consistency;

pub use averse::averse_pairs;
pub use change::{Change, ChangeKind, ChangeReason, ChangeReasons, Resize};

use std::sync::Arc;

use crate::model::{Model, NodeId, Record, Recorded, WorkloadId};
use crate::place::{self, Outcome, Pin, PinError, Start, Unplaced};

/// Counts of changes by kind, of unchanged and unplaced workloads, and of broken soft aversion groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Newly placed workloads.
    pub place: usize,
    /// Workloads moved to another node.
    pub moved: usize,
    /// Workloads on the same node, with a new name of the workload or the node.
    pub rename: usize,
    /// Workloads on the same node with other requirements.
    pub update: usize,
    /// Evicted workloads: they had a node and have none now.
    pub evict: usize,
    /// Workloads no longer in the manifest.
    pub remove: usize,
    /// Workloads placed as recorded.
    pub keep: usize,
    /// Unplaced workloads, including evicted ones.
    pub unplaced: usize,
    /// Pairs of workloads together against a soft aversion group; see [`averse_pairs`].
    pub averse_pairs: u64,
}

impl Summary {
    /// Whether the plan has any change.
    pub fn has_changes(&self) -> bool {
        self.place + self.moved + self.rename + self.update + self.evict + self.remove > 0
    }
}

/// Placement of all workloads, and its differences from the record.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Planned model.
    pub model: &'a Model,
    /// Result of the placement.
    pub outcome: Outcome,
    /// All changes, sorted by workload name.
    pub changes: Vec<Change>,
    /// Unplaced workloads, sorted by name.
    pub unplaced: Vec<Unplaced>,
    /// Counts.
    pub summary: Summary,
}

impl<'a> Plan<'a> {
    /// Places a model's workloads and compares the result with the record.
    pub fn new(model: &'a Model, record: &Record, pins: &[Pin]) -> Result<Self, PinError> {
        let outcome = place::place(model, &Start { record: Some(record), pins, ..Start::default() })?;
        Ok(Self::of(model, record, pins, outcome))
    }

    /// Compares an outcome with the record and the pins from which it was placed.
    pub fn of(model: &'a Model, record: &Record, pins: &[Pin], outcome: Outcome) -> Self {
        let changes = change::changes(model, record, &outcome, pins);
        let mut unplaced = place::unplaced(model, &outcome);
        unplaced.sort_by_key(|each| model.workload_name(each.workload));
        let summary = summarize(model, &outcome, &changes, unplaced.len());
        Self { model, outcome, changes, unplaced, summary }
    }

    /// Returns the change of a workload; `None` if it stays as recorded or was unplaced before and still is.
    pub fn change_of(&self, workload: WorkloadId) -> Option<&Change> {
        let name = self.model.workload_name(workload);
        // Changes are sorted by name, and each name has at most one.
        let at = self.changes.partition_point(|change| *change.workload < *name);
        self.changes.get(at).filter(|change| *change.workload == *name)
    }

    /// Returns the record that applying this plan writes.
    pub fn record(&self) -> Record {
        let mut placements = Vec::with_capacity(self.model.workloads().len());
        let mut evicted = Vec::new();
        for &workload in self.model.workloads_by_name() {
            match self.outcome.assignment.of(workload) {
                Some(node) => placements.push(recorded(self.model, workload, node)),
                None => evicted.extend(self.last_node(workload)),
            }
        }
        evicted.sort_unstable();
        let cursor = self.outcome.engine.cursor().map(|node| Arc::clone(&self.model.nodes()[node.index()].name));
        Record { placements, evicted, cursor }
    }

    /// Returns the names of an evicted workload and of its last node.
    fn last_node(&self, workload: WorkloadId) -> Option<(Arc<str>, Arc<str>)> {
        let claim = self.outcome.inheritance.of(workload)?;
        let node = claim.node.map_or(&claim.node_name, |node| &self.model.nodes()[node.index()].name);
        Some((Arc::clone(&self.model.workloads()[workload.index()].name), Arc::clone(node)))
    }
}

/// Returns the entry that records a workload on a node with its current requirements.
pub fn recorded(model: &Model, workload: WorkloadId, node: NodeId) -> Recorded {
    let required = model.workload_table(workload).requirements.iter();
    let named = required.map(|each| (model.names().shared(each.resource), each.amount(), each.family));
    let mut requirements = named.collect::<Vec<_>>();
    requirements.sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
    Recorded {
        workload: Arc::clone(&model.workloads()[workload.index()].name),
        node: Arc::clone(&model.nodes()[node.index()].name),
        requirements,
    }
}

fn summarize(model: &Model, outcome: &Outcome, changes: &[Change], unplaced: usize) -> Summary {
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    let placed = changes.iter().filter(|change| change.to.is_some()).count();
    Summary {
        place: count(ChangeKind::Place),
        moved: count(ChangeKind::Move),
        rename: count(ChangeKind::Rename),
        update: count(ChangeKind::Update),
        evict: count(ChangeKind::Evict),
        remove: count(ChangeKind::Remove),
        keep: outcome.assignment.0.iter().flatten().count() - placed,
        unplaced,
        averse_pairs: averse_pairs(model, &outcome.assignment),
    }
}
