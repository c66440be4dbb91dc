//! What-if questions: many plans of edited clusters, from one model and one record.

mod replay;

pub use replay::{Attempt, BrokenSoftRules, Edit, KnownPlan, Moment, ahead, broken_soft_rules};
