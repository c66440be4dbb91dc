//! What changes for one workload, and why.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Model, NodeId, Outcome, Pin, Record, WorkloadId};
use crate::model::names::Symbol;
use crate::model::{Inherited, RecordEntry, Requirement};
use crate::quantity::Quantity;
use crate::rules::{Departure, Domain};

/// What happens to a workload; a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It gets a place.
    Place,
    /// It goes to another node.
    Move,
    /// It, or its node, is called otherwise.
    Rename,
    /// It requires something else, on the same node.
    Update,
    /// It loses its place, and no node takes it.
    Evict,
    /// It is no longer in the manifest.
    Remove,
}

impl ChangeKind {
    /// The word for it, in every format.
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

/// A change of one requirement; `None` is a resource that was, or is, not required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resize {
    /// The resource.
    pub resource: Arc<str>,
    /// What is on record.
    pub before: Option<Quantity>,
    /// What is required now.
    pub after: Option<Quantity>,
}

/// Why something changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeReason {
    /// It is not on record.
    New,
    /// It was evicted earlier.
    Returns,
    /// It does not hold on its node any more.
    Left(Departure),
    /// The operator asked for it.
    Requested,
    /// The plan starts from empty nodes.
    Fresh,
    /// It is on record under this name.
    Renamed(Arc<str>),
    /// Its node is on record under this name.
    NodeRenamed(Arc<str>),
    /// A requirement is not what is on record.
    Resized(Resize),
    /// It is no longer in the manifest.
    Removed,
    /// It shares a place with this workload, and both avert this group.
    SharesDomain(WorkloadId, Symbol),
}

/// Why one workload changes; what nearly all have in common in a first plan is there once.
pub type ChangeReasons = Cow<'static, [ChangeReason]>;

/// What changes for one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name, as the manifest has it; for a removal as the record has it.
    pub workload: Arc<str>,
    /// What happens.
    pub kind: ChangeKind,
    /// The node on record, as the record names it.
    pub from: Option<Arc<str>>,
    /// The node that it goes to.
    pub to: Option<Arc<str>>,
    /// Why; never empty.
    pub reasons: ChangeReasons,
}

const NEW: &[ChangeReason] = &[ChangeReason::New];
const REMOVED: &[ChangeReason] = &[ChangeReason::Removed];

/// Every change, by the names of workloads.
pub(super) fn changes(model: &Model, record: &Record, outcome: &Outcome, pins: &[Pin]) -> Vec<Change> {
    let story = Story { model, record, outcome, pins, beside: beside(model, outcome), left: left(outcome) };
    let told = model.workloads_by_name().iter().filter_map(|&workload| story.change(workload));
    let mut changes = told.collect::<Vec<_>>();
    let removals = outcome.inheritance.unclaimed.iter().map(|&entry| removal(record, entry));
    if removals.len() > 0 {
        changes.extend(removals);
        changes.sort_by(|a, b| a.workload.cmp(&b.workload).then(a.kind.cmp(&b.kind)));
    }
    changes
}

struct Story<'a> {
    model: &'a Model,
    record: &'a Record,
    outcome: &'a Outcome,
    pins: &'a [Pin],
    beside: BTreeMap<WorkloadId, ChangeReason>,
    left: BTreeMap<WorkloadId, Departure>,
}

