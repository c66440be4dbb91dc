//! Explains why a workload is unplaced: the reasons of every node, the workloads that use what is short, and remedies.

use crate::bounds::{Proof, proofs};
use crate::explain::Context;
use crate::explain::nearest::{Holders, Nearest, holders, nearest};
use crate::explain::node_class::{NodeClass, classes};
use crate::explain::remedy::VerifiedRemedy;
use crate::explain::remedy::search;
use crate::explain::turn::Turn;
use crate::model::WorkloadId;
use crate::place::Unplaced;
use crate::rules::closed;

/// Answer about an unplaced workload.
#[derive(Clone, Debug)]
pub struct UnplacedAnswer {
    /// The workload.
    pub workload: WorkloadId,
    /// Summary in the plan: reasons with the number of nodes.
    pub counted: Unplaced,
    /// Node that comes nearest by amounts.
    pub nearest: Option<Nearest>,
    /// All nodes, grouped by their reasons, smallest shortfall first.
    pub classes: Vec<NodeClass>,
    /// Workloads that use what the first class is short of, largest first.
    pub holders: Option<Holders>,
    /// Proofs that it cannot be placed in any order.
    pub proofs: Vec<Proof>,
    /// Remedies that would place it; each was verified by planning.
    pub remedies: Vec<VerifiedRemedy>,
}

/// Explains why a workload is unplaced; `None` if it is placed.
pub fn unplaced(context: Context<'_>, workload: WorkloadId) -> Option<UnplacedAnswer> {
    let (plan, model) = (context.plan, context.plan.model);
    let counted = plan.unplaced.iter().find(|each| each.workload == workload)?.clone();
    let standing = plan.outcome.standing(workload)?;
    let turn = Turn::new(context, workload, standing);
    let classes = classes(model, &turn.after_all);
    let shortfall = classes.first().and_then(|class| class.shortfall);
    Some(UnplacedAnswer {
        workload,
        nearest: nearest(plan, &counted),
        counted,
        holders: shortfall.map(|shortfall| holders(plan, &shortfall)),
        classes,
        proofs: proofs(model, workload, |node| closed(model, standing, node)),
        remedies: search::remedies(context, &turn),
    })
}
