//! What would help: changes found by arithmetic on what is free, and kept only when planning them places the workload.
//!
//! Finding is cheap and may be wrong: added room can draw others there, a move can open a place for whoever is tried
//! before. So every change is planned. Plans are what costs here, so there are at most [`ROUNDS`] for each kind of
//! change, the kinds side by side on two threads.

use std::collections::VecDeque;

use crate::explain::Case;
use crate::explain::answers_by_turn::{Answer, Turn};
use crate::explain::remedy::{Remedy, Trial, Way, tried};
use crate::explain::remedy::{amounts, moves};
use crate::parallel::both;
use crate::rules::Reason;

/// So often a kind of change is planned at most.
const ROUNDS: usize = 3;

/// One kind of change: what is still to be tried, and what has been found.
struct Kind {
    candidates: VecDeque<Remedy>,
    /// It takes the place of others only while no way is known that does not.
    found: Option<Way>,
}

impl Kind {
    fn new(candidates: Vec<Remedy>) -> Self {
        Self { candidates: candidates.into(), found: None }
    }

    /// The next change to plan, with how many places of others it may take: fewer than one of its kind, and no more
    /// than the cheapest of another.
    fn next(&mut self, turn: &Turn<'_>, cheapest: Option<usize>) -> Option<(Remedy, usize)> {
        let fewer = self.found.as_ref().map(|way| way.displaced.len().checked_sub(1));
        let most = fewer.unwrap_or(Some(usize::MAX))?;
        let remedy = self.candidates.pop_front()?;
        // To take the place of another is a choice, and a way only where there is no other.
        let cheapest = cheapest.map(|places| if remedy.only_prefers(turn.workload) { 0 } else { places });
        Some((remedy, cheapest.map_or(most, |places| most.min(places))))
    }

    fn learn(&mut self, case: Case<'_>, turn: &Turn<'_>, remedy: &Remedy, trial: Trial) {
        match trial {
            Trial::Way(way) => self.found = Some(way),
            Trial::Failed(engine) => {
                if let Some(larger) = amounts::grown(case, turn, remedy, &engine) {
                    self.candidates.push_front(larger);
                }
            }
            Trial::Void => {}
        }
    }
}

/// The smallest change of each kind that places the workload, of those that take as few places of others as can be.
pub(crate) fn ways(case: Case<'_>, turn: &Turn<'_>) -> Vec<Way> {
    let edits = [
        amounts::smaller(case, turn),
        amounts::immune(turn),
        opened(turn),
        amounts::larger(case, turn),
        amounts::added(turn),
    ];
    let edits = found(case, turn, edits, None);
    let cheapest = edits.iter().flatten().map(|way| way.displaced.len()).min();
    let others = [moves::candidates(case, turn), preferred(case, turn)];
    let [moves, preferences] = found(case, turn, others, cheapest);
    let ways = std::iter::once(moves).chain(edits).chain([preferences]).flatten();
    let mut ways = ways.collect::<Vec<_>>();
    let is_choice = |way: &Way| !way.displaced.is_empty() && way.remedy.only_prefers(turn.workload);
    if !ways.iter().all(is_choice) {
        ways.retain(|way| !is_choice(way));
    }
    ways.sort_by_key(|way| way.displaced.len());
    ways
}

/// What places the workload of each kind of change.
fn found<const N: usize>(
    case: Case<'_>,
    turn: &Turn<'_>,
    candidates: [Vec<Remedy>; N],
    cheapest: Option<usize>,
) -> [Option<Way>; N] {
    let mut kinds = candidates.map(Kind::new);
    for _ in 0..ROUNDS {
        let next = kinds.iter_mut().filter_map(|kind| Some((kind.next(turn, cheapest)?, kind)));
        let (tasks, kinds): (Vec<_>, Vec<_>) = next.unzip();
        let trials = all_tried(case, turn, &tasks);
        for (((remedy, _), kind), trial) in tasks.iter().zip(kinds).zip(trials) {
            kind.learn(case, turn, remedy, trial);
        }
    }
    kinds.map(|kind| kind.found)
}

/// Nodes that would take the workload if one line did not close them.
fn opened(turn: &Turn<'_>) -> Vec<Remedy> {
    let is_closed = |each: &&Answer| matches!(each.refusals[..], [Reason::Cordoned | Reason::Drained]);
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
fn all_tried(case: Case<'_>, turn: &Turn<'_>, tasks: &[(Remedy, usize)]) -> Vec<Trial> {
    let each = |tasks: &[(Remedy, usize)]| {
        tasks.iter().map(|(remedy, most)| tried(case, turn, remedy, *most)).collect::<Vec<_>>()
    };
    let (some, others) = tasks.split_at(tasks.len() / 2);
    if some.is_empty() {
        return each(others);
    }
    let (mut trials, rest) = both(|| each(some), || each(others));
    trials.extend(rest);
    trials
}
