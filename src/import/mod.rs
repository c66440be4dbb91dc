//! Reads records of running workloads from other tools.

pub mod listing;
