//! Finds the first node, in the strategy's order, that takes a workload.
//!
//! The index skips nodes that cannot fit; `rules` decides whether one that fits may be used. Soft rules are kept for as
//! long as any node keeps them: the search makes a pass for each set of soft rules, from all of them to none.

use crate::model::{Model, NodeId};
use crate::place::Engine;
use crate::place::demand_batch::Ask;
use crate::rules;
use crate::rules::{Demand, Standing};

/// Which soft rules a pass over the nodes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    pub(crate) aversion: bool,
    pub(crate) affinity: bool,
}

/// From both kinds of soft rule to neither: aversion outranks affinity.
const PASSES: [Pass; 4] = [
    Pass { aversion: true, affinity: true },
    Pass { aversion: true, affinity: false },
    Pass { aversion: false, affinity: true },
    Pass { aversion: false, affinity: false },
];

/// The first node in strategy order that takes a workload, soft rules kept as long as any node keeps them.
pub(crate) fn search(model: &Model, engine: &mut Engine, standing: Standing, ask: Ask<'_>) -> Option<NodeId> {
    let demand = &ask.demand;
    let Engine { occupancy: now, order, index, .. } = engine;
    match standing {
        Standing::Bound(home) => return home.filter(|&home| rules::takes(model, now, demand, standing, home)),
        Standing::Returning(last) if rules::takes(model, now, demand, standing, last) => return Some(last),
        Standing::Returning(_) | Standing::Free => {}
    }
    if index.as_ref().is_some_and(|index| index.is_hopeless(demand.table)) {
        return None;
    }
    let found = passes(model, demand).find_map(|pass| {
        let mut takes = |node| {
            rules::takes(model, now, demand, standing, node)
                && (!pass.aversion || rules::keeps_aversion(model, now, demand, node, false))
                && (!pass.affinity || rules::keeps_affinity(model, now, demand, node, false))
        };
        match index {
            None => order.nodes().find(|&node| takes(node)),
            Some(index) => index.first((model, now, order), ask, pass, &mut takes),
        }
    });
    if let (None, Some(index)) = (found, index) {
        index.give_up(demand);
    }
    found
}

/// The passes that apply to a workload: without soft groups of a kind, those that keep that kind say nothing new.
fn passes(model: &Model, demand: &Demand<'_>) -> impl Iterator<Item = Pass> + use<> {
    let averse = demand.aversion_groups.iter().any(|&group| !model.aversion_group(group).hard);
    let affine = demand.affinity_groups.iter().any(|&group| !model.affinity_group(group).hard);
    PASSES.into_iter().filter(move |pass| (averse || !pass.aversion) && (affine || !pass.affinity))
}
