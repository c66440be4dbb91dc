//! Plan and apply for placement.

pub mod check;
pub mod diagnostic;
pub mod escape;
pub mod explain;
pub mod manifest;
pub mod model;
pub mod names;
pub mod place;
pub mod plan;
pub mod quantity;
pub mod render;
pub mod score;
pub mod source;
pub mod state;
pub mod store;
pub mod suggestion;
