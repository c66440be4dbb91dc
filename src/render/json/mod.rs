//! JSON output for programs: plans, states, explanations and watch events.

pub(crate) mod apply;
pub(crate) mod explain;
pub(crate) mod findings;
pub(crate) mod one_line;
pub(crate) mod plan;
pub(crate) mod show;
pub(crate) mod watch;
