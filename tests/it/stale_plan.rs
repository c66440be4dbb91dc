//! Saved plans are applied only to the inputs they were made from: random interleavings of edits, plans, applies and
//! foreign states, compared with a model that remembers the inputs of each plan.
//!
//! Most run in the library alone, some through the binary.

use std::cell::RefCell;
use std::fs;

use lighthouse::manifest::{self, Manifest};
use lighthouse::model::Record;
use lighthouse::plan::Plan;
use lighthouse::state::{Digest, Flags, Lineage, PlanStatus, SavedPlan, State, manifest_digest, parse, record_digest};
use lighthouse::text::source::Source;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tempfile::TempDir;

use crate::support::{json, repetitions, run, text};

/// Manifests, each with a number that is the same for manifests of the same meaning.
const MANIFESTS: [(&str, usize); 6] = [
    ("prioritized 2 1", 0),
    ("prioritized 2 1 # A comment means nothing.", 0),
    ("prioritized 3 1", 1),
    ("prioritized 2 2", 2),
    ("round-robin 2 1", 3),
    ("round-robin 4 1", 4),
];

fn manifest_text(at: usize) -> String {
    let (what, comment) = MANIFESTS[at].0.split_once(" #").unwrap_or((MANIFESTS[at].0, ""));
    let parts = what.split(' ').collect::<Vec<_>>();
    format!(
        "strategy = \"{}\" #{comment}\n[[nodes]]\nname = \"n\"\ncount = 3\nresources = {{ cpu = 4 }}\n[[workloads]]\nname \
         = \"web\"\nreplicas = {}\nrequirements = {{ cpu = {} }}\n",
        parts[0], parts[1], parts[2]
    )
}

fn manifest(at: usize) -> Manifest {
    manifest::read(&[Source::new("x.toml", manifest_text(at))]).expect("it is valid")
}

/// One step of an interleaving.
#[derive(Clone, Debug)]
enum Step {
    Edit(usize),
    Save,
    ApplySaved(usize),
    Apply,
    /// Restores an earlier state, as Git may do.
    Revert(usize),
    /// Replaces the state by one with the same contents and another lineage.
    Replace,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..MANIFESTS.len()).prop_map(Step::Edit),
        3 => Just(Step::Save),
        5 => (0_usize..16).prop_map(Step::ApplySaved),
        2 => Just(Step::Apply),
        1 => (0_usize..16).prop_map(Step::Revert),
        1 => Just(Step::Replace),
    ];
    vec(step, 2..16)
}

/// Outcome of applying a saved plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Applied,
    Already,
    Stale,
    AnotherLineage,
}

/// Manifest and state, with the operations of an interleaving.
trait World {
    fn edit(&mut self, manifest: usize);
    fn state(&self) -> Option<Vec<u8>>;
    fn replace_state(&mut self, bytes: Vec<u8>);
    fn save(&mut self) -> Vec<u8>;
    fn apply_saved(&mut self, plan: &[u8]) -> Ending;
    fn apply(&mut self);
}

/// The library's rooms, put together as the binary does.
struct Library<'m> {
    manifests: &'m [Manifest],
    at: usize,
    state: Option<Vec<u8>>,
    /// Whether lineages are not compared, for the negative control.
    ignores_lineage: bool,
}

impl<'m> Library<'m> {
    fn new(manifests: &'m [Manifest]) -> Self {
        Self { manifests, at: 0, state: None, ignores_lineage: false }
    }

    fn plan(&self) -> Plan<'_> {
        let record = self.state.as_deref().map(record).unwrap_or_default();
        Plan::new(&self.manifests[self.at].model, &record, &[]).expect("nothing is pinned")
    }

    fn digest(&self) -> Digest {
        manifest_digest(&self.manifests[self.at].model, &Flags::default())
    }

    fn write(&mut self, record: Record, lineage: Lineage) {
        let before = self.state.as_deref().map(|bytes| parse(bytes).expect("whole"));
        if before.as_ref().is_none_or(|state| state.record != record) {
            let first = State { cluster: None, lineage, serial: 0, record: Record::default() };
            let next = before.unwrap_or(first).next(None, record).expect("a serial");
            self.state = Some(next.text().into_bytes());
        }
    }
}

