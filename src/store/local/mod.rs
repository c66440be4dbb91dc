//! The disk: find, read, lock, replace.
//!
//! Nothing else in the library opens a file. The store moves bytes and knows no model: what they mean is the business
//! of `manifest` and `state`.
//!
//! Three promises are kept here. A state is replaced as a whole or not at all, and only by the one who holds the lock,
//! which is why only a [`LockedStore`] can write one. A call that fails says which operation failed on which path. And
//! nothing that is given as a file can hang a reader or fill its memory: the kind is asked before a file is opened, the
//! size while it is read.

mod again;
mod error;
mod find;
mod gather;
mod list;
mod lock;
mod output;
mod read;
mod replace;
mod resolve;
mod temporary;
mod watch_folders;

pub use error::{Error, Kind, Operation};
pub use find::{find_manifest, state_beside, states_beside};
pub use gather::read_manifest;
pub use lock::{LockedStore, lock};
pub use output::{create_new, write_output};
pub use read::{Input, read, read_input};
pub use replace::Saved;
pub use watch_folders::{WatchFolders, watch_folders};
