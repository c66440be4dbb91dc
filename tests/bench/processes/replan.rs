//! Time of a plan after an edit of one line, with a saved state of a hundred thousand placements.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::cluster::{Cluster, STRATEGIES};
use crate::measure::side_by_side;
use crate::workspace::{Workspace, plan, read};

/// Measures each strategy and prints the table.
pub(crate) fn table() -> io::Result<()> {
    println!("| strategy | reading manifest and state | `plan` | of reading |");
    println!("|---|---|---|---|");
    for strategy in STRATEGIES {
        let workspace = Workspace::open()?;
        let cluster = Cluster { nodes: 10_000, workloads: 100_000, strategy, ..Cluster::default() };
        let (manifest, _) = workspace.manifest(&cluster)?;
        let state = apply(&manifest)?;
        edit(&manifest)?;
        let [reading, whole] = side_by_side(7, &mut [read("both", &[&manifest, &state])?, plan(&manifest)])?;
        println!("| {strategy} | {} | {} | {:.2} |", reading.seconds(), whole.seconds(), whole.times(reading));
    }
    Ok(())
}

/// Applies the manifest and returns the path of the state.
pub(crate) fn apply(manifest: &Path) -> io::Result<PathBuf> {
    let mut apply = Command::new(env!("CARGO_BIN_EXE_lighthouse"));
    let status = apply.args(["apply", "--yes", "-f"]).arg(manifest).stdout(Stdio::null()).status()?;
    if !matches!(status.code(), Some(0 | 3)) {
        return Err(io::Error::other(format!("apply ended with {status}")));
    }
    Ok(manifest.with_file_name("lighthouse.state.toml"))
}

/// Changes a requirement of one workload.
pub(crate) fn edit(manifest: &Path) -> io::Result<()> {
    let table = "name = \"workload-0000007\"\nrequirements = { cpu = ";
    let text = fs::read_to_string(manifest)?;
    fs::write(manifest, text.replacen(table, &format!("{table}1"), 1))
}