impl World for Library<'_> {
    fn edit(&mut self, manifest: usize) {
        self.at = manifest;
    }

    fn state(&self) -> Option<Vec<u8>> {
        self.state.clone()
    }

    fn replace_state(&mut self, bytes: Vec<u8>) {
        self.state = Some(bytes);
    }

    fn save(&mut self) -> Vec<u8> {
        let state = self.state.as_deref().map(|bytes| parse(bytes).expect("whole"));
        let saved = SavedPlan {
            cluster: None,
            lineage: state.as_ref().map_or_else(Lineage::draw, |state| state.lineage.clone()),
            serial: state.map(|state| state.serial),
            manifest: self.digest(),
            state: self.state.as_deref().map(Digest::of),
            result: record_digest(&self.plan().record()),
            flags: Flags::default(),
            changes: Vec::new(),
            unplaced: Vec::new(),
        };
        saved.text().into_bytes()
    }

    fn apply_saved(&mut self, plan: &[u8]) -> Ending {
        let mut saved = SavedPlan::parse(plan).expect("a plan");
        let state = self.state.as_deref().map(|bytes| parse(bytes).expect("whole"));
        if let (true, Some(state)) = (self.ignores_lineage, &state) {
            saved.lineage = state.lineage.clone();
        }
        match saved.status(self.digest(), state.as_ref().zip(self.state.as_deref())) {
            PlanStatus::Applied => Ending::Already,
            PlanStatus::AnotherLineage => Ending::AnotherLineage,
            PlanStatus::Stale { .. } => Ending::Stale,
            PlanStatus::Current => {
                let record = self.plan().record();
                assert_eq!(record_digest(&record), saved.result);
                self.write(record, saved.lineage);
                Ending::Applied
            }
        }
    }

    fn apply(&mut self) {
        self.write(self.plan().record(), Lineage::draw());
    }
}

/// The binary in a folder.
struct Program {
    folder: TempDir,
}

impl World for Program {
    fn edit(&mut self, manifest: usize) {
        fs::write(self.folder.path().join("x.toml"), manifest_text(manifest)).expect("a manifest");
    }

