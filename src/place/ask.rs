//! What searches ask of the index for the next workloads, in the order in which these are taken.
//!
//! In that order their tables are anywhere in memory, and whoever reads them waits for each. What a search asks does
//! not depend on what is where, so it is laid out before its turn, by another thread where there is one.

use std::sync::Arc;

use super::block::Level;
use super::column::Columns;
use super::cover;
use super::order::{Floors, Word};
use crate::model::{Model, WorkloadId};

/// What has to be known to ask.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// None where there is no index.
    columns: Option<Arc<Columns>>,
    floors: Floors,
}

/// What is asked for some workloads, one after the other.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// The rows of all, each as long as there are columns.
    levels: Vec<Level>,
    others: Vec<(Option<Word>, bool)>,
}

/// What is asked for one workload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask<'a> {
    /// The levels that a row has to reach, without a rare ward in the way; none where there is no index.
    pub(super) levels: &'a [Level],
    /// Below this word no node takes it.
    pub(super) floor: Option<Word>,
    /// Whether a rule may confine it to fewer nodes than all.
    pub(super) is_confined: bool,
}

impl Asker {
    /// Who asks an index with these columns, and searches from these floors.
    pub(super) fn new(columns: Option<Arc<Columns>>, floors: Floors) -> Self {
        Self { columns, floors }
    }

    /// What is asked for these workloads.
    pub(super) fn asks(&self, model: &Model, workloads: impl ExactSizeIterator<Item = WorkloadId>) -> Asks {
        let Some(columns) = &self.columns else { return Asks::of_no_index(workloads.len()) };
        let mut asks = Asks {
            levels: Vec::with_capacity(workloads.len() * columns.count()),
            others: Vec::with_capacity(workloads.len()),
        };
        for workload in workloads {
            let table = model.workload_table(workload);
            columns.needs(table, None, true, &mut asks.levels);
            asks.others.push((self.floors.of(model, workload), cover::is_confined(columns, table)));
        }
        asks
    }
}

impl Asks {
    fn of_no_index(workloads: usize) -> Self {
        Self { levels: Vec::new(), others: vec![(None, true); workloads] }
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Ask<'_>> {
        let width = self.levels.len() / self.others.len().max(1);
        let row = move |at| &self.levels[at * width..][..width];
        let others = self.others.iter().enumerate();
        others.map(move |(at, &(floor, is_confined))| Ask { levels: row(at), floor, is_confined })
    }
}
