//! Tests of the whole, one file a subject.

mod cli;
mod laws;
mod manifests;
mod state;
#[cfg(unix)]
mod store;
