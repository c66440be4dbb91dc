//! What every node says to a workload without a place: at its turn, and when all others are placed.
//!
//! At its turn there is at least as much free as at the end. What would have helped is looked for there; what is said
//! of nodes, and who holds what, is of the end.

use crate::explain::Case;
use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId, WorkloadTable};
use crate::place::Engine;
use crate::quantity::{Capacity, Quantity};
use crate::rules::{Reason, Shortfall, Standing, largest_shortfall, refusals};
use crate::scenario::{Known, ahead};

/// What one node says.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) node: NodeId,
    pub(crate) refusals: Vec<Reason>,
}

/// A workload without a place.
pub(crate) struct Turn<'a> {
    pub(crate) model: &'a Model,
    pub(crate) workload: WorkloadId,
    /// The plan, to be played again with a change.
    pub(crate) known: Known<'a>,
    /// The nodes at its turn.
    pub(crate) engine: Engine,
    /// What they said then, in the order in which they were tried.
    pub(crate) then: Vec<Answer>,
    /// What they say now, in the order in which they would be tried.
    pub(crate) now: Vec<Answer>,
    /// Who has no place either and is tried before.
    pub(crate) ahead: Vec<WorkloadId>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(case: Case<'a>, workload: WorkloadId, standing: Standing) -> Self {
        let (model, last) = (case.plan.model, &case.plan.outcome.engine);
        let known = Known::new(model, case.start(), &case.plan.outcome);
        let engine = known.moment(workload).map_or_else(|| last.clone(), |moment| moment.engine);
        let (then, now) = (answers(model, &engine, workload, standing), answers(model, last, workload, standing));
        let ahead = ahead(model, &case.plan.outcome, workload);
        Self { model, workload, known, engine, then, now, ahead }
    }

    pub(crate) fn table(&self) -> &'a WorkloadTable {
        self.model.workload_table(self.workload)
    }

    /// How many replicas of the same table have no place and are tried before.
    pub(crate) fn replicas_ahead(&self) -> usize {
        let table = |each: WorkloadId| self.model.workloads()[each.index()].table;
        self.ahead.iter().filter(|&&each| table(each) == table(self.workload)).count()
    }

    /// What was free of a resource at its turn.
    pub(crate) fn free(&self, node: NodeId, resource: Symbol) -> Option<Capacity> {
        self.engine.occupancy().free(node, resource)
    }
}

fn answers(model: &Model, engine: &Engine, workload: WorkloadId, standing: Standing) -> Vec<Answer> {
    let said = |node| refusals(model, engine.occupancy(), workload, standing, node);
    engine.nodes().map(|node| Answer { node, refusals: said(node) }).collect()
}

impl Answer {
    pub(crate) fn shortfall(&self) -> Option<Shortfall> {
        largest_shortfall(self.node, &self.refusals)
    }

    /// Whether amounts alone are in the way, each of which the workload requires.
    pub(crate) fn is_short_only(&self) -> bool {
        self.refusals.iter().all(|each| matches!(each, Reason::Short { need, .. } if need.is_positive()))
    }

    /// What is short: resource, need and what is free.
    pub(crate) fn shorts(&self) -> impl Iterator<Item = (Symbol, Quantity, Quantity)> + '_ {
        self.refusals.iter().filter_map(|each| match *each {
            Reason::Short { resource, need, free } => Some((resource, need, free)),
            _ => None,
        })
    }
}

/// Sorts by shortfall, nearest first. Equal ones keep their order; answers without a shortfall come last.
pub(crate) fn sort_by_miss(answers: &mut [&Answer]) {
    answers.sort_by(|a, b| match (a.shortfall(), b.shortfall()) {
        (Some(a), Some(b)) => a.compare(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
}
