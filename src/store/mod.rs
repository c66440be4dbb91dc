//! Reads manifests and keeps states. It moves bytes and does not know what they mean.
//!
//! `local` stores them as files, with locks that hold on one machine.

mod local;

pub use local::{
    Error, Input, Kind, LockedStore, Operation, Saved, WatchFolders, create_new, find_manifest, lock, read, read_input,
    read_manifest, state_beside, states_beside, watch_folders, write_output,
};
