//! What one apply may change: guards of the manifest, which flags override.

use lighthouse::plan::Plan;

use crate::failure::{Failure, Refusal};
use crate::planning::Basis;

/// What flags say of them; nothing, by default.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// The most moves and evictions, whatever the manifest's guard says.
    pub(crate) moves: Option<u64>,
    /// The most removals, whatever the manifest's guard says.
    pub(crate) removes: Option<u64>,
    /// A manifest without nodes or workloads is meant.
    pub(crate) empty: bool,
}

/// Refuses a plan that goes beyond a guard.
pub(crate) fn check(basis: &Basis, plan: &Plan<'_>, limits: Limits) -> Result<(), Failure> {
    let (totals, guards) = (&plan.summary, &basis.manifest.model.guards);
    let moves = totals.moved + totals.evict;
    if let Some(most) = beyond(moves, limits.moves.or(guards.max_moves)) {
        let message = format!("{moves} moves and evictions are more than the {most} that `max_moves` allows");
        return Err(
            Failure::refused(Refusal::MaxMoves, message).help("`lighthouse apply --max-moves N` allows N this once")
        );
    }
    if let Some(most) = beyond(totals.remove, limits.removes.or(guards.max_removes)) {
        let message = format!("{} removals are more than the {most} that `max_removes` allows", totals.remove);
        return Err(Failure::refused(Refusal::MaxRemoves, message)
            .help("`lighthouse apply --max-removes N` allows N this once"));
    }
    if limits.empty { Ok(()) } else { not_emptied(basis) }
}

/// A manifest without nodes or workloads is a slip more often than a wish.
fn not_emptied(basis: &Basis) -> Result<(), Failure> {
    let has_placements = basis.recorded.state.as_ref().is_some_and(|state| !state.record.placements.is_empty());
    let missing = match (basis.manifest.model.nodes().is_empty(), basis.manifest.model.workloads().is_empty()) {
        (true, true) => "nodes and workloads",
        (true, false) => "nodes",
        (false, true) => "workloads",
        (false, false) => return Ok(()),
    };
    if !has_placements {
        return Ok(());
    }
    let message = format!("the manifest has no {missing}, and the state has placements");
    Err(Failure::refused(Refusal::Empty, message).help("`lighthouse apply --allow-empty` applies it all the same"))
}

fn beyond(count: usize, most: Option<u64>) -> Option<u64> {
    most.filter(|&most| u64::try_from(count).is_ok_and(|count| count > most))
}
