//! Tests of the whole, one file a subject.

mod cli;
mod state;
#[cfg(unix)]
mod store;
