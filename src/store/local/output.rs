//! Files other than the state: saved plans, and what `init` writes.
//!
//! They too appear whole or not at all. They need no lock; in return they never take the place of a manifest, a state
//! or its lock, and never become drop-ins.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempPath;

use super::again::again;
use super::error::{Error, Operation};
use super::find::drop_ins_beside;
use super::gather::{is_among, same_file};
use super::lock::lock_path;
use super::read::{inspect, inspect_link, odd_kind};
use super::resolve::{folder_of, resolve};
use super::temporary::{fill, put};

/// Writes an output, replacing an older one, but none of `never`: the manifest's files and the state, and what belongs
/// to them.
pub fn write_output(path: &Path, bytes: &[u8], never: &[&Path]) -> Result<(), Error> {
    let resolved = resolve(path)?;
    for other in never {
        let is_lock = resolve(other).is_ok_and(|end| same_place(&resolved, &lock_path(&end)));
        if is_lock || same_place(&resolved, other) {
            return Err(Error::WouldReplace(path.to_owned()));
        }
        if let Some(folder) = drop_ins_beside(other).filter(|folder| is_among(&resolved, folder)) {
            return Err(Error::AmongDropIns { path: path.to_owned(), folder });
        }
    }
    let old = inspect_link(&resolved)?;
    if let Some(kind) = old.as_ref().and_then(odd_kind) {
        return Err(Error::NotAFile { path: path.to_owned(), kind });
    }
    let filled = fill(&resolved, bytes, old.as_ref())?;
    put(filled, &resolved)?;
    sync_folder(&resolved)
}

/// Writes a file that is not there yet. Says whether it did: whatever is there already, also a link, stays as it is.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if inspect_link(path)?.is_some() {
        return Ok(false);
    }
    put_new(fill(path, bytes, None)?, path)
}

/// Gives a filled file its name, unless something has it meanwhile.
fn put_new(filled: TempPath, path: &Path) -> Result<bool, Error> {
    match filled.persist_noclobber(path) {
        Ok(()) => sync_folder(path).map(|()| true),
        Err(failure) if failure.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(failure) => Err(Error::io(Operation::Replace, path)(failure.error)),
    }
}

/// Whether two paths lead to the same file, or would if it were there.
fn same_place(one: &Path, other: &Path) -> bool {
    if let (Ok(about), Ok(about_other)) = (inspect(one), inspect(other)) {
        return same_file(one, &about, other, &about_other);
    }
    let place = |path: &Path| {
        let end = resolve(path).ok()?;
        Some(again(|| fs::canonicalize(folder_of(&end))).ok()?.join(end.file_name()?))
    };
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// Waits until the disk has the names in a file's folder.
fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = folder_of(path);
    let open = File::open(folder).map_err(Error::io(Operation::Open, folder))?;
    open.sync_all().map_err(Error::io(Operation::Sync, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_meanwhile_stays_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        let filled = || fill(&path, b"ours", None).expect("filled");
        assert!(put_new(filled(), &path).expect("written"));
        fs::write(&path, "theirs").expect("a file");
        assert!(!put_new(filled(), &path).expect("there"));
        assert_eq!(fs::read(&path).expect("a file"), b"theirs");
        // Any other refusal is told.
        assert!(put_new(filled(), &folder.path().join("gone/x")).is_err());
    }
}
