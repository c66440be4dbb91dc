//! Plan and apply for placement.

pub mod diagnostic;
pub mod escape;
pub mod manifest;
pub mod model;
pub mod names;
pub mod quantity;
pub mod score;
pub mod source;
