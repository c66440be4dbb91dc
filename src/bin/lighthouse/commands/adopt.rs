//! `adopt`: records where workloads already run; places nothing.
//!
//! Lines and pairs are added to the record, with the requirements of the current manifest. A state file replaces the
//! record, and its digest need not be right: that is how a state that was merged by hand becomes valid again.

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
use crate::failure::Failure;
use crate::output::Output;
use crate::planning::{self, AdoptionBasis, Basis};
use crate::terminal::{Terminal, require_terminal};
use crate::writing::{self, SavedState};

/// The record to save.
struct Adopted {
    record: Record,
    /// The adopted state, if a state file was adopted: it gives lineage and serial if there is no other state.
    state: Option<State>,
}

/// Reads what runs where, warns of what would move, asks, and writes the state.
pub(crate) fn run(global: &Global, args: &AdoptArgs, terminal: Terminal) -> Result<Output, Failure> {
    if !args.writing.yes {
        require_terminal()?;
    }
    let AdoptionBasis { mut basis, unreadable } = planning::read_for_adoption(global, terminal)?;
    let adopted = match (file_argument(&args.from), unreadable) {
        (Some(file), unreadable) => adopt_file(&basis, file, unreadable, terminal)?,
        (None, None) => adopt_pairs(&basis, &parse_pairs(&basis.manifest.model, &args.from)?),
        // Pairs are added to the record, so the record must be readable.
        (None, Some(failure)) => return Err(failure),
    };
    warn_of_moves(&basis, &adopted.record, terminal);
    let count = counted(adopted.record.placements.len(), "placement");
    let path = basis.state_file.quoted_path();
    if !args.writing.yes {
        terminal.confirm(&format!("Record {count} in {path}?"))?;
    }
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    writing::check_unchanged(&basis.state_file, &locked)?;
    if basis.state_file.state.is_none() {
        basis.state_file.state = adopted.state;
    } else if basis.state_file.state.as_ref().is_some_and(|state| state.record == adopted.record) {
        let exit = writing::exit_after_save(locked.sync()?, terminal);
        return Ok(Output { text: "Nothing changed: this is already recorded.\n".to_owned(), exit });
    }
    let SavedState { serial, exit } = writing::save(&basis, adopted.record, basis.lineage(), &locked, terminal)?;
    let text = format!("Recorded {count} in {path} (serial {serial}). Nothing was started or stopped.\n");
    writing::print_saved(&Output { text, exit }, terminal)
}

/// Returns the only argument, unless it is a pair.
fn file_argument(words: &[String]) -> Option<&Path> {
    match words {
        [single] if !single.contains('=') => Some(Path::new(single)),
        _ => None,
    }
}

/// Adopts a file. A state file replaces the record; lines are added to it, or start a new one if it cannot be read.
fn adopt_file(basis: &Basis, file: &Path, unreadable: Option<Failure>, terminal: Terminal) -> Result<Adopted, Failure> {
    let input = Input::of(file);
    let bytes = store::read_input(&input, MAX_TEXT_BYTES)?;
    if state::has_format(&bytes) {
        return adopt_state(file, &bytes);
    }
    let pairs = parse_lines(&basis.manifest.model, Source::new(input.name().to_string_lossy(), bytes), terminal)?;
    if let Some(failure) = unreadable {
        warn_of_lost_record(failure, terminal);
    }
    Ok(adopt_pairs(basis, &pairs))
}

fn adopt_pairs(basis: &Basis, pairs: &[(WorkloadId, NodeId)]) -> Adopted {
    let record = basis.state_file.state.as_ref().map(|state| state.record.clone()).unwrap_or_default();
    Adopted { record: with_pairs(&basis.manifest.model, record, pairs), state: None }
}

fn adopt_state(path: &Path, bytes: &[u8]) -> Result<Adopted, Failure> {
    let state = state::parse_unverified(bytes).map_err(|error| Failure::unreadable("state", path, bytes, &error))?;
    Ok(Adopted { record: state.record.clone(), state: Some(state) })
}

/// Parses the lines of a file, and reports mistakes.
fn parse_lines(model: &Model, source: Source, terminal: Terminal) -> Result<Vec<(WorkloadId, NodeId)>, Failure> {
    let sources = [source];
    listing::pairs(model, &sources[0]).map_err(|found| {
        terminal.eprint(&draw_all(&found, &sources, terminal.paint()));
        terminal.eprint(&format!("{}; nothing was recorded\n", found.count()));
        Failure::already_reported()
    })
}

/// Parses the pairs of the command line.
fn parse_pairs(model: &Model, words: &[String]) -> Result<Vec<(WorkloadId, NodeId)>, Failure> {
    let mut pairs = BTreeMap::new();
    for word in words {
        let (workload, node) = planning::split_pair(model, word)?;
        if pairs.insert(workload, node).is_some_and(|earlier| earlier != node) {
            return Err(Failure::usage(format!("{} is given two nodes", quoted(model.workload_name(workload)))));
        }
    }
    Ok(pairs.into_iter().collect())
}

/// Returns the record with these workloads on these nodes.
fn with_pairs(model: &Model, record: Record, pairs: &[(WorkloadId, NodeId)]) -> Record {
    let adopted = pairs.iter().map(|&(workload, node)| plan::recorded(model, workload, node));
    let lines = record.placements.into_iter().chain(adopted).map(|line| (Arc::clone(&line.workload), line));
    // An adopted placement comes later and replaces the recorded one.
    let placements = lines.collect::<BTreeMap<_, _>>();
    let mut evicted = record.evicted;
    evicted.retain(|(workload, _)| !placements.contains_key(workload));
    Record { placements: placements.into_values().collect(), evicted, cursor: record.cursor }
}

/// Warns that a state which cannot be read is replaced by the adopted placements alone.
fn warn_of_lost_record(failure: Failure, terminal: Terminal) {
    let (warning, sources) = failure.into_diagnostic(Severity::Warning);
    terminal.report_in(&warning.note("the new record contains the adopted placements and nothing else"), &sources);
}

/// Warns of each placement that the next plan would change, with the reason.
fn warn_of_moves(basis: &Basis, record: &Record, terminal: Terminal) {
    let Ok(plan) = Plan::new(&basis.manifest.model, record, &[]) else { return };
    for change in &plan.changes {
        let Some(node) = &change.from else { continue };
        let why = phrase::change_reasons(&basis.manifest.model, change);
        let message = format!("{} will not stay on {}: {why}", quoted(&change.workload), quoted(node));
        terminal.report(&Diagnostic::warning(message));
    }
}
