//! Replacing a state: the whole protocol, in its order.
//!
//! A new file is filled and synced beside the state, the state is compared with what was read, and one rename changes
//! it. After the rename the state is saved; whether it will last is known when the folder is synced too. A folder that
//! cannot be synced is therefore neither success nor failure, but [`Saved::Unconfirmed`].

use std::fs::File;
use std::path::PathBuf;

use super::error::{Error, Operation};
use super::lock::LockedStore;
use super::read::{inspect_link, odd_kind, open, read};
use super::resolve::{folder_of, resolve};
use super::temporary::{fill, put};

/// How a state was saved.
#[must_use]
#[derive(Debug)]
pub enum Saved {
    /// The disk has it, and a power cut will not take it away.
    Durable,
    /// It is in place, but the disk did not confirm that it will last.
    Unconfirmed(Error),
}

impl LockedStore {
    /// Replaces the state by `after`, provided that it still is `before`, as it was read.
    pub fn replace(&self, before: Option<&[u8]>, after: &[u8]) -> Result<Saved, Error> {
        // Opened first: once the state is replaced, nothing may fail but the sync itself.
        let folder = Folder::open(self)?;
        let old = inspect_link(&self.resolved)?;
        if let Some(kind) = old.as_ref().and_then(odd_kind) {
            return Err(Error::NotAFile { path: self.given.clone(), kind });
        }
        let filled = fill(&self.resolved, after, old.as_ref())?;
        self.expect(before)?;
        put(filled, &self.resolved)?;
        Ok(folder.confirm())
    }

    /// Syncs the state as it is, for an apply that changes nothing after one that could not be confirmed.
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

    /// Refuses when the state is not what was read, or its links now lead elsewhere.
    fn expect(&self, before: Option<&[u8]>) -> Result<(), Error> {
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

/// The folder that holds the state, open so that it can be synced.
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

    /// Waits until the disk has the names in the folder.
    fn confirm(self) -> Saved {
        match self.file.sync_all() {
            Ok(()) => Saved::Durable,
            Err(error) => Saved::Unconfirmed(Error::io(Operation::Sync, &self.path)(error)),
        }
    }
}
