//! Which manifest and which state a command works on, and the reading of the manifest.

use std::env;
use std::path::{Path, PathBuf};

use lighthouse::manifest::{self, MAX_TEXT_BYTES, Manifest};
use lighthouse::store::{self, Input};
use lighthouse::text::diagnostic::Findings;
use lighthouse::text::escape::visible;
use lighthouse::text::source::Source;

use crate::args::Global;
use crate::environment;
use crate::failure::Failure;

/// The manifest's text and what it says.
#[derive(Debug)]
pub(crate) struct Read {
    /// The main file and its drop-ins.
    pub(crate) sources: Vec<Source>,
    /// Where the state is; nowhere when the manifest has no place.
    pub(crate) state: Option<PathBuf>,
    /// The manifest, or what is wrong with it.
    pub(crate) manifest: Result<Manifest, Findings>,
}

/// Where the manifest comes from: the flag, the environment, or the nearest `lighthouse.toml`.
pub(crate) fn manifest_input(global: &Global) -> Result<Input, Failure> {
    if let Some(path) = named_manifest(global) {
        return Ok(Input::of(&path));
    }
    let current = env::current_dir().map_err(|error| Failure::error(format!("there is no current folder: {error}")))?;
    Ok(Input::File(store::find_manifest(&current)?))
}

/// The manifest that a flag or the environment names.
pub(crate) fn named_manifest(global: &Global) -> Option<PathBuf> {
    global.manifest.clone().or_else(environment::manifest)
}

/// Where the state is: the flag, the environment, or beside the manifest; nowhere when the manifest has no place.
pub(crate) fn state_path(global: &Global, input: &Input) -> Option<PathBuf> {
    let named = global.state.clone().or_else(environment::state);
    named.or_else(|| input.has_place().then(|| store::state_beside(input.name())))
}

/// Reads the manifest.
pub(crate) fn read_manifest(global: &Global) -> Result<Read, Failure> {
    let (sources, state) = read_found(global)?;
    Ok(Read { manifest: understand(&sources), sources, state })
}

/// Finds the manifest and reads its text; says where its state is, too.
pub(crate) fn read_found(global: &Global) -> Result<(Vec<Source>, Option<PathBuf>), Failure> {
    let input = manifest_input(global)?;
    let state = state_path(global, &input);
    Ok((read_sources(&input, state.as_deref())?, state))
}

/// Reads the manifest's text.
pub(crate) fn read_sources(input: &Input, state: Option<&Path>) -> Result<Vec<Source>, Failure> {
    let sources = store::read_manifest(input, state, MAX_TEXT_BYTES)?;
    for source in &sources {
        tracing::debug!(file = source.name(), bytes = source.bytes().len(), "read");
    }
    Ok(sources)
}

/// What the manifest's text means.
pub(crate) fn understand(sources: &[Source]) -> Result<Manifest, Findings> {
    let manifest = manifest::read(sources)?;
    let name = sources.first().map(Source::name).unwrap_or_default();
    let (nodes, workloads) = (manifest.model.nodes().len(), manifest.model.workloads().len());
    tracing::info!(manifest = %visible(name), nodes, workloads, "manifest is valid");
    Ok(manifest)
}
