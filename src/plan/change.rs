//! Compares a placement with the record, workload by workload, and gives the reasons of each change.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Model, NodeId, Outcome, Pin, Record, WorkloadId};
use crate::model::names::Symbol;
use crate::model::{Inherited, RecordEntry, Requirement};
use crate::quantity::Quantity;
use crate::rules::{Departure, Domain};

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A workload without a node gets one.
    Place,
    /// The workload moves to another node.
    Move,
    /// The workload or its node has a new name.
    Rename,
    /// The workload stays on its node with other requirements.
    Update,
    /// The workload loses its node, and no other node takes it.
    Evict,
    /// The workload is no longer in the manifest.
    Remove,
}

impl ChangeKind {
    /// Returns the name that all output formats use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Move => "move",
            Self::Rename => "rename",
            Self::Update => "update",
            Self::Evict => "evict",
            Self::Remove => "remove",
        }
    }
}

/// Change of one requirement. An amount is `None` if the workload does not require the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resize {
    /// Name of the resource.
    pub resource: Arc<str>,
    /// Recorded amount.
    pub before: Option<Quantity>,
    /// Amount in the manifest.
    pub after: Option<Quantity>,
}

/// Reason for a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeReason {
    /// The workload is not on record.
    New,
    /// The workload was evicted earlier and has a node again.
    Returns,
    /// The workload can no longer run on its recorded node.
    Left(Departure),
    /// The operator requested the move.
    Requested,
    /// The plan starts from empty nodes and ignores recorded nodes.
    Fresh,
    /// The workload is on record under this former name.
    Renamed(Arc<str>),
    /// The node is on record under this former name.
    NodeRenamed(Arc<str>),
    /// A requirement differs from the recorded one.
    Resized(Resize),
    /// The workload is no longer in the manifest.
    Removed,
    /// The workload shares a domain with this other member of this soft aversion group.
    SharesDomain(WorkloadId, Symbol),
}

/// Reasons of one change. Borrowed for new and removed workloads, so that a large first plan allocates no lists.
pub type ChangeReasons = Cow<'static, [ChangeReason]>;

/// Change of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Name of the workload in the manifest; for a removal, in the record.
    pub workload: Arc<str>,
    /// Kind of the change.
    pub kind: ChangeKind,
    /// Recorded node, by its name in the record; `None` for [`ChangeKind::Place`].
    pub from: Option<Arc<str>>,
    /// New node; `None` for an eviction or a removal.
    pub to: Option<Arc<str>>,
    /// Reasons of the change; never empty.
    pub reasons: ChangeReasons,
}

const NEW: &[ChangeReason] = &[ChangeReason::New];
const REMOVED: &[ChangeReason] = &[ChangeReason::Removed];

/// Returns all changes, sorted by workload name.
pub(super) fn changes(model: &Model, record: &Record, outcome: &Outcome, pins: &[Pin]) -> Vec<Change> {
    let shared_domains = shared_domains(model, outcome);
    let comparison = Comparison { model, record, outcome, pins, shared_domains, departures: departures(outcome) };
    // A first plan changes every workload: a list that grows would hold up to twice as much.
    let capacity = if record.is_empty() { model.workloads().len() } else { 0 };
    let mut changes = Vec::with_capacity(capacity);
    changes.extend(model.workloads_by_name().iter().filter_map(|&workload| comparison.change(workload)));
    let removals = outcome.inheritance.unclaimed.iter().map(|&entry| removal(record, entry));
    if removals.len() > 0 {
        changes.extend(removals);
        changes.sort_by(|a, b| a.workload.cmp(&b.workload).then(a.kind.cmp(&b.kind)));
    }
    changes
}

/// Recorded and wanted placements, with the facts that explain the differences.
struct Comparison<'a> {
    model: &'a Model,
    record: &'a Record,
    outcome: &'a Outcome,
    pins: &'a [Pin],
    shared_domains: BTreeMap<WorkloadId, ChangeReason>,
    departures: BTreeMap<WorkloadId, Departure>,
}

