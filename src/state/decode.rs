//! From bytes to a shape, and the checks on the way.
//!
//! They go from what explains most to what explains least: a conflict marker is bad TOML too, and every damage is a
//! wrong digest, which is why that is asked last.

use serde::de::DeserializeOwned;

use super::FORMAT;
use super::digest::is_sealed;
use super::error::{Error, Spot};
use crate::model::names::{MAX_NAME_CHARS, is_of_right_length};
use crate::text::escape::quoted;

/// The text, unless it is none that this version can read.
pub(super) fn decode_text(bytes: &[u8]) -> Result<&str, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let start = error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| start + length);
        Error::NotUtf8 { at: Spot::of(bytes, start..end) }
    })?;
    if let Some(line) = text.lines().position(is_conflict_marker) {
        let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let marker = text[start..].lines().next().unwrap_or_default();
        return Err(Error::ConflictMarkers { at: Spot::of(bytes, start..start + marker.len()) });
    }
    match formats(bytes).next() {
        Some(format) => check_format(format.parse().unwrap_or(FORMAT)).map(|()| text),
        None => Ok(text),
    }
}

/// Whether these bytes are, or were, a state or a saved plan.
pub fn has_format(bytes: &[u8]) -> bool {
    formats(bytes).next().is_some()
}

/// Whether a newer version wrote some of these bytes, whatever else is wrong with them: a merge may have both sides.
pub fn is_newer(bytes: &[u8]) -> bool {
    formats(bytes).filter_map(|format| format.parse::<i64>().ok()).any(|format| format > FORMAT)
}

/// The formats that lines name, as far as they are text.
fn formats(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let named = bytes.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b"format = "));
    named.filter_map(|format| Some(str::from_utf8(format).ok()?.trim()))
}

/// What a text says.
pub(super) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let is_toml = toml::from_str::<toml::Table>(text).is_ok();
        Error::of_toml(&error, text, is_toml)
    })
}

/// Refuses what is only the beginning of a text.
pub(super) fn check_whole(text: &str) -> Result<(), Error> {
    if !is_sealed(text) {
        Err(Error::NoDigest)
    } else if !text.ends_with('\n') {
        Err(Error::CutOff)
    } else {
        Ok(())
    }
}

/// Refuses formats of the future, and those that never were.
pub(super) fn check_format(format: i64) -> Result<(), Error> {
    match format {
        FORMAT => Ok(()),
        ..FORMAT => Err(Error::Invalid { at: None, message: format!("format {format} never was") }),
        _ => Err(Error::NewerFormat { format }),
    }
}

/// Refuses names that no manifest can have given. Hidden characters are left to whoever shows them.
pub(super) fn check_names<'n>(names: impl IntoIterator<Item = &'n String>) -> Result<(), Error> {
    match names.into_iter().find(|name| !is_of_right_length(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("{} is no name: one has 1 to {MAX_NAME_CHARS} characters", quoted(name));
            Err(Error::Invalid { at: None, message })
        }
    }
}

fn is_conflict_marker(line: &str) -> bool {
    let may_be = matches!(line.as_bytes().first(), Some(b'=' | b'<' | b'>' | b'|'));
    may_be && (line == "=======" || ["<<<<<<<", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)))
}
