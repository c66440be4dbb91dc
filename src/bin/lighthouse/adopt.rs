//! `adopt`: records where things run already, and places nothing.
//!
//! Lines and pairs are added to the record with the requirements that the manifest gives now. A state file takes the
//! place of the record, and its digest need not be right: that is the way back from a merge by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lighthouse::adoption;
use lighthouse::diagnostic::{Diagnostic, draw_all};
use lighthouse::escape::quoted;
use lighthouse::explain;
use lighthouse::manifest::MOST_TEXT;
use lighthouse::model::{Model, NodeId, Record, WorkloadId};
use lighthouse::plan::{self, Plan};
use lighthouse::source::Source;
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
    let adopted = adopted(&basis, &args.from, terminal)?;
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
    let text = format!("Recorded {count} placements in {name} (serial {serial}). Nothing was started or stopped.\n");
    writing::tell(&text, exit, terminal)
}

/// A state file, or pairs from the command line, a file or standard input.
fn adopted(basis: &Basis, from: &[String], terminal: Terminal) -> Result<Adopted, Failure> {
    let model = &basis.manifest.model;
    let record = basis.recorded.state.as_ref().map(|state| state.record.clone()).unwrap_or_default();
    let pairs = match from {
        [single] if !single.contains('=') => {
            let input = Input::of(Path::new(single));
            let bytes = store::read_input(&input, MOST_TEXT)?;
            if is_state(&bytes) {
                return adopted_state(single, &bytes);
            }
            listed(model, Source::new(input.name().to_string_lossy(), bytes), terminal)?
        }
        pairs => given(model, pairs)?,
    };
    Ok(Adopted { record: with_pairs(model, record, &pairs), state: None })
}

fn is_state(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).lines().any(|line| line.starts_with("format = "))
}

fn adopted_state(name: &str, bytes: &[u8]) -> Result<Adopted, Failure> {
    let state =
        state::adopt(bytes).map_err(|error| Failure::error(format!("{} cannot be adopted: {error}", quoted(name))))?;
    Ok(Adopted { record: state.record.clone(), state: Some(state) })
}

/// What the lines of a file say.
fn listed(model: &Model, source: Source, terminal: Terminal) -> Result<Vec<(WorkloadId, NodeId)>, Failure> {
    let sources = [source];
    adoption::pairs(model, &sources[0]).map_err(|found| {
        terminal.say(&draw_all(&found, &sources, terminal.paint()));
        terminal.say(&format!("{}; nothing was recorded\n", found.count()));
        Failure::said()
    })
}

/// What the words of the command line say.
fn given(model: &Model, words: &[String]) -> Result<Vec<(WorkloadId, NodeId)>, Failure> {
    let mut pairs = BTreeMap::new();
    for word in words {
        let (workload, node) = planning::parted(model, word)?;
        if pairs.insert(workload, node).is_some_and(|earlier| earlier != node) {
            return Err(Failure::usage(format!("{} is given two nodes", quoted(model.workload_name(workload)))));
        }
    }
    Ok(pairs.into_iter().collect())
}

/// The record with these workloads on these nodes.
fn with_pairs(model: &Model, record: Record, pairs: &[(WorkloadId, NodeId)]) -> Record {
    let adopted = pairs.iter().map(|&(workload, node)| plan::recorded(model, workload, node));
    let lines = record.placements.into_iter().chain(adopted).map(|line| (Arc::clone(&line.workload), line));
    // The later line of a workload takes the place of the earlier.
    let placements = lines.collect::<BTreeMap<_, _>>();
    let mut evicted = record.evicted;
    evicted.retain(|(workload, _)| !placements.contains_key(workload));
    Record { placements: placements.into_values().collect(), evicted, cursor: record.cursor }
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
