//! Plan and apply for placement.

pub mod model;
pub mod names;
pub mod place;
pub mod quantity;
pub mod score;
pub mod state;
pub mod store;

mod printable;
