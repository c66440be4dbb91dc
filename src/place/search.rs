//! Finds the first node, in the strategy's order, that takes a workload.
//!
//! The index skips nodes that cannot fit; `rules` decides whether one that fits may be used. Soft rules hold as long as
//! any node keeps them: the search makes a pass for each set of soft rules, from all of them to none.

use crate::model::{Model, NodeId};
use crate::place::Engine;
use crate::place::engine::Cluster;
use crate::place::index::block::Level;
use crate::rules;
use crate::rules::{Demand, Standing};

/// Soft rules that a pass over the nodes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) aversion: bool,
    pub(crate) affinity: bool,
}

/// All passes, from both kinds of soft rule to neither: aversion outranks affinity.
const PASSES: [Pass; 4] = [
    Pass { aversion: true, affinity: true },
    Pass { aversion: true, affinity: false },
    Pass { aversion: false, affinity: true },
    Pass { aversion: false, affinity: false },
];

/// Returns the first node in strategy order that takes a workload; `needs` are the levels that its demand needs in the
/// common columns of the index.
pub(crate) fn first_node(
    model: &Model,
    engine: &mut Engine,
    demand: &Demand<'_>,
    needs: &[Level],
    standing: Standing,
) -> Option<NodeId> {
    let Engine { occupancy, order, index, .. } = engine;
    let takes = |node| rules::takes(model, occupancy, demand, standing, node);
    match standing {
        Standing::Bound(home) => return home.filter(|&home| takes(home)),
        Standing::Returning(last) if takes(last) => return Some(last),
        Standing::Returning(_) | Standing::Free => {}
    }
    if index.as_ref().is_some_and(|index| index.is_unplaceable(demand.table)) {
        return None;
    }
    let found = passes(model, demand).find_map(|pass| {
        let mut takes = |node| {
            takes(node)
                && (!pass.aversion || rules::aversion_groups_allow(model, occupancy, demand, node, false))
                && (!pass.affinity || rules::affinity_groups_allow(model, occupancy, demand, node, false))
        };
        match index {
            None => order.nodes().find(|&node| takes(node)),
            Some(index) => index.first(Cluster { model, occupancy, order }, demand, needs, pass, &mut takes),
        }
    });
    if let (None, Some(index)) = (found, index) {
        index.mark_unplaceable(demand);
    }
    found
}

/// Returns the passes that differ for a workload: without soft groups of a kind, keeping that kind changes nothing.
fn passes(model: &Model, demand: &Demand<'_>) -> impl Iterator<Item = Pass> + use<> {
    let averse = demand.aversion_groups.iter().any(|&group| !model.aversion_group(group).hard);
    let affine = demand.affinity_groups.iter().any(|&group| !model.affinity_group(group).hard);
    PASSES.into_iter().filter(move |pass| (averse || !pass.aversion) && (affine || !pass.affinity))
}
