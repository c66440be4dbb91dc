//! What-if questions: replays a plan with one change, starting from one model and one record.

mod replay;

pub use replay::{Attempt, BrokenSoftRules, Edit, KnownPlan, Moment, ahead, broken_soft_rules};
