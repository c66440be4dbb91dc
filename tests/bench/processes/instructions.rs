//! Instructions of two fixed runs, which do not depend on what else the machine does.
//!
//! They are compared with those of `instructions.txt`, which `UPDATE=1` writes anew. Another compiler or C library
//! counts otherwise: compare before and after a change on one machine.

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use crate::cluster::Cluster;
use crate::replan;
use crate::workshop::{Workshop, plan};

/// What was counted when it was last written.
const WRITTEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/processes/instructions.txt");

/// By how many of a hundred a run may grow.
const TOLERATED: u64 = 3;

/// Counts, and fails where there are more than there were.
pub(crate) fn compare() -> io::Result<()> {
    let counted = count()?;
    if env::var_os("UPDATE").is_some() {
        let text = counted.iter().fold(String::new(), |mut text, (name, count)| {
            let _ = writeln!(text, "{name} = {count}");
            text
        });
        return fs::write(WRITTEN, text);
    }
    let written = toml::from_str::<std::collections::BTreeMap<String, u64>>(&fs::read_to_string(WRITTEN)?);
    let written = written.map_err(io::Error::other)?;
    let mut grown = Vec::new();
    for (name, count) in counted {
        let before = written.get(name).copied().unwrap_or(0);
        println!("{name}: {count} instructions, {before} before");
        if count > before + before * TOLERATED / 100 {
            grown.push(name);
        }
    }
    if grown.is_empty() { Ok(()) } else { Err(io::Error::other(format!("more instructions: {}", grown.join(", ")))) }
}

/// The instructions of a first plan, and of one after an edit of one line.
fn count() -> io::Result<[(&'static str, u64); 2]> {
    let workshop = Workshop::open()?;
    let cluster = Cluster { nodes: 1_000, workloads: 10_000, averse_percent: 20, ..Cluster::default() };
    let (manifest, _) = workshop.manifest(&cluster)?;
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
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : "));
    let count = collected.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| io::Error::other(format!("valgrind counted nothing: {said}")))
}
