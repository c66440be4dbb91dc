//! Searches for remedies: proposes changes by arithmetic on free amounts and keeps those that a plan confirms.
//!
//! A proposal may be wrong, as other workloads may take the room that it makes; so each is planned. Planning is the
//! expensive part: each kind of change has at most [`ROUNDS`] plans, and the kinds are planned on two threads.

use std::collections::VecDeque;

use crate::explain::Context;
use crate::explain::remedy::{Remedy, Trial, VerifiedRemedy, tried};
use crate::explain::remedy::{amounts, moves};
use crate::explain::turn::{NodeRefusals, Turn};
use crate::parallel::both;
use crate::rules::Reason;

/// Maximum number of plans for one kind of change.
const ROUNDS: usize = 3;

/// One kind of change: candidates that are still to be planned, and the best remedy found.
struct Kind {
    candidates: VecDeque<Remedy>,
    /// It takes the place of others only while no way is known that does not.
    found: Option<VerifiedRemedy>,
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

    fn learn(&mut self, context: Context<'_>, turn: &Turn<'_>, remedy: &Remedy, trial: Trial) {
        match trial {
            Trial::Works(way) => self.found = Some(way),
            Trial::Failed(engine) => {
                if let Some(larger) = amounts::grown(context, turn, remedy, &engine) {
                    self.candidates.push_front(larger);
                }
            }
            Trial::Impossible => {}
        }
    }
}

/// The smallest change of each kind that places the workload, of those that take as few places of others as can be.
pub(crate) fn remedies(context: Context<'_>, turn: &Turn<'_>) -> Vec<VerifiedRemedy> {
    let edits = [
        amounts::smaller(context, turn),
        amounts::immune(turn),
        opened(turn),
        amounts::larger(context, turn),
        amounts::added(turn),
    ];
    let edits = found(context, turn, edits, None);
    let cheapest = edits.iter().flatten().map(|way| way.displaced.len()).min();
    let others = [moves::candidates(context, turn), preferred(context, turn)];
    let [moves, preferences] = found(context, turn, others, cheapest);
    let remedies = std::iter::once(moves).chain(edits).chain([preferences]).flatten();
    let mut remedies = remedies.collect::<Vec<_>>();
    let is_choice = |way: &VerifiedRemedy| !way.displaced.is_empty() && way.remedy.only_prefers(turn.workload);
    if !remedies.iter().all(is_choice) {
        remedies.retain(|way| !is_choice(way));
    }
    remedies.sort_by_key(|way| way.displaced.len());
    remedies
}

/// What places the workload of each kind of change.
fn found<const N: usize>(
    context: Context<'_>,
    turn: &Turn<'_>,
    candidates: [Vec<Remedy>; N],
    cheapest: Option<usize>,
) -> [Option<VerifiedRemedy>; N] {
    let mut kinds = candidates.map(Kind::new);
    for _ in 0..ROUNDS {
        let next = kinds.iter_mut().filter_map(|kind| Some((kind.next(turn, cheapest)?, kind)));
        let (tasks, kinds): (Vec<_>, Vec<_>) = next.unzip();
        let trials = all_tried(context, turn, &tasks);
        for (((remedy, _), kind), trial) in tasks.iter().zip(kinds).zip(trials) {
            kind.learn(context, turn, remedy, trial);
        }
    }
    kinds.map(|kind| kind.found)
}

/// Nodes that would take the workload if one line did not close them.
fn opened(turn: &Turn<'_>) -> Vec<Remedy> {
    let is_closed = |each: &&NodeRefusals| matches!(each.refusals[..], [Reason::Cordoned | Reason::Drained]);
    let mut closed = turn.before.iter().filter(is_closed).map(|answer| answer.node).collect::<Vec<_>>();
    closed.retain(|node| !turn.model.cordons.contains_key(node) || !turn.model.drains.contains_key(node));
    closed.into_iter().map(Remedy::Open).collect()
}

/// The priority that puts the workload before all others, where some are not held by the record.
fn preferred(context: Context<'_>, turn: &Turn<'_>) -> Vec<Remedy> {
    let tried = context.plan.outcome.standings.iter().filter(|&&(each, _)| each != turn.workload);
    let highest = tried.map(|&(each, _)| turn.model.workload_table(each).priority).max();
    let before = highest.and_then(|highest| highest.checked_add(1));
    before.filter(|&before| before > turn.table().priority).map(Remedy::Priority).into_iter().collect()
}

/// Plans all of these: what comes of each depends on nothing but itself.
fn all_tried(context: Context<'_>, turn: &Turn<'_>, tasks: &[(Remedy, usize)]) -> Vec<Trial> {
    let each = |tasks: &[(Remedy, usize)]| {
        tasks.iter().map(|(remedy, most)| tried(context, turn, remedy, *most)).collect::<Vec<_>>()
    };
    let (some, others) = tasks.split_at(tasks.len() / 2);
    if some.is_empty() {
        return each(others);
    }
    let (mut trials, rest) = both(|| each(some), || each(others));
    trials.extend(rest);
    trials
}
