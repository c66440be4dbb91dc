//! Runs a manifest, a state and a saved plan through everything that `plan`, `apply` and `apply PLANFILE` do with them,
//! in the library alone, and asserts on the way what must hold for any input.
//!
//! The fuzz targets include this file by its path, so it uses nothing of the other tests.

use lighthouse::explain::{self, Context};
use lighthouse::manifest::{self, Manifest};
use lighthouse::model::{Model, Record};
use lighthouse::place::Pin;
use lighthouse::plan::Plan;
use lighthouse::render::phrase;
use lighthouse::render::{
    Ending, Origin, Paint, Setting, apply_json, check_json, explain_json, explain_text, findings_github, plan_diff,
    plan_github, plan_json, plan_markdown, plan_text, saved_json, saved_text, show_json, show_lines, show_text,
};
use lighthouse::state::{
    self, Digest, Flags, Lineage, PlanStatus, SavedChange, SavedPlan, State, manifest_digest, record_digest,
};
use lighthouse::text::diagnostic::{Findings, MAX_MESSAGE_BYTES, MAX_MESSAGES, draw_all};
use lighthouse::text::escape::is_hidden;
use lighthouse::text::source::Source;
use lighthouse::verify::judge;

/// Maximum number of pairs of nodes and workloads for which a cluster is planned; larger ones would take too long.
const MAX_PAIRS: usize = 1 << 14;

/// Exit codes that the commands have to end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExitCodes {
    pub(crate) plan: i32,
    pub(crate) apply: i32,
    pub(crate) apply_saved: i32,
}

/// Runs the input through all commands; returns `None` if the cluster is too large to be planned here.
pub(crate) fn run_through(sources: &[Source], state: Option<&[u8]>, saved: Option<&[u8]>) -> Option<ExitCodes> {
    let saved = saved.and_then(read_saved);
    let state = state.map(|bytes| (read_state(bytes), bytes));
    let manifest = read_manifest(sources);
    let (Ok(manifest), None | Some((Some(_), _))) = (&manifest, &state) else {
        return Some(ExitCodes { plan: 1, apply: 1, apply_saved: 1 });
    };
    if (manifest.model.nodes().len() + 1) * (manifest.model.workloads().len() + 1) > MAX_PAIRS {
        return None;
    }
    let state = state.as_ref().and_then(|(state, bytes)| Some((state.as_ref()?, *bytes)));
    let theirs = state.and_then(|(state, _)| state.cluster.as_deref());
    if manifest.model.cluster.as_deref().zip(theirs).is_some_and(|(ours, theirs)| ours != theirs) {
        return Some(ExitCodes { plan: 4, apply: 4, apply_saved: if saved.is_some() { 4 } else { 1 } });
    }
    let run = Run { sources, manifest, state };
    let (plan, apply) = run.plan_and_apply();
    Some(ExitCodes { plan, apply, apply_saved: saved.map_or(1, |saved| run.apply_saved(&saved)) })
}

/// Replaces the digest of a state or saved plan by the one that fits its text.
pub(crate) fn resealed(text: &str) -> String {
    let is_digest = |line: &&str| line.starts_with("digest = ");
    let Some(line) = text.split_inclusive('\n').find(is_digest) else { return text.to_owned() };
    let digest = Digest::of(text.replacen(line, "", 1).as_bytes());
    text.replacen(line, &format!("digest = \"{digest}\"\n"), 1)
}

/// Valid manifest with its recorded state.
struct Run<'a> {
    sources: &'a [Source],
    manifest: &'a Manifest,
    state: Option<(&'a State, &'a [u8])>,
}

