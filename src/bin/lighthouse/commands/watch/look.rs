//! A look at manifest and state: their bytes, read once, and the digest that decides.

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::state::Digest;
use lighthouse::store::{self, Input};
use lighthouse::text::source::Source;
use lighthouse::watch::Content;

use super::scene::Scene;
use crate::failure::Failure;
use crate::inputs::read_sources;

/// What was seen.
pub(crate) struct Look {
    /// Of all of it.
    pub(crate) digest: Digest,
    /// The bytes, or why they cannot be read.
    pub(crate) read: Result<Bytes, Failure>,
}

/// Manifest and state as they were read.
pub(crate) struct Bytes {
    pub(crate) sources: Vec<Source>,
    pub(crate) state: Option<Vec<u8>>,
    pub(crate) content: Content,
}

/// Looks. That something cannot be read is a content, too, and the same as long as the reason is.
pub(crate) fn look(scene: &Scene) -> Look {
    let read = read(scene);
    let digest = match &read {
        Ok(bytes) => bytes.content.digest(),
        Err(failure) => Digest::of(failure.message.as_bytes()),
    };
    Look { digest, read }
}

fn read(scene: &Scene) -> Result<Bytes, Failure> {
    let sources = read_sources(&Input::File(scene.manifest.clone()), Some(&scene.state))?;
    let state = store::read(&scene.state, MAX_TEXT_BYTES)?;
    let content = Content::of(&sources, Some((&scene.state.to_string_lossy(), state.as_deref())));
    Ok(Bytes { sources, state, content })
}
