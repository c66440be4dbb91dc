//! Tests of the whole, one file a subject.

#[cfg(unix)]
mod store;
