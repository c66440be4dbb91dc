//! What would help: changes found by arithmetic on what is free, and kept only when planning them places the workload.
//!
//! Finding is cheap and may be wrong: added room can draw others there, a move can open a place for whoever is tried
//! before. So every change is planned. Plans are what costs here, so there are at most [`ROUNDS`] for each kind of
//! change, the kinds side by side on two threads.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::thread;

use super::Case;
use super::remedy::{Remedy, Trial, Way, tried};
use super::turn::Turn;
use super::{amounts, moves};
use crate::model::WorkloadId;

/// So often a kind of change is planned at most.
const ROUNDS: usize = 3;

/// One kind of change: what is still to be tried, and what has been found.
struct Kind {
    candidates: VecDeque<Remedy>,
    /// It takes the place of others only while no way is known that does not.
    found: Option<Way>,
}

impl Kind {
    fn is_open(&self) -> bool {
        self.found.as_ref().is_none_or(|way| !way.displaced.is_empty())
    }

    fn learn(&mut self, case: Case<'_>, workload: WorkloadId, remedy: &Remedy, trial: Trial) {
        match trial {
            Trial::Way(way) => {
                if self.found.as_ref().is_none_or(|found| way.displaced.len() < found.displaced.len()) {
                    self.found = Some(way);
                }
            }
            Trial::Failed(outcome) => {
                if let Some(larger) = amounts::grown(case.plan.model, workload, remedy, &outcome) {
                    self.candidates.push_front(larger);
                }
            }
            Trial::Void => {}
        }
    }
}

/// The smallest change of each kind that places the workload; those first that take nobody's place.
pub(super) fn ways(case: Case<'_>, turn: &Turn<'_>) -> Vec<Way> {
    let kinds = [
        moves::candidates(case, turn),
        amounts::smaller(turn),
        amounts::immune(turn),
        amounts::larger(case, turn),
        amounts::added(turn),
    ];
    let mut kinds = kinds.map(|candidates| Kind { candidates: candidates.into(), found: None });
    for _ in 0..ROUNDS {
        let open = kinds.iter_mut().filter(|kind| kind.is_open());
        let tasks = open.filter_map(|kind| Some((kind.candidates.pop_front()?, kind))).collect::<Vec<_>>();
        let remedies = tasks.iter().map(|(remedy, _)| remedy.clone()).collect::<Vec<_>>();
        let trials = all_tried(case, turn.workload, &remedies);
        for ((remedy, kind), trial) in tasks.into_iter().zip(trials) {
            kind.learn(case, turn.workload, &remedy, trial);
        }
    }
    let mut ways = kinds.into_iter().filter_map(|kind| kind.found).collect::<Vec<_>>();
    ways.sort_by_key(|way| way.displaced.len());
    ways
}

/// Plans all of these: what comes of each depends on nothing but itself.
fn all_tried(case: Case<'_>, workload: WorkloadId, remedies: &[Remedy]) -> Vec<Trial> {
    let (some, others) = remedies.split_at(remedies.len() / 2);
    let each = |remedies: &[Remedy]| remedies.iter().map(|remedy| tried(case, workload, remedy)).collect::<Vec<_>>();
    thread::scope(|scope| {
        let helper = scope.spawn(|| each(some));
        let rest = each(others);
        let mut trials = helper.join().unwrap_or_else(|panic| resume_unwind(panic));
        trials.extend(rest);
        trials
    })
}
