//! The lock of a state: only the holder of a [`LockedStore`] can write the state.
//!
//! The kernel releases the lock when the process ends for any reason, so a lock is never stale. This requires that all
//! writers lock the same file: the lock file is created once and never removed. If another program has removed it,
//! the path is opened again. The content of the file describes the holder, for the error message of other writers.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{Error, Operation};
use super::manifest_files::same_file;
use super::read::{inspect_link, irregular_kind, read};
use super::resolve::{folder_of, resolve};
use super::retry::retry_interrupted;
use super::temporary::remove_stale;

/// Interval between attempts to take the lock.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);
/// Maximum length of a holder's description in a message, in bytes.
const MAX_HOLDER_BYTES: u64 = 200;

/// State that is locked against other writers until this value is dropped.
#[derive(Debug)]
pub struct LockedStore {
    /// Path of the state as given.
    pub(super) given: PathBuf,
    /// Target of the links at the path.
    pub(super) resolved: PathBuf,
    leftovers: Vec<Error>,
    _lock: File,
}

/// Locks the state at `state`; waits at most `wait` for another writer to finish. `holder` is one line that describes
/// this process to other writers. Removes temporary files that dead writers left behind.
pub fn lock(state: &Path, holder: &str, wait: Duration) -> Result<LockedStore, Error> {
    let resolved = resolve(state)?;
    let path = lock_path(&resolved);
    let start = Instant::now();
    let held = loop {
        match attempt(&path)? {
            Attempt::Locked(file) => break file,
            Attempt::Reopen => {}
            Attempt::Held(_) if start.elapsed() < wait => thread::sleep(RETRY_INTERVAL.min(wait)),
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
    /// Reads the state, which may have at most `budget` bytes. Returns `None` if there is no state yet.
    pub fn read(&self, budget: u64) -> Result<Option<Vec<u8>>, Error> {
        read(&self.given, budget)
    }

    /// Returns the errors from removing the temporary files of dead writers.
    pub fn leftovers(&self) -> &[Error] {
        &self.leftovers
    }
}

/// Result of one attempt to take the lock.
enum Attempt {
    Locked(LockFile),
    Held(LockFile),
    /// The path no longer leads to the file that was opened.
    Reopen,
}

/// Open lock file. One that belongs to another user may be open for reading only: that is enough to lock it.
struct LockFile {
    file: File,
    writable: bool,
}

/// Returns the path of the lock file: `.<name>.lock` beside the state.
pub(super) fn lock_path(resolved: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(resolved.file_name().unwrap_or_default());
    name.push(".lock");
    folder_of(resolved).join(name)
}

/// Opens the lock file and tries to lock it, without waiting.
fn attempt(path: &Path) -> Result<Attempt, Error> {
    let Some(lock) = open_lock(path)? else { return Ok(Attempt::Reopen) };
    match try_lock(&lock.file) {
        Ok(true) if is_still_at(path, &lock.file)? => Ok(Attempt::Locked(lock)),
        Ok(true) => Ok(Attempt::Reopen),
        Ok(false) => Ok(Attempt::Held(lock)),
        Err(error) => Err(Error::io(Operation::Lock, path)(error)),
    }
}

/// Tries to take the lock, and returns whether it was free.
fn try_lock(file: &File) -> io::Result<bool> {
    retry_interrupted(|| match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    })
}

/// Opens the lock file, and creates it if necessary. Returns `None` if it appeared or disappeared meanwhile. A link is
/// an error: its target may be an unrelated file.
fn open_lock(path: &Path) -> Result<Option<LockFile>, Error> {
    let exists = inspect_lock(path)?.is_some();
    open_or_create(path, exists)
}

/// Opens an existing file, or creates a missing one.
fn open_or_create(path: &Path, exists: bool) -> Result<Option<LockFile>, Error> {
    let lost_race = if exists { io::ErrorKind::NotFound } else { io::ErrorKind::AlreadyExists };
    let opened = OpenOptions::new().read(true).write(true).create_new(!exists).open(path);
    let opened = match opened {
        Err(error) if error.kind() == lost_race => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // If reading is denied, too, the first error is the one to report.
            File::open(path).map(|file| LockFile { file, writable: false }).map_err(|_| error)
        }
        opened => opened.map(|file| LockFile { file, writable: true }),
    };
    opened.map(Some).map_err(Error::io(Operation::Open, path))
}

/// Returns the metadata of the lock file, which must be a regular file.
fn inspect_lock(path: &Path) -> Result<Option<Metadata>, Error> {
    let Some(metadata) = inspect_link(path)? else { return Ok(None) };
    match irregular_kind(&metadata) {
        None => Ok(Some(metadata)),
        Some(kind) => Err(Error::NotAFile { path: path.to_owned(), kind }),
    }
}

/// Returns whether the open file is still the one at the path.
fn is_still_at(path: &Path, file: &File) -> Result<bool, Error> {
    let own = retry_interrupted(|| file.metadata()).map_err(Error::io(Operation::Inspect, path))?;
    Ok(inspect_lock(path)?.is_some_and(|metadata| same_file(path, &metadata, path, &own)))
}

/// Writes the description of the holder, for the messages of other writers.
fn write_holder(lock: &LockFile, holder: &str) -> io::Result<()> {
    if !lock.writable {
        return Ok(());
    }
    lock.file.set_len(0)?;
    (&lock.file).write_all(format!("{holder}\n").as_bytes())
}

/// Reads the description that the holder wrote.
fn read_holder(file: File) -> Option<String> {
    let mut bytes = Vec::new();
    file.take(MAX_HOLDER_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().next().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_lock_file_that_appeared_or_disappeared_meanwhile_is_reopened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        assert!(open_or_create(&path, true).expect("gone").is_none());
        assert!(open_or_create(&path, false).expect("made").is_some_and(|lock| lock.writable));
        assert!(open_or_create(&path, false).expect("there").is_none());
        assert!(open_or_create(&path, true).expect("opened").is_some_and(|lock| lock.writable));
        // Any other failure is an error.
        assert!(open_or_create(folder.path(), true).is_err());
        assert!(open_or_create(&folder.path().join("gone/lock"), false).is_err());
    }

    #[test]
    fn a_removed_lock_file_is_not_the_one_at_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let old = File::create(&path).expect("a file");
        assert!(is_still_at(&path, &old).expect("inspected"));
        fs::remove_file(&path).expect("removed");
        assert!(!is_still_at(&path, &old).expect("inspected"));
        let new = File::create(&path).expect("a file");
        assert!(is_still_at(&path, &new).expect("inspected") && !is_still_at(&path, &old).expect("inspected"));
    }
}
