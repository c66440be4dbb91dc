//! Replaces a state atomically.
//!
//! In this order: write and sync a temporary file beside the state, compare the state with the bytes that were read,
//! rename the temporary file, sync the folder. After the rename the state is saved, but only the sync of the folder
//! guarantees that it survives a power cut. If that sync fails, the result is neither success nor failure, but
//! [`Saved::Unconfirmed`].

use std::fs::File;
use std::path::PathBuf;

use super::error::{Error, Operation};
use super::lock::LockedStore;
use super::read::{inspect_link, irregular_kind, open, read};
use super::resolve::{folder_of, resolve};
use super::temporary::{publish, write_temporary};

/// Result of saving a state.
#[must_use]
#[derive(Debug)]
pub enum Saved {
    /// The state is on disk and survives a power cut.
    Durable,
    /// The state is in place, but might not survive a power cut: syncing failed.
    Unconfirmed(Error),
}

impl LockedStore {
    /// Replaces the state with `after`. Fails if the state is no longer `before`, as it was read.
    pub fn replace(&self, before: Option<&[u8]>, after: &[u8]) -> Result<Saved, Error> {
        // Opened first, so that nothing but the sync itself can fail after the rename.
        let folder = Folder::open(self)?;
        let old = inspect_link(&self.resolved)?;
        if let Some(kind) = old.as_ref().and_then(irregular_kind) {
            return Err(Error::NotAFile { path: self.given.clone(), kind });
        }
        let filled = write_temporary(&self.resolved, after, old.as_ref())?;
        self.refuse_changed(before)?;
        publish(filled, &self.resolved)?;
        Ok(folder.confirm())
    }

    /// Syncs the state as it is: an apply without changes still confirms an earlier [`Saved::Unconfirmed`].
    pub fn sync(&self) -> Result<Saved, Error> {
        let folder = Folder::open(self)?;
        if inspect_link(&self.resolved)?.is_none() {
            return Ok(folder.confirm());
        }
        let (state, _) = open(&self.resolved)?;
        match state.sync_all() {
            Ok(()) => Ok(folder.confirm()),
            Err(error) => Ok(Saved::Unconfirmed(Error::io(Operation::Sync, &self.resolved)(error))),
        }
    }

    /// Fails if the state is no longer `before`, or its links lead elsewhere.
    fn refuse_changed(&self, before: Option<&[u8]>) -> Result<(), Error> {
        let changed = || Error::Changed(self.given.clone());
        if resolve(&self.given)? != self.resolved {
            return Err(changed());
        }
        let length = before.map_or(0, <[u8]>::len) as u64;
        match read(&self.resolved, length) {
            Ok(now) if now.as_deref() == before => Ok(()),
            Ok(_) | Err(Error::TooLarge { .. }) => Err(changed()),
            Err(error) => Err(error),
        }
    }
}

/// Folder that holds the state, open so that it can be synced.
struct Folder {
    file: File,
    path: PathBuf,
}

impl Folder {
    fn open(store: &LockedStore) -> Result<Self, Error> {
        let path = folder_of(&store.resolved).to_owned();
        let file = File::open(&path).map_err(Error::io(Operation::Open, &path))?;
        Ok(Self { file, path })
    }

    /// Syncs the folder, so that the rename survives a power cut.
    fn confirm(self) -> Saved {
        match self.file.sync_all() {
            Ok(()) => Saved::Durable,
            Err(error) => Saved::Unconfirmed(Error::io(Operation::Sync, &self.path)(error)),
        }
    }
}
