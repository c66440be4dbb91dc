//! What other tools and people know about running workloads, as records.

pub mod listing;
