//! Where a path leads, also when nothing is there yet.
//!
//! A state may be a symbolic link: what is replaced is the file at its end, not the link. The end need not exist.

use std::fs;
use std::path::{Path, PathBuf};

use super::again::again;
use super::error::{Error, Operation};
use super::read::inspect_link;

/// As many links as Linux follows.
pub(super) const MOST_LINKS: usize = 40;

/// The path at the end of the links at `path`.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    let mut at = path.to_owned();
    for _ in 0..=MOST_LINKS {
        if at.file_name().is_none() {
            return Err(Error::NotAName(path.to_owned()));
        }
        match next(&at)? {
            Some(target) => at = folder_of(&at).join(target),
            None => return Ok(at),
        }
    }
    Err(Error::LinkLoop(path.to_owned()))
}

/// The folder that holds a path.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Where the link at a path leads, if one is there.
fn next(path: &Path) -> Result<Option<PathBuf>, Error> {
    match inspect_link(path)? {
        Some(about) if about.is_symlink() => {
            again(|| fs::read_link(path)).map(Some).map_err(Error::io(Operation::Inspect, path))
        }
        _ => Ok(None),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_their_end_which_need_not_exist() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("sub")).expect("a folder");
        symlink("sub/b", path("a")).expect("a link");
        symlink("c", path("sub/b")).expect("a link");
        assert_eq!(resolve(&path("a")).expect("an end"), path("sub/c"));
        fs::write(path("sub/c"), "").expect("a file");
        assert_eq!(resolve(&path("a")).expect("an end"), path("sub/c"));
    }

    #[test]
    fn a_circle_of_links_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        symlink("b", path("a")).expect("a link");
        symlink("a", path("b")).expect("a link");
        assert!(matches!(resolve(&path("a")), Err(Error::LinkLoop(_))));
    }

    #[test]
    fn a_path_that_cannot_be_asked_about_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("file"), "").expect("a file");
        assert!(matches!(resolve(&folder.path().join("file/x")), Err(Error::Io { .. })));
    }

    #[test]
    fn a_bare_name_is_in_the_current_folder() {
        assert_eq!(["x", "a/x", "/x"].map(|path| folder_of(Path::new(path))), [".", "a", "/"].map(Path::new));
    }

    #[test]
    fn what_cannot_name_a_file_is_an_error() {
        for path in ["", "/", "..", "a/.."] {
            assert!(matches!(resolve(Path::new(path)), Err(Error::NotAName(_))), "{path}");
        }
    }
}
