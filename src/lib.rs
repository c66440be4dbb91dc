//! Plan and apply for placement.
