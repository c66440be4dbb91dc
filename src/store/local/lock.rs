//! The lock of a state, as a type: who holds a [`LockedStore`] is the only writer.
//!
//! The kernel holds the lock on an open file and drops it when the process dies, however it dies, so no lock is ever
//! stale. That only works while everybody locks the same file: it is made once and never removed, and when somebody
//! else removed it the path is opened again. What is written in it is for the message of those who find it locked.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::again::again;
use super::error::{Error, Operation};
use super::gather::same_file;
use super::read::{inspect_link, odd_kind, read};
use super::resolve::{folder_of, resolve};
use super::temporary::remove_stale;

/// How long a waiting writer sleeps between two tries.
const NAP: Duration = Duration::from_millis(20);
/// As much of a lock's content as a message shows.
const MOST_SHOWN: u64 = 200;

/// A state that nobody else writes until this value is dropped.
#[derive(Debug)]
pub struct LockedStore {
    /// The state's path as it was given.
    pub(super) given: PathBuf,
    /// The file at the end of its links.
    pub(super) resolved: PathBuf,
    leftovers: Vec<Error>,
    _lock: File,
}

/// Locks the state at `state`, waiting at most `wait` for another writer to end. `holder` is one line about this
/// process for those who wait meanwhile. What dead writers left is removed.
pub fn lock(state: &Path, holder: &str, wait: Duration) -> Result<LockedStore, Error> {
    let resolved = resolve(state)?;
    let path = lock_path(&resolved);
    let start = Instant::now();
    let held = loop {
        match try_once(&path)? {
            Attempt::Locked(file) => break file,
            Attempt::OpenAgain => {}
            Attempt::Held(_) if start.elapsed() < wait => thread::sleep(NAP.min(wait)),
            Attempt::Held(other) => {
                return Err(Error::Held { state: state.to_owned(), holder: read_holder(other.file) });
            }
        }
    };
    write_holder(&held, holder).map_err(Error::io(Operation::Write, &path))?;
    let leftovers = remove_stale(&resolved);
    Ok(LockedStore { given: state.to_owned(), resolved, leftovers, _lock: held.file })
}

impl LockedStore {
    /// The state's bytes, at most `budget` of them; nothing when there is no state yet.
    pub fn read(&self, budget: u64) -> Result<Option<Vec<u8>>, Error> {
        read(&self.given, budget)
    }

    /// Why files that dead writers left beside the state could not be removed.
    pub fn leftovers(&self) -> &[Error] {
        &self.leftovers
    }
}

/// What came of one try.
enum Attempt {
    Locked(LockFile),
    Held(LockFile),
    /// The path no longer leads to the file that was opened.
    OpenAgain,
}

/// The file that is locked. One of another user may be open for reading only: it can be held without being written.
struct LockFile {
    file: File,
    writable: bool,
}

/// `.<name>.lock` beside a file.
pub(super) fn lock_path(resolved: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(resolved.file_name().unwrap_or_default());
    name.push(".lock");
    folder_of(resolved).join(name)
}

/// Opens and locks, without waiting.
fn try_once(path: &Path) -> Result<Attempt, Error> {
    let Some(lock) = open_lock(path)? else { return Ok(Attempt::OpenAgain) };
    match try_lock(&lock.file) {
        Ok(true) if leads_to(path, &lock.file)? => Ok(Attempt::Locked(lock)),
        Ok(true) => Ok(Attempt::OpenAgain),
        Ok(false) => Ok(Attempt::Held(lock)),
        Err(error) => Err(Error::io(Operation::Lock, path)(error)),
    }
}

/// Whether the lock is ours now.
fn try_lock(file: &File) -> io::Result<bool> {
    again(|| match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    })
}

/// The lock file, made if need be; nothing when it came or went meanwhile. A link is not followed: what it leads to is
/// not ours to write.
fn open_lock(path: &Path) -> Result<Option<LockFile>, Error> {
    let is_there = about_lock(path)?.is_some();
    open_or_make(path, is_there)
}

/// Opens the file that is there, or makes the one that is not.
fn open_or_make(path: &Path, is_there: bool) -> Result<Option<LockFile>, Error> {
    let meanwhile = if is_there { io::ErrorKind::NotFound } else { io::ErrorKind::AlreadyExists };
    let opened = OpenOptions::new().read(true).write(true).create_new(!is_there).open(path);
    let opened = match opened {
        Err(error) if error.kind() == meanwhile => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // The first refusal is the one to report.
            File::open(path).map(|file| LockFile { file, writable: false }).map_err(|_| error)
        }
        opened => opened.map(|file| LockFile { file, writable: true }),
    };
    opened.map(Some).map_err(Error::io(Operation::Open, path))
}

/// What is at the lock's path, which must be a regular file.
fn about_lock(path: &Path) -> Result<Option<Metadata>, Error> {
    let Some(about) = inspect_link(path)? else { return Ok(None) };
    match odd_kind(&about) {
        None => Ok(Some(about)),
        Some(kind) => Err(Error::NotAFile { path: path.to_owned(), kind }),
    }
}

/// Whether the path still leads to the file that is open.
fn leads_to(path: &Path, file: &File) -> Result<bool, Error> {
    let own = again(|| file.metadata()).map_err(Error::io(Operation::Inspect, path))?;
    Ok(about_lock(path)?.is_some_and(|about| same_file(path, &about, path, &own)))
}

/// Leaves word for those who wait.
fn write_holder(lock: &LockFile, holder: &str) -> io::Result<()> {
    if !lock.writable {
        return Ok(());
    }
    lock.file.set_len(0)?;
    (&lock.file).write_all(format!("{holder}\n").as_bytes())
}

/// The first line that the holder left.
fn read_holder(file: File) -> Option<String> {
    let mut bytes = Vec::new();
    file.take(MOST_SHOWN).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_lock_file_that_came_or_went_meanwhile_is_asked_for_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        assert!(open_or_make(&path, true).expect("gone").is_none());
        assert!(open_or_make(&path, false).expect("made").is_some_and(|lock| lock.writable));
        assert!(open_or_make(&path, false).expect("there").is_none());
        assert!(open_or_make(&path, true).expect("opened").is_some_and(|lock| lock.writable));
        // Any other refusal is told.
        assert!(open_or_make(folder.path(), true).is_err());
        assert!(open_or_make(&folder.path().join("gone/lock"), false).is_err());
    }

    #[test]
    fn a_path_leads_to_the_file_that_is_there_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let old = File::create(&path).expect("a file");
        assert!(leads_to(&path, &old).expect("asked"));
        fs::remove_file(&path).expect("removed");
        assert!(!leads_to(&path, &old).expect("asked"));
        let new = File::create(&path).expect("a file");
        assert!(leads_to(&path, &new).expect("asked") && !leads_to(&path, &old).expect("asked"));
    }
}
