//! Reads the files of a manifest: the main file, then its drop-ins, each once.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::list_folder::list_folder;
use super::locate::drop_ins_beside;
use super::read::{Input, inspect, inspect_link, open, read_input, read_open};
use super::resolve::{folder_of, resolve};
use super::retry::retry_interrupted;
use crate::text::source::Source;

/// Reads a manifest: its main file first, then its drop-ins in bytewise order of path components. The files may have at
/// most `budget` bytes in total, and none of them may be the state.
pub fn read_manifest(input: &Input, state: Option<&Path>, budget: u64) -> Result<Vec<Source>, Error> {
    let Input::File(main) = input else {
        return Ok(vec![Source::new(input.name().to_string_lossy(), read_input(input, budget)?)]);
    };
    let mut paths = vec![main.clone()];
    if let Some(folder) = drop_ins_beside(main) {
        let drop_ins = list_drop_ins(&folder)?;
        if let Some(state) = state {
            refuse_state_among_drop_ins(state, &folder)?;
        }
        paths.extend(drop_ins);
    }
    let mut remaining = budget;
    paths.into_iter().map(|path| read_source(&path, state, &mut remaining, budget)).collect()
}

/// Reads one file, and subtracts its size from the remaining budget.
fn read_source(path: &Path, state: Option<&Path>, remaining: &mut u64, budget: u64) -> Result<Source, Error> {
    let (file, metadata) = open(path)?;
    if let Some(state) = state {
        refuse_state_as_manifest(path, &metadata, state)?;
    }
    let bytes = read_open(file, Some(&metadata), path, *remaining).map_err(|error| match error {
        Error::TooLarge { path, .. } => Error::TooLarge { path, limit: budget },
        other => other,
    })?;
    *remaining -= bytes.len() as u64;
    Ok(Source::new(path.to_string_lossy(), bytes))
}

/// Returns every folder that may hold drop-ins, and every link among the drop-ins. Skips folders that cannot be listed:
/// [`read_manifest`] reports them.
pub(super) fn drop_in_folders_and_links(main: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let Some(folder) = drop_ins_beside(main) else { return (Vec::new(), Vec::new()) };
    let (mut folders, mut links, mut next) = (vec![folder.clone()], Vec::new(), vec![folder]);
    while let Some(folder) = next.pop() {
        let (mut files, mut below) = (Vec::new(), Vec::new());
        if sort_entries(&folder, &mut files, &mut below).is_ok() {
            links.extend(files.into_iter().filter(|file| fs::symlink_metadata(file).is_ok_and(|it| it.is_symlink())));
            folders.extend_from_slice(&below);
            next.append(&mut below);
        }
    }
    (folders, links)
}

/// Returns every `*.toml` in and below a folder. Skips names that begin with a dot. Follows links to files but not to
/// folders, which could form loops; only the folder itself may be a link.
fn list_drop_ins(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = Vec::new();
    match inspect(folder) {
        Ok(metadata) if metadata.is_dir() => folders.push(folder.to_owned()),
        Ok(_) => {}
        Err(Error::Io { source, .. })
            if source.kind() == io::ErrorKind::NotFound && inspect_link(folder)?.is_none() => {}
        // A folder that cannot be inspected, or a dangling link, is not a missing folder: it may hold half of the
        // cluster.
        Err(error) => return Err(error),
    }
    while let Some(folder) = folders.pop() {
        sort_entries(&folder, &mut found, &mut folders)?;
    }
    // Paths compare component by component, each bytewise.
    found.sort();
    Ok(found)
}

/// Sorts the entries of one folder into drop-ins and subfolders.
fn sort_entries(folder: &Path, found: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> Result<(), Error> {
    for name in list_folder(folder)?.into_iter().filter(|name| !is_hidden(name)) {
        let path = folder.join(name);
        // A file that has just disappeared still counts: opening it reports the problem.
        let metadata = inspect_link(&path)?;
        if metadata.as_ref().is_some_and(Metadata::is_dir) {
            folders.push(path);
        } else if is_toml(&path) && !(metadata.is_some_and(|metadata| metadata.is_symlink()) && leads_to_folder(&path))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// Refuses a manifest file that is also the state.
fn refuse_state_as_manifest(manifest: &Path, metadata: &Metadata, state: &Path) -> Result<(), Error> {
    match inspect(state) {
        Ok(other) if same_file(manifest, metadata, state, &other) => {
            Err(Error::StateIsManifest { state: state.to_owned(), manifest: manifest.to_owned() })
        }
        // Reading the state reports any other problem with it.
        _ => Ok(()),
    }
}

/// Refuses a state that the next run would read as a drop-in.
fn refuse_state_among_drop_ins(state: &Path, drop_ins: &Path) -> Result<(), Error> {
    if is_drop_in_path(state, drop_ins) {
        return Err(Error::StateAmongDropIns { state: state.to_owned(), folder: drop_ins.to_owned() });
    }
    Ok(())
}

/// Returns whether a file in this folder of drop-ins is read as one, or would be if it existed.
pub(super) fn is_drop_in_path(file: &Path, drop_ins: &Path) -> bool {
    let Ok(resolved) = resolve(file) else { return false };
    let real = |path: &Path| retry_interrupted(|| fs::canonicalize(path));
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
    retry_interrupted(|| fs::metadata(path)).is_ok_and(|metadata| metadata.is_dir())
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
