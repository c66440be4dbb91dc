//! Reading, of what may be anything.
//!
//! What is not a regular file is refused before it is opened, since opening a pipe waits for its writer. One kind of
//! pipe is read: that of a shell's `<(…)`, which has no name and never waits.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::again::again;
use super::error::{Error, Kind, Operation};

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// What an argument means: `-` is standard input.
    pub fn of(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument.to_owned()) }
    }

    /// The name for messages.
    pub fn name(&self) -> &Path {
        match self {
            Self::Stdin => Path::new("<stdin>"),
            Self::File(path) => path,
        }
    }

    /// Whether it is a file with a place, beside which other files can be: not standard input and not a shell's pipe.
    pub fn has_place(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(path) => !is_nameless(path),
        }
    }
}

/// The bytes of a file, at most `budget` of them; nothing when there is no file (also where a link leads nowhere).
pub fn read(path: &Path, budget: u64) -> Result<Option<Vec<u8>>, Error> {
    match open(path) {
        Ok((file, about)) => read_open(file, Some(&about), path, budget).map(Some),
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of an input that must be there, at most `budget` of them.
pub fn read_input(input: &Input, budget: u64) -> Result<Vec<u8>, Error> {
    match input {
        Input::Stdin => read_open(io::stdin().lock(), None, input.name(), budget),
        Input::File(path) => {
            let (file, about) = open(path)?;
            read_open(file, Some(&about), path, budget)
        }
    }
}

/// Opens a file for reading, if it is one.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Error> {
    let before = inspect(path)?;
    if let Some(kind) = odd_kind(&before)
        && !(kind == Kind::Pipe && is_nameless(path))
    {
        return Err(Error::NotAFile { path: path.to_owned(), kind });
    }
    let file = File::open(path).map_err(Error::io(Operation::Open, path))?;
    let about = again(|| file.metadata()).map_err(Error::io(Operation::Inspect, path))?;
    Ok((file, about))
}

/// Reads to the end, unless the budget is passed first. A size that is known is refused before memory is taken.
pub(super) fn read_open(from: impl Read, about: Option<&Metadata>, path: &Path, budget: u64) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge { path: path.to_owned(), limit: budget };
    let size = about.map_or(0, Metadata::len);
    if size > budget {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    from.take(budget.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::io(Operation::Read, path))?;
    if bytes.len() as u64 > budget { Err(too_large()) } else { Ok(bytes) }
}

/// What is at the end of a path's links.
pub(super) fn inspect(path: &Path) -> Result<Metadata, Error> {
    again(|| fs::metadata(path)).map_err(Error::io(Operation::Inspect, path))
}

/// What is at a path, be it a link, if anything is.
pub(super) fn inspect_link(path: &Path) -> Result<Option<Metadata>, Error> {
    match again(|| fs::symlink_metadata(path)) {
        Ok(about) => Ok(Some(about)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(Operation::Inspect, path)(error)),
    }
}

/// What it is, where it is no regular file.
pub(super) fn odd_kind(about: &Metadata) -> Option<Kind> {
    let kind = about.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some(Kind::Folder)
    } else if kind.is_symlink() {
        Some(Kind::Link)
    } else {
        Some(special_kind(kind))
    }
}

#[cfg(unix)]
fn special_kind(kind: fs::FileType) -> Kind {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        Kind::Pipe
    } else if kind.is_socket() {
        Kind::Socket
    } else if kind.is_char_device() || kind.is_block_device() {
        Kind::Device
    } else {
        Kind::Other
    }
}

#[cfg(not(unix))]
fn special_kind(_: fs::FileType) -> Kind {
    Kind::Other
}

/// Whether the path leads to something that no folder holds, as `/dev/fd/63` of a shell's `<(…)` does: it can be
/// opened, yet has no real path.
fn is_nameless(path: &Path) -> bool {
    let nowhere = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    again(|| fs::metadata(path)).is_ok() && again(|| fs::canonicalize(path)).is_err_and(nowhere)
}
