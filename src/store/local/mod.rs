//! Files on the local disk: locates, reads, locks and replaces them.
//!
//! Nothing else in the library opens a file. The store handles bytes only; `manifest` and `state` interpret them.
//!
//! Invariants:
//! - A state is replaced as a whole or not at all, and only under its lock: only a [`LockedStore`] can write one.
//! - Every error names the operation that failed and its path.
//! - No path can hang a reader or exhaust its memory: the file type is checked before a file is opened, and its size is
//!   limited while it is read.

mod error;
mod list_folder;
mod locate;
mod lock;
mod manifest_files;
mod output;
mod read;
mod replace;
mod resolve;
mod retry;
mod temporary;
mod watch_folders;

pub use error::{Error, Kind, Operation};
pub use locate::{find_manifest, state_beside, states_beside};
pub use lock::{LockedStore, lock};
pub use manifest_files::read_manifest;
pub use output::{create_new, write_output};
pub use read::{Input, read, read_input};
pub use replace::Saved;
pub use watch_folders::{WatchFolders, watch_folders};
