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
use super::turn::{Answer, Turn};
use super::{amounts, moves};
use crate::model::WorkloadId;
use crate::place::Refusal;

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

/// The smallest change of each kind that places the workload, of those that take as few places of others as can be.
pub(super) fn ways(case: Case<'_>, turn: &Turn<'_>) -> Vec<Way> {
    let kinds = [
        moves::candidates(case, turn),
        amounts::smaller(case, turn),
        amounts::immune(turn),
        opened(turn),
        amounts::larger(case, turn),
        amounts::added(turn),
        preferred(case, turn),
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
    // To take the place of another is a choice, and a way only where there is no other.
    let is_choice = |way: &Way| !way.displaced.is_empty() && way.remedy.only_prefers(turn.workload);
    if !ways.iter().all(is_choice) {
        ways.retain(|way| !is_choice(way));
    }
    ways.sort_by_key(|way| way.displaced.len());
    ways
}

/// Nodes that would take the workload if one line did not close them.
fn opened(turn: &Turn<'_>) -> Vec<Remedy> {
    let is_closed = |each: &&Answer| matches!(each.refusals[..], [Refusal::Cordoned | Refusal::Drained]);
    let mut closed = turn.then.iter().filter(is_closed).map(|answer| answer.node).collect::<Vec<_>>();
    closed.retain(|node| !turn.model.cordons.contains_key(node) || !turn.model.drains.contains_key(node));
    closed.into_iter().map(Remedy::Open).collect()
}

/// The priority that puts the workload before all others, where some are not held by the record.
fn preferred(case: Case<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    let tried = case.plan.outcome.standings.iter().filter(|&&(each, _)| each != turn.workload);
    let highest = tried.map(|&(each, _)| turn.model.workload_table(each).priority).max();
    let before = highest.and_then(|highest| highest.checked_add(1));
    before.filter(|&before| before > turn.table().priority).map(Remedy::Priority).into_iter().collect()
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
