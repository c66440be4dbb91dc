//! Temporary folder with generated manifests, and the commands that work on them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use tempfile::TempDir;

use crate::cluster::Cluster;

/// Temporary folder, deleted when dropped.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn open() -> io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    /// Writes a cluster's manifest, and returns its path and its size in bytes.
    pub(crate) fn manifest(&self, cluster: &Cluster) -> io::Result<(PathBuf, u64)> {
        let (path, text) = (self.0.path().join("lighthouse.toml"), cluster.manifest());
        fs::write(&path, &text)?;
        Ok((path, text.len() as u64))
    }
}

/// Returns the command `lighthouse plan --format json`.
pub(crate) fn plan(manifest: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lighthouse"));
    command.args(["plan", "--format", "json", "-f"]).arg(manifest);
    command
}

/// Returns the command that runs `reader` in this program.
pub(crate) fn read(way: &str, files: &[&Path]) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["read", way]).args(files);
    Ok(command)
}
