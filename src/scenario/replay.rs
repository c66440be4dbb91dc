//! A plan that is known, played again: up to a workload's turn, or with one change.
//!
//! A plan keeps where everything went, not what each search saw. Who asks why a workload is where it is gets that
//! moment; who asks what would help gets what a whole plan would say, sooner: whatever comes before the change goes
//! where it is known to go, a failure ends at the workload's turn, and so does a change that costs others too many
//! places.

use crate::model::RecordEntry;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Replan, WorkloadId};
use crate::place::{Engine, Outcome, PinError, Reconciled, Start, place, reconcile, workload_order};
use crate::rules::Standing;
use crate::rules::{self, has_negative_amount};

/// A plan, with what its strategy began with.
#[derive(Debug)]
pub struct KnownPlan<'a> {
    model: &'a Model,
    start: Start<'a>,
    outcome: &'a Outcome,
    /// The nodes with what stays on them.
    engine: Engine,
    /// Who is placed, in the order in which they are tried.
    queue: Vec<(WorkloadId, Standing)>,
    /// Only what fills a shortcoming can open a node in a later round.
    can_open: bool,
}

/// The nodes as they were when it was a workload's turn.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The nodes, in the order in which they were tried.
    pub engine: Engine,
    /// What was known of the workload.
    pub standing: Standing,
}

/// What a model differs in from the one that was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// This table of workloads, by its number.
    Workloads(u32),
    /// Anything else.
    Other,
}

/// What a change comes to for one workload.
#[derive(Debug)]
pub enum Attempt {
    /// It has this place, and these have lost theirs, in manifest order.
    Placed(NodeId, Vec<WorkloadId>),
    /// It has none: so the nodes are at its last turn.
    Refused(Box<Engine>),
    /// More would lose their place than may.
    TooMany,
}

/// Soft rules that a node would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokenSoftRules {
    /// The aversion groups that are full there.
    pub aversion: Vec<Symbol>,
    /// The affinity groups that are elsewhere.
    pub affinity: Vec<Symbol>,
}

impl<'a> KnownPlan<'a> {
    /// A plan with what it was made from.
    ///
    /// # Panics
    /// Where these pins did not hold when it was planned.
    pub fn new(model: &'a Model, start: Start<'a>, outcome: &'a Outcome) -> Self {
        let reconciled = reconcile(model, &start).expect("the pins held when it was planned");
        let Reconciled { engine, queue, .. } = reconciled;
        let can_open = queue.iter().any(|&(each, _)| has_negative_amount(&model.workload_table(each).requirements));
        Self { model, start, outcome, engine, queue, can_open }
    }

    /// The turn at which a workload was placed or, when no node took it, its last one; `None` when the strategy was not
    /// asked, as it stays where it is on record.
    pub fn moment(&self, workload: WorkloadId) -> Option<Moment> {
        let turn = self.queue.iter().position(|&(each, _)| each == workload)?;
        if self.can_open {
            return self.moment_of_many(workload);
        }
        Some(Moment { engine: self.at(self.model, turn), standing: self.queue[turn].1 })
    }

    /// The nodes after so many turns, of which none found another place in this model.
    fn at(&self, model: &Model, turn: usize) -> Engine {
        let mut engine = self.engine.clone();
        for &(each, _) in &self.queue[..turn] {
            if let Some(node) = self.outcome.assignment.of(each) {
                engine.attach(model, each, node);
                engine.resume_after(node);
            }
        }
        engine
    }

    /// A workload may have several turns: they are found by searching again.
    fn moment_of_many(&self, workload: WorkloadId) -> Option<Moment> {
        let (model, mut engine) = (self.model, self.engine.clone());
        engine.build_index(model);
        let (mut last, mut left) = (None, self.queue.clone());
        loop {
            let mut refused = Vec::new();
            for &(each, standing) in &left {
                if each == workload {
                    let node = engine.find(model, workload, standing);
                    last = Some(Moment { engine: engine.clone(), standing });
                    if node.is_some() {
                        return last;
                    }
                }
                if engine.place(model, each, standing).is_none() {
                    refused.push((each, standing));
                }
            }
            if refused.len() == left.len() {
                return last;
            }
            left = refused;
        }
    }

