//! Reads manifests, and reads and replaces states, as bytes: their meaning belongs to other modules.
//!
//! `local` stores them as files, with locks that work on one machine.

mod local;

pub use local::{
    Error, Input, Kind, LockedStore, Operation, Saved, WatchFolders, create_new, find_manifest, lock, read, read_input,
    read_manifest, state_beside, states_beside, watch_folders, write_output,
};
