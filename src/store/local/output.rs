//! Writes files other than the state: saved plans, and the files of `init`.
//!
//! Each is written as a whole or not at all. Writing takes no lock, so an output never replaces a manifest, a state or
//! its lock, and is never placed among drop-ins.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempPath;

use super::error::{Error, Operation};
use super::locate::drop_ins_beside;
use super::lock::lock_path;
use super::manifest_files::{is_drop_in_path, same_file};
use super::read::{inspect, inspect_link, irregular_kind};
use super::resolve::{folder_of, resolve};
use super::retry::retry_interrupted;
use super::temporary::{publish, write_temporary};

/// Writes an output, and replaces an older one. Refuses to replace the files in `protected` (the manifest's files and
/// the state) or their locks, or to write among their drop-ins.
pub fn write_output(path: &Path, bytes: &[u8], protected: &[&Path]) -> Result<(), Error> {
    let resolved = resolve(path)?;
    for other in protected {
        let is_lock = resolve(other).is_ok_and(|end| is_same_place(&resolved, &lock_path(&end)));
        if is_lock || is_same_place(&resolved, other) {
            return Err(Error::WouldReplace(path.to_owned()));
        }
        if let Some(folder) = drop_ins_beside(other).filter(|folder| is_drop_in_path(&resolved, folder)) {
            return Err(Error::AmongDropIns { path: path.to_owned(), folder });
        }
    }
    let old = inspect_link(&resolved)?;
    if let Some(kind) = old.as_ref().and_then(irregular_kind) {
        return Err(Error::NotAFile { path: path.to_owned(), kind });
    }
    let temporary = write_temporary(&resolved, bytes, old.as_ref())?;
    publish(temporary, &resolved)?;
    sync_folder(&resolved)
}

/// Writes a file unless something is at the path already, even a link. Returns whether it was written.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if inspect_link(path)?.is_some() {
        return Ok(false);
    }
    publish_new(write_temporary(path, bytes, None)?, path)
}

/// Renames a temporary file to its final name, unless something else has taken the name.
fn publish_new(temporary: TempPath, path: &Path) -> Result<bool, Error> {
    match temporary.persist_noclobber(path) {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(failure) if failure.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(failure) => Err(Error::io(Operation::Replace, path)(failure.error)),
    }
}

/// Returns whether two paths lead to the same file, or would if it existed.
fn is_same_place(one: &Path, other: &Path) -> bool {
    if let (Ok(metadata), Ok(other_metadata)) = (inspect(one), inspect(other)) {
        return same_file(one, &metadata, other, &other_metadata);
    }
    let place = |path: &Path| {
        let end = resolve(path).ok()?;
        Some(retry_interrupted(|| fs::canonicalize(folder_of(&end))).ok()?.join(end.file_name()?))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// Syncs the folder of a file, so that its name survives a power cut.
fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = folder_of(path);
    let open = File::open(folder).map_err(Error::io(Operation::Open, folder))?;
    open.sync_all().map_err(Error::io(Operation::Sync, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_appeared_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let temporary = || write_temporary(&path, b"ours", None).expect("temporary");
        assert!(publish_new(temporary(), &path).expect("written"));
        fs::write(&path, "theirs").expect("a file");
        assert!(!publish_new(temporary(), &path).expect("there"));
        assert_eq!(fs::read(&path).expect("a file"), b"theirs");
        // Any other failure is an error.
        assert!(publish_new(temporary(), &folder.path().join("gone/x")).is_err());
    }
}