impl Run<'_> {
    fn record(&self) -> Record {
        self.state.map(|(state, _)| state.record.clone()).unwrap_or_default()
    }

    fn plan_and_apply(&self) -> (i32, i32) {
        let record = self.record();
        let plan = Plan::new(&self.manifest.model, &record, &[]).expect("nothing is pinned");
        self.show(&plan, &record);
        let code = i32::from(plan.summary.unplaced > 0) * 3;
        (code, self.apply(&plan).unwrap_or(code))
    }

    fn apply_saved(&self, saved: &SavedPlan) -> i32 {
        let model = &self.manifest.model;
        let digest = manifest_digest(model, &Flags { fresh: saved.flags.fresh, ..saved.flags.clone() });
        let status = saved.status(digest, self.state);
        // The moves come from an untrusted file; planning has to survive them even if the plan is refused.
        let record = self.record();
        let pin = |(workload, node): &(String, String)| {
            Some(Pin { workload: model.workload_named(workload)?, node: model.node_named(node)? })
        };
        let pins: Vec<_> = saved.flags.moves.iter().filter_map(pin).collect();
        let planned = Plan::new(model, &record, &pins);
        match (status, planned) {
            (PlanStatus::AnotherLineage | PlanStatus::Stale { .. }, _) => 4,
            (_, Err(error)) => {
                is_printable(&phrase::refused_move(model, &error));
                1
            }
            (PlanStatus::Applied, Ok(_)) => 0,
            // With `fresh` the binary plans another model than the one that was read.
            (PlanStatus::Current, Ok(_)) if saved.flags.fresh => 0,
            (PlanStatus::Current, Ok(plan)) if record_digest(&plan.record()) != saved.result => 4,
            (PlanStatus::Current, Ok(plan)) if !shown_again(&plan, saved).shows_same_changes(saved) => 4,
            (PlanStatus::Current, Ok(plan)) => self.apply(&plan).unwrap_or(i32::from(plan.summary.unplaced > 0) * 3),
        }
    }

    /// Judges a plan and saves it. Returns the exit code if a guard or the largest serial forbids saving.
    fn apply(&self, plan: &Plan<'_>) -> Option<i32> {
        let model = plan.model;
        assert_eq!(judge(model, &plan.outcome.assignment), [], "the judge");
        if self.is_guarded(plan) {
            return Some(4);
        }
        let record = plan.record();
        if self.state.map_or(record.is_empty(), |(state, _)| state.record == record) {
            return None;
        }
        let first =
            State { cluster: None, lineage: Lineage::from_bytes([1; 16]), serial: 0, record: Record::default() };
        let before = self.state.map_or(&first, |(state, _)| state);
        let Some(next) = before.next(model.cluster.as_deref(), record) else { return Some(1) };
        let text = next.text();
        assert_eq!(state::parse(text.as_bytes()).as_ref(), Ok(&next), "what is saved can be read");
        let again = Plan::new(model, &next.record, &[]).expect("nothing is pinned");
        assert!(!again.summary.has_changes(), "planning after apply changes something: {:?}", again.changes);
        let before = self.state.map(|(_, bytes)| String::from_utf8_lossy(bytes)).unwrap_or_default();
        is_printable(&plan_diff(&before, &text, "x.state.toml"));
        None
    }

    fn is_guarded(&self, plan: &Plan<'_>) -> bool {
        let (model, guards, summary) = (plan.model, &plan.model.guards, &plan.summary);
        let beyond = |count: usize, most: Option<u64>| most.is_some_and(|most| count as u64 > most);
        let is_emptied = (model.nodes().is_empty() || model.workloads().is_empty())
            && self.state.is_some_and(|(state, _)| !state.record.placements.is_empty());
        beyond(summary.moved + summary.evict, guards.max_moves)
            || beyond(summary.remove, guards.max_removes)
            || is_emptied
    }

    /// Renders every page of a plan.
    fn show(&self, plan: &Plan<'_>, record: &Record) {
        let (sources, warnings) = (self.sources, &self.manifest.warnings);
        let origin = Origin { manifest: "x.toml".to_owned(), state: Some("x.state.toml".to_owned()), serial: Some(1) };
        let locate = |workload| self.manifest.workload_line(sources, workload, &[]);
        is_printable(&plan_text(plan, &origin, &locate, Paint::Plain));
        is_printable(&plan_markdown(plan, &origin, &locate, (warnings, sources)));
        is_printable(&plan_github(plan, self.manifest, sources));
        is_json(&plan_json(plan, warnings, sources));
        is_json(&apply_json(plan, warnings, sources, Ending { applied: true, serial: Some(1), refused: None }));
        if let Some((state, _)) = self.state {
            show_state(state, Some(plan.model));
        }
        // An explanation plans many times, so only a quarter of the manifests are explained.
        if sources[0].bytes().len() % 4 > 0 {
            return;
        }
        let setting = Setting { plan, manifest: self.manifest, sources, origin: &origin, apply: "x", columns: Some(1) };
        let case = Context { plan, record, pins: &[] };
        let hardest = plan.unplaced.first().map(|each| each.workload).or(plan.model.workload_ids().next());
        let answers =
            [Some(explain::Answer::Cluster(explain::cluster(case))), hardest.map(|each| explain::workload(case, each))];
        for answer in answers.iter().flatten() {
            is_printable(&explain_text(answer, setting));
            is_json(&explain_json(answer, setting));
        }
    }
}

