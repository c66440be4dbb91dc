//! Word of changed files, from the operating system.
//!
//! A sentry watches folders and calls out when something happened that may matter; who hears it looks at the bytes. It
//! errs on the side of calling: what it cannot make sense of is called out, too.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{EventKind, ModifyKind};
use notify::{ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::store::WatchFolders;

/// What is called when something happened.
type Call = Arc<dyn Fn() + Send + Sync>;

/// A watch on folders that can be set up again.
pub struct FileWatcher {
    call: Call,
    post: Option<Post>,
}

/// One watcher on one set of folders. Another set gets another watcher: notify keeps what it knew of folders that are
/// gone.
struct Post {
    around: Arc<WatchFolders>,
    /// A folder is gone, or word was lost.
    stale: Arc<AtomicBool>,
    _watcher: RecommendedWatcher,
}

/// Why a sentry sees nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchError {
    /// The user has too many watchers already.
    Watchers,
    /// The user watches too many files already.
    Watches,
    /// Something else.
    Other(String),
}

impl FileWatcher {
    /// A sentry without a post.
    pub fn new(call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { call: Arc::new(call), post: None }
    }

    /// Watches these folders from now on. Changes after this call are reported; changes before it have
    /// to be looked for.
    pub fn watch(&mut self, around: WatchFolders) -> Result<(), WatchError> {
        let stays = |post: &Post| *post.around == around && !post.stale.load(Ordering::SeqCst);
        if !self.post.as_ref().is_some_and(stays) {
            // The old post is left when the new one is taken, so nothing passes unseen.
            self.post = Some(Post::take(around, &self.call)?);
        }
        Ok(())
    }
}

impl Post {
    fn take(around: WatchFolders, call: &Call) -> Result<Self, WatchError> {
        let (around, stale) = (Arc::new(around), Arc::new(AtomicBool::new(false)));
        let (call, known, gone) = (Arc::clone(call), Arc::clone(&around), Arc::clone(&stale));
        let hear = move |heard: notify::Result<Event>| {
            let heard = heard.ok();
            if heard.as_ref().is_none_or(|event| ends_a_watch(event, &known)) {
                gone.store(true, Ordering::SeqCst);
            }
            if heard.as_ref().is_none_or(|event| may_matter(event, &known)) {
                call();
            }
        };
        let mut watcher = notify::recommended_watcher(hear).map_err(WatchError::from)?;
        for folder in around.folders() {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                Err(error) if spent(&error.kind) => return Err(WatchError::from(error)),
                // A folder that is gone by now, or that only others may read, is asked for again at the next look.
                Err(_) => stale.store(true, Ordering::SeqCst),
            }
        }
        Ok(Self { around, stale, _watcher: watcher })
    }
}

/// Whether something happened that may be a change of what is waited for. When word was lost, anything may be.
fn may_matter(event: &Event, around: &WatchFolders) -> bool {
    if event.need_rescan() {
        return true;
    }
    let concerns = |path: &PathBuf| around.concerns(path);
    !event.kind.is_access() && (event.paths.is_empty() || event.paths.iter().any(concerns))
}

/// Whether a folder is watched no more, or nobody knows.
fn ends_a_watch(event: &Event, around: &WatchFolders) -> bool {
    let leaves = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    event.need_rescan() || leaves && event.paths.iter().any(|path| around.has(path))
}

/// Whether a limit of the system is reached.
fn spent(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::MaxFilesWatch)
        || matches!(kind, ErrorKind::Io(error) if is_out_of_files(error.raw_os_error()))
}

/// `EMFILE`, which `inotify_init` gives for its own limit, too.
fn is_out_of_files(code: Option<i32>) -> bool {
    cfg!(unix) && code == Some(24)
}

impl From<notify::Error> for WatchError {
    fn from(error: notify::Error) -> Self {
        match error.kind {
            ErrorKind::MaxFilesWatch => Self::Watches,
            ErrorKind::Io(ref cause) if is_out_of_files(cause.raw_os_error()) => Self::Watchers,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Watchers => {
                f.write_str("the system's limit of watchers is reached (`fs.inotify.max_user_instances`)")
            }
            Self::Watches => f.write_str("the system's limit of watches is reached (`fs.inotify.max_user_watches`)"),
            Self::Other(cause) => write!(f, "changes cannot be watched: {cause}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, Flag, RemoveKind};

    use super::*;
    use crate::store::watch_folders;

    #[test]
    fn what_may_matter_is_called_out() {
        let home = tempfile::tempdir().expect("a folder");
        let home = home.path().canonicalize().expect("a path");
        let around = watch_folders(&home, &home.join("x.toml"), None);
        let event = |kind, name: &str| Event::new(kind).add_path(home.join(name));
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        for (event, matters, ends) in [
            (event(EventKind::Create(CreateKind::File), "x.toml"), true, false),
            (event(EventKind::Create(CreateKind::File), "y.toml"), false, false),
            (event(EventKind::Access(AccessKind::Any), "x.toml"), false, false),
            (event(EventKind::Remove(RemoveKind::Folder), ""), true, true),
            (Event::new(EventKind::Any), true, false),
            (lost, true, true),
        ] {
            assert_eq!((may_matter(&event, &around), ends_a_watch(&event, &around)), (matters, ends), "{event:?}");
        }
    }
}
