//! Reads manifest and state, plans, and verifies the plan: the steps that most commands share.

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
use crate::inputs::{ManifestText, ReadManifest, parse, read_text};
use crate::progress::Progress;
use crate::terminal::Terminal;

/// Record of a cluster that has no state yet.
static EMPTY: Record = Record { placements: Vec::new(), evicted: Vec::new(), cursor: None };

/// Size, in bytes, from which a state is parsed on a thread of its own: parsing takes longer than starting the thread.
const PARALLEL_STATE: usize = 64 << 10;

/// Everything that a plan is computed from, read once.
#[derive(Debug)]
pub(crate) struct Basis {
    /// Texts of the manifest.
    pub(crate) sources: Vec<Source>,
    /// The manifest with the flags applied, and its warnings.
    pub(crate) manifest: Manifest,
    /// The state.
    pub(crate) state_file: StateFile,
    /// Flags that change the plan.
    pub(crate) flags: Flags,
    /// Whether progress is suppressed.
    quiet: bool,
}

/// A state file as it was read.
#[derive(Debug, Default)]
pub(crate) struct StateFile {
    /// Path; `None` for a manifest without a path.
    pub(crate) path: Option<PathBuf>,
    /// Content; `None` if there is no file.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The parsed content.
    pub(crate) state: Option<State>,
}

/// Basis of an adoption, which may replace a state that cannot be read.
pub(crate) struct AdoptionBasis {
    /// The basis; it has no state if the state cannot be read.
    pub(crate) basis: Basis,
    /// Reason why the state cannot be read.
    pub(crate) unreadable: Option<Failure>,
}

/// A basis whose state is parsed but not yet part of it.
struct Files {
    basis: Basis,
    state: Result<Option<State>, state::Error>,
}

/// Reads manifest and state, and reports what is wrong with the manifest.
pub(crate) fn read(global: &Global, start: &Start, terminal: Terminal) -> Result<Basis, Failure> {
    let mut basis = read_files(global, start.fresh, terminal)?;
    if basis.manifest.model.replan == Replan::Fresh && !start.moves.is_empty() {
        return Err(Failure::usage("`--move` starts from the record, but `replan = \"fresh\"` ignores the record"));
    }
    basis.flags.moves = moves(&basis.manifest.model, &start.moves)?;
    Ok(basis)
}

/// Reads manifest and state for a plan that was saved with these flags. A name in the flags may no longer exist: then
/// the plan is stale.
pub(crate) fn read_reviewed(global: &Global, flags: &Flags, terminal: Terminal) -> Result<Basis, Failure> {
    let basis = read_files(global, flags.fresh, terminal)?;
    Ok(Basis { flags: flags.clone(), ..basis })
}

/// Reads manifest and state for an adoption, which may replace a state that cannot be read. A state that a newer
/// version wrote is still an error.
pub(crate) fn read_for_adoption(global: &Global, terminal: Terminal) -> Result<AdoptionBasis, Failure> {
    let Files { mut basis, state } = read_both(global, false, terminal)?;
    let unreadable = match state {
        Ok(state) => {
            basis.state_file.state = state;
            None
        }
        Err(error) => Some(basis.state_file.unreadable(&error)),
    };
    check_cluster(&basis.manifest.model, &basis.state_file)?;
    match unreadable {
        Some(failure) if basis.state_file.bytes.as_deref().is_some_and(state::is_newer) => Err(failure),
        unreadable => Ok(AdoptionBasis { basis, unreadable }),
    }
}

fn read_files(global: &Global, fresh: bool, terminal: Terminal) -> Result<Basis, Failure> {
    let Files { mut basis, state } = read_both(global, fresh, terminal)?;
    basis.state_file.state = state.map_err(|error| basis.state_file.unreadable(&error))?;
    check_cluster(&basis.manifest.model, &basis.state_file)?;
    if let (Some(path), None) = (&basis.state_file.path, &basis.state_file.state) {
        warn_of_other_states(&basis.manifest.model, path, terminal);
    }
    Ok(basis)
}

