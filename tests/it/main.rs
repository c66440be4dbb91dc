//! Tests of the whole, one file a subject.

mod state;
#[cfg(unix)]
mod store;
