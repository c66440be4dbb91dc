//! Nodes that answer alike, nearest miss first.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::explain::answers_by_turn::Answer;
use crate::model::{Model, NodeId};
use crate::quantity::Capacity;
use crate::rules::{Reason, Shortfall};

/// Nodes with the same answer to a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The nodes, in the order in which they are tried.
    pub nodes: Vec<NodeId>,
    /// All that they say, in the order of refusals.
    pub refusals: Vec<Reason>,
    /// How far they are from taking it, where amounts alone are in the way.
    pub miss: Option<Shortfall>,
}

/// All nodes, each in one class.
pub(crate) fn classes(model: &Model, answers: &[Answer]) -> Vec<Class> {
    let mut places = FxHashMap::<_, usize>::default();
    let mut classes = Vec::<Class>::new();
    for answer in answers {
        let key = (answer.refusals.as_slice(), capacities(model, answer), reason(model, answer));
        if let Some(&at) = places.get(&key) {
            classes[at].nodes.push(answer.node);
            continue;
        }
        places.insert(key, classes.len());
        classes.push(Class { nodes: vec![answer.node], refusals: answer.refusals.clone(), miss: answer.shortfall() });
    }
    // Stable: what is equally near stays in the order in which nodes are tried.
    classes.sort_by(compare);
    classes
}

/// The capacities of what is short: nodes that show different ones are not alike.
fn capacities(model: &Model, answer: &Answer) -> Vec<Option<Capacity>> {
    answer.shorts().map(|(resource, ..)| model.offer(answer.node, resource).map(|offer| offer.capacity)).collect()
}

/// Why a node is closed: of that each has its own reason.
fn reason<'m>(model: &'m Model, answer: &Answer) -> Option<&'m str> {
    let reasons = match answer.refusals.first()? {
        Reason::Cordoned => &model.cordons,
        Reason::Drained => &model.drains,
        _ => return None,
    };
    reasons.get(&answer.node).map(String::as_str)
}

fn compare(a: &Class, b: &Class) -> Ordering {
    match (a.nearness(), b.nearness()) {
        (Some(a), Some(b)) => a.compare(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.refusals.len().cmp(&b.refusals.len()).then(b.first().cmp(&a.first())),
    }
}

impl Class {
    /// The miss, where nothing but amounts is in the way.
    pub(crate) fn nearness(&self) -> Option<Shortfall> {
        self.miss.filter(|_| self.refusals.iter().all(|each| matches!(each, Reason::Short { .. })))
    }

    fn first(&self) -> Option<u8> {
        self.refusals.first().map(Reason::precedence)
    }
}
