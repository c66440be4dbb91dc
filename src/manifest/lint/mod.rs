//! Warnings about a valid manifest: names that nothing answers to, and what no plan can satisfy.

pub(crate) mod eligible_nodes;
pub(crate) mod impossible;
pub(crate) mod unmatched;
