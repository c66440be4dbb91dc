//! The last steps of everything that writes the state: lock, replace, and what the disk said.

use std::path::Path;
use std::time::Duration;

use lighthouse::model::{Model, Record};
use lighthouse::state::{Lineage, State};
use lighthouse::store::{self, LockedStore, Saved};

use crate::args::Global;
use crate::clock;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::inputs::{manifest_input, state_path};
use crate::planning::Recorded;
use crate::terminal::Terminal;

/// Locks the state, waiting as long as is wanted.
pub(crate) fn lock(global: &Global, wait: Option<Duration>) -> Result<LockedStore, Failure> {
    let path = state_path(global, &manifest_input(global)?);
    let path = path.ok_or_else(|| {
        Failure::usage("a manifest from standard input has no state beside it").help("`--state PATH` says where it is")
    })?;
    lock_at(&path, wait)
}

/// Locks the state at this path.
pub(crate) fn lock_at(path: &Path, wait: Option<Duration>) -> Result<LockedStore, Failure> {
    let since = clock::now();
    Ok(store::lock(path, &format!("process {} since {since}", std::process::id()), wait.unwrap_or_default())?)
}

/// Writes the state that comes after the recorded one, and says its serial and how it was saved.
pub(crate) fn save(
    recorded: &Recorded,
    model: &Model,
    record: Record,
    lineage: Lineage,
    locked: &LockedStore,
    terminal: Terminal,
) -> Result<(u64, Exit), Failure> {
    let next = next(recorded, model, record, lineage)?;
    let saved = locked.replace(recorded.bytes.as_deref(), next.text().as_bytes())?;
    Ok((next.serial, exit(saved, terminal)))
}

/// The state that comes after the recorded one.
pub(crate) fn next(recorded: &Recorded, model: &Model, record: Record, lineage: Lineage) -> Result<State, Failure> {
    let first = State { cluster: None, lineage, serial: 0, record: Record::default() };
    let next = recorded.state.as_ref().unwrap_or(&first).next(model.cluster.as_deref(), record);
    next.ok_or_else(|| {
        Failure::error(format!("the serial of {} has come to its end", recorded.name()))
            .help("to begin anew, move the file away, write `serial = 0` in it, and `lighthouse adopt` it")
    })
}

/// Saved is done; whether it will last is said, too.
pub(crate) fn exit(saved: Saved, terminal: Terminal) -> Exit {
    match saved {
        Saved::Durable => Exit::Done,
        Saved::Unconfirmed(error) => {
            let failure = Failure::from(error);
            let message = format!("saved, but the disk did not confirm that it will last: {}", failure.message);
            let help = "apply again when the disk is well: it syncs what is there";
            terminal.report(&lighthouse::text::diagnostic::Diagnostic::error(message).help(help));
            Exit::Unconfirmed
        }
    }
}

/// Prints what came of a save.
pub(crate) fn tell(text: &str, exit: Exit, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let told = terminal.print(text).map(|()| (String::new(), exit));
    told.map_err(|error| Failure { exit: exit.and(Exit::Error), ..Failure::output_after_saving(&error) })
}

impl Recorded {
    /// The state's path, for a message.
    pub(crate) fn name(&self) -> String {
        self.path.as_ref().map(|path| lighthouse::text::escape::quoted(&path.to_string_lossy())).unwrap_or_default()
    }

    /// Makes sure that the state is still the one that was planned on.
    pub(crate) fn still_there(&self, locked: &LockedStore) -> Result<(), Failure> {
        if locked.read(lighthouse::manifest::MAX_TEXT_BYTES)? == self.bytes {
            return Ok(());
        }
        let message = format!("the state {} has changed since it was read", self.name());
        Err(Failure::refused(Refusal::StateChanged, message).help("plan again, on the state that is there now"))
    }
}
