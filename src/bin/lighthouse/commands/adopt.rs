//! `adopt`: records where things run already, and places nothing.
//!
//! Lines and pairs are added to the record with the requirements that the manifest gives now. A state file takes the
//! place of the record, and its digest need not be right: that is the way back from a merge by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lighthouse::import::listing;
use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::model::{Model, NodeId, Record, WorkloadId};
use lighthouse::plan::{self, Plan};
use lighthouse::render::phrase;
use lighthouse::state::{self, State};
use lighthouse::store::{self, Input};
use lighthouse::text::count::counted;
use lighthouse::text::diagnostic::{Diagnostic, Severity, draw_all};
use lighthouse::text::escape::quoted;
use lighthouse::text::source::Source;

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
    let (mut basis, unreadable) = planning::read_for_adoption(global, terminal)?;
    let adopted = match (file_of(&args.from), unreadable) {
        (Some(file), unreadable) => adopted_file(&basis, file, unreadable, terminal)?,
        (None, None) => adopted_pairs(&basis, &given(&basis.manifest.model, &args.from)?),
        // Pairs are added to a record: there must be one that can be read.
        (None, Some(failure)) => return Err(failure),
    };
    warn_of_what_does_not_hold(&basis, &adopted.record, terminal);
    let count = counted(adopted.record.placements.len(), "placement");
    if !args.writing.yes {
        terminal.confirm(&format!("Record {count} in {}?", basis.recorded.name()))?;
    }
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    basis.recorded.still_there(&locked)?;
    if basis.recorded.state.is_none() {
        basis.recorded.state = adopted.state;
    } else if basis.recorded.state.as_ref().is_some_and(|state| state.record == adopted.record) {
        let exit = writing::exit(locked.sync()?, terminal);
        return Ok(("Nothing changed: that is on record already.\n".to_owned(), exit));
    }
    let (serial, exit) =
        writing::save(&basis.recorded, &basis.manifest.model, adopted.record, basis.lineage(), &locked, terminal)?;
    let name = basis.recorded.name();
    let text = format!("Recorded {count} in {name} (serial {serial}). Nothing was started or stopped.\n");
    writing::tell(&text, exit, terminal)
}

/// The only word of the command line, where it is no pair.
fn file_of(words: &[String]) -> Option<&Path> {
    match words {
        [single] if !single.contains('=') => Some(Path::new(single)),
        _ => None,
    }
}

/// A state file takes the place of the record; lines are added to it or, where it cannot be read, begin it anew.
fn adopted_file(
    basis: &Basis,
    file: &Path,
    unreadable: Option<Failure>,
    terminal: Terminal,
) -> Result<Adopted, Failure> {
    let input = Input::of(file);
    let bytes = store::read_input(&input, MAX_TEXT_BYTES)?;
    if state::has_format(&bytes) {
        return adopted_state(file, &bytes);
    }
    let pairs = listed(&basis.manifest.model, Source::new(input.name().to_string_lossy(), bytes), terminal)?;
    if let Some(failure) = unreadable {
        warn_of_what_is_lost(failure, terminal);
    }
    Ok(adopted_pairs(basis, &pairs))
}

fn adopted_pairs(basis: &Basis, pairs: &[(WorkloadId, NodeId)]) -> Adopted {
    let record = basis.recorded.state.as_ref().map(|state| state.record.clone()).unwrap_or_default();
    Adopted { record: with_pairs(&basis.manifest.model, record, pairs), state: None }
}

fn adopted_state(path: &Path, bytes: &[u8]) -> Result<Adopted, Failure> {
    let state = state::adopt(bytes).map_err(|error| Failure::unreadable("state", path, bytes, &error))?;
    Ok(Adopted { record: state.record.clone(), state: Some(state) })
}

/// What the lines of a file say.
fn listed(model: &Model, source: Source, terminal: Terminal) -> Result<Vec<(WorkloadId, NodeId)>, Failure> {
    let sources = [source];
    listing::pairs(model, &sources[0]).map_err(|found| {
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

/// Says that a state which cannot be read is no part of the record that takes its place.
fn warn_of_what_is_lost(failure: Failure, terminal: Terminal) {
    let (warning, sources) = failure.said_as(Severity::Warning);
    terminal.report_in(&warning.note("the record begins anew, with what is adopted and nothing else"), &sources);
}

/// Says what the next plan would move, and why.
fn warn_of_what_does_not_hold(basis: &Basis, record: &Record, terminal: Terminal) {
    let Ok(plan) = Plan::new(&basis.manifest.model, record, &[]) else { return };
    for change in plan.changes.iter().filter(|change| change.from.is_some()) {
        let why = phrase::change_reasons(&basis.manifest.model, change);
        let message = format!("{} does not stay as it is: {why}", quoted(&change.workload));
        terminal.report(&Diagnostic::warning(message));
    }
}
