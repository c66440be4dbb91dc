//! `adopt`: records where things run already, and places nothing.
//!
//! Lines and pairs are added to the record with the requirements that the manifest gives now. A state file takes the
//! place of the record, and its digest need not be right: that is the way back from a merge by hand.

use std::path::{Path, PathBuf};

use lighthouse::diagnostic::Diagnostic;
use lighthouse::escape::quoted;
use lighthouse::explain;
use lighthouse::manifest::MOST_TEXT;
use lighthouse::model::{Model, NodeId, Record, WorkloadId};
use lighthouse::plan::{self, Plan};
use lighthouse::state::{self, State};
use lighthouse::store::{self, Input};

use crate::args::{AdoptArgs, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::{self, Basis};
use crate::terminal::{Terminal, can_ask};
use crate::writing;

/// What is to be recorded, and whose child it is.
struct Adopted {
    record: Record,
    state: Option<State>,
}

/// Reads what runs where, shows what would not hold, asks, and writes the state.
pub(crate) fn run(global: &Global, args: &AdoptArgs, terminal: Terminal) -> Result<(String, Exit), Failure> {
    if !args.writing.yes {
        can_ask()?;
    }
    let mut basis = planning::read_for_adoption(global, terminal)?;
    let adopted = adopted(&basis, &args.from)?;
    warn_of_what_does_not_hold(&basis, &adopted.record, terminal);
    if !args.writing.yes {
        let count = adopted.record.placements.len();
        terminal.confirm(&format!("Record {count} placements in {}?", basis.recorded.name()))?;
    }
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    basis.recorded.still_there(&locked)?;
    if basis.recorded.state.is_none() {
        basis.recorded.state = adopted.state;
    } else if basis.recorded.state.as_ref().is_some_and(|state| state.record == adopted.record) {
        let exit = writing::exit(locked.sync()?, terminal);
        return Ok(("Nothing changed: that is on record already.\n".to_owned(), exit));
    }
    let count = adopted.record.placements.len();
    let (serial, exit) =
        writing::save(&basis.recorded, &basis.manifest.model, adopted.record, basis.lineage(), &locked, terminal)?;
    let name = basis.recorded.name();
    Ok((format!("Recorded {count} placements in {name} (serial {serial}). Nothing was started or stopped.\n"), exit))
}

/// A state file, or pairs from the command line, a file or standard input.
fn adopted(basis: &Basis, from: &[String]) -> Result<Adopted, Failure> {
    let record = basis.recorded.state.as_ref().map(|state| state.record.clone()).unwrap_or_default();
    if let [single] = from
        && !single.contains('=')
    {
        let bytes = store::read_input(&Input::of(Path::new(single)), MOST_TEXT)?;
        return adopted_file(&basis.manifest.model, record, &PathBuf::from(single), &bytes);
    }
    let pairs = from.iter().map(|text| planning::parted(&basis.manifest.model, text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Adopted { record: with_pairs(&basis.manifest.model, record, &pairs), state: None })
}

fn adopted_file(model: &Model, record: Record, path: &Path, bytes: &[u8]) -> Result<Adopted, Failure> {
    let text = String::from_utf8_lossy(bytes);
    if text.lines().any(|line| line.starts_with("format = ")) {
        let state = state::adopt(bytes).map_err(|error| {
            Failure::error(format!("{} cannot be adopted: {error}", quoted(&path.to_string_lossy())))
        })?;
        return Ok(Adopted { record: state.record.clone(), state: Some(state) });
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|(at, line)| pair(model, at + 1, line)).collect::<Result<Vec<_>, _>>()?;
    Ok(Adopted { record: with_pairs(model, record, &pairs), state: None })
}

/// Workload and node of a line. Names may hold spaces, so where it parts is decided when they are known.
fn pair(model: &Model, number: usize, line: &str) -> Result<(WorkloadId, NodeId), Failure> {
    let parts = line.match_indices([' ', '\t']).map(|(at, _)| (line[..at].trim(), line[at..].trim()));
    planning::first_known(model, parts, line.trim())
        .map_err(|failure| Failure { message: format!("line {number}: {}", failure.message), ..failure })
}

/// The record with these workloads on these nodes.
fn with_pairs(model: &Model, mut record: Record, pairs: &[(WorkloadId, NodeId)]) -> Record {
    for &(workload, node) in pairs {
        let line = plan::recorded(model, workload, node);
        record.evicted.retain(|(evicted, _)| *evicted != line.workload);
        match record.placements.binary_search_by(|each| each.workload.cmp(&line.workload)) {
            Ok(at) => record.placements[at] = line,
            Err(at) => record.placements.insert(at, line),
        }
    }
    record
}

/// Says what the next plan would move, and why.
fn warn_of_what_does_not_hold(basis: &Basis, record: &Record, terminal: Terminal) {
    let Ok(plan) = Plan::new(&basis.manifest.model, record, &[]) else { return };
    for change in plan.changes.iter().filter(|change| change.from.is_some()) {
        let why = explain::reasons(&basis.manifest.model, change);
        let message = format!("{} does not stay as it is: {why}", quoted(&change.workload));
        terminal.report(&Diagnostic::warning(message));
    }
}
