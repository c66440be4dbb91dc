//! Demands of the next workloads in the queue, laid out beside each other.
//!
//! In strategy order the tables of workloads lie anywhere in memory, so each demand costs several cache misses. None of
//! it depends on what runs where: a second thread lays out the next batch while the main loop places this one.

use std::ops::Range;

use crate::model::{Model, Requirement, WorkloadId};
use crate::place::index::block::Level;
use crate::place::index::columns::Columns;
use crate::rules::Demand;

/// Batch of demands, with the levels that each needs in the common columns of the index.
pub(crate) struct DemandBatch<'m> {
    /// Demands, each with the range of its requirements in `requirements`.
    demands: Vec<(Demand<'m>, Range<usize>)>,
    requirements: Vec<Requirement>,
    /// Rows of levels, one per demand; empty without an index.
    needs: Vec<Level>,
}

impl<'m> DemandBatch<'m> {
    /// Lays out the demands of some workloads; `columns` is `None` if no index is used.
    pub(crate) fn new(
        model: &'m Model,
        columns: Option<&Columns>,
        workloads: impl IntoIterator<Item = WorkloadId>,
    ) -> Self {
        let (mut requirements, mut needs) = (Vec::new(), Vec::new());
        let demands = workloads.into_iter().map(|workload| {
            let demand = Demand::of(model, workload);
            let start = requirements.len();
            requirements.extend_from_slice(demand.requirements);
            if let Some(columns) = columns {
                columns.append_needs(&demand, None, true, &mut needs);
            }
            (demand, start..requirements.len())
        });
        Self { demands: demands.collect(), requirements, needs }
    }

    /// Demands in the order of their workloads, with the levels that they need.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Demand<'_>, &[Level])> {
        let width = self.needs.len() / self.demands.len().max(1);
        let needs = move |at| &self.needs[at * width..(at + 1) * width];
        self.demands.iter().enumerate().map(move |(at, (demand, range))| {
            (Demand { requirements: &self.requirements[range.clone()], ..*demand }, needs(at))
        })
    }
}