    /// What a plan of the edited model, which has the same names, comes to for a workload.
    ///
    /// # Errors
    /// Where a pin does not hold.
    pub fn attempt(
        &self,
        model: &Model,
        edit: Edit,
        start: &Start<'_>,
        workload: WorkloadId,
        most: usize,
    ) -> Result<Attempt, PinError> {
        let opens = |each: WorkloadId| has_negative_amount(&model.workload_table(each).requirements);
        if self.can_open || model.workload_ids().any(opens) {
            return self.attempt_of_many(model, start, workload, most);
        }
        let (mut engine, queue) = match edit {
            Edit::Workloads(table) if !self.is_recorded(table) => {
                let queue = self.queue_of(model);
                let is_same = |(now, then): (&(WorkloadId, Standing), &(WorkloadId, Standing))| {
                    now == then && model.workloads()[now.0.index()].table != table
                };
                let same = queue.iter().zip(&self.queue).take_while(|&both| is_same(both)).count();
                (self.at(model, same), queue[same..].to_vec())
            }
            Edit::Workloads(_) | Edit::Other => {
                let Reconciled { engine, queue, .. } = reconcile(model, start)?;
                (engine, queue)
            }
        };
        engine.build_index(model);
        let pinned = start.pins.iter().find(|pin| pin.workload == workload);
        let (mut found, mut lost) = (pinned.map(|pin| pin.node), Vec::new());
        for (each, standing) in queue {
            match engine.place(model, each, standing) {
                Some(node) if each == workload => found = Some(node),
                None if each == workload => return Ok(Attempt::Refused(Box::new(engine))),
                None if self.outcome.assignment.of(each).is_some() => lost.push(each),
                _ => {}
            }
            if lost.len() > most {
                return Ok(Attempt::TooMany);
            }
        }
        lost.sort_unstable();
        Ok(found.map_or_else(|| Attempt::Refused(Box::new(engine)), |node| Attempt::Placed(node, lost)))
    }

    /// The same by a plan of all, as a later round may change everything.
    fn attempt_of_many(
        &self,
        model: &Model,
        start: &Start<'_>,
        workload: WorkloadId,
        most: usize,
    ) -> Result<Attempt, PinError> {
        let after = place(model, start)?;
        let Some(node) = after.assignment.of(workload) else { return Ok(Attempt::Refused(Box::new(after.engine))) };
        let before = &self.outcome.assignment;
        let lost =
            model.workload_ids().filter(|&each| before.of(each).is_some() && after.assignment.of(each).is_none());
        let lost = lost.collect::<Vec<_>>();
        Ok(if lost.len() > most { Attempt::TooMany } else { Attempt::Placed(node, lost) })
    }

    /// Whether the record knows where one of a table is, so that an edit of it may send somebody away.
    fn is_recorded(&self, table: u32) -> bool {
        let model = self.model;
        let mut members = model.workload_ids().filter(|each| model.workloads()[each.index()].table == table);
        members.any(|each| {
            let claim = self.outcome.inheritance.of(each);
            let is_pinned = self.start.pins.iter().any(|pin| pin.workload == each);
            is_pinned || claim.is_some_and(|claim| matches!(claim.entry, RecordEntry::Placement(_)))
        })
    }

    /// Who is placed, in the order of a model of which nobody else leaves a node.
    fn queue_of(&self, model: &Model) -> Vec<(WorkloadId, Standing)> {
        let mut order = self.queue.iter().map(|&(each, _)| each).collect::<Vec<_>>();
        sort(model, self.outcome, &mut order);
        let standing = |each| self.outcome.standing(each).unwrap_or(Standing::Free);
        order.into_iter().map(|each| (each, standing(each))).collect()
    }
}

/// The workloads without a place that are tried before one that has none either, in that order.
pub fn ahead(model: &Model, outcome: &Outcome, workload: WorkloadId) -> Vec<WorkloadId> {
    let tried = outcome.standings.iter().map(|&(each, _)| each);
    let mut queue = tried.filter(|&each| outcome.assignment.of(each).is_none()).collect::<Vec<_>>();
    sort(model, outcome, &mut queue);
    queue.into_iter().take_while(|&each| each != workload).collect()
}

/// Sorts workloads into the order in which they are tried: under `keep` the displaced before the new.
fn sort(model: &Model, outcome: &Outcome, workloads: &mut [WorkloadId]) {
    workload_order::sort(model, workloads);
    if model.replan == Replan::Keep {
        workloads.sort_by_key(|&each| outcome.inheritance.of(each).is_none());
    }
}

/// The soft rules of a workload that a node would break now, each list by name.
pub fn broken_soft_rules(model: &Model, engine: &Engine, workload: WorkloadId, node: NodeId) -> BrokenSoftRules {
    let (table, now) = (model.workload_table(workload), engine.occupancy());
    let averse = table.aversion_groups.iter().copied().filter(|&group| !model.aversion_group(group).hard);
    let affine = table.affinity_groups.iter().copied().filter(|&group| !model.affinity_group(group).hard);
    BrokenSoftRules {
        aversion: by_name(model, averse.filter(|&group| !rules::aversion_allows(model, now, group, node))),
        affinity: by_name(model, affine.filter(|&group| !rules::affinity_allows(model, now, group, node))),
    }
}

fn by_name(model: &Model, groups: impl Iterator<Item = Symbol>) -> Vec<Symbol> {
    let mut groups = groups.collect::<Vec<_>>();
    groups.sort_unstable_by_key(|&group| model.text(group));
    groups
}
