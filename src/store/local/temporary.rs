//! New files of random name, beside the one they are to become.
//!
//! The name is random and made exclusively, so a link planted under a guessed name is never written through. Whatever
//! goes wrong before the file takes its place, it is removed again; one whose writer was killed is recognised by its
//! name.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, TempPath};

use super::again::again;
use super::error::{Error, Operation};
use super::list::list;
use super::resolve::folder_of;

/// Characters of chance in a name.
const CHANCE: usize = 12;
/// How a name ends.
const SUFFIX: &str = ".tmp";

/// A file beside `target` that holds `bytes`, and the disk has them. Its mode and owner are those of `like`; without it
/// the mode is by umask.
pub(super) fn fill(target: &Path, bytes: &[u8], like: Option<&Metadata>) -> Result<TempPath, Error> {
    let (mut file, path) = create(target, like).map_err(Error::io(Operation::Create, target))?;
    if let Some(like) = like {
        resemble(&file, like).map_err(Error::io(Operation::Permit, target))?;
    }
    file.write_all(bytes).map_err(Error::io(Operation::Write, target))?;
    // Never a second time: after a failure the kernel may call clean what it has lost.
    file.sync_all().map_err(Error::io(Operation::Sync, target))?;
    Ok(path)
}

/// Puts a filled file in the place of `target`. This is the commit point: before it nothing has happened, after it
/// everything.
pub(super) fn put(filled: TempPath, target: &Path) -> Result<(), Error> {
    again(|| fs::rename(&filled, target)).map_err(Error::io(Operation::Replace, target))?;
    // The name is gone; there is nothing left to remove.
    filled.keep().map(drop).map_err(|error| Error::io(Operation::Replace, target)(error.error))
}

/// Removes what dead writers of `target` left behind. For the holder of the lock only: to it every such file is stale.
/// What cannot be removed hinders nobody, and is returned.
pub(super) fn remove_stale(target: &Path) -> Vec<Error> {
    let folder = folder_of(target);
    let names = match list(folder) {
        Ok(names) => names,
        Err(error) => return vec![error],
    };
    let stale = names.into_iter().filter(|name| is_ours(name, target));
    stale.filter_map(|name| remove(&folder.join(name)).err()).collect()
}

/// Makes the file, with a mode that is never wider than it is to be.
fn create(target: &Path, like: Option<&Metadata>) -> io::Result<(File, TempPath)> {
    let prefix = prefix(target);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(CHANCE).suffix(SUFFIX);
    if let Some(permissions) = first_permissions(like) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder_of(target)).map(tempfile::NamedTempFile::into_parts)
}

#[cfg(unix)]
fn first_permissions(like: Option<&Metadata>) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    // The kernel takes the umask off.
    like.is_none().then(|| fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn first_permissions(_: Option<&Metadata>) -> Option<fs::Permissions> {
    None
}

/// Gives a file the owner and the mode of another.
#[cfg(unix)]
fn resemble(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = again(|| file.metadata())?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        unless_forbidden(again(|| fchown(file, Some(like.uid()), Some(like.gid()))))?;
    }
    file.set_permissions(like.permissions())
}

/// Only root may give files away; others keep what they make, as with any editor that saves by renaming.
#[cfg(unix)]
fn unless_forbidden(given: io::Result<()>) -> io::Result<()> {
    given.or_else(|error| if error.kind() == io::ErrorKind::PermissionDenied { Ok(()) } else { Err(error) })
}

#[cfg(not(unix))]
fn resemble(file: &File, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())
}

/// How the names of a target's temporary files begin.
fn prefix(target: &Path) -> std::ffi::OsString {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push(".");
    prefix
}

/// Whether a name is one that `create` could have made for this target.
fn is_ours(name: &OsStr, target: &Path) -> bool {
    let chance = name
        .as_encoded_bytes()
        .strip_prefix(prefix(target).as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
    chance.is_some_and(|chance| chance.len() == CHANCE && chance.iter().all(u8::is_ascii_alphanumeric))
}

/// Removes a file; that it is gone already is no failure.
fn remove(path: &Path) -> Result<(), Error> {
    match again(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        answer => answer.map_err(Error::io(Operation::Remove, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_own_pattern_are_stale() {
        let target = Path::new("a/x.state.toml");
        assert!(is_ours(OsStr::new(".x.state.toml.aB3dE6gH9jK2.tmp"), target));
        for other in [
            "x.state.toml",
            ".x.state.toml.lock",
            ".x.state.toml.aB3dE6gH9jK.tmp",
            ".x.state.toml.aB3dE6gH9jK2",
            ".x.state.toml.aB3-E6gH9jK2.tmp",
            ".y.state.toml.aB3dE6gH9jK2.tmp",
        ] {
            assert!(!is_ours(OsStr::new(other), target), "{other}");
        }
    }

    #[test]
    fn what_is_gone_is_removed_and_what_cannot_be_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(remove(&folder.path().join("gone")).is_ok());
        assert!(matches!(remove(folder.path()), Err(Error::Io { doing: Operation::Remove, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn whoever_may_not_give_a_file_away_keeps_it() {
        assert!(unless_forbidden(Ok(())).is_ok());
        assert!(unless_forbidden(Err(io::ErrorKind::PermissionDenied.into())).is_ok());
        assert!(unless_forbidden(Err(io::ErrorKind::StorageFull.into())).is_err());
    }

    #[test]
    fn a_made_name_is_recognised() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.state.toml");
        let filled = fill(&target, b"x", None).expect("filled");
        assert!(is_ours(filled.file_name().expect("a name"), &target));
    }
}
