//! Instruction counts of two fixed runs, which do not depend on the machine's load.
//!
//! The counts are compared with `instructions.txt`, which `UPDATE=1` rewrites. They vary with the compiler and the C
//! library, so compare before and after a change on one machine.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use crate::cluster::Cluster;
use crate::replan;
use crate::workspace::{Workspace, plan};

/// File with the accepted counts.
const ACCEPTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/processes/instructions.txt");

/// Accepted growth, in percent.
const TOLERANCE_PERCENT: u64 = 3;

/// Counts instructions, and fails if a run needs more than accepted.
pub(crate) fn compare() -> io::Result<()> {
    let counted = count()?;
    if env::var_os("UPDATE").is_some() {
        let text = counted.iter().fold(String::new(), |mut text, (name, count)| {
            let _ = writeln!(text, "{name} = {count}");
            text
        });
        return fs::write(ACCEPTED, text);
    }
    let accepted = toml::from_str::<std::collections::BTreeMap<String, u64>>(&fs::read_to_string(ACCEPTED)?);
    let accepted = accepted.map_err(io::Error::other)?;
    let mut grown = Vec::new();
    for (name, count) in counted {
        let before = accepted.get(name).copied().unwrap_or(0);
        println!("{name}: {count} instructions, {before} before");
        if count > before + before * TOLERANCE_PERCENT / 100 {
            grown.push(name);
        }
    }
    if grown.is_empty() { Ok(()) } else { Err(io::Error::other(format!("more instructions: {}", grown.join(", ")))) }
}

/// Counts the instructions of a first plan, and of a plan after an edit of one line.
fn count() -> io::Result<[(&'static str, u64); 2]> {
    let workspace = Workspace::open()?;
    let cluster = Cluster { nodes: 1_000, workloads: 10_000, averse_percent: 20, ..Cluster::default() };
    let (manifest, _) = workspace.manifest(&cluster)?;
    let first = instructions_of(&plan(&manifest))?;
    replan::apply(&manifest)?;
    replan::edit(&manifest)?;
    Ok([("first", first), ("after_an_edit", instructions_of(&plan(&manifest))?)])
}

fn instructions_of(command: &Command) -> io::Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(Path::new(command.get_program())).args(command.get_args());
    let output = valgrind.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| io::Error::other(format!("valgrind counted nothing: {report}")))
}
