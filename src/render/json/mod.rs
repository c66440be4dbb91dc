//! Plans, states and explanations for programs: JSON, the same bytes for the same input.

pub(crate) mod apply;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod one_line;
mod parts;
pub(crate) mod plan;
pub(crate) mod show;
