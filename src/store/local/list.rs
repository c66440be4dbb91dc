//! What is in a folder.
//!
//! The standard library takes for granted that a folder closes, and panics where the system says otherwise. On Unix a
//! folder is read without it: by the time it is closed all that was wanted is there.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use super::again::again;
use super::error::{Error, Operation};

/// The names in a folder, in no order. A listing that a signal interrupts has to begin anew.
pub(super) fn list(folder: &Path) -> Result<Vec<OsString>, Error> {
    again(|| names(folder)).map_err(Error::io(Operation::List, folder))
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
    fn a_folder_has_the_names_of_what_is_in_it_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [".hidden", "a", "\u{e9}"] {
            fs::write(folder.path().join(name), "").expect("a file");
        }
        let mut names = list(folder.path()).expect("it can be listed");
        names.sort();
        assert_eq!(names, [".hidden", "a", "\u{e9}"]);
        assert!(matches!(list(&folder.path().join("a")), Err(Error::Io { doing: Operation::List, .. })));
    }
}