/// Returns the saved plan with the changes of a new plan.
fn shown_again(plan: &Plan<'_>, saved: &SavedPlan) -> SavedPlan {
    let changes = plan.changes.iter().map(|change| SavedChange {
        workload: change.workload.to_string(),
        kind: change.kind.name().to_owned(),
        from: change.from.as_deref().map(str::to_owned),
        to: change.to.as_deref().map(str::to_owned),
        reasons: Vec::new(),
    });
    let unplaced = plan.unplaced.iter().map(|each| (plan.model.workload_name(each.workload).to_owned(), String::new()));
    SavedPlan { changes: changes.collect(), unplaced: unplaced.collect(), ..saved.clone() }
}

fn read_manifest(sources: &[Source]) -> Result<Manifest, Findings> {
    let read = manifest::read(sources);
    let found = read.as_ref().map_or_else(|found| found, |manifest| &manifest.warnings);
    let drawn = draw_all(found, sources, lighthouse::text::diagnostic::Paint::Plain);
    is_printable(&drawn);
    let messages: Vec<_> = drawn.split("\n\n").collect();
    assert!(
        messages.len() <= MAX_MESSAGES + 2 && messages.iter().all(|each| each.len() < MAX_MESSAGE_BYTES),
        "{drawn}"
    );
    is_printable(&findings_github(found, sources));
    is_json(&check_json(&read, sources));
    read
}

fn read_state(bytes: &[u8]) -> Option<State> {
    match state::parse(bytes) {
        Ok(state) => {
            show_state(&state, None);
            Some(state)
        }
        Err(error) => {
            is_message(&error);
            None
        }
    }
}

fn show_state(state: &State, model: Option<&Model>) {
    is_printable(&show_text(state, model, None));
    is_printable(&show_lines(state, None).replace('\t', " "));
    is_json(&show_json(state, model, None));
}

fn read_saved(bytes: &[u8]) -> Option<SavedPlan> {
    match SavedPlan::parse(bytes) {
        Ok(saved) => {
            is_printable(&saved_text(&saved));
            is_json(&saved_json(&saved));
            assert_eq!(SavedPlan::parse(saved.text().as_bytes()), Ok(saved.clone()), "what is saved can be read");
            Some(saved)
        }
        Err(error) => {
            is_message(&error);
            None
        }
    }
}

fn is_message(error: &state::Error) {
    let message = format!("{error} {}", error.way_out());
    assert!(message.len() < MAX_MESSAGE_BYTES && !message.contains('\n'), "{message}");
    is_printable(&message);
}

pub(crate) fn is_printable(text: &str) {
    let hidden = text.chars().find(|&c| c != '\n' && is_hidden(c));
    assert_eq!(hidden, None, "in {text:?}");
}

fn is_json(text: &str) {
    let value: Result<serde_json::Value, _> = serde_json::from_str(text);
    assert!(value.is_ok() && text.lines().count() == 1, "{text}");
    // JSON escapes hidden characters too, because people print it on terminals.
    is_printable(text);
}