impl Story<'_> {
    fn change(&self, workload: WorkloadId) -> Option<Change> {
        let to = self.outcome.assignment.of(workload);
        let claim = self.outcome.inheritance.of(workload);
        let (kind, mut reasons) = match (claim, claim.map(|claim| claim.entry)) {
            (Some(claim), Some(RecordEntry::Placement(at))) => self.of_recorded(workload, claim, at, to)?,
            (Some(claim), _) => self.of_evicted(workload, claim, to)?,
            (None, _) => {
                (ChangeKind::Place, to.map(|_| self.asked(workload).map_or(NEW.into(), |asked| vec![asked].into()))?)
            }
        };
        if let (ChangeKind::Place | ChangeKind::Move, Some(beside)) = (kind, self.beside.get(&workload)) {
            reasons.to_mut().push(beside.clone());
        }
        let from = claim.filter(|_| kind != ChangeKind::Place).map(|claim| Arc::clone(&claim.node_name));
        let to = to.map(|node| Arc::clone(&self.model.nodes()[node.index()].name));
        Some(Change { workload: Arc::clone(&self.model.workloads()[workload.index()].name), kind, from, to, reasons })
    }

    fn of_recorded(
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
        let moves = matches!(kind, ChangeKind::Evict | ChangeKind::Move).then(|| self.why_it_moves(workload));
        Some((kind, moves.into_iter().chain(renames).chain(resizes).collect()))
    }

    fn of_evicted(
        &self,
        workload: WorkloadId,
        claim: &Inherited,
        to: Option<NodeId>,
    ) -> Option<(ChangeKind, ChangeReasons)> {
        if to.is_some() {
            return Some((ChangeKind::Place, vec![self.asked(workload).unwrap_or(ChangeReason::Returns)].into()));
        }
        let renames = self.renames(workload, claim);
        (!renames.is_empty()).then(|| (ChangeKind::Rename, renames.into()))
    }

    fn why_it_moves(&self, workload: WorkloadId) -> ChangeReason {
        let left = || self.left.get(&workload).copied().map(ChangeReason::Left);
        self.asked(workload).or_else(left).unwrap_or(ChangeReason::Fresh)
    }

    fn asked(&self, workload: WorkloadId) -> Option<ChangeReason> {
        self.pins.iter().any(|pin| pin.workload == workload).then_some(ChangeReason::Requested)
    }

    fn renames(&self, workload: WorkloadId, claim: &Inherited) -> Vec<ChangeReason> {
        let workload = (*claim.name != *self.model.workload_name(workload)).then(|| Arc::clone(&claim.name));
        let node = claim.node.filter(|&node| *claim.node_name != *self.model.node_name(node));
        let node = node.map(|_| ChangeReason::NodeRenamed(Arc::clone(&claim.node_name)));
        workload.map(ChangeReason::Renamed).into_iter().chain(node).collect()
    }

    /// The requirements that are not what is on record, by resource name.
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

fn left(outcome: &Outcome) -> BTreeMap<WorkloadId, Departure> {
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

/// Beside whom the reluctant were placed: the first such workload by name, in the first such group by name.
fn beside(model: &Model, outcome: &Outcome) -> BTreeMap<WorkloadId, ChangeReason> {
    if outcome.reluctant.is_empty() {
        return BTreeMap::new();
    }
    let members = members(model, outcome);
    let reluctant = outcome.reluctant.iter().filter_map(|&workload| {
        let node = outcome.assignment.of(workload)?;
        let mut groups = soft_groups(model, workload);
        groups.sort_unstable_by_key(|&group| model.text(group));
        let shared = groups.into_iter().find_map(|group| {
            let place = Domain::of(model, node, model.aversion_group(group).over)?;
            let others = members.get(&(group, place))?;
            let first = others.iter().copied().find(|&other| other != workload)?;
            Some(ChangeReason::SharesDomain(first, group))
        })?;
        Some((workload, shared))
    });
    reluctant.collect()
}

/// The first two members by name of each soft aversion group in each place.
fn members(model: &Model, outcome: &Outcome) -> BTreeMap<(Symbol, Domain), Vec<WorkloadId>> {
    let mut members = BTreeMap::<_, Vec<WorkloadId>>::new();
    for workload in model.workload_ids() {
        let Some(node) = outcome.assignment.of(workload) else { continue };
        for group in soft_groups(model, workload) {
            if let Some(place) = Domain::of(model, node, model.aversion_group(group).over) {
                let first = members.entry((group, place)).or_default();
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
