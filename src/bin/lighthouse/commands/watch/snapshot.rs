//! Snapshot of manifest and state: their bytes, read once, and a digest that says whether anything has changed.

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::state::Digest;
use lighthouse::store::{self, Input};
use lighthouse::text::source::Source;
use lighthouse::watch::Content;

use super::paths::Paths;
use crate::failure::Failure;
use crate::inputs::read_sources;

/// Manifest and state at one moment.
pub(crate) struct Snapshot {
    /// Digest of everything that was read.
    pub(crate) digest: Digest,
    /// The bytes, or the reason why they cannot be read.
    pub(crate) files: Result<Files, Failure>,
}

/// Bytes of manifest and state.
pub(crate) struct Files {
    /// Texts of the manifest.
    pub(crate) sources: Vec<Source>,
    /// Bytes of the state, if there is one.
    pub(crate) state: Option<Vec<u8>>,
    /// Digests of both.
    pub(crate) content: Content,
}

/// Reads manifest and state. An error has a digest, too: it counts as unchanged as long as its message is the same.
pub(crate) fn take_snapshot(paths: &Paths) -> Snapshot {
    let files = read(paths);
    let digest = match &files {
        Ok(files) => files.content.digest(),
        Err(failure) => Digest::of(failure.message.as_bytes()),
    };
    Snapshot { digest, files }
}

fn read(paths: &Paths) -> Result<Files, Failure> {
    let sources = read_sources(&Input::File(paths.manifest.clone()), Some(&paths.state))?;
    let state = store::read(&paths.state, MAX_TEXT_BYTES)?;
    let content = Content::of(&sources, Some((&paths.state.to_string_lossy(), state.as_deref())));
    Ok(Files { sources, state, content })
}
