//! Finds the manifest and the state that a command works on, and reads the manifest.

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

/// Texts of a manifest, before they are parsed.
#[derive(Debug)]
pub(crate) struct ManifestText {
    /// The main file and its drop-ins.
    pub(crate) sources: Vec<Source>,
    /// Path of the state; `None` for a manifest without a path.
    pub(crate) state: Option<PathBuf>,
}

/// A manifest that was read and parsed.
#[derive(Debug)]
pub(crate) struct ReadManifest {
    /// The main file and its drop-ins.
    pub(crate) sources: Vec<Source>,
    /// Path of the state; `None` for a manifest without a path.
    pub(crate) state: Option<PathBuf>,
    /// The manifest, or its mistakes.
    pub(crate) manifest: Result<Manifest, Findings>,
}

/// Returns where the manifest is: from the flag, the environment, or the nearest `lighthouse.toml`.
pub(crate) fn manifest_input(global: &Global) -> Result<Input, Failure> {
    if let Some(path) = named_manifest(global) {
        return Ok(Input::of(&path));
    }
    let current =
        env::current_dir().map_err(|error| Failure::error(format!("the current folder cannot be found: {error}")))?;
    Ok(Input::File(store::find_manifest(&current)?))
}

/// Returns the manifest that a flag or the environment names.
pub(crate) fn named_manifest(global: &Global) -> Option<PathBuf> {
    global.manifest.clone().or_else(environment::manifest)
}

/// Returns the path of the state: from the flag, from the environment, or in the folder of the manifest. `None` if the
/// manifest has no path.
pub(crate) fn state_path(global: &Global, input: &Input) -> Option<PathBuf> {
    let named = global.state.clone().or_else(environment::state);
    named.or_else(|| input.has_place().then(|| store::state_beside(input.name())))
}

/// Reads and parses the manifest.
pub(crate) fn read_manifest(global: &Global) -> Result<ReadManifest, Failure> {
    let ManifestText { sources, state } = read_text(global)?;
    Ok(ReadManifest { manifest: parse(&sources), sources, state })
}

/// Finds the manifest and reads its text.
pub(crate) fn read_text(global: &Global) -> Result<ManifestText, Failure> {
    let input = manifest_input(global)?;
    let state = state_path(global, &input);
    Ok(ManifestText { sources: read_sources(&input, state.as_deref())?, state })
}

/// Reads the text of a manifest and of its drop-ins.
pub(crate) fn read_sources(input: &Input, state: Option<&Path>) -> Result<Vec<Source>, Failure> {
    let sources = store::read_manifest(input, state, MAX_TEXT_BYTES)?;
    for source in &sources {
        tracing::debug!(file = source.name(), bytes = source.bytes().len(), "read");
    }
    Ok(sources)
}

/// Parses the text of a manifest.
pub(crate) fn parse(sources: &[Source]) -> Result<Manifest, Findings> {
    let manifest = manifest::read(sources)?;
    let name = sources.first().map(Source::name).unwrap_or_default();
    let (nodes, workloads) = (manifest.model.nodes().len(), manifest.model.workloads().len());
    tracing::info!(manifest = %visible(name), nodes, workloads, "manifest is valid");
    Ok(manifest)
}
