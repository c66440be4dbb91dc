//! Domains in which groups count their members.

use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeId};

/// Domain of a group: one node, or all nodes with the same value of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// One node.
    Node(NodeId),
    /// The nodes whose label has this value.
    Value(Symbol),
}

impl Domain {
    /// Domain of a node for a group that counts over this label; `None` if the node lacks the label.
    pub fn of(model: &Model, node: NodeId, over: Option<Symbol>) -> Option<Self> {
        match over {
            None => Some(Self::Node(node)),
            Some(label) if model.text(label) == NAME_LABEL => Some(Self::Node(node)),
            Some(label) => {
                let labels = &model.node_table(node).labels;
                labels.iter().find(|(key, _)| *key == label).map(|(_, value)| Self::Value(*value))
            }
        }
    }

    /// Name of the node, or value of the label.
    pub fn name(self, model: &Model) -> &str {
        match self {
            Self::Node(node) => model.node_name(node),
            Self::Value(value) => model.text(value),
        }
    }
}
