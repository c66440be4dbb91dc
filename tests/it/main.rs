//! Tests of the whole, one file a subject.

mod cli;
mod examples;
mod manifests;
mod program;
mod schema;
mod state;
#[cfg(unix)]
mod store;
