//! A manifest's files: the main one, then its drop-ins, each read once.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::again::again;
use super::error::Error;
use super::find::drop_ins_beside;
use super::list::list;
use super::read::{Input, inspect, inspect_link, open, read_input, read_open};
use super::resolve::{folder_of, resolve};
use crate::text::source::Source;

/// Reads a manifest: its main file first, then its drop-ins in bytewise order of path components. All of them together
/// hold at most `budget` bytes, and none of them is the state.
pub fn read_manifest(input: &Input, state: Option<&Path>, budget: u64) -> Result<Vec<Source>, Error> {
    let Input::File(main) = input else {
        return Ok(vec![Source::new(input.name().to_string_lossy(), read_input(input, budget)?)]);
    };
    let mut paths = vec![main.clone()];
    if let Some(folder) = drop_ins_beside(main) {
        let drop_ins = list_drop_ins(&folder)?;
        if let Some(state) = state {
            keep_out(state, &folder)?;
        }
        paths.extend(drop_ins);
    }
    let mut left = budget;
    paths.into_iter().map(|path| read_source(&path, state, &mut left, budget)).collect()
}

/// Reads one file within what is left of the budget.
fn read_source(path: &Path, state: Option<&Path>, left: &mut u64, budget: u64) -> Result<Source, Error> {
    let (file, about) = open(path)?;
    if let Some(state) = state {
        keep_apart(path, &about, state)?;
    }
    let bytes = read_open(file, Some(&about), path, *left).map_err(|error| match error {
        Error::TooLarge { path, .. } => Error::TooLarge { path, limit: budget },
        other => other,
    })?;
    *left -= bytes.len() as u64;
    Ok(Source::new(path.to_string_lossy(), bytes))
}

/// Every folder that may hold drop-ins, and every link among them, for who waits for a change. What cannot be listed
/// is told of by who reads it.
pub(super) fn drop_in_places(main: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let Some(folder) = drop_ins_beside(main) else { return (Vec::new(), Vec::new()) };
    let (mut folders, mut links, mut next) = (vec![folder.clone()], Vec::new(), vec![folder]);
    while let Some(folder) = next.pop() {
        let (mut files, mut below) = (Vec::new(), Vec::new());
        if list_folder(&folder, &mut files, &mut below).is_ok() {
            links.extend(files.into_iter().filter(|file| fs::symlink_metadata(file).is_ok_and(|it| it.is_symlink())));
            folders.extend_from_slice(&below);
            next.append(&mut below);
        }
    }
    (folders, links)
}

/// Every `*.toml` in and below a folder. Names that begin with a dot are skipped, links to files followed, links to
/// folders not, so that there is no way round in circles; only the folder itself may be a link.
fn list_drop_ins(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = Vec::new();
    match inspect(folder) {
        Ok(about) if about.is_dir() => folders.push(folder.to_owned()),
        Ok(_) => {}
        Err(Error::Io { source, .. })
            if source.kind() == io::ErrorKind::NotFound && inspect_link(folder)?.is_none() => {}
        // A folder that is there and cannot be asked about, or a link to one that is gone, is not the same as none:
        // half a cluster may be in it.
        Err(error) => return Err(error),
    }
    while let Some(folder) = folders.pop() {
        list_folder(&folder, &mut found, &mut folders)?;
    }
    // A path compares component by component, each by its bytes.
    found.sort();
    Ok(found)
}

/// Sorts what is in one folder into drop-ins and further folders.
fn list_folder(folder: &Path, found: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> Result<(), Error> {
    for name in list(folder)?.into_iter().filter(|name| !is_hidden(name)) {
        let path = folder.join(name);
        // What has gone meanwhile is missed by the one who opens it.
        let about = inspect_link(&path)?;
        if about.as_ref().is_some_and(Metadata::is_dir) {
            folders.push(path);
        } else if is_toml(&path) && !(about.is_some_and(|about| about.is_symlink()) && leads_to_folder(&path)) {
            found.push(path);
        }
    }
    Ok(())
}

/// Refuses a file of the manifest that is the state.
fn keep_apart(manifest: &Path, about: &Metadata, state: &Path) -> Result<(), Error> {
    match inspect(state) {
        Ok(other) if same_file(manifest, about, state, &other) => {
            Err(Error::StateIsManifest { state: state.to_owned(), manifest: manifest.to_owned() })
        }
        // What else is wrong with a state is said by the one who reads it.
        _ => Ok(()),
    }
}

/// Refuses a state that the next run would read as a drop-in.
fn keep_out(state: &Path, drop_ins: &Path) -> Result<(), Error> {
    if is_among(state, drop_ins) {
        return Err(Error::StateAmongDropIns { state: state.to_owned(), folder: drop_ins.to_owned() });
    }
    Ok(())
}

/// Whether a file is read as a drop-in from this folder, or will be once it exists.
pub(super) fn is_among(file: &Path, drop_ins: &Path) -> bool {
    let Ok(resolved) = resolve(file) else { return false };
    let real = |path: &Path| again(|| fs::canonicalize(path));
    let (Ok(home), Ok(folder)) = (real(folder_of(&resolved)), real(drop_ins)) else { return false };
    let below = home.strip_prefix(folder).is_ok_and(|below| !below.iter().any(is_hidden));
    below && is_toml(&resolved) && !resolved.file_name().is_some_and(is_hidden)
}

#[cfg(unix)]
pub(super) fn same_file(_: &Path, one: &Metadata, _: &Path, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
pub(super) fn same_file(one: &Path, _: &Metadata, other: &Path, _: &Metadata) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(one).is_some_and(|one| Some(one) == real(other))
}

fn leads_to_folder(path: &Path) -> bool {
    again(|| fs::metadata(path)).is_ok_and(|about| about.is_dir())
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
