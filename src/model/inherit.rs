//! Matches workloads with the entries of a record: by name, then by `was`, then by either name with or without `-0`.
//!
//! An entry serves at most one workload. `place` decides what follows from it (stay, move or evict).

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Model, NodeId, Record, WorkloadId};

/// Recorded entry that a workload inherits.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// Name of the workload on record.
    pub name: Arc<str>,
    /// Name of the node on record.
    pub node_name: Arc<str>,
    /// The node, found by its name or its `was`; `None` if it is gone.
    pub node: Option<NodeId>,
    /// Position in the record.
    pub entry: RecordEntry,
}

/// Position of an entry in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordEntry {
    /// Index in [`Record::placements`].
    Placement(usize),
    /// Index in [`Record::evicted`].
    Eviction(usize),
}

/// Recorded entries by the workloads that inherit them, and the entries that no workload inherits.
#[derive(Clone, Debug, Default)]
pub struct Inheritance {
    of: Vec<Option<Inherited>>,
    /// Entries that no workload inherits, in order.
    pub unclaimed: Vec<RecordEntry>,
    /// Node of the recorded cursor; `None` if the node is gone.
    pub cursor: Option<NodeId>,
}

impl Inheritance {
    /// Matches a record with the workloads and nodes of a model. Cost: O(workloads + entries) for equal names.
    pub fn new(model: &Model, record: &Record) -> Self {
        if record.is_empty() {
            return Self::default();
        }
        let of = vec![None; model.workloads().len()];
        let mut matching = Matching { model, record, nodes: NodeNames::new(model), of, entries: BTreeMap::new() };
        matching.by_own_name();
        matching.by_other_names();
        let cursor = record.cursor.as_deref().and_then(|name| matching.nodes.find(name));
        let mut unclaimed = matching.entries.into_values().collect::<Vec<_>>();
        unclaimed.sort_unstable();
        Self { of: matching.of, unclaimed, cursor }
    }

    /// Entry that a workload inherits; `None` if it is not on record.
    pub fn of(&self, workload: WorkloadId) -> Option<&Inherited> {
        self.of.get(workload.index())?.as_ref()
    }
}

/// Matching in progress: workloads without an entry, and entries without a workload.
struct Matching<'a> {
    model: &'a Model,
    record: &'a Record,
    nodes: NodeNames<'a>,
    of: Vec<Option<Inherited>>,
    /// Entries that are still without a workload, by names that no workload has now.
    entries: BTreeMap<&'a str, RecordEntry>,
}

impl Matching<'_> {
    /// Matches entries with the workloads of the same name. Nearly every entry finds its workload here.
    fn by_own_name(&mut self) {
        let record = self.record;
        let placed =
            record.placements.iter().enumerate().map(|(at, each)| (&each.workload, RecordEntry::Placement(at)));
        let evicted = record.evicted.iter().enumerate().map(|(at, (name, _))| (name, RecordEntry::Eviction(at)));
        for (name, entry) in placed.chain(evicted) {
            match self.model.workload_named(name) {
                Some(workload) => self.assign(workload, entry),
                None => drop(self.entries.entry(name).or_insert(entry)),
            }
        }
    }

    /// Matches the rest by `was`, then with or without a number. The manifest allows no two workloads that match the
    /// same entry, so the order of declaration decides nothing.
    fn by_other_names(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let model = self.model;
        let renamed = model.workload_ids().filter(|&each| model.workload_table(each).was.is_some()).collect::<Vec<_>>();
        self.by_former_name(&renamed, Model::workload_was);
        self.by_number(|entry| Some(with_number(entry)));
        self.by_number(without_number);
        self.by_former_name(&renamed, |model, workload| without_number(&given_up_name(model, workload)?));
        self.by_former_name(&renamed, |model, workload| Some(with_number(&given_up_name(model, workload)?)));
    }

    fn by_former_name(&mut self, renamed: &[WorkloadId], name: impl Fn(&Model, WorkloadId) -> Option<String>) {
        for &workload in renamed {
            if self.of[workload.index()].is_none()
                && let Some(entry) = name(self.model, workload).and_then(|name| self.entries.remove(&*name))
            {
                self.assign(workload, entry);
            }
        }
    }

    /// Matches each entry with the workload that has the derived name now.
    fn by_number(&mut self, now: impl Fn(&str) -> Option<String>) {
        let found = self.entries.iter().filter_map(|(name, &entry)| {
            let workload = self.model.workload_named(&now(name)?)?;
            self.of[workload.index()].is_none().then_some((*name, workload, entry))
        });
        for (name, workload, entry) in found.collect::<Vec<_>>() {
            self.entries.remove(name);
            self.assign(workload, entry);
        }
    }

    /// Gives an entry to a workload that has none.
    fn assign(&mut self, workload: WorkloadId, entry: RecordEntry) {
        let (name, node_name) = match entry {
            RecordEntry::Placement(at) => (&self.record.placements[at].workload, &self.record.placements[at].node),
            RecordEntry::Eviction(at) => (&self.record.evicted[at].0, &self.record.evicted[at].1),
        };
        let node = self.nodes.find(node_name);
        self.of[workload.index()].get_or_insert_with(|| Inherited {
            name: Arc::clone(name),
            node_name: Arc::clone(node_name),
            node,
            entry,
        });
    }
}

/// Nodes by name and, if no node has that name now, by earlier name.
struct NodeNames<'a> {
    model: &'a Model,
    former: FxHashMap<String, NodeId>,
}

impl<'a> NodeNames<'a> {
    fn new(model: &'a Model) -> Self {
        let former = model.node_ids().filter_map(|node| Some((model.node_was(node)?, node)));
        Self { model, former: former.collect() }
    }

    fn find(&self, name: &str) -> Option<NodeId> {
        self.model.node_named(name).or_else(|| self.former.get(name).copied())
    }
}

/// Earlier name of a workload, unless another workload has it now.
fn given_up_name(model: &Model, workload: WorkloadId) -> Option<String> {
    model.workload_was(workload).filter(|was| model.workload_named(was).is_none())
}

/// `web` for `web-0`, so that a workload that loses `replicas` keeps its node.
fn without_number(name: &str) -> Option<String> {
    name.strip_suffix("-0").map(str::to_owned)
}

/// `web-0` for `web`, so that a workload that gains `replicas` keeps its node.
fn with_number(name: &str) -> String {
    format!("{name}-0")
}
