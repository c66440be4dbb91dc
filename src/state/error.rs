//! What is wrong with a state or a saved plan, one variant for each check.

use std::fmt;
use std::ops::Range;

use super::FORMAT;
use crate::text::escape::{quoted, visible};

/// A part of the bytes, and its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line that it begins on, from 1.
    pub line: usize,
    start: usize,
    end: usize,
}

impl Spot {
    /// These of the bytes.
    pub fn of(bytes: &[u8], range: Range<usize>) -> Self {
        let line = 1 + bytes.iter().take(range.start).filter(|byte| **byte == b'\n').count();
        Self { line, start: range.start, end: range.end }
    }

    /// Which of the bytes they are.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// Which check failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is a file with nothing in it.
    Empty,
    /// The bytes are no text.
    NotUtf8 {
        /// The first wrong bytes.
        at: Spot,
    },
    /// A merge left both sides in it.
    ConflictMarkers {
        /// The first marker.
        at: Spot,
    },
    /// It was written by a newer version.
    NewerFormat {
        /// The version of the format.
        format: i64,
    },
    /// The text is not TOML.
    Syntax {
        /// Where, if that is known.
        at: Option<Spot>,
        /// What is wrong with it.
        message: String,
    },
    /// It has a field that this version does not know.
    UnknownField {
        /// Where, if that is known.
        at: Option<Spot>,
        /// Which field, and which ones could stand there.
        message: String,
    },
    /// A field is missing or has a wrong value.
    Invalid {
        /// Where, if that is known.
        at: Option<Spot>,
        /// Which field, and why.
        message: String,
    },
    /// A workload is both placed and evicted.
    PlacedAndEvicted {
        /// The workload.
        workload: String,
    },
    /// Its last line has no end.
    CutOff,
    /// It has no digest: it is cut off, or written by hand.
    NoDigest,
    /// The bytes are those of the digest but for the ends of lines.
    LineEnds,
    /// The bytes are not those of the digest.
    WrongDigest,
}

impl Error {
    /// What to do about a state. Never "delete it": it says where everything runs.
    pub fn way_out(&self) -> &'static str {
        match self {
            Self::Empty | Self::NotUtf8 { .. } | Self::Syntax { .. } | Self::CutOff | Self::NoDigest => {
                "take the file from the last commit (`git checkout -- FILE`), then apply; without one, \
                 `lighthouse adopt` records where things run"
            }
            Self::ConflictMarkers { .. } => {
                "take the side that your machines follow (`git checkout --ours FILE` or `--theirs`), then apply; to keep \
                 lines of both sides, merge by hand and `lighthouse adopt FILE`"
            }
            Self::NewerFormat { .. } => "use the version of lighthouse that wrote it, or a newer one",
            Self::LineEnds => {
                "add `*.state.toml -text -merge` to `.gitattributes` and take the file from the last commit again \
                 (`git checkout -- FILE`)"
            }
            Self::UnknownField { .. } | Self::Invalid { .. } | Self::PlacedAndEvicted { .. } | Self::WrongDigest => {
                "if a merge did it, take the side that your machines follow; if its content is right, \
                 `lighthouse adopt FILE` records it; else take the file from the last commit (`git checkout -- FILE`)"
            }
        }
    }

    /// Where it is wrong, if that is known.
    pub fn spot(&self) -> Option<Spot> {
        match *self {
            Self::NotUtf8 { at } | Self::ConflictMarkers { at } => Some(at),
            Self::Syntax { at, .. } | Self::UnknownField { at, .. } | Self::Invalid { at, .. } => at,
            _ => None,
        }
    }

    /// A refusal of serde or of the TOML grammar. Its own text is never shown whole: it echoes raw bytes of the source.
    pub(super) fn of_toml(error: &toml::de::Error, text: &str, is_toml: bool) -> Self {
        let at = error.span().map(|span| Spot::of(text.as_bytes(), span));
        let message = cut(error.message());
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
            Self::ConflictMarkers { at } => write!(f, "line {} is the marker of a merge conflict", at.line),
            Self::NewerFormat { format } => write!(f, "it has format {format}, and this version reads up to {FORMAT}"),
            Self::Syntax { at, message } => at_line(f, *at, "not TOML", message),
            Self::UnknownField { at, message } => at_line(f, *at, "a field that this version does not know", message),
            Self::Invalid { at, message } => at_line(f, *at, "wrong", message),
            Self::PlacedAndEvicted { workload } => {
                write!(f, "workload {} is both placed and evicted", quoted(workload))
            }
            Self::CutOff => f.write_str("it is cut off: its last line has no end"),
            Self::NoDigest => f.write_str("it has no digest, so it is cut off or was written by hand"),
            Self::LineEnds => f.write_str("its ends of lines were changed (CR LF)"),
            Self::WrongDigest => {
                f.write_str("its digest is wrong, so it was edited by hand, cut off, or merged without a conflict")
            }
        }
    }
}

impl std::error::Error for Error {}

fn at_line(f: &mut fmt::Formatter<'_>, at: Option<Spot>, what: &str, message: &str) -> fmt::Result {
    let message = visible(message);
    match at {
        Some(Spot { line, .. }) => write!(f, "line {line} is {what}: {message}"),
        None => write!(f, "it is {what}: {message}"),
    }
}

/// As much of a message as a reader takes in.
fn cut(message: &str) -> String {
    message.chars().take(300).collect()
}

#[cfg(test)]
mod tests;
