//! Follows the symbolic links at a path to their target, which need not exist.
//!
//! If a state is a symbolic link, an apply replaces the target and keeps the link.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, Operation};
use super::read::inspect_link;
use super::retry::retry_interrupted;

/// Maximum number of links to follow, as on Linux.
pub(super) const MAX_LINKS: usize = 40;

/// Follows the links at `path` and returns their final target.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    let mut at = path.to_owned();
    for _ in 0..=MAX_LINKS {
        if at.file_name().is_none() {
            return Err(Error::NotAName(path.to_owned()));
        }
        match link_target(&at)? {
            Some(target) => at = folder_of(&at).join(target),
            None => return Ok(at),
        }
    }
    Err(Error::LinkLoop(path.to_owned()))
}

/// Returns the folder that holds a path.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Returns the target of the link at a path, if it is a link.
fn link_target(path: &Path) -> Result<Option<PathBuf>, Error> {
    match inspect_link(path)? {
        Some(metadata) if metadata.is_symlink() => {
            retry_interrupted(|| fs::read_link(path)).map(Some).map_err(Error::io(Operation::Inspect, path))
        }
        _ => Ok(None),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_a_target_that_need_not_exist() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).expect("a folder");
        symlink("sub/b", path("a")).expect("a link");
        symlink("c", path("sub/b")).expect("a link");
        assert_eq!(resolve(&path("a")).expect("a target"), path("sub/c"));
        fs::write(path("sub/c"), "").expect("a file");
        assert_eq!(resolve(&path("a")).expect("a target"), path("sub/c"));
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        symlink("b", path("a")).expect("a link");
        symlink("a", path("b")).expect("a link");
        assert!(matches!(resolve(&path("a")), Err(Error::LinkLoop(_))));
    }

    #[test]
    fn a_path_that_cannot_be_inspected_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("file"), "").expect("a file");
        assert!(matches!(resolve(&folder.path().join("file/x")), Err(Error::Io { .. })));
    }

    #[test]
    fn a_bare_name_is_in_the_current_folder() {
        assert_eq!(["x", "a/x", "/x"].map(|path| folder_of(Path::new(path))), [".", "a", "/"].map(Path::new));
    }

    #[test]
    fn a_path_without_a_file_name_is_an_error() {
        for path in ["", "/", "..", "a/.."] {
            assert!(matches!(resolve(Path::new(path)), Err(Error::NotAName(_))), "{path}");
        }
    }
}
