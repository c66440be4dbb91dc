//! Demand of a workload: everything that the rules ask about it, gathered for the time in which it is placed.

use std::ops::Deref;

use crate::model::names::Symbol;
use crate::model::score::Score;
use crate::model::{Model, Requirement, WorkloadId, WorkloadOptions};

/// Demand of one workload. The options that few tables have are reached through [`Deref`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand<'a> {
    pub(crate) workload: WorkloadId,
    /// Number of the workload's table.
    pub(crate) table: u32,
    /// Size of the workload, taken off the score of its node.
    pub(crate) score: Score,
    /// Requirements, sorted by resource.
    pub(crate) requirements: &'a [Requirement],
    pub(crate) aversion_groups: &'a [Symbol],
    pub(crate) options: &'a WorkloadOptions,
}

impl<'a> Demand<'a> {
    /// Demand of a workload.
    pub(crate) fn of(model: &'a Model, workload: WorkloadId) -> Self {
        let number = model.workloads()[workload.index()].table;
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

/// Whether any requirement is negative, that is, adds to what its node has.
pub(crate) fn has_negative_amount(requirements: &[Requirement]) -> bool {
    requirements.iter().any(Requirement::is_negative)
}
