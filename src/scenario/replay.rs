//! Replays a known plan, up to a workload's turn or with one change.
//!
//! A plan keeps where each workload went, but not the cluster that each search saw. A replay restores it. A replay with
//! a change gives the result of a whole plan sooner: workloads before the change go straight to their known nodes, and
//! it ends as soon as the workload is refused or too many others lose their node.

use crate::model::RecordEntry;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Replan, WorkloadId};
use crate::place::{Engine, Outcome, PinError, Reconciled, Start, place, reconcile, workload_order};
use crate::rules::Standing;
use crate::rules::{self, has_negative_amount};

/// Known plan, with the cluster that its search started from.
#[derive(Debug)]
pub struct KnownPlan<'a> {
    model: &'a Model,
    start: Start<'a>,
    outcome: &'a Outcome,
    /// Cluster with the workloads that stay on their nodes.
    engine: Engine,
    /// Workloads that are placed, in order.
    queue: Vec<(WorkloadId, Standing)>,
    /// Whether a negative requirement may open a node, so that refused workloads are tried again.
    can_open: bool,
}

/// Cluster as it was at a workload's turn.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Nodes with their workloads, in search order.
    pub engine: Engine,
    /// Effect of the record on the workload.
    pub standing: Standing,
}

/// Difference between a model and the one that was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// One table of workloads, by number.
    Workloads(u32),
    /// Anything else.
    Other,
}

/// Result of a change for one workload.
#[derive(Debug)]
pub enum Attempt {
    /// It is placed on this node, and these workloads have lost theirs, in manifest order.
    Placed(NodeId, Vec<WorkloadId>),
    /// It is unplaced; the cluster is as it is at its last turn.
    Refused(Box<Engine>),
    /// More workloads would lose their node than the limit allows.
    TooMany,
}

/// Soft rules that a node would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokenSoftRules {
    /// Aversion groups that are full in the domain of the node.
    pub aversion: Vec<Symbol>,
    /// Affinity groups whose members are in another domain.
    pub affinity: Vec<Symbol>,
}

impl<'a> KnownPlan<'a> {
    /// Prepares a plan for replays.
    ///
    /// # Panics
    /// If the pins of `start` are not the ones that the plan was made with.
    pub fn new(model: &'a Model, start: Start<'a>, outcome: &'a Outcome) -> Self {
        let reconciled = reconcile(model, &start).expect("the pins held when it was planned");
        let Reconciled { engine, queue, .. } = reconciled;
        let can_open = queue.iter().any(|&(each, _)| has_negative_amount(&model.workload_table(each).requirements));
        Self { model, start, outcome, engine, queue, can_open }
    }

    /// Turn at which a workload was placed or, if no node took it, its last turn. `None` if it stays on its recorded
    /// node, so that no node was searched for.
    pub fn moment(&self, workload: WorkloadId) -> Option<Moment> {
        let turn = self.queue.iter().position(|&(each, _)| each == workload)?;
        if self.can_open {
            return self.moment_of_many(workload);
        }
        Some(Moment { engine: self.at(self.model, turn), standing: self.queue[turn].1 })
    }

    /// Cluster after a number of turns, each of which has the same result in this model.
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

    /// Like `moment`, for plans in which a workload may have several turns; searches again.
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

    /// Result for a workload of a plan of the edited model, which has the same names. At most `most` others may lose
    /// their node.
    ///
    /// # Errors
    /// If a pin does not hold.
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

    /// Like `attempt`, but plans everything, as a later round may change everything.
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

    /// Whether a workload of a table is recorded or pinned, so that an edit of the table may displace others.
    fn is_recorded(&self, table: u32) -> bool {
        let model = self.model;
        let mut members = model.workload_ids().filter(|each| model.workloads()[each.index()].table == table);
        members.any(|each| {
            let claim = self.outcome.inheritance.of(each);
            let is_pinned = self.start.pins.iter().any(|pin| pin.workload == each);
            is_pinned || claim.is_some_and(|claim| matches!(claim.entry, RecordEntry::Placement(_)))
        })
    }

    /// Workloads that are placed, in the order of the edited model.
    fn queue_of(&self, model: &Model) -> Vec<(WorkloadId, Standing)> {
        let mut order = self.queue.iter().map(|&(each, _)| each).collect::<Vec<_>>();
        sort(model, self.outcome, &mut order);
        let standing = |each| self.outcome.standing(each).unwrap_or(Standing::Free);
        order.into_iter().map(|each| (each, standing(each))).collect()
    }
}

/// Unplaced workloads that are tried before another unplaced one, in order.
pub fn ahead(model: &Model, outcome: &Outcome, workload: WorkloadId) -> Vec<WorkloadId> {
    let tried = outcome.standings.iter().map(|&(each, _)| each);
    let mut queue = tried.filter(|&each| outcome.assignment.of(each).is_none()).collect::<Vec<_>>();
    sort(model, outcome, &mut queue);
    queue.into_iter().take_while(|&each| each != workload).collect()
}

/// Sorts workloads into the order in which they are placed; under `keep`, displaced ones come before new ones.
fn sort(model: &Model, outcome: &Outcome, workloads: &mut [WorkloadId]) {
    workload_order::sort(model, workloads);
    if model.replan == Replan::Keep {
        workloads.sort_by_key(|&each| outcome.inheritance.of(each).is_none());
    }
}

/// Soft rules of a workload that a node would break now, each list sorted by name.
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