    fn state(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join("x.state.toml")).ok()
    }

    fn replace_state(&mut self, bytes: Vec<u8>) {
        fs::write(self.folder.path().join("x.state.toml"), bytes).expect("a state");
    }

    fn save(&mut self) -> Vec<u8> {
        let output = run(self.folder.path(), &["plan", "-f", "x.toml", "--out", "p.toml"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fs::read(self.folder.path().join("p.toml")).expect("a plan")
    }

    fn apply_saved(&mut self, plan: &[u8]) -> Ending {
        fs::write(self.folder.path().join("p.toml"), plan).expect("a plan");
        let before = self.state();
        let output = run(self.folder.path(), &["apply", "p.toml", "-f", "x.toml", "--format", "json"]);
        let page = json(&output);
        match (output.status.code(), page["refused"]["code"].as_str()) {
            (Some(0), None) if self.state() == before => Ending::Already,
            (Some(0), None) => Ending::Applied,
            (Some(4), Some("stale-plan")) => Ending::Stale,
            (Some(4), Some("another-lineage")) => Ending::AnotherLineage,
            _ => panic!("{:?}: {page}", output.status),
        }
    }

    fn apply(&mut self) {
        let output = run(self.folder.path(), &["apply", "--yes", "-f", "x.toml"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

fn record(bytes: &[u8]) -> Record {
    parse(bytes).expect("whole").record
}

/// Returns the text of a state after its head.
fn contents(bytes: &[u8]) -> &str {
    text(bytes).split_once("\n\n").expect("a head").1
}

/// Saved plan with the inputs that it was made from.
struct RememberedPlan {
    plan: Vec<u8>,
    meaning: usize,
    state: Option<Vec<u8>>,
    lineage: Lineage,
    result: String,
}

/// Everything that the model remembers of an interleaving.
struct Memory<'m> {
    manifests: &'m [Manifest],
    at: usize,
    plans: Vec<RememberedPlan>,
    states: Vec<Vec<u8>>,
}

impl Memory<'_> {
    /// Returns the contents of the state after an apply of the current manifest to `state`.
    fn planned(&self, state: Option<&[u8]>) -> String {
        let state = state.map(<[u8]>::to_vec);
        let mut world = Library { at: self.at, state, ..Library::new(self.manifests) };
        world.apply();
        contents(&world.state.expect("a state")).to_owned()
    }

    fn expected(&self, remembered: &RememberedPlan, now: Option<&[u8]>) -> Ending {
        match now {
            Some(state) if parse(state).expect("whole").lineage != remembered.lineage => Ending::AnotherLineage,
            Some(state) if contents(state) == remembered.result => Ending::Already,
            now if now == remembered.state.as_deref() && MANIFESTS[self.at].1 == remembered.meaning => Ending::Applied,
            _ => Ending::Stale,
        }
    }
}

/// Plays the steps, compares every outcome with the model, and counts the endings.
fn play(world: &mut impl World, manifests: &[Manifest], steps: &[Step]) -> [usize; 4] {
    let mut memory = Memory { manifests, at: 0, plans: Vec::new(), states: Vec::new() };
    let mut endings = [0; 4];
    world.edit(0);
    for step in steps {
        let before = world.state();
        match step {
            Step::Edit(at) => {
                memory.at = *at;
                world.edit(*at);
            }
            Step::Save => {
                let plan = world.save();
                let lineage = SavedPlan::parse(&plan).expect("a plan").lineage;
                let result = memory.planned(before.as_deref());
                let meaning = MANIFESTS[memory.at].1;
                memory.plans.push(RememberedPlan { plan, meaning, state: before, lineage, result });
            }
            Step::ApplySaved(which) if !memory.plans.is_empty() => {
                let remembered = &memory.plans[which % memory.plans.len()];
                let ending = world.apply_saved(&remembered.plan);
                let expected = memory.expected(remembered, before.as_deref());
                let another = if expected == Ending::AnotherLineage { "another lineage: " } else { "" };
                assert_eq!(ending, expected, "{another}{steps:?}");
                endings[ending as usize] += 1;
                let after = world.state();
                if ending == Ending::Applied {
                    let after = after.expect("a state");
                    assert_eq!(
                        (contents(&after), &parse(&after).expect("whole").lineage),
                        (&*remembered.result, &remembered.lineage)
                    );
                    assert_eq!(serial(Some(&after)), serial(before.as_deref()) + 1);
                } else {
                    assert_eq!(after, before);
                }
            }
            Step::Apply => {
                let expected = memory.planned(before.as_deref());
                world.apply();
                let after = world.state().expect("a state");
                assert_eq!(contents(&after), expected);
                let unchanged = before.as_deref().is_some_and(|state| contents(state) == expected);
                assert_eq!(serial(Some(&after)), serial(before.as_deref()) + u64::from(!unchanged));
            }
            Step::Revert(which) if !memory.states.is_empty() => {
                world.replace_state(memory.states[which % memory.states.len()].clone());
            }
            Step::Replace => {
                if let Some(state) = before.as_deref().map(|bytes| parse(bytes).expect("whole")) {
                    world.replace_state(State { lineage: Lineage::draw(), ..state }.text().into_bytes());
                }
            }
            Step::ApplySaved(_) | Step::Revert(_) => {}
        }
        memory.states.extend(world.state());
    }
    endings
}

fn serial(state: Option<&[u8]>) -> u64 {
    state.map_or(0, |bytes| parse(bytes).expect("whole").serial)
}

/// Plays random interleavings and asserts that each kind of ending has occurred.
fn play_many(cases: u32, world: impl Fn(&[Step]) -> [usize; 4]) {
    let config = Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() };
    let totals = RefCell::new([0; 4]);
    let played = TestRunner::new(config).run(&steps(), |steps| {
        let endings = world(&steps);
        totals.borrow_mut().iter_mut().zip(endings).for_each(|(total, ending)| *total += ending);
        Ok(())
    });
    played.unwrap_or_else(|failure| panic!("{failure}"));
    let totals = totals.into_inner();
    assert!(totals.iter().all(|&total| total > 0), "{totals:?}");
}

fn manifests() -> Vec<Manifest> {
    (0..MANIFESTS.len()).map(manifest).collect()
}

#[test]
fn a_saved_plan_is_applied_if_and_only_if_its_inputs_are_unchanged() {
    let manifests = manifests();
    play_many(10_000, |steps| play(&mut Library::new(&manifests), &manifests, steps));
}

#[test]
fn the_binary_agrees_with_the_model() {
    let manifests = manifests();
    let cases = u32::try_from(repetitions(40, 2_000)).expect("few");
    play_many(cases, |steps| {
        let mut program = Program { folder: tempfile::tempdir().expect("a folder") };
        play(&mut program, &manifests, steps)
    });
}

#[test]
#[should_panic(expected = "another lineage")]
fn control_a_plan_that_is_taken_for_any_lineage_is_caught() {
    let manifests = manifests();
    let mut world = Library { ignores_lineage: true, ..Library::new(&manifests) };
    play(&mut world, &manifests, &[Step::Apply, Step::Edit(2), Step::Save, Step::Replace, Step::ApplySaved(0)]);
}
