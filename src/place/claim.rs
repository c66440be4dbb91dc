//! Whose record serves which workload: its own name, then `was`, then the same names with or without `-0`.
//!
//! A record serves one workload. What follows from it (stay, move, evict) is left to `keep` and to the plan.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::model::{Model, NodeId, Record, WorkloadId};

/// A record that serves a workload.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The workload's name on record.
    pub name: Arc<str>,
    /// The node's name on record.
    pub node_name: Arc<str>,
    /// The node, by its own name or its `was`; `None` where it is gone.
    pub node: Option<NodeId>,
    /// Where it is on record.
    pub entry: Entry,
}

/// A line of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// An index in [`Record::placements`].
    Placement(usize),
    /// An index in [`Record::evicted`].
    Eviction(usize),
}

/// The claims of all workloads, and what nobody claims.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    of: Vec<Option<Claim>>,
    /// The lines of the record that serve no workload, in order.
    pub unclaimed: Vec<Entry>,
    /// The recorded cursor, where its node is still there.
    pub cursor: Option<NodeId>,
}

impl Claims {
    /// Matches a record with the workloads and nodes of a model.
    pub fn new(model: &Model, record: &Record) -> Self {
        let nodes = NodeNames::new(model);
        let mut register = Register::new(record);
        let mut of = vec![None; model.workloads().len()];
        for names in RECORDED_AS {
            for workload in model.workload_ids() {
                if of[workload.index()].is_none()
                    && let Some(entry) = names(model, workload).and_then(|name| register.take(model, workload, &name))
                {
                    of[workload.index()] = Some(claim(record, entry, &nodes));
                }
            }
        }
        let cursor = record.cursor.as_deref().and_then(|name| nodes.find(name));
        Self { of, unclaimed: register.left(), cursor }
    }

    /// The claim of a workload, where it is on record.
    pub fn of(&self, workload: WorkloadId) -> Option<&Claim> {
        self.of.get(workload.index())?.as_ref()
    }
}

/// The lines of a record that are still to be claimed, by name.
struct Register<'a> {
    lines: FxHashMap<&'a str, Entry>,
}

impl<'a> Register<'a> {
    fn new(record: &'a Record) -> Self {
        let evicted = record.evicted.iter().enumerate().map(|(at, (name, _))| (&**name, Entry::Eviction(at)));
        let placed = record.placements.iter().enumerate().map(|(at, each)| (&*each.workload, Entry::Placement(at)));
        Self { lines: evicted.chain(placed).collect() }
    }

    /// Takes the line of a name, unless another workload that is declared has that name.
    fn take(&mut self, model: &Model, workload: WorkloadId, name: &str) -> Option<Entry> {
        let owner = model.workload_named(name);
        if owner.is_some_and(|owner| owner != workload) {
            return None;
        }
        self.lines.remove(name)
    }

    fn left(self) -> Vec<Entry> {
        let mut entries = self.lines.into_values().collect::<Vec<_>>();
        entries.sort_unstable();
        entries
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

fn claim(record: &Record, entry: Entry, nodes: &NodeNames<'_>) -> Claim {
    let (name, node_name) = match entry {
        Entry::Placement(at) => (&record.placements[at].workload, &record.placements[at].node),
        Entry::Eviction(at) => (&record.evicted[at].0, &record.evicted[at].1),
    };
    Claim { name: Arc::clone(name), node_name: Arc::clone(node_name), node: nodes.find(node_name), entry }
}

/// What a workload may be on record as, the first that serves wins.
///
/// No two workloads may be on record as the same, so the order in which they are declared decides nothing.
const RECORDED_AS: [fn(&Model, WorkloadId) -> Option<String>; 6] = [
    |model, workload| Some(model.workload_name(workload).to_owned()),
    Model::workload_was,
    |model, workload| without_number(model.workload_name(workload)),
    |model, workload| Some(with_number(model.workload_name(workload))),
    |model, workload| without_number(&given_up_name(model, workload)?),
    |model, workload| Some(with_number(&given_up_name(model, workload)?)),
];

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
