//! Whose record serves which workload: its own name, then `was`, then the same names with or without `-0`.
//!
//! A record serves one workload. What follows from it (stay, move, evict) is left to `keep` and to the plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Model, NodeId, Record, WorkloadId};

/// A record that serves a workload.
#[derive(Clone, Debug)]
pub struct Inherited {
    /// The workload's name on record.
    pub name: Arc<str>,
    /// The node's name on record.
    pub node_name: Arc<str>,
    /// The node, by its own name or its `was`; `None` where it is gone.
    pub node: Option<NodeId>,
    /// Where it is on record.
    pub entry: RecordEntry,
}

/// A line of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordEntry {
    /// An index in [`Record::placements`].
    Placement(usize),
    /// An index in [`Record::evicted`].
    Eviction(usize),
}

/// The inheritance of all workloads, and what nobody inheritance.
#[derive(Clone, Debug, Default)]
pub struct Inheritance {
    of: Vec<Option<Inherited>>,
    /// The lines of the record that serve no workload, in order.
    pub unclaimed: Vec<RecordEntry>,
    /// The recorded cursor, where its node is still there.
    pub cursor: Option<NodeId>,
}

impl Inheritance {
    /// Matches a record with the workloads and nodes of a model.
    pub fn new(model: &Model, record: &Record) -> Self {
        if record.is_empty() {
            return Self::default();
        }
        let of = vec![None; model.workloads().len()];
        let mut matching = Matching { model, record, nodes: NodeNames::new(model), of, lines: BTreeMap::new() };
        matching.by_own_name();
        matching.by_other_names();
        let cursor = record.cursor.as_deref().and_then(|name| matching.nodes.find(name));
        let mut unclaimed = matching.lines.into_values().collect::<Vec<_>>();
        unclaimed.sort_unstable();
        Self { of: matching.of, unclaimed, cursor }
    }

    /// The claim of a workload, where it is on record.
    pub fn of(&self, workload: WorkloadId) -> Option<&Inherited> {
        self.of.get(workload.index())?.as_ref()
    }
}

/// Workloads without a claim yet, and lines without a workload.
struct Matching<'a> {
    model: &'a Model,
    record: &'a Record,
    nodes: NodeNames<'a>,
    of: Vec<Option<Inherited>>,
    /// The lines that are still to be claimed, by names under which nobody is declared.
    lines: BTreeMap<&'a str, RecordEntry>,
}

impl Matching<'_> {
    /// Nearly every line finds its workload here, in one look each.
    fn by_own_name(&mut self) {
        let record = self.record;
        let placed =
            record.placements.iter().enumerate().map(|(at, each)| (&each.workload, RecordEntry::Placement(at)));
        let evicted = record.evicted.iter().enumerate().map(|(at, (name, _))| (name, RecordEntry::Eviction(at)));
        for (name, entry) in placed.chain(evicted) {
            match self.model.workload_named(name) {
                Some(workload) => self.claim(workload, entry),
                None => drop(self.lines.entry(name).or_insert(entry)),
            }
        }
    }

    /// Then by `was`, then with or without a number, each time the first that serves. No two workloads may be on record
    /// as the same, so the order in which they are declared decides nothing.
    fn by_other_names(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let model = self.model;
        let renamed = model.workload_ids().filter(|&each| model.workload_table(each).was.is_some()).collect::<Vec<_>>();
        self.by_former_name(&renamed, Model::workload_was);
        self.by_number(|line| Some(with_number(line)));
        self.by_number(without_number);
        self.by_former_name(&renamed, |model, workload| without_number(&given_up_name(model, workload)?));
        self.by_former_name(&renamed, |model, workload| Some(with_number(&given_up_name(model, workload)?)));
    }

    fn by_former_name(&mut self, renamed: &[WorkloadId], name: impl Fn(&Model, WorkloadId) -> Option<String>) {
        for &workload in renamed {
            if self.of[workload.index()].is_none()
                && let Some(entry) = name(self.model, workload).and_then(|name| self.lines.remove(&*name))
            {
                self.claim(workload, entry);
            }
        }
    }

    /// Each line serves the workload that is called so now.
    fn by_number(&mut self, now: impl Fn(&str) -> Option<String>) {
        let found = self.lines.iter().filter_map(|(name, &entry)| {
            let workload = self.model.workload_named(&now(name)?)?;
            self.of[workload.index()].is_none().then_some((*name, workload, entry))
        });
        for (name, workload, entry) in found.collect::<Vec<_>>() {
            self.lines.remove(name);
            self.claim(workload, entry);
        }
    }

    /// Gives a line to a workload that has none.
    fn claim(&mut self, workload: WorkloadId, entry: RecordEntry) {
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

/// Nodes by their own names and, where no node has that name now, by their earlier ones.
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

/// The earlier name, unless another workload is declared under it.
fn given_up_name(model: &Model, workload: WorkloadId) -> Option<String> {
    model.workload_was(workload).filter(|was| model.workload_named(was).is_none())
}

/// `web` for `web-0`: a workload that is given `replicas` keeps its place.
fn without_number(name: &str) -> Option<String> {
    name.strip_suffix("-0").map(str::to_owned)
}

/// `web-0` for `web`: so does one that loses them.
fn with_number(name: &str) -> String {
    format!("{name}-0")
}
