//! Why a workload has no place: what every node says, who holds what is scarce, and what would help.

use crate::bounds::{Proof, proofs};
use crate::explain::Case;
use crate::explain::answers_by_turn::Turn;
use crate::explain::nearest::{Holders, Nearest, holders, nearest};
use crate::explain::node_class::{Class, classes};
use crate::explain::remedy::Way;
use crate::explain::remedy::search;
use crate::model::WorkloadId;
use crate::place::Unplaced;
use crate::rules::closed;

/// Why a workload has no place.
#[derive(Clone, Debug)]
pub struct UnplacedAnswer {
    /// The workload.
    pub workload: WorkloadId,
    /// What the plan says of it.
    pub counted: Unplaced,
    /// The node that comes nearest by amounts.
    pub nearest: Option<Nearest>,
    /// All nodes, in classes that answer alike, the nearest miss first.
    pub classes: Vec<Class>,
    /// Who has what the first of the classes is short of, the largest first.
    pub holders: Option<Holders>,
    /// What cannot be whatever the order.
    pub proofs: Vec<Proof>,
    /// What would place it: each was planned.
    pub ways: Vec<Way>,
}

/// Explains why a workload has no place; `None` when it has one.
pub fn unplaced(case: Case<'_>, workload: WorkloadId) -> Option<UnplacedAnswer> {
    let (plan, model) = (case.plan, case.plan.model);
    let counted = plan.unplaced.iter().find(|each| each.workload == workload)?.clone();
    let standing = plan.outcome.standing(workload)?;
    let turn = Turn::new(case, workload, standing);
    let classes = classes(model, &turn.now);
    let miss = classes.first().and_then(|class| class.miss);
    Some(UnplacedAnswer {
        workload,
        nearest: nearest(plan, &counted),
        counted,
        holders: miss.map(|miss| holders(plan, &miss)),
        classes,
        proofs: proofs(model, workload, |node| closed(model, standing, node)),
        ways: search::ways(case, &turn),
    })
}
