//! What can go wrong on a disk, as values.
//!
//! Each names its path and what was being done to it. Which exit code follows is decided in the binary.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::text::escape::visible;

/// Why the store could not do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// There is no manifest where one is looked for.
    NoManifest {
        /// Whether the parents up to the root of a Git checkout were searched, too.
        in_git: bool,
    },
    /// The operating system refused.
    Io {
        /// What was being done.
        doing: Operation,
        /// To which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path leads to something that is not a regular file.
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there.
        kind: Kind,
    },
    /// The path cannot be the name of a file.
    NotAName(PathBuf),
    /// The links at the path lead back to themselves.
    LinkLoop(PathBuf),
    /// The text is larger than the budget.
    TooLarge {
        /// The file with which the budget was passed.
        path: PathBuf,
        /// The budget, in bytes.
        limit: u64,
    },
    /// A file of the manifest is the state.
    StateIsManifest {
        /// The state.
        state: PathBuf,
        /// The file of the manifest.
        manifest: PathBuf,
    },
    /// An output would be read as a drop-in of the manifest.
    AmongDropIns {
        /// The output.
        path: PathBuf,
        /// The folder of drop-ins.
        folder: PathBuf,
    },
    /// The state would be read as a drop-in of its own manifest.
    StateAmongDropIns {
        /// The state.
        state: PathBuf,
        /// The folder of drop-ins.
        folder: PathBuf,
    },
    /// An output would replace the manifest, the state or its lock.
    WouldReplace(PathBuf),
    /// Another writer holds the lock.
    Held {
        /// The state that is locked.
        state: PathBuf,
        /// Who says so, and since when; nobody when the file cannot be read or says nothing.
        holder: Option<String>,
    },
    /// The state is not the one that was read.
    Changed(PathBuf),
}

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Asking what is there.
    Inspect,
    /// Opening.
    Open,
    /// Reading.
    Read,
    /// Listing a folder.
    List,
    /// Making a new file in the same folder.
    Create,
    /// Writing.
    Write,
    /// Giving a new file the mode and owner of the old one.
    Permit,
    /// Waiting until the disk has it.
    Sync,
    /// Putting the new file in the place of the old one.
    Replace,
    /// Locking.
    Lock,
    /// Removing.
    Remove,
}

/// What is at a path that should be a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A named pipe.
    Pipe,
    /// A character or block device.
    Device,
    /// A socket.
    Socket,
    /// A symbolic link where none may be.
    Link,
    /// Something else.
    Other,
}

impl Error {
    /// The system's refusal of an operation on a path.
    pub(super) fn io(doing: Operation, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }

    /// What the user can do about it in one line, where the disk itself is the cause.
    pub fn advice(&self) -> Option<&'static str> {
        let Self::Io { source, .. } = self else { return None };
        match source.kind() {
            io::ErrorKind::StorageFull => Some("free some space on this disk and try again"),
            io::ErrorKind::QuotaExceeded => Some("free some of your quota on this disk and try again"),
            io::ErrorKind::FileTooLarge => Some("raise the limit on the size of files (`ulimit -f`) and try again"),
            io::ErrorKind::ReadOnlyFilesystem => {
                Some("the disk is read-only: `--state` can name a file on another one")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest { in_git: true } => f.write_str(
                "there is no `lighthouse.toml` in this folder or in a parent up to the root of the Git checkout",
            ),
            Self::NoManifest { in_git: false } => f.write_str(
                "there is no `lighthouse.toml` in this folder, and parents are searched only in a Git checkout",
            ),
            Self::Io { doing, path, source } => write!(f, "cannot {doing} `{}`: {}", shown(path), cause(source)),
            Self::NotAFile { path, kind } => write!(f, "`{}` is {kind}, not a file", shown(path)),
            Self::NotAName(path) => write!(f, "`{}` cannot be the name of a file", shown(path)),
            Self::LinkLoop(path) => write!(f, "the symbolic links at `{}` lead back to themselves", shown(path)),
            Self::TooLarge { path, limit } => {
                write!(f, "`{}` is too large: the limit is {} MiB of text in all", shown(path), limit.div_ceil(1 << 20))
            }
            Self::StateIsManifest { state, manifest } => {
                write!(f, "the state `{}` is the same file as the manifest `{}`", shown(state), shown(manifest))
            }
            Self::StateAmongDropIns { state, folder } => {
                write!(f, "the state `{}` is among the drop-ins in `{}`", shown(state), shown(folder))
            }
            Self::AmongDropIns { path, folder } => {
                write!(f, "`{}` would be read as a drop-in: it is in `{}`", shown(path), shown(folder))
            }
            Self::WouldReplace(path) => {
                write!(f, "`{}` is the manifest, the state or its lock, which no output replaces", shown(path))
            }
            Self::Held { state, holder: None } => write!(f, "another apply holds the lock of `{}`", shown(state)),
            Self::Held { state, holder: Some(holder) } => {
                write!(f, "another apply holds the lock of `{}`: {}", shown(state), visible(holder))
            }
            Self::Changed(path) => write!(f, "the state `{}` has changed since it was read", shown(path)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inspect => "inspect",
            Self::Open => "open",
            Self::Read => "read",
            Self::List => "list",
            Self::Create => "create a file beside",
            Self::Write => "write",
            Self::Permit => "set the mode of",
            Self::Sync => "sync",
            Self::Replace => "replace",
            Self::Lock => "lock",
            Self::Remove => "remove",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Folder => "a folder",
            Self::Pipe => "a named pipe",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Link => "a symbolic link",
            Self::Other => "something else",
        })
    }
}

/// A path for a message.
fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// The system's words, begun in lower case and without its number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests;
