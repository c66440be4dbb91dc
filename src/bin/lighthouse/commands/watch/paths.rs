//! Paths that are watched: the manifest, its state, and the folder that relative paths start from.

use std::env;
use std::path::{Path, PathBuf};

use lighthouse::render::{WatchStatus, watch_status};
use lighthouse::store::{self, Input, WatchFolders};

use crate::args::{Global, WatchArgs};
use crate::failure::Failure;
use crate::inputs::{named_manifest, state_path};

/// Manifest that is waited for if none is given and none is found.
const DEFAULT_MANIFEST: &str = "lighthouse.toml";

/// Paths as given.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// Folder in which the process was started.
    start_folder: PathBuf,
    /// Manifest; it need not exist yet.
    pub(crate) manifest: PathBuf,
    /// State; it need not exist yet.
    pub(crate) state: PathBuf,
    status_file: Option<PathBuf>,
}

impl Paths {
    /// Finds the paths. Fails if the manifest is not a file.
    pub(crate) fn find(global: &Global, args: &WatchArgs) -> Result<Self, Failure> {
        let start_folder = current_folder()?;
        let found = || store::find_manifest(&start_folder).unwrap_or_else(|_| PathBuf::from(DEFAULT_MANIFEST));
        let input = Input::of(&named_manifest(global).unwrap_or_else(found));
        match (&input, state_path(global, &input)) {
            (Input::File(manifest), Some(state)) if input.has_place() => {
                let (manifest, status_file) = (manifest.clone(), args.status_file.clone());
                Ok(Self { start_folder, manifest, state, status_file })
            }
            _ => Err(Failure::usage("a manifest from standard input or a pipe cannot be watched")),
        }
    }

    /// Changes to the start folder by its path: after a checkout or a swapped link, the path may lead to a new folder.
    pub(crate) fn enter_start_folder(&self) {
        // If the folder is gone, reading the manifest fails and reports it.
        let _ = env::set_current_dir(&self.start_folder);
    }

    /// Returns the folders in which changes matter.
    pub(crate) fn watch_folders(&self) -> WatchFolders {
        store::watch_folders(&self.start_folder, &self.manifest, Some(&self.state))
    }

    /// Writes the status file, if there is to be one.
    pub(crate) fn write_status(&self, status: &WatchStatus) -> Result<(), Failure> {
        let Some(path) = &self.status_file else { return Ok(()) };
        Ok(store::write_output(path, watch_status(status).as_bytes(), &[&self.manifest, &self.state])?)
    }
}

/// Returns the current folder as the shell names it, if that name is right: the name keeps symbolic links, which may
/// lead elsewhere later.
fn current_folder() -> Result<PathBuf, Failure> {
    let real =
        env::current_dir().map_err(|error| Failure::error(format!("the current folder cannot be found: {error}")))?;
    let named = env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute() && leads_to(path, &real));
    Ok(named.unwrap_or(real))
}

fn leads_to(path: &Path, real: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path == real)
}
