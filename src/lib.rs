//! Plan and apply for placement.

pub mod check;
pub mod model;
pub mod names;
pub mod place;
pub mod plan;
pub mod quantity;
pub mod score;
