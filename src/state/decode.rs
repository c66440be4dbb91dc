//! Decodes bytes to the TOML shape of a state or a saved plan, and checks them on the way.
//!
//! The most specific check comes first: a conflict marker is invalid TOML too, and all damage makes the digest wrong,
//! so the digest is checked last.

use serde::de::DeserializeOwned;

use super::FORMAT;
use super::digest::is_sealed;
use super::error::{Error, Location};
use crate::model::names::{MAX_NAME_CHARS, is_of_right_length};
use crate::text::escape::quoted;

/// Returns the bytes as text, unless this version cannot read it.
pub(super) fn decode_text(bytes: &[u8]) -> Result<&str, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let start = error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| start + length);
        Error::NotUtf8 { at: Location::of(bytes, start..end) }
    })?;
    if let Some(line) = text.lines().position(is_conflict_marker) {
        let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
        let marker = text[start..].lines().next().unwrap_or_default();
        return Err(Error::ConflictMarkers { at: Location::of(bytes, start..start + marker.len()) });
    }
    match formats(bytes).next() {
        Some(format) => check_format(format.parse().unwrap_or(FORMAT)).map(|()| text),
        None => Ok(text),
    }
}

/// Whether these bytes are a state or a saved plan, intact or damaged.
pub fn has_format(bytes: &[u8]) -> bool {
    formats(bytes).next().is_some()
}

/// Whether a newer version wrote any of these bytes, even if they are damaged: a merge can mix lines of both versions.
pub fn is_newer(bytes: &[u8]) -> bool {
    formats(bytes).filter_map(|format| format.parse::<i64>().ok()).any(|format| format > FORMAT)
}

/// Finds the value of each `format = …` line that is UTF-8.
fn formats(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let values = bytes.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b"format = "));
    values.filter_map(|format| Some(str::from_utf8(format).ok()?.trim()))
}

/// Parses TOML into a shape.
pub(super) fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let is_toml = toml::from_str::<toml::Table>(text).is_ok();
        Error::from_toml(&error, text, is_toml)
    })
}

/// Rejects a text that is cut off.
pub(super) fn check_whole(text: &str) -> Result<(), Error> {
    if !is_sealed(text) {
        Err(Error::NoDigest)
    } else if !text.ends_with('\n') {
        Err(Error::CutOff)
    } else {
        Ok(())
    }
}

/// Rejects a format that is newer than [`FORMAT`] or has never existed.
pub(super) fn check_format(format: i64) -> Result<(), Error> {
    match format {
        FORMAT => Ok(()),
        ..FORMAT => Err(Error::Invalid { at: None, message: format!("format {format} does not exist") }),
        _ => Err(Error::NewerFormat { format }),
    }
}

/// Rejects names of a length that no manifest allows. Hidden characters are accepted here and escaped in output.
pub(super) fn check_names<'n>(names: impl IntoIterator<Item = &'n String>) -> Result<(), Error> {
    match names.into_iter().find(|name| !is_of_right_length(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("{} is not a valid name: names have 1 to {MAX_NAME_CHARS} characters", quoted(name));
            Err(Error::Invalid { at: None, message })
        }
    }
}

fn is_conflict_marker(line: &str) -> bool {
    let plausible = matches!(line.as_bytes().first(), Some(b'=' | b'<' | b'>' | b'|'));
    plausible && (line == "=======" || ["<<<<<<<", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)))
}
