//! Warnings about a valid manifest: names that match nothing, and rules that no plan can satisfy.

pub(crate) mod eligible_nodes;
pub(crate) mod impossible;
pub(crate) mod unmatched;
