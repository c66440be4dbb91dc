//! How a workload came to its node.

use super::reasons;
use crate::explain::{HowPlaced, Verdict};
use crate::model::{Model, NodeId, Strategy};
use crate::text::escape::{quoted, visible};

/// How a workload came to its node: by record, by hand or by a search.
pub fn placed_by(model: &Model, how: &HowPlaced) -> String {
    match how {
        HowPlaced::Recorded => {
            "`keep` moves only what must move; its node still holds it, so no other node was tried".to_owned()
        }
        HowPlaced::Requested => "it was moved by hand, so no other node was tried".to_owned(),
        HowPlaced::Bound => "it has `stay`: once it is recorded, no other node is tried".to_owned(),
        HowPlaced::Returned => "it was evicted earlier; its last node is tried first, and takes it".to_owned(),
        HowPlaced::Searched { cursor, .. } => search(model, *cursor),
    }
}

/// Order in which the strategy tries nodes.
fn search(model: &Model, cursor: Option<NodeId>) -> String {
    match (model.strategy(), cursor) {
        (Strategy::Prioritized, _) => "prioritized tries nodes in manifest order".to_owned(),
        (Strategy::BinPack, _) => "bin-pack tries the smallest score first, then by name".to_owned(),
        (Strategy::RoundRobin, Some(node)) => {
            format!("round-robin continues after {}, the last node that it used", visible(model.node_name(node)))
        }
        (Strategy::RoundRobin, None) => "round-robin starts with the first node".to_owned(),
    }
}

/// Verdict of a node that the strategy tried.
pub fn verdict(model: &Model, node: NodeId, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Takes => "takes it".to_owned(),
        Verdict::Refuses(all) => reasons(model, node, all),
        Verdict::BreaksSoftRules { aversion, affinity } => {
            let averts = aversion.iter().map(|&(group, other)| match other {
                Some(other) => {
                    let other = visible(model.workload_name(other));
                    format!("shares aversion group {} with {other}", quoted(model.text(group)))
                }
                None => format!("in no domain of aversion group {}", quoted(model.text(group))),
            });
            let away = affinity.iter().map(|&group| format!("away from affinity group {}", quoted(model.text(group))));
            averts.chain(away).collect::<Vec<_>>().join("; ")
        }
    }
}