/// Reads the manifest and the state, and parses both.
fn read_both(global: &Global, fresh: bool, terminal: Terminal) -> Result<Files, Failure> {
    let progress = Progress::start("reading the manifest", terminal.quiet);
    let ManifestText { sources, state: path } = read_text(global)?;
    // An error in the state must not hide the mistakes of the manifest, so it is returned after they are reported.
    let bytes = path.as_deref().map_or(Ok(None), |path| store::read(path, MAX_TEXT_BYTES));
    let parse_state = || bytes.as_ref().ok().and_then(Option::as_deref).map(state::parse).transpose();
    let is_large = matches!(&bytes, Ok(Some(bytes)) if bytes.len() > PARALLEL_STATE);
    let (state, manifest) =
        if is_large { both(parse_state, || parse(&sources)) } else { (parse_state(), parse(&sources)) };
    drop(progress);
    let read = ReadManifest { sources, state: path, manifest };
    read.report_findings(terminal);
    let mut manifest = read.manifest.map_err(|found| {
        terminal.eprint(&format!("{}; nothing was planned\n", found.count()));
        Failure::already_reported()
    })?;
    if fresh {
        manifest.model.replan = Replan::Fresh;
    }
    let state_file = StateFile { path: read.state, bytes: bytes?, state: None };
    let flags = Flags { fresh, moves: Vec::new() };
    let basis = Basis { sources: read.sources, manifest, state_file, flags, quiet: terminal.quiet };
    Ok(Files { basis, state })
}

/// Warns if there is no state, but another state in the folder records these workloads: after a manifest is renamed,
/// everything would count as new.
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

/// Reads the record of a cluster; without a state it is empty.
pub(crate) fn read_record(model: &Model, path: &Path) -> Result<Record, Failure> {
    let state_file = StateFile::parse(path.to_owned(), store::read(path, MAX_TEXT_BYTES)?)?;
    check_cluster(model, &state_file)?;
    Ok(state_file.state.map(|state| state.record).unwrap_or_default())
}

/// Refuses the state of another cluster.
pub(crate) fn check_cluster(model: &Model, state_file: &StateFile) -> Result<(), Failure> {
    let recorded = state_file.state.as_ref().and_then(|state| state.cluster.as_deref());
    match (model.cluster.as_deref(), recorded) {
        (Some(declared), Some(recorded)) if declared != recorded => {
            let message = format!(
                "the state belongs to cluster {}, but the manifest is for cluster {}",
                quoted(recorded),
                quoted(declared)
            );
            let refused = Failure::refused(Refusal::AnotherCluster, message)
                .help("`--state PATH` names the state of this cluster");
            Err(Failure { serial: state_file.serial(), ..refused })
        }
        _ => Ok(()),
    }
}

impl StateFile {
    /// Parses the content of a state file.
    pub(crate) fn parse(path: PathBuf, bytes: Option<Vec<u8>>) -> Result<Self, Failure> {
        let state_file = Self { path: Some(path), bytes, state: None };
        let state = state_file.bytes.as_deref().map(state::parse).transpose();
        let state = state.map_err(|error| state_file.unreadable(&error))?;
        Ok(Self { state, ..state_file })
    }

    /// Creates the failure for a state that cannot be read.
    fn unreadable(&self, error: &state::Error) -> Failure {
        let (path, bytes) = (self.path.as_deref(), self.bytes.as_deref());
        Failure::unreadable_state(path.unwrap_or(Path::new("")), bytes.unwrap_or_default(), error)
    }

    /// Returns the serial of the state, if there is one.
    pub(crate) fn serial(&self) -> Option<u64> {
        self.state.as_ref().map(|state| state.serial)
    }

    /// Returns the path in quotes, for a message.
    pub(crate) fn quoted_path(&self) -> String {
        self.path.as_ref().map(|path| quoted(&path.to_string_lossy())).unwrap_or_default()
    }
}

impl Basis {
    /// Creates a basis from files that `watch` has read. Planning shows no progress.
    pub(crate) fn of(sources: Vec<Source>, manifest: Manifest, state_file: StateFile) -> Self {
        let flags = Flags { fresh: false, moves: Vec::new() };
        Self { sources, manifest, state_file, flags, quiet: true }
    }

    /// Frees the texts of the manifest unless a warning points into them. They take as much memory as the model.
    pub(crate) fn forget_texts(&mut self) {
        if self.manifest.warnings.is_empty() {
            self.sources.iter_mut().for_each(Source::forget);
        }
    }

