//! Where manifests are read and states are kept; it moves bytes and knows no model.
//!
//! `local` keeps them in files and locks of one machine.

mod local;

pub use local::*;
