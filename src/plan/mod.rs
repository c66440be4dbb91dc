//! The difference between what is recorded and what is wanted, as data: changes with their reasons.
//!
//! A plan also says what would be recorded, and what is left without a place. Sentences about it are made in `explain`,
//! pages in `render`.

mod averse;
mod change;
#[cfg(feature = "cli")]
pub mod consistency;

pub use averse::averse_pairs;
pub use change::{Change, ChangeKind, ChangeReason, ChangeReasons, Resize};

use std::sync::Arc;

use crate::model::{Model, NodeId, Record, Recorded, WorkloadId};
use crate::place::{self, Outcome, Pin, PinError, Start, Unplaced};

/// How many changes of each kind there are, and what else a plan is summed up by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Placed that had no place.
    pub place: usize,
    /// Moved to another node.
    pub moved: usize,
    /// On the same node under another name of workload or node.
    pub rename: usize,
    /// On the same node with other requirements.
    pub update: usize,
    /// Without a place that had one.
    pub evict: usize,
    /// No longer in the manifest.
    pub remove: usize,
    /// Placed as recorded.
    pub keep: usize,
    /// Without a place.
    pub unplaced: usize,
    /// Pairs that share a place although they avert each other.
    pub averse_pairs: u64,
}

impl Summary {
    /// Whether anything would be recorded anew.
    pub fn has_changes(&self) -> bool {
        self.place + self.moved + self.rename + self.update + self.evict + self.remove > 0
    }
}

/// Where everything should run, and what that changes.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// What was planned for.
    pub model: &'a Model,
    /// Where everything goes.
    pub outcome: Outcome,
    /// Every change but `keep`, by workload name.
    pub changes: Vec<Change>,
    /// What has no place, by workload name.
    pub unplaced: Vec<Unplaced>,
    /// The counts.
    pub summary: Summary,
}

impl<'a> Plan<'a> {
    /// Plans a model against a record.
    pub fn new(model: &'a Model, record: &Record, pins: &[Pin]) -> Result<Self, PinError> {
        let outcome = place::place(model, &Start { record: Some(record), pins, ..Start::default() })?;
        Ok(Self::of(model, record, pins, outcome))
    }

    /// What an outcome changes, that was placed from this record and these pins.
    pub fn of(model: &'a Model, record: &Record, pins: &[Pin], outcome: Outcome) -> Self {
        let changes = change::changes(model, record, &outcome, pins);
        let mut unplaced = place::unplaced(model, &outcome);
        unplaced.sort_by_key(|each| model.workload_name(each.workload));
        let summary = summarize(model, &outcome, &changes, unplaced.len());
        Self { model, outcome, changes, unplaced, summary }
    }

    /// What changes for a workload; `None` where it stays as it is on record, or has no place as before.
    pub fn change_of(&self, workload: WorkloadId) -> Option<&Change> {
        let name = self.model.workload_name(workload);
        // They are in order of names, and a name has one.
        let at = self.changes.partition_point(|change| *change.workload < *name);
        self.changes.get(at).filter(|change| *change.workload == *name)
    }

    /// What is on record when this plan is applied.
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

    /// A workload without a place that had one, with the node where it was last.
    fn last_node(&self, workload: WorkloadId) -> Option<(Arc<str>, Arc<str>)> {
        let claim = self.outcome.inheritance.of(workload)?;
        let node = claim.node.map_or(&claim.node_name, |node| &self.model.nodes()[node.index()].name);
        Some((Arc::clone(&self.model.workloads()[workload.index()].name), Arc::clone(node)))
    }
}

/// The line that records a workload on a node, with what it requires now.
pub fn recorded(model: &Model, workload: WorkloadId, node: NodeId) -> Recorded {
    let required = model.workload_table(workload).requirements.iter();
    let texts = required.map(|each| (model.names().shared(each.resource), each.amount(), each.family));
    let mut requirements = texts.collect::<Vec<_>>();
    requirements.sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
    Recorded {
        workload: Arc::clone(&model.workloads()[workload.index()].name),
        node: Arc::clone(&model.nodes()[node.index()].name),
        requirements,
    }
}

fn summarize(model: &Model, outcome: &Outcome, changes: &[Change], unplaced: usize) -> Summary {
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    let told = changes.iter().filter(|change| change.to.is_some()).count();
    Summary {
        place: count(ChangeKind::Place),
        moved: count(ChangeKind::Move),
        rename: count(ChangeKind::Rename),
        update: count(ChangeKind::Update),
        evict: count(ChangeKind::Evict),
        remove: count(ChangeKind::Remove),
        keep: outcome.assignment.0.iter().flatten().count() - told,
        unplaced,
        averse_pairs: averse_pairs(model, &outcome.assignment),
    }
}
