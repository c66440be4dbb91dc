//! Decides when to plan again: whenever the content of the files changes, not on every file event.
//!
//! An event says that something happened, but not what: editors, Git, Kubernetes and git-sync each change a file in
//! their own way, queues overflow, and a watch on a folder ends with the folder. So an event only says when to read the
//! files. A digest of their bytes decides ([`Content`]). A tick reads them now and then even without an event.
//!
//! [`Protocol`] is the state machine: time and content are passed in, the next step comes out. [`FileWatcher`] delivers
//! events. Reading, planning and writing, and the threads for them, are left to the caller.

mod content;
mod file_watcher;
mod protocol;

pub use content::Content;
pub use file_watcher::{FileWatcher, WatchError};
pub use protocol::{Moment, Next, Notice, Pace, PassResult, Protocol, Removals, Verdict};
