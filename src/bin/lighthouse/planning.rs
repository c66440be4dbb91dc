//! From a manifest and a state to a plan that the judge has passed: what `plan` and `apply` have in common.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lighthouse::manifest::{MAX_TEXT_BYTES, Manifest};
use lighthouse::model::{Model, NodeId, Record, Replan, WorkloadId};
use lighthouse::parallel::both;
use lighthouse::place::{self, Pin};
use lighthouse::plan::Plan;
use lighthouse::render::Origin;
use lighthouse::render::phrase;
use lighthouse::state::{self, Flags, Lineage, State};
use lighthouse::store;
use lighthouse::text::diagnostic::Diagnostic;
use lighthouse::text::escape::quoted;
use lighthouse::text::source::Source;
use lighthouse::text::suggestion;
use lighthouse::verify;

use crate::args::{Global, Start};
use crate::failure::{Failure, Refusal};
use crate::inputs::{Read, read_found, understand};
use crate::progress::Progress;
use crate::terminal::Terminal;

/// The record of a cluster that has no state yet.
static EMPTY: Record = Record { placements: Vec::new(), evicted: Vec::new(), cursor: None };

/// A state of more bytes is read beside the manifest: it takes longer than to start a thread.
const LONG: usize = 64 << 10;

/// All that a plan is made from, read once.
#[derive(Debug)]
pub(crate) struct Basis {
    /// The manifest's text.
    pub(crate) sources: Vec<Source>,
    /// What it means, under the flags, and what it probably does not mean.
    pub(crate) manifest: Manifest,
    /// What is recorded.
    pub(crate) recorded: Recorded,
    /// The flags that belong to the plan's meaning.
    pub(crate) flags: Flags,
    /// Whether only errors are said.
    quiet: bool,
}

/// The state as it was read.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Where it is; nowhere when the manifest has no place.
    pub(crate) path: Option<PathBuf>,
    /// Its bytes, where there is one.
    pub(crate) bytes: Option<Vec<u8>>,
    /// What they say.
    pub(crate) state: Option<State>,
}

/// Reads manifest and state. What is wrong with the manifest is said here.
pub(crate) fn read(global: &Global, start: &Start, terminal: Terminal) -> Result<Basis, Failure> {
    let mut basis = read_files(global, start.fresh, terminal)?;
    if basis.manifest.model.replan == Replan::Fresh && !start.moves.is_empty() {
        return Err(Failure::usage("`--move` needs a record to start from, and `replan = \"fresh\"` starts from none"));
    }
    basis.flags.moves = moves(&basis.manifest.model, &start.moves)?;
    Ok(basis)
}

/// Reads manifest and state for a plan that was saved with these flags. Names in them may be gone: the plan is stale
/// then.
pub(crate) fn read_reviewed(global: &Global, flags: &Flags, terminal: Terminal) -> Result<Basis, Failure> {
    let basis = read_files(global, flags.fresh, terminal)?;
    Ok(Basis { flags: flags.clone(), ..basis })
}

/// Reads manifest and state for an adoption, which may be the way out for a state that cannot be read: that is given
/// beside them, unless a newer version wrote it.
pub(crate) fn read_for_adoption(global: &Global, terminal: Terminal) -> Result<(Basis, Option<Failure>), Failure> {
    let (mut basis, state) = read_both(global, false, terminal)?;
    let unreadable = match state {
        Ok(state) => {
            basis.recorded.state = state;
            None
        }
        Err(error) => Some(basis.recorded.unreadable(&error)),
    };
    same_cluster(&basis.manifest.model, &basis.recorded)?;
    match unreadable {
        Some(failure) if basis.recorded.bytes.as_deref().is_some_and(state::is_newer) => Err(failure),
        unreadable => Ok((basis, unreadable)),
    }
}

fn read_files(global: &Global, fresh: bool, terminal: Terminal) -> Result<Basis, Failure> {
    let (mut basis, state) = read_both(global, fresh, terminal)?;
    basis.recorded.state = state.map_err(|error| basis.recorded.unreadable(&error))?;
    same_cluster(&basis.manifest.model, &basis.recorded)?;
    if let (Some(path), None) = (&basis.recorded.path, &basis.recorded.state) {
        warn_of_other_states(&basis.manifest.model, path, terminal);
    }
    Ok(basis)
}