impl Comparison<'_> {
    fn change(&self, workload: WorkloadId) -> Option<Change> {
        let to = self.outcome.assignment.of(workload);
        let claim = self.outcome.inheritance.of(workload);
        let (kind, mut reasons) = match (claim, claim.map(|claim| claim.entry)) {
            (Some(claim), Some(RecordEntry::Placement(at))) => self.change_of_placed(workload, claim, at, to)?,
            (Some(claim), _) => self.change_of_evicted(workload, claim, to)?,
            (None, _) => (
                ChangeKind::Place,
                to.map(|_| self.requested(workload).map_or(NEW.into(), |reason| vec![reason].into()))?,
            ),
        };
        if let (ChangeKind::Place | ChangeKind::Move, Some(reason)) = (kind, self.shared_domains.get(&workload)) {
            reasons.to_mut().push(reason.clone());
        }
        let from = claim.filter(|_| kind != ChangeKind::Place).map(|claim| Arc::clone(&claim.node_name));
        let to = to.map(|node| Arc::clone(&self.model.nodes()[node.index()].name));
        Some(Change { workload: Arc::clone(&self.model.workloads()[workload.index()].name), kind, from, to, reasons })
    }

    fn change_of_placed(
        &self,
        workload: WorkloadId,
        claim: &Inherited,
        at: usize,
        to: Option<NodeId>,
    ) -> Option<(ChangeKind, ChangeReasons)> {
        let renames = self.renames(workload, claim);
        let resizes = self.resizes(workload, at);
        let kind = match to {
            None => ChangeKind::Evict,
            Some(_) if claim.node != to => ChangeKind::Move,
            Some(_) if !renames.is_empty() => ChangeKind::Rename,
            Some(_) if !resizes.is_empty() => ChangeKind::Update,
            Some(_) => return None,
        };
        let moves = matches!(kind, ChangeKind::Evict | ChangeKind::Move).then(|| self.departure_reason(workload));
        Some((kind, moves.into_iter().chain(renames).chain(resizes).collect()))
    }

    fn change_of_evicted(
        &self,
        workload: WorkloadId,
        claim: &Inherited,
        to: Option<NodeId>,
    ) -> Option<(ChangeKind, ChangeReasons)> {
        if to.is_some() {
            return Some((ChangeKind::Place, vec![self.requested(workload).unwrap_or(ChangeReason::Returns)].into()));
        }
        let renames = self.renames(workload, claim);
        (!renames.is_empty()).then(|| (ChangeKind::Rename, renames.into()))
    }

    fn departure_reason(&self, workload: WorkloadId) -> ChangeReason {
        let departure = || self.departures.get(&workload).copied().map(ChangeReason::Left);
        self.requested(workload).or_else(departure).unwrap_or(ChangeReason::Fresh)
    }

    fn requested(&self, workload: WorkloadId) -> Option<ChangeReason> {
        self.pins.iter().any(|pin| pin.workload == workload).then_some(ChangeReason::Requested)
    }

    fn renames(&self, workload: WorkloadId, claim: &Inherited) -> Vec<ChangeReason> {
        let workload = (*claim.name != *self.model.workload_name(workload)).then(|| Arc::clone(&claim.name));
        let node = claim.node.filter(|&node| *claim.node_name != *self.model.node_name(node));
        let node = node.map(|_| ChangeReason::NodeRenamed(Arc::clone(&claim.node_name)));
        workload.map(ChangeReason::Renamed).into_iter().chain(node).collect()
    }

    /// Returns the requirements that differ from the recorded ones, by resource name.
    fn resizes(&self, workload: WorkloadId, at: usize) -> Vec<ChangeReason> {
        let required = &self.model.workload_table(workload).requirements;
        let recorded = &self.record.placements[at].requirements;
        let same = |each: &Requirement| {
            let name = self.model.text(each.resource);
            recorded.iter().any(|(before, amount, _)| **before == *name && *amount == each.amount())
        };
        if required.len() == recorded.len() && required.iter().all(same) {
            return Vec::new();
        }
        let mut amounts = BTreeMap::<Arc<str>, (Option<Quantity>, Option<Quantity>)>::new();
        for (name, amount, _) in recorded {
            amounts.entry(Arc::clone(name)).or_default().0 = Some(*amount);
        }
        for each in required {
            amounts.entry(self.model.names().shared(each.resource)).or_default().1 = Some(each.amount());
        }
        let changed = amounts.into_iter().filter(|(_, (before, after))| before != after);
        changed.map(|(resource, (before, after))| ChangeReason::Resized(Resize { resource, before, after })).collect()
    }
}

fn departures(outcome: &Outcome) -> BTreeMap<WorkloadId, Departure> {
    outcome.departures.iter().map(|departure| (departure.workload, *departure)).collect()
}

fn removal(record: &Record, entry: RecordEntry) -> Change {
    let (workload, node) = match entry {
        RecordEntry::Placement(at) => (&record.placements[at].workload, &record.placements[at].node),
        RecordEntry::Eviction(at) => (&record.evicted[at].0, &record.evicted[at].1),
    };
    let (workload, from) = (Arc::clone(workload), Some(Arc::clone(node)));
    Change { workload, kind: ChangeKind::Remove, from, to: None, reasons: REMOVED.into() }
}

/// Finds another member in the same domain for each workload that was placed against a soft aversion group. Reports
/// the first such group by name and its first such member by name.
fn shared_domains(model: &Model, outcome: &Outcome) -> BTreeMap<WorkloadId, ChangeReason> {
    if outcome.reluctant.is_empty() {
        return BTreeMap::new();
    }
    let members = members(model, outcome);
    let reluctant = outcome.reluctant.iter().filter_map(|&workload| {
        let node = outcome.assignment.of(workload)?;
        let mut groups = soft_groups(model, workload);
        groups.sort_unstable_by_key(|&group| model.text(group));
        let shared = groups.into_iter().find_map(|group| {
            let domain = Domain::of(model, node, model.aversion_group(group).over)?;
            let others = members.get(&(group, domain))?;
            let first = others.iter().copied().find(|&other| other != workload)?;
            Some(ChangeReason::SharesDomain(first, group))
        })?;
        Some((workload, shared))
    });
    reluctant.collect()
}

/// Returns the first two members by name in each domain of each soft aversion group. Two are enough: one of them is
/// not the workload itself.
fn members(model: &Model, outcome: &Outcome) -> BTreeMap<(Symbol, Domain), Vec<WorkloadId>> {
    let mut members = BTreeMap::<_, Vec<WorkloadId>>::new();
    for workload in model.workload_ids() {
        let Some(node) = outcome.assignment.of(workload) else { continue };
        for group in soft_groups(model, workload) {
            if let Some(domain) = Domain::of(model, node, model.aversion_group(group).over) {
                let first = members.entry((group, domain)).or_default();
                first.push(workload);
                first.sort_by_key(|&each| model.workload_name(each));
                first.truncate(2);
            }
        }
    }
    members
}

fn soft_groups(model: &Model, workload: WorkloadId) -> Vec<Symbol> {
    let groups = model.workload_table(workload).aversion_groups.iter().copied();
    groups.filter(|&group| !model.aversion_group(group).hard).collect()
}
