//! Why `watch` plans.

/// Event that makes `watch` plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The start of `watch`.
    Start,
    /// Changed content.
    Change,
    /// SIGHUP.
    Signal,
}

/// Why a plan was made.
#[derive(Clone, Copy, Debug)]
pub struct PlanCause<'a> {
    /// Event that made it.
    pub trigger: Trigger,
    /// Files that changed since the last read.
    pub changed: &'a [String],
}