/// Reads the manifest, and the bytes of the state beside it; what these say, or do not, is given with them.
fn read_both(
    global: &Global,
    fresh: bool,
    terminal: Terminal,
) -> Result<(Basis, Result<Option<State>, state::Error>), Failure> {
    let progress = Progress::start("reading the manifest", terminal.quiet);
    let (sources, path) = read_found(global)?;
    // Whatever is the matter with the state, the mistakes of the manifest are told first.
    let bytes = path.as_deref().map_or(Ok(None), |path| store::read(path, MAX_TEXT_BYTES));
    let parse = || bytes.as_ref().ok().and_then(Option::as_deref).map(state::parse).transpose();
    let is_long = matches!(&bytes, Ok(Some(bytes)) if bytes.len() > LONG);
    let (state, manifest) =
        if is_long { both(parse, || understand(&sources)) } else { (parse(), understand(&sources)) };
    drop(progress);
    let read = Read { sources, state: path, manifest };
    read.say_findings(terminal);
    let mut manifest = read.manifest.map_err(|found| {
        terminal.say(&format!("{}; nothing was planned\n", found.count()));
        Failure::said()
    })?;
    if fresh {
        manifest.model.replan = Replan::Fresh;
    }
    let recorded = Recorded { path: read.state, bytes: bytes?, state: None };
    let flags = Flags { fresh, moves: Vec::new() };
    Ok((Basis { sources: read.sources, manifest, recorded, flags, quiet: terminal.quiet }, state))
}

/// Says where these workloads are on record, when it is not where the state should be: a manifest that was renamed
/// would place everything anew.
fn warn_of_other_states(model: &Model, path: &Path, terminal: Terminal) {
    for other in store::states_beside(path) {
        let bytes = store::read(&other, MAX_TEXT_BYTES).ok().flatten();
        let Some(state) = bytes.and_then(|bytes| state::parse(&bytes).ok()) else { continue };
        let ours = state.record.placements.iter().filter(|each| model.workload_named(&each.workload).is_some()).count();
        if ours > 0 {
            let (missing, there) = (quoted(&path.to_string_lossy()), quoted(&other.to_string_lossy()));
            let message = format!("there is no state {missing}, but {there} records {ours} of these workloads");
            terminal.report(&Diagnostic::warning(message).help("`--state PATH` names the state to plan against"));
        }
    }
}

/// What is on record for a cluster; nothing where there is no state.
pub(crate) fn recorded(model: &Model, path: &Path) -> Result<Record, Failure> {
    let recorded = read_state(Some(path.to_owned()))?;
    same_cluster(model, &recorded)?;
    Ok(recorded.state.map(|state| state.record).unwrap_or_default())
}

/// Reads the state, if there is one.
fn read_state(path: Option<PathBuf>) -> Result<Recorded, Failure> {
    let Some(place) = path else { return Ok(Recorded::default()) };
    let bytes = store::read(&place, MAX_TEXT_BYTES)?;
    Recorded::of(place, bytes)
}

/// Refuses the state of another cluster.
pub(crate) fn same_cluster(model: &Model, recorded: &Recorded) -> Result<(), Failure> {
    let theirs = recorded.state.as_ref().and_then(|state| state.cluster.as_deref());
    match (model.cluster.as_deref(), theirs) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            let message =
                format!("the state is that of cluster {}, and the manifest is of {}", quoted(theirs), quoted(ours));
            let refused = Failure::refused(Refusal::AnotherCluster, message).help("`--state` names another state");
            Err(Failure { serial: recorded.serial(), ..refused })
        }
        _ => Ok(()),
    }
}

impl Recorded {
    /// What these bytes of a state say.
    pub(crate) fn of(place: PathBuf, bytes: Option<Vec<u8>>) -> Result<Self, Failure> {
        let recorded = Self { path: Some(place), bytes, state: None };
        let state = recorded.bytes.as_deref().map(state::parse).transpose();
        let state = state.map_err(|error| recorded.unreadable(&error))?;
        Ok(Self { state, ..recorded })
    }

    /// These bytes say nothing that this version can read.
    fn unreadable(&self, error: &state::Error) -> Failure {
        let (path, bytes) = (self.path.as_deref(), self.bytes.as_deref());
        Failure::unreadable_state(path.unwrap_or(Path::new("")), bytes.unwrap_or_default(), error)
    }

    /// The serial of the state, where there is one.
    pub(crate) fn serial(&self) -> Option<u64> {
        self.state.as_ref().map(|state| state.serial)
    }
}

