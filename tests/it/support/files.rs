//! Folders and files of the package and of test cases.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns a path below the root of the package.
pub(crate) fn below_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns a folder or file below `tests/cases`.
pub(crate) fn case_folder(path: &str) -> PathBuf {
    below_root("tests/cases").join(path)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

/// Returns the folders directly in a folder, sorted.
pub(crate) fn folders_in(folder: &Path) -> Vec<PathBuf> {
    entries(folder).into_iter().filter(|path| path.is_dir()).collect()
}

/// Returns the files below a folder whose names have this ending, sorted.
pub(crate) fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// Copies a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files_below(from, "") {
        let place = to.join(file.strip_prefix(from).expect("it is below"));
        fs::create_dir_all(place.parent().expect("it has a parent")).expect("folders");
        fs::copy(&file, &place).expect("it can be copied");
    }
}
