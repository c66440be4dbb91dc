//! Tests of the whole, one file a subject.

mod cli;
mod examples;
mod hostile;
mod laws;
mod manifests;
mod program;
mod readme;
mod schema;
mod state;
#[cfg(unix)]
mod store;
mod tidy;
