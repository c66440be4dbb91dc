//! A workload as it looks while it is placed: what it asks of a node, and what it takes there.
//!
//! In the order of sizes the tables of workloads are anywhere in memory. What is read of them again and again is
//! gathered here, so that it can be laid out in the order in which it is needed (`ask`).

use std::ops::Deref;

use crate::model::names::Symbol;
use crate::model::score::Score;
use crate::model::{Model, Requirement, WorkloadId, WorkloadOptions};

/// What is asked for one workload; what only few tables say is shown as its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) workload: WorkloadId,
    /// The number of its table.
    pub(crate) table: u32,
    /// How much it takes of a node's score.
    pub(crate) score: Score,
    /// What it requires of each resource, in the order of resources.
    pub(crate) requirements: &'a [Requirement],
    pub(crate) aversion_groups: &'a [Symbol],
    pub(crate) options: &'a WorkloadOptions,
}

impl<'a> Demand<'a> {
    /// As its table says it.
    pub(crate) fn of(model: &'a Model, workload: WorkloadId) -> Self {
        Self::of_table(model, workload, model.workloads()[workload.index()].table)
    }

    /// The same where the number of the table is known.
    pub(crate) fn of_table(model: &'a Model, workload: WorkloadId, number: u32) -> Self {
        let table = &model.workload_tables()[number as usize];
        Self {
            workload,
            table: number,
            score: model.workload_score(workload),
            requirements: &table.requirements,
            aversion_groups: &table.aversion_groups,
            options: table,
        }
    }
}

impl Deref for Demand<'_> {
    type Target = WorkloadOptions;

    fn deref(&self) -> &WorkloadOptions {
        self.options
    }
}

/// Whether who requires this fills a shortcoming.
pub(crate) fn has_negative_amount(requirements: &[Requirement]) -> bool {
    requirements.iter().any(Requirement::is_negative)
}
