//! Plans, states and explanations for people: aligned, and coloured on a terminal.

pub(crate) mod explain;
pub(crate) mod plan;
pub(crate) mod rows;
pub(crate) mod show;
pub(crate) mod unplaced;
pub(crate) mod watch;
