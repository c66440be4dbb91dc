//! Groups nodes that refuse a workload for the same reasons, smallest shortfall first.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::explain::turn::NodeRefusals;
use crate::model::{Model, NodeId};
use crate::quantity::Capacity;
use crate::rules::{Reason, Shortfall};

/// Nodes that refuse a workload for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeClass {
    /// The nodes, in search order.
    pub nodes: Vec<NodeId>,
    /// Their reasons, in order of precedence.
    pub refusals: Vec<Reason>,
    /// Their largest shortfall; `None` if they lack or ward a resource, or no amount is short.
    pub shortfall: Option<Shortfall>,
}

/// Classes of all nodes; each node is in one.
pub(crate) fn classes(model: &Model, answers: &[NodeRefusals]) -> Vec<NodeClass> {
    let mut places = FxHashMap::<_, usize>::default();
    let mut classes = Vec::<NodeClass>::new();
    for answer in answers {
        let key = (answer.refusals.as_slice(), capacities(model, answer), reason(model, answer));
        if let Some(&at) = places.get(&key) {
            classes[at].nodes.push(answer.node);
            continue;
        }
        places.insert(key, classes.len());
        classes.push(NodeClass {
            nodes: vec![answer.node],
            refusals: answer.refusals.clone(),
            shortfall: answer.shortfall(),
        });
    }
    // The sort is stable: equally near classes stay in search order.
    classes.sort_by(compare);
    classes
}

/// Capacities of the resources that are short. Nodes with different capacities are in different classes, as the
/// capacities are shown.
fn capacities(model: &Model, answer: &NodeRefusals) -> Vec<Option<Capacity>> {
    answer.shorts().map(|(resource, ..)| model.offer(answer.node, resource).map(|offer| offer.capacity)).collect()
}

/// Reason that the manifest gives for cordoning or draining the node.
fn reason<'m>(model: &'m Model, answer: &NodeRefusals) -> Option<&'m str> {
    let reasons = match answer.refusals.first()? {
        Reason::Cordoned => &model.cordons,
        Reason::Drained => &model.drains,
        _ => return None,
    };
    reasons.get(&answer.node).map(String::as_str)
}

fn compare(a: &NodeClass, b: &NodeClass) -> Ordering {
    match (a.nearness(), b.nearness()) {
        (Some(a), Some(b)) => a.compare(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.refusals.len().cmp(&b.refusals.len()).then(b.first().cmp(&a.first())),
    }
}

impl NodeClass {
    /// The shortfall, if nothing but amounts is in the way.
    pub(crate) fn nearness(&self) -> Option<Shortfall> {
        self.shortfall.filter(|_| self.refusals.iter().all(|each| matches!(each, Reason::Short { .. })))
    }

    fn first(&self) -> Option<u8> {
        self.refusals.first().map(Reason::precedence)
    }
}
