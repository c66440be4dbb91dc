//! Guards: limits on what one apply may change. The manifest sets them; flags override them.

use lighthouse::plan::Plan;

use crate::failure::{Failure, Refusal};
use crate::planning::Basis;

/// Flags that override the manifest's guards; by default none does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Maximum number of moves and evictions.
    pub(crate) max_moves: Option<u64>,
    /// Maximum number of removals.
    pub(crate) max_removes: Option<u64>,
    /// Whether a manifest without nodes or workloads is intended.
    pub(crate) allow_empty: bool,
}

/// Refuses a plan that exceeds a guard.
pub(crate) fn check(basis: &Basis, plan: &Plan<'_>, limits: Limits) -> Result<(), Failure> {
    let (totals, guards) = (&plan.summary, &basis.manifest.model.guards);
    let moves = totals.moved + totals.evict;
    if let Some(max) = exceeded(moves, limits.max_moves.or(guards.max_moves)) {
        let message = format!("{moves} moves and evictions exceed `max_moves`, which allows {max}");
        let help = "`lighthouse apply --max-moves N` raises the limit for this run (with the flags of this call)";
        return Err(Failure::refused(Refusal::MaxMoves, message).help(help));
    }
    if let Some(max) = exceeded(totals.remove, limits.max_removes.or(guards.max_removes)) {
        let message = format!("{} removals exceed `max_removes`, which allows {max}", totals.remove);
        let help = "`lighthouse apply --max-removes N` raises the limit for this run (with the flags of this call)";
        return Err(Failure::refused(Refusal::MaxRemoves, message).help(help));
    }
    if limits.allow_empty { Ok(()) } else { check_not_emptied(basis) }
}

/// Refuses a manifest without nodes or workloads if the state has placements: more often a mistake than an intention.
fn check_not_emptied(basis: &Basis) -> Result<(), Failure> {
    let has_placements = basis.state_file.state.as_ref().is_some_and(|state| !state.record.placements.is_empty());
    let missing = match (basis.manifest.model.nodes().is_empty(), basis.manifest.model.workloads().is_empty()) {
        (true, true) => "nodes and no workloads",
        (true, false) => "nodes",
        (false, true) => "workloads",
        (false, false) => return Ok(()),
    };
    if !has_placements {
        return Ok(());
    }
    let message = format!("the manifest has no {missing}, but the state has placements");
    Err(Failure::refused(Refusal::Empty, message).help("`lighthouse apply --allow-empty` applies it anyway"))
}

/// Returns the limit if the count is over it.
fn exceeded(count: usize, limit: Option<u64>) -> Option<u64> {
    limit.filter(|&max| u64::try_from(count).is_ok_and(|count| count > max))
}