impl Basis {
    /// What `watch` has read, which plans without a word.
    pub(crate) fn of(sources: Vec<Source>, manifest: Manifest, recorded: Recorded) -> Self {
        let flags = Flags { fresh: false, moves: Vec::new() };
        Self { sources, manifest, recorded, flags, quiet: true }
    }

    /// Gives up the manifest's text, unless there is something to say about it. It takes as much room as all that
    /// follows from it.
    pub(crate) fn forget_texts(&mut self) {
        if self.manifest.warnings.is_empty() {
            self.sources.iter_mut().for_each(Source::forget);
        }
    }

    /// Plans, and lets the judge see what comes of it.
    pub(crate) fn plan(&self) -> Result<Plan<'_>, Failure> {
        let _progress = Progress::start("planning", self.quiet);
        let (model, record, pins) = (&self.manifest.model, self.record(), self.pins());
        let start = place::Start { record: Some(record), pins: &pins, ..place::Start::default() };
        let outcome = place::place(model, &start).map_err(|error| {
            let (workload, node) = (model.workload_name(error.pin.workload), model.node_name(error.pin.node));
            let why = phrase::refused_move(model, &error);
            Failure::error(format!("{} cannot move to {}: {why}", quoted(workload), quoted(node)))
        })?;
        let violations = verify::judge(model, &outcome.assignment);
        match violations.first() {
            None => Ok(Plan::of(model, record, &pins, outcome)),
            Some(first) => Err(Failure::error(format!("the plan breaks a rule: {first}"))
                .help("this is a mistake in lighthouse, and nothing was written: please report it")),
        }
    }

    /// File and line of a workload's table.
    pub(crate) fn line(&self, workload: WorkloadId) -> Option<(&str, usize)> {
        self.manifest.workload_line(&self.sources, workload, &[])
    }

    /// What is on record; nothing where there is no state.
    pub(crate) fn record(&self) -> &Record {
        self.recorded.state.as_ref().map_or(&EMPTY, |state| &state.record)
    }

    /// What is moved by hand.
    pub(crate) fn pins(&self) -> Vec<Pin> {
        self.flags.moves.iter().filter_map(|(workload, node)| self.pin(workload, node)).collect()
    }

    fn pin(&self, workload: &str, node: &str) -> Option<Pin> {
        Some(Pin {
            workload: self.manifest.model.workload_named(workload)?,
            node: self.manifest.model.node_named(node)?,
        })
    }

    /// Whose child the next state is.
    pub(crate) fn lineage(&self) -> Lineage {
        self.recorded.state.as_ref().map_or_else(Lineage::draw, |state| state.lineage.clone())
    }

    /// What the plan was made from, for its heading.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            manifest: self.sources.first().map(|source| source.name().to_owned()).unwrap_or_default(),
            state: self.recorded.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
            serial: self.recorded.serial(),
        }
    }
}

/// The workloads that are to move, by name, each with its node.
fn moves(model: &Model, wanted: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut moves = BTreeMap::new();
    for text in wanted {
        let (workload, node) = parted(model, text)?;
        let (workload, node) = (model.workload_name(workload), model.node_name(node));
        if moves.insert(workload.to_owned(), node.to_owned()).is_some_and(|earlier| earlier != node) {
            return Err(Failure::usage(format!("`--move` sends {} to two nodes", quoted(workload))));
        }
    }
    Ok(moves.into_iter().collect())
}

/// Workload and node of `WORKLOAD=NODE`, parted at the `=` that leaves two names that exist; else what is wrong with
/// the first parts.
pub(crate) fn parted(model: &Model, text: &str) -> Result<(WorkloadId, NodeId), Failure> {
    let mut parts = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let known = |(workload, node): (&str, &str)| Some((model.workload_named(workload)?, model.node_named(node)?));
    let (workload, node) = parts.clone().next().unwrap_or((text, ""));
    if let Some(both) = parts.find_map(known) {
        return Ok(both);
    }
    if model.workload_named(workload).is_none() {
        return Err(unknown("workload", workload, model.workloads().iter().map(|each| &*each.name)));
    }
    Err(unknown("node", node, model.nodes().iter().map(|each| &*each.name)))
}

/// A name that is not in the manifest.
pub(crate) fn unknown<'n>(what: &str, name: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> Failure {
    let suggestion::UnknownName { message, help } = suggestion::unknown(what, name, names);
    Failure { help, ..Failure::error(message) }
}
