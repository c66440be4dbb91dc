//! What is watched: the manifest, its state, and the folder that their paths are taken from.

use std::env;
use std::path::{Path, PathBuf};

use lighthouse::render::{WatchStatus, watch_status};
use lighthouse::store::{self, Input, Surroundings};

use crate::args::{Global, WatchArgs};
use crate::failure::Failure;
use crate::inputs::{named_manifest, state_path};

/// The manifest's name, where none is given and none is found yet.
const NAME: &str = "lighthouse.toml";

/// The paths, as given.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// The folder that it all began in.
    base: PathBuf,
    pub(crate) manifest: PathBuf,
    pub(crate) state: PathBuf,
    status_file: Option<PathBuf>,
}

impl Scene {
    /// Which paths are meant. The manifest need not be there yet.
    pub(crate) fn find(global: &Global, args: &WatchArgs) -> Result<Self, Failure> {
        let base = current_folder()?;
        let found = || store::find_manifest(&base).unwrap_or_else(|_| PathBuf::from(NAME));
        let input = Input::of(&named_manifest(global).unwrap_or_else(found));
        match (&input, state_path(global, &input)) {
            (Input::File(manifest), Some(state)) if input.has_place() => {
                let (manifest, status_file) = (manifest.clone(), args.status_file.clone());
                Ok(Self { base, manifest, state, status_file })
            }
            _ => Err(Failure::usage("there is nothing to watch in a manifest from standard input or a pipe")),
        }
    }

    /// Enters the folder that it all began in. It may be another one by now, as after a checkout or a swap of links.
    pub(crate) fn enter(&self) {
        // Where it is gone, so is what is below it, and reading that says so.
        let _ = env::set_current_dir(&self.base);
    }

    /// The folders that tell of changes.
    pub(crate) fn surroundings(&self) -> Surroundings {
        store::surroundings(&self.base, &self.manifest, Some(&self.state))
    }

    /// Writes the status file, where one is wanted.
    pub(crate) fn write_status(&self, status: &WatchStatus) -> Result<(), Failure> {
        let Some(path) = &self.status_file else { return Ok(()) };
        Ok(store::write_output(path, watch_status(status).as_bytes(), &[&self.manifest, &self.state])?)
    }
}

/// The current folder as the shell names it, where that is true: a link on the way to it may lead elsewhere one day.
fn current_folder() -> Result<PathBuf, Failure> {
    let real = env::current_dir().map_err(|error| Failure::error(format!("there is no current folder: {error}")))?;
    let named = env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute() && leads_to(path, &real));
    Ok(named.unwrap_or(real))
}

fn leads_to(path: &Path, real: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path == real)
}
