//! Errors of reading a state or a saved plan: one variant per check, each with its advice.

use std::fmt;
use std::ops::Range;

use super::FORMAT;
use crate::text::escape::{quoted, visible};

/// Position of an error: a range of bytes and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Line on which the range begins, counted from 1.
    pub line: usize,
    start: usize,
    end: usize,
}

impl Location {
    /// Locates a range in the bytes.
    pub fn of(bytes: &[u8], range: Range<usize>) -> Self {
        let line = 1 + bytes.iter().take(range.start).filter(|byte| **byte == b'\n').count();
        Self { line, start: range.start, end: range.end }
    }

    /// Returns the range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The file exists but is empty.
    Empty,
    /// The bytes are not UTF-8 text.
    NotUtf8 {
        /// The first invalid bytes.
        at: Location,
    },
    /// A merge left conflict markers in the file.
    ConflictMarkers {
        /// The first marker.
        at: Location,
    },
    /// A newer version wrote the file.
    NewerFormat {
        /// The file's format.
        format: i64,
    },
    /// The text is not TOML.
    Syntax {
        /// Position, if known.
        at: Option<Location>,
        /// The parser's message.
        message: String,
    },
    /// This version does not know one of the fields.
    UnknownField {
        /// Position, if known.
        at: Option<Location>,
        /// The unknown field, and the fields allowed in its place.
        message: String,
    },
    /// A field is missing or has an invalid value.
    Invalid {
        /// Position, if known.
        at: Option<Location>,
        /// The field, and the reason.
        message: String,
    },
    /// A workload is both placed and evicted.
    PlacedAndEvicted {
        /// The workload in both tables.
        workload: String,
    },
    /// The last line does not end in a line break.
    CutOff,
    /// The digest is missing: the file was cut off or written by hand.
    NoDigest,
    /// The digest matches except that line endings were converted.
    LineEndings,
    /// The digest does not match the bytes.
    WrongDigest,
}

impl Error {
    /// Returns advice for a state with this error.
    ///
    /// Never "delete it": the state is the only record of where workloads run.
    pub fn way_out(&self) -> &'static str {
        match self {
            Self::Empty | Self::NotUtf8 { .. } | Self::Syntax { .. } | Self::CutOff | Self::NoDigest => {
                "restore the file from the last commit (`git checkout -- FILE`), then apply; if there is none, \
                 `lighthouse adopt` records where workloads run"
            }
            Self::ConflictMarkers { .. } => {
                "keep the side that matches what runs (`git checkout --ours FILE` or `--theirs`), then apply; to keep \
                 lines of both sides, merge by hand, then run `lighthouse adopt FILE`"
            }
            Self::NewerFormat { .. } => "use the version of lighthouse that wrote it, or a newer one",
            Self::LineEndings => {
                "add `*.state.toml -text -merge` to `.gitattributes`, then restore the file from the last commit \
                 (`git checkout -- FILE`)"
            }
            Self::UnknownField { .. } | Self::Invalid { .. } | Self::PlacedAndEvicted { .. } | Self::WrongDigest => {
                "after a merge, keep the side that matches what runs; if the content is right, record it with \
                 `lighthouse adopt FILE`; otherwise restore the file from the last commit (`git checkout -- FILE`)"
            }
        }
    }

    /// Returns the position of the error, if known.
    pub fn location(&self) -> Option<Location> {
        match *self {
            Self::NotUtf8 { at } | Self::ConflictMarkers { at } => Some(at),
            Self::Syntax { at, .. } | Self::UnknownField { at, .. } | Self::Invalid { at, .. } => at,
            _ => None,
        }
    }

    /// Converts an error of the TOML parser or of serde.
    ///
    /// Only its message is kept: its `Display` echoes raw source bytes.
    pub(super) fn from_toml(error: &toml::de::Error, text: &str, is_toml: bool) -> Self {
        let at = error.span().map(|span| Location::of(text.as_bytes(), span));
        let message = truncate(error.message());
        if !is_toml {
            Self::Syntax { at, message }
        } else if message.starts_with("unknown field") {
            Self::UnknownField { at, message }
        } else {
            Self::Invalid { at, message }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::NotUtf8 { at } => write!(f, "line {} is not UTF-8", at.line),
            Self::ConflictMarkers { at } => write!(f, "line {} is a merge conflict marker", at.line),
            Self::NewerFormat { format } => {
                write!(f, "it has format {format}, but this version of lighthouse reads only up to {FORMAT}")
            }
            Self::Syntax { at, message } => at_line(f, *at, "is not valid TOML", message),
            Self::UnknownField { at, message } => at_line(f, *at, "is not understood by this version", message),
            Self::Invalid { at, message } => at_line(f, *at, "is invalid", message),
            Self::PlacedAndEvicted { workload } => {
                write!(f, "workload {} is both placed and evicted", quoted(workload))
            }
            Self::CutOff => f.write_str("it is cut off: its last line does not end in a line break"),
            Self::NoDigest => f.write_str("it has no digest: it was cut off or written by hand"),
            Self::LineEndings => f.write_str("its line endings were converted to CRLF"),
            Self::WrongDigest => {
                f.write_str("its digest is wrong: it was edited by hand, cut off, or changed by a merge")
            }
        }
    }
}

impl std::error::Error for Error {}

fn at_line(f: &mut fmt::Formatter<'_>, at: Option<Location>, problem: &str, message: &str) -> fmt::Result {
    let message = visible(message);
    match at {
        Some(Location { line, .. }) => write!(f, "line {line} {problem}: {message}"),
        None => write!(f, "it {problem}: {message}"),
    }
}

/// Shortens a message to a length that people read.
fn truncate(message: &str) -> String {
    message.chars().take(300).collect()
}

#[cfg(test)]
mod tests;
