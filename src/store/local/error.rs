//! Errors of the store.
//!
//! Each names its path, and the operation where there is one. The binary chooses the exit code.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::text::escape::visible;

/// Error of the store.
#[derive(Debug)]
pub enum Error {
    /// No manifest was found.
    NoManifest {
        /// Whether the parents up to the root of the Git checkout were searched, too.
        in_git: bool,
    },
    /// An operation of the operating system failed.
    Io {
        /// Operation that failed.
        operation: Operation,
        /// Path of the operation.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The path leads to something that is not a regular file.
    NotAFile {
        /// Path as given.
        path: PathBuf,
        /// Kind of the thing at the path.
        kind: Kind,
    },
    /// The path does not end in a file name.
    NotAName(PathBuf),
    /// The symbolic links at the path form a loop.
    LinkLoop(PathBuf),
    /// The input is larger than the budget.
    TooLarge {
        /// File that exceeded the budget.
        path: PathBuf,
        /// Budget in bytes, for all files together.
        limit: u64,
    },
    /// The state is also a file of the manifest.
    StateIsManifest {
        /// Path of the state.
        state: PathBuf,
        /// File of the manifest.
        manifest: PathBuf,
    },
    /// An output would be read as a drop-in of the manifest.
    AmongDropIns {
        /// Path of the output.
        path: PathBuf,
        /// Folder of drop-ins.
        folder: PathBuf,
    },
    /// The state would be read as a drop-in of its own manifest.
    StateAmongDropIns {
        /// Path of the state.
        state: PathBuf,
        /// Folder of drop-ins.
        folder: PathBuf,
    },
    /// An output would replace the manifest, the state or its lock.
    WouldReplace(PathBuf),
    /// Another writer holds the lock.
    Held {
        /// Path of the locked state.
        state: PathBuf,
        /// Description that the holder left; `None` if it cannot be read or is empty.
        holder: Option<String>,
    },
    /// The state has changed since it was read.
    Changed(PathBuf),
}

/// Operation on a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reading metadata.
    Inspect,
    /// Opening.
    Open,
    /// Reading.
    Read,
    /// Listing a folder.
    List,
    /// Creating a temporary file in the same folder.
    Create,
    /// Writing.
    Write,
    /// Copying the mode and owner of the old file to the new one.
    Permit,
    /// Syncing to disk.
    Sync,
    /// Replacing the old file with the new one.
    Replace,
    /// Locking.
    Lock,
    /// Removing.
    Remove,
}

/// Kind of something that should be a regular file but is not.
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
    /// A symbolic link where none is allowed.
    Link,
    /// Something else.
    Other,
}

impl Error {
    /// Returns a function that adds the operation and the path to an error of the system.
    pub(super) fn io(operation: Operation, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, path: path.to_owned(), source }
    }

    /// Returns one line of advice if the disk is the cause: full, over quota, read-only.
    pub fn advice(&self) -> Option<&'static str> {
        let Self::Io { source, .. } = self else { return None };
        match source.kind() {
            io::ErrorKind::StorageFull => Some("free some space on this disk, then try again"),
            io::ErrorKind::QuotaExceeded => Some("free some of your quota on this disk, then try again"),
            io::ErrorKind::FileTooLarge => Some("raise the file size limit (`ulimit -f`), then try again"),
            io::ErrorKind::ReadOnlyFilesystem => {
                Some("this disk is read-only: use `--state` to name a file on another one")
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest { in_git: true } => {
                f.write_str("no `lighthouse.toml` in this folder or in any parent up to the root of the Git checkout")
            }
            Self::NoManifest { in_git: false } => {
                f.write_str("no `lighthouse.toml` in this folder; parents are searched only inside a Git checkout")
            }
            Self::Io { operation, path, source } => {
                write!(f, "cannot {operation} `{}`: {}", shown(path), cause(source))
            }
            Self::NotAFile { path, kind } => write!(f, "`{}` is {kind}, not a regular file", shown(path)),
            Self::NotAName(path) => write!(f, "`{}` does not end in a file name", shown(path)),
            Self::LinkLoop(path) => write!(f, "the symbolic links at `{}` form a loop", shown(path)),
            Self::TooLarge { path, limit } => {
                write!(f, "`{}` is too large: the limit is {} MiB in total", shown(path), limit.div_ceil(1 << 20))
            }
            Self::StateIsManifest { state, manifest } => {
                write!(f, "the state `{}` is the same file as the manifest `{}`", shown(state), shown(manifest))
            }
            Self::StateAmongDropIns { state, folder } => {
                write!(f, "the state `{}` would be read as a drop-in: it is in `{}`", shown(state), shown(folder))
            }
            Self::AmongDropIns { path, folder } => {
                write!(f, "`{}` would be read as a drop-in: it is in `{}`", shown(path), shown(folder))
            }
            Self::WouldReplace(path) => {
                write!(f, "refusing to overwrite `{}`: it is the manifest, the state or its lock", shown(path))
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
            Self::Other => "a special file",
        })
    }
}

/// Escapes a path for a message.
fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Returns the message of the system in lower case, without the error number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests;
