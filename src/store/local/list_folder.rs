//! Lists the names in a folder.
//!
//! The standard library panics if closing a folder fails. On Unix this module therefore reads folders through `rustix`,
//! which ignores that failure: all names have been read by then.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use super::error::{Error, Operation};
use super::retry::retry_interrupted;

/// Returns the names in a folder, in no particular order. A listing that a signal interrupts starts over.
pub(super) fn list_folder(folder: &Path) -> Result<Vec<OsString>, Error> {
    retry_interrupted(|| names(folder)).map_err(Error::io(Operation::List, folder))
}

#[cfg(unix)]
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    use std::os::unix::ffi::OsStringExt;
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::new(fs::File::open(folder)?)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

#[cfg(not(unix))]
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_has_every_name_in_the_folder_but_not_the_dot_entries() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [".hidden", "a", "\u{e9}"] {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        let mut names = list_folder(folder.path()).expect("a listing");
        names.sort();
        assert_eq!(names, [".hidden", "a", "\u{e9}"]);
        assert!(matches!(list_folder(&folder.path().join("a")), Err(Error::Io { operation: Operation::List, .. })));
    }
}
