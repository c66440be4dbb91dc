//! Reads files and standard input, up to a size limit.
//!
//! Anything but a regular file is refused before it is opened, because opening a pipe waits for its writer. The
//! anonymous pipe of a shell's `<(…)` is an exception: opening it never waits.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::error::{Error, Kind, Operation};
use super::retry::retry_interrupted;

/// Source of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Input {
    /// Interprets an argument: `-` is standard input.
    pub fn of(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument.to_owned()) }
    }

    /// Returns the name for messages.
    pub fn name(&self) -> &Path {
        match self {
            Self::Stdin => Path::new("<stdin>"),
            Self::File(path) => path,
        }
    }

    /// Returns whether the input lies in a folder: it is neither standard input nor a shell's pipe.
    pub fn has_place(&self) -> bool {
        match self {
            Self::Stdin => false,
            Self::File(path) => !is_anonymous_pipe(path),
        }
    }
}

/// Reads a file of at most `budget` bytes. Returns `None` if the file, or the target of a link, does not exist.
pub fn read(path: &Path, budget: u64) -> Result<Option<Vec<u8>>, Error> {
    match open(path) {
        Ok((file, metadata)) => read_open(file, Some(&metadata), path, budget).map(Some),
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads an input of at most `budget` bytes, which must exist.
pub fn read_input(input: &Input, budget: u64) -> Result<Vec<u8>, Error> {
    match input {
        Input::Stdin => read_open(io::stdin().lock(), None, input.name(), budget),
        Input::File(path) => {
            let (file, metadata) = open(path)?;
            read_open(file, Some(&metadata), path, budget)
        }
    }
}

/// Opens a regular file or an anonymous pipe for reading; refuses anything else.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), Error> {
    let before = inspect(path)?;
    if let Some(kind) = irregular_kind(&before)
        && !(kind == Kind::Pipe && is_anonymous_pipe(path))
    {
        return Err(Error::NotAFile { path: path.to_owned(), kind });
    }
    let file = File::open(path).map_err(Error::io(Operation::Open, path))?;
    let metadata = retry_interrupted(|| file.metadata()).map_err(Error::io(Operation::Inspect, path))?;
    Ok((file, metadata))
}

/// Reads to the end, or fails above the budget. If the size is known, fails before it allocates memory.
pub(super) fn read_open(
    from: impl Read,
    metadata: Option<&Metadata>,
    path: &Path,
    budget: u64,
) -> Result<Vec<u8>, Error> {
    let too_large = || Error::TooLarge { path: path.to_owned(), limit: budget };
    let size = metadata.map_or(0, Metadata::len);
    if size > budget {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    from.take(budget.saturating_add(1)).read_to_end(&mut bytes).map_err(Error::io(Operation::Read, path))?;
    if bytes.len() as u64 > budget { Err(too_large()) } else { Ok(bytes) }
}

/// Returns the metadata of a path, following links.
pub(super) fn inspect(path: &Path) -> Result<Metadata, Error> {
    retry_interrupted(|| fs::metadata(path)).map_err(Error::io(Operation::Inspect, path))
}

/// Returns the metadata of a path without following a link, or `None` if nothing is there.
pub(super) fn inspect_link(path: &Path) -> Result<Option<Metadata>, Error> {
    match retry_interrupted(|| fs::symlink_metadata(path)) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(Operation::Inspect, path)(error)),
    }
}

/// Returns the kind of anything that is not a regular file.
pub(super) fn irregular_kind(metadata: &Metadata) -> Option<Kind> {
    let kind = metadata.file_type();
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

/// Returns whether the path leads to something that is in no folder: it can be opened, but has no real path. An example
/// is `/dev/fd/63` of a shell's `<(…)`.
fn is_anonymous_pipe(path: &Path) -> bool {
    let not_found = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    retry_interrupted(|| fs::metadata(path)).is_ok()
        && retry_interrupted(|| fs::canonicalize(path)).is_err_and(not_found)
}