    /// Plans, and verifies the plan with the independent judge.
    pub(crate) fn plan(&self) -> Result<Plan<'_>, Failure> {
        let _progress = Progress::start("planning", self.quiet);
        let (model, record, pins) = (&self.manifest.model, self.record(), self.pins());
        let start = place::Start { record: Some(record), pins: &pins, ..place::Start::default() };
        // Every page lists workloads by name: they are sorted while workloads are placed.
        let (_, outcome) = both(|| model.workloads_by_name(), || place::place(model, &start));
        let outcome = outcome.map_err(|error| {
            let (workload, node) = (model.workload_name(error.pin.workload), model.node_name(error.pin.node));
            let why = phrase::refused_move(model, &error);
            Failure::error(format!("{} cannot move to {}: {why}", quoted(workload), quoted(node)))
        })?;
        let violations = verify::judge(model, &outcome.assignment);
        match violations.first() {
            None => Ok(Plan::of(model, record, &pins, outcome)),
            Some(first) => Err(Failure::error(format!("the plan breaks a rule: {first}"))
                .help("this is a bug in lighthouse; nothing was written; please report it")),
        }
    }

    /// Returns file and line of a workload's table.
    pub(crate) fn line(&self, workload: WorkloadId) -> Option<(&str, usize)> {
        self.manifest.workload_line(&self.sources, workload, &[])
    }

    /// Returns the record of the state; an empty record if there is no state.
    pub(crate) fn record(&self) -> &Record {
        self.state_file.state.as_ref().map_or(&EMPTY, |state| &state.record)
    }

    /// Returns the moves that `--move` requests.
    pub(crate) fn pins(&self) -> Vec<Pin> {
        self.flags.moves.iter().filter_map(|(workload, node)| self.pin(workload, node)).collect()
    }

    fn pin(&self, workload: &str, node: &str) -> Option<Pin> {
        Some(Pin {
            workload: self.manifest.model.workload_named(workload)?,
            node: self.manifest.model.node_named(node)?,
        })
    }

    /// Returns the lineage of the next state: the recorded one, or a new one.
    pub(crate) fn lineage(&self) -> Lineage {
        self.state_file.state.as_ref().map_or_else(Lineage::draw, |state| state.lineage.clone())
    }

    /// Returns the manifest and the state of the plan, for its heading.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            manifest: self.sources.first().map(|source| source.name().to_owned()).unwrap_or_default(),
            state: self.state_file.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
            serial: self.state_file.serial(),
        }
    }
}

/// Parses the values of `--move`: workloads in order of names, each with its node.
fn moves(model: &Model, wanted: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut moves = BTreeMap::new();
    for text in wanted {
        let (workload, node) = split_pair(model, text)?;
        let (workload, node) = (model.workload_name(workload), model.node_name(node));
        if moves.insert(workload.to_owned(), node.to_owned()).is_some_and(|earlier| earlier != node) {
            return Err(Failure::usage(format!("`--move` sends {} to two nodes", quoted(workload))));
        }
    }
    Ok(moves.into_iter().collect())
}

/// Splits `WORKLOAD=NODE` at the first `=` that leaves two names that exist. If none does, the error is about the first
/// `=`.
pub(crate) fn split_pair(model: &Model, text: &str) -> Result<(WorkloadId, NodeId), Failure> {
    let mut splits = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let known = |(workload, node): (&str, &str)| Some((model.workload_named(workload)?, model.node_named(node)?));
    let (workload, node) = splits.clone().next().unwrap_or((text, ""));
    if let Some(both) = splits.find_map(known) {
        return Ok(both);
    }
    if model.workload_named(workload).is_none() {
        return Err(unknown("workload", workload, model.workloads().iter().map(|each| &*each.name)));
    }
    Err(unknown("node", node, model.nodes().iter().map(|each| &*each.name)))
}

/// Creates the error for a name that does not exist, with a suggestion.
pub(crate) fn unknown<'n>(what: &str, name: &str, names: impl IntoIterator<Item = &'n str> + Clone) -> Failure {
    let suggestion::UnknownName { message, help } = suggestion::unknown(what, name, names);
    Failure { help, ..Failure::error(message) }
}
