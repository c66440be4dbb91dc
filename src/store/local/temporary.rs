//! Temporary files with random names, beside the file that they will replace.
//!
//! The name is random and the file must be new, so nobody can plant a link under a guessed name. If anything fails
//! before the rename, the file is removed. A file that a killed process left behind is recognised by its name.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, TempPath};

use super::error::{Error, Operation};
use super::list_folder::list_folder;
use super::resolve::folder_of;
use super::retry::retry_interrupted;

/// Number of random characters in a name.
const RANDOM_LENGTH: usize = 12;
/// Suffix of every name.
const SUFFIX: &str = ".tmp";

/// Writes and syncs `bytes` to a temporary file beside `target`. Copies mode and owner from `like`; without it, the
/// umask decides the mode.
pub(super) fn write_temporary(target: &Path, bytes: &[u8], like: Option<&Metadata>) -> Result<TempPath, Error> {
    let (mut file, path) = create(target, like).map_err(Error::io(Operation::Create, target))?;
    if let Some(like) = like {
        copy_owner_and_mode(&file, like).map_err(Error::io(Operation::Permit, target))?;
    }
    file.write_all(bytes).map_err(Error::io(Operation::Write, target))?;
    // Never retried: after a failed sync, the kernel may report success although data is lost.
    file.sync_all().map_err(Error::io(Operation::Sync, target))?;
    Ok(path)
}

/// Renames a temporary file to `target`. This is the commit point: before it nothing has changed, after it everything
/// has.
pub(super) fn publish(temporary: TempPath, target: &Path) -> Result<(), Error> {
    retry_interrupted(|| fs::rename(&temporary, target)).map_err(Error::io(Operation::Replace, target))?;
    // The temporary name no longer exists, so nothing must be removed on drop.
    temporary.keep().map(drop).map_err(|error| Error::io(Operation::Replace, target)(error.error))
}

/// Removes temporary files that dead writers of `target` left behind. The caller must hold the lock, so that no other
/// writer is using one. Returns the errors, which are harmless.
pub(super) fn remove_stale(target: &Path) -> Vec<Error> {
    let folder = folder_of(target);
    let names = match list_folder(folder) {
        Ok(names) => names,
        Err(error) => return vec![error],
    };
    let stale = names.into_iter().filter(|name| is_temporary_of(name, target));
    stale.filter_map(|name| remove(&folder.join(name)).err()).collect()
}

/// Creates the file. Its mode is never wider than that of the final file.
fn create(target: &Path, like: Option<&Metadata>) -> io::Result<(File, TempPath)> {
    let prefix = prefix(target);
    let mut builder = Builder::new();
    builder.prefix(&prefix).rand_bytes(RANDOM_LENGTH).suffix(SUFFIX);
    if let Some(permissions) = initial_permissions(like) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder_of(target)).map(tempfile::NamedTempFile::into_parts)
}

#[cfg(unix)]
fn initial_permissions(like: Option<&Metadata>) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    // The kernel applies the umask.
    like.is_none().then(|| fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn initial_permissions(_: Option<&Metadata>) -> Option<fs::Permissions> {
    None
}

/// Copies the owner and mode of another file.
#[cfg(unix)]
fn copy_owner_and_mode(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = retry_interrupted(|| file.metadata())?;
    if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
        ignore_permission_denied(retry_interrupted(|| fchown(file, Some(like.uid()), Some(like.gid()))))?;
    }
    file.set_permissions(like.permissions())
}

/// Ignores a denied change of owner: only root may change it. Other users end up owning the file, as with any editor
/// that saves by renaming.
#[cfg(unix)]
fn ignore_permission_denied(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::PermissionDenied { Ok(()) } else { Err(error) })
}

#[cfg(not(unix))]
fn copy_owner_and_mode(file: &File, like: &Metadata) -> io::Result<()> {
    file.set_permissions(like.permissions())
}

/// Returns the prefix of a target's temporary files.
fn prefix(target: &Path) -> std::ffi::OsString {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push(".");
    prefix
}

/// Returns whether [`create`] could have chosen this name for the target.
fn is_temporary_of(name: &OsStr, target: &Path) -> bool {
    let random = name
        .as_encoded_bytes()
        .strip_prefix(prefix(target).as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(SUFFIX.as_bytes()));
    random.is_some_and(|random| random.len() == RANDOM_LENGTH && random.iter().all(u8::is_ascii_alphanumeric))
}

/// Removes a file. Succeeds if it does not exist.
fn remove(path: &Path) -> Result<(), Error> {
    match retry_interrupted(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(Error::io(Operation::Remove, path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_our_pattern_are_stale() {
        let target = Path::new("a/x.state.toml");
        assert!(is_temporary_of(OsStr::new(".x.state.toml.aB3dE6gH9jK2.tmp"), target));
        for other in [
            "x.state.toml",
            ".x.state.toml.lock",
            ".x.state.toml.aB3dE6gH9jK.tmp",
            ".x.state.toml.aB3dE6gH9jK2",
            ".x.state.toml.aB3-E6gH9jK2.tmp",
            ".y.state.toml.aB3dE6gH9jK2.tmp",
        ] {
            assert!(!is_temporary_of(OsStr::new(other), target), "{other}");
        }
    }

    #[test]
    fn removing_a_missing_file_succeeds_and_other_failures_are_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(remove(&folder.path().join("gone")).is_ok());
        assert!(matches!(remove(folder.path()), Err(Error::Io { operation: Operation::Remove, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_denied_change_of_owner_is_ignored() {
        assert!(ignore_permission_denied(Ok(())).is_ok());
        assert!(ignore_permission_denied(Err(io::ErrorKind::PermissionDenied.into())).is_ok());
        assert!(ignore_permission_denied(Err(io::ErrorKind::StorageFull.into())).is_err());
    }

    #[test]
    fn a_created_name_is_recognised() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("x.state.toml");
        let temporary = write_temporary(&target, b"x", None).expect("temporary");
        assert!(is_temporary_of(temporary.file_name().expect("a name"), &target));
    }
}
