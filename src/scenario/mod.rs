//! What-if questions: many plans of edited clusters, from one model and one record.

mod replay;

pub use replay::{Attempt, Edit, Known, Moment, Soft, ahead, given_up};
