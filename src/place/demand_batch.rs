//! What searches ask of the index for the next workloads, in the order in which these are taken.
//!
//! In that order their tables are anywhere in memory, and whoever reads them waits for each. What is asked does not
//! depend on what is where, so it is laid out before its turn, by another thread where there is one: in steps, of which
//! each reads one thing of all workloads, so that memory answers for many of them at once.

use std::mem::replace;
use std::sync::Arc;

use crate::model::{Model, Requirement, WorkloadId};
use crate::place::index::block::Level;
use crate::place::index::candidates;
use crate::place::index::columns::Columns;
use crate::place::node_order::{Floors, Word};
use crate::rules::Demand;

/// What has to be known to ask.
#[derive(Debug)]
pub(crate) struct Asker {
    /// None where there is no index.
    columns: Option<Arc<Columns>>,
    floors: Floors,
}

/// What is asked for some workloads, one after the other.
#[derive(Debug)]
pub(crate) struct Asks<'m> {
    /// Each with the end of its requirements, which begin where those before it end.
    demands: Vec<(Demand<'m>, usize)>,
    requirements: Vec<Requirement>,
    /// The rows of all, each as long as there are columns.
    levels: Vec<Level>,
    others: Vec<(Option<Word>, bool)>,
}

/// What is asked for one workload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) demand: Demand<'a>,
    /// The levels that a row has to reach, without a rare ward in the way; none where there is no index.
    pub(crate) levels: &'a [Level],
    /// Below this word no node takes it.
    pub(crate) floor: Option<Word>,
    /// Whether a rule may confine it to fewer nodes than all.
    pub(crate) is_confined: bool,
}

impl Asker {
    /// Who asks an index with these columns, and searches from these floors.
    pub(crate) fn new(columns: Option<Arc<Columns>>, floors: Floors) -> Self {
        Self { columns, floors }
    }

    /// What is asked for these workloads.
    pub(crate) fn asks<'m>(&self, model: &'m Model, workloads: impl Iterator<Item = WorkloadId>) -> Asks<'m> {
        let tables = workloads.map(|each| (each, model.workloads()[each.index()].table)).collect::<Vec<_>>();
        let demands = tables.into_iter().map(|(each, table)| Demand::of_table(model, each, table)).collect::<Vec<_>>();
        let mut requirements = Vec::with_capacity(demands.iter().map(|demand| demand.requirements.len()).sum());
        let demands = demands.into_iter().map(|demand| {
            requirements.extend_from_slice(demand.requirements);
            (demand, requirements.len())
        });
        let mut asks = Asks { demands: demands.collect(), requirements, levels: Vec::new(), others: Vec::new() };
        (asks.levels, asks.others) = self.searches(&asks);
        asks
    }

    /// What is looked for.
    fn searches(&self, asks: &Asks<'_>) -> (Vec<Level>, Vec<(Option<Word>, bool)>) {
        let count = asks.demands.len();
        let Some(columns) = &self.columns else { return (Vec::new(), vec![(None, true); count]) };
        let (mut levels, mut others) = (Vec::with_capacity(count * columns.count()), Vec::with_capacity(count));
        for demand in asks.demands() {
            columns.needs(&demand, None, true, &mut levels);
            others.push((self.floors.of(&demand), candidates::is_confined(columns, &demand)));
        }
        (levels, others)
    }
}

impl Asks<'_> {
    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Ask<'_>> {
        let width = self.levels.len() / self.others.len().max(1);
        let row = move |at| &self.levels[at * width..][..width];
        let others = self.others.iter().enumerate();
        let asks = self.demands().zip(others);
        asks.map(move |(demand, (at, &(floor, is_confined)))| Ask { demand, levels: row(at), floor, is_confined })
    }

    /// Whose they are, with what they require near at hand.
    fn demands(&self) -> impl Iterator<Item = Demand<'_>> {
        let mut start = 0;
        self.demands.iter().map(move |&(demand, end)| {
            let requirements = &self.requirements[replace(&mut start, end)..end];
            Demand { requirements, ..demand }
        })
    }
}
