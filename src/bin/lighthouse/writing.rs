//! Writes the state: locks it, replaces it, and reports how durable the result is.

use std::path::Path;
use std::time::Duration;

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::model::{Model, Record};
use lighthouse::state::{Lineage, State};
use lighthouse::store::{self, LockedStore, Saved};
use lighthouse::text::diagnostic::Diagnostic;

use crate::args::Global;
use crate::clock;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::inputs::{manifest_input, state_path};
use crate::output::Output;
use crate::planning::{Basis, StateFile};
use crate::terminal::Terminal;

/// A state that was saved.
pub(crate) struct SavedState {
    /// Serial of the state.
    pub(crate) serial: u64,
    /// Exit code, which depends on whether the disk confirmed the write.
    pub(crate) exit: Exit,
}

/// Locks the state, and waits at most this long for another writer.
pub(crate) fn lock(global: &Global, timeout: Option<Duration>) -> Result<LockedStore, Failure> {
    let path = state_path(global, &manifest_input(global)?);
    let path = path.ok_or_else(|| {
        Failure::usage("a manifest from standard input has no state beside it").help("`--state PATH` names the state")
    })?;
    lock_at(&path, timeout)
}

/// Locks the state at this path.
pub(crate) fn lock_at(path: &Path, timeout: Option<Duration>) -> Result<LockedStore, Failure> {
    let holder = format!("process {} since {}", std::process::id(), clock::now());
    Ok(store::lock(path, &holder, timeout.unwrap_or_default())?)
}

/// Replaces the state with one that has this record.
pub(crate) fn save(
    basis: &Basis,
    record: Record,
    lineage: Lineage,
    locked: &LockedStore,
    terminal: Terminal,
) -> Result<SavedState, Failure> {
    let next = next_state(&basis.state_file, &basis.manifest.model, record, lineage)?;
    let saved = locked.replace(basis.state_file.bytes.as_deref(), next.text().as_bytes())?;
    Ok(SavedState { serial: next.serial, exit: exit_after_save(saved, terminal) })
}

/// Returns the state that follows the recorded one.
pub(crate) fn next_state(
    state_file: &StateFile,
    model: &Model,
    record: Record,
    lineage: Lineage,
) -> Result<State, Failure> {
    let first = State { cluster: None, lineage, serial: 0, record: Record::default() };
    let next = state_file.state.as_ref().unwrap_or(&first).next(model.cluster.as_deref(), record);
    next.ok_or_else(|| {
        Failure::error(format!("the serial number of {} has reached its maximum", state_file.quoted_path()))
            .help("to start over, move the file away, set `serial = 0` in it, and `lighthouse adopt` it")
    })
}

/// Returns the exit code after a save, and reports a write that the disk did not confirm.
pub(crate) fn exit_after_save(saved: Saved, terminal: Terminal) -> Exit {
    match saved {
        Saved::Durable => Exit::Done,
        Saved::Unconfirmed(error) => {
            let cause = Failure::from(error).message;
            let message = format!("saved, but the disk did not confirm that the state is durable: {cause}");
            let help = "apply again when the disk works: that syncs the saved state";
            terminal.report(&Diagnostic::error(message).help(help));
            Exit::Unconfirmed
        }
    }
}

/// Prints the result of a save.
pub(crate) fn print_saved(output: &Output, terminal: Terminal) -> Result<Output, Failure> {
    match terminal.print(&output.text) {
        Ok(()) => Ok(Output::printed(output.exit)),
        Err(error) => Err(Failure { exit: output.exit.and(Exit::Error), ..Failure::output_after_saving(&error) }),
    }
}

/// Refuses to go on if the state has changed since it was read.
pub(crate) fn check_unchanged(state_file: &StateFile, locked: &LockedStore) -> Result<(), Failure> {
    if locked.read(MAX_TEXT_BYTES)? == state_file.bytes {
        return Ok(());
    }
    let message = format!("the state {} has changed since it was read", state_file.quoted_path());
    Err(Failure::refused(Refusal::StateChanged, message).help("plan again, from the current state"))
}
