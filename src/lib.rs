//! Plan and apply for placement.

pub mod model;
pub mod names;
pub mod quantity;
pub mod score;
