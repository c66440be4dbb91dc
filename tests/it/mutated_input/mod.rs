//! Mutated manifests, states and saved plans, 100,000 in every run, go through all of `plan` and `apply` in the
//! library. Some go through the binary as well, which has to end with the same exit code.
//!
//! `PROPTEST_CASES=1000000` asks for more. A case is determined by its number, which a failure prints.

mod mutations;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;

use lighthouse::state::SavedPlan;
use lighthouse::text::source::Source;

use mutations::{Draw, mutated, mutated_and_sealed};

use crate::support::library_run::{ExitCodes, run_through};
use crate::support::{below_root, case_folder, cases, files_below, run, text};

/// Number of cases of which one goes through the binary, too.
const THROUGH_THE_BINARY: u32 = 2_000;

/// Manifest with a state and a plan saved for the two, from which cases are mutated.
struct Seed {
    manifest: Vec<u8>,
    state: Option<Vec<u8>>,
    plan: Option<Vec<u8>>,
}

/// Files of one case.
struct Case {
    manifest: Vec<u8>,
    drop_in: Option<Vec<u8>>,
    state: Option<Vec<u8>>,
    plan: Option<Vec<u8>>,
}

/// Returns the seeds of the fuzz targets, which have all three files.
fn whole_seeds() -> Vec<Seed> {
    let folder = below_root("tests/fuzz/seeds");
    let seed = |path: PathBuf| {
        let beside = |kind: &str| fs::read(folder.join(kind).join(path.file_name().expect("a file"))).ok();
        Seed { manifest: fs::read(&path).expect("a manifest"), state: beside("state"), plan: beside("plan") }
    };
    files_below(&folder.join("manifest"), ".toml").into_iter().map(seed).collect()
}

/// Returns the valid manifests of `tests/cases`.
fn bare_seeds() -> Vec<Seed> {
    let mains = files_below(&case_folder("valid-manifest"), "lighthouse.toml").into_iter();
    mains.map(|path| Seed { manifest: fs::read(&path).expect("a manifest"), state: None, plan: None }).collect()
}

/// Returns the case of a number: the manifest, the state or the saved plan is mutated, rarely several of them.
fn case(number: u32, whole: &[Seed], bare: &[Seed]) -> Case {
    let mut draw = Draw::new(number.into());
    let (has_all, has_drop_in) = (draw.one_in(8), draw.one_in(16));
    let wanted = |which: u32| number % 3 == which || has_all;
    let seeds = if wanted(0) && !has_all && draw.one_in(2) { bare } else { whole };
    let (seed, other) = (&seeds[draw.below(seeds.len())], &whole[draw.below(whole.len())]);
    let mut of = |is_wanted: bool, bytes: &Option<Vec<u8>>, other: &Option<Vec<u8>>| match bytes {
        Some(bytes) if is_wanted => Some(mutated_and_sealed(bytes, other.as_deref().unwrap_or_default(), &mut draw)),
        bytes => bytes.clone(),
    };
    let (state, plan) = (of(wanted(1), &seed.state, &other.state), of(wanted(2), &seed.plan, &other.plan));
    Case {
        manifest: if wanted(0) { mutated(&seed.manifest, &other.manifest, &mut draw) } else { seed.manifest.clone() },
        drop_in: has_drop_in.then(|| mutated(&other.manifest, &seed.manifest, &mut draw)),
        state,
        plan,
    }
}

impl Case {
    fn sources(&self) -> Vec<Source> {
        let main = Source::new("lighthouse.toml", self.manifest.clone());
        let drop_in = self.drop_in.iter().map(|bytes| Source::new("lighthouse.d/a.toml", bytes.clone()));
        std::iter::once(main).chain(drop_in).collect()
    }

    fn codes(&self) -> Option<ExitCodes> {
        run_through(&self.sources(), self.state.as_deref(), self.plan.as_deref())
    }

    /// Formats the files for a message.
    fn shown(&self) -> String {
        let escaped = |bytes: &[u8]| bytes.escape_ascii().to_string().replace("\\n", "\n");
        let parts = [Some(&self.manifest), self.drop_in.as_ref(), self.state.as_ref(), self.plan.as_ref()];
        parts.into_iter().flatten().map(|bytes| escaped(bytes)).collect::<Vec<_>>().join("\n----\n")
    }

    fn write(&self, home: &Path) {
        let files = [
            ("lighthouse.toml", Some(&self.manifest)),
            ("lighthouse.d/a.toml", self.drop_in.as_ref()),
            ("lighthouse.state.toml", self.state.as_ref()),
            ("plan.toml", self.plan.as_ref()),
        ];
        fs::create_dir(home.join("lighthouse.d")).expect("a folder");
        for (name, bytes) in files {
            if let Some(bytes) = bytes {
                fs::write(home.join(name), bytes).expect("written");
            }
        }
    }
}

/// Number of cases by exit code, for `plan`, `apply` and `apply PLANFILE`.
type Counts = [[u32; 5]; 3];

fn count(counts: &mut Counts, codes: ExitCodes) {
    for (row, code) in counts.iter_mut().zip([codes.plan, codes.apply, codes.apply_saved]) {
        row[usize::try_from(code).expect("a code")] += 1;
    }
}

/// Runs the cases of one thread and counts their exit codes.
fn campaign(numbers: impl Iterator<Item = u32>, run: impl Fn(&Case) -> Option<ExitCodes>) -> Counts {
    let (whole, bare) = (whole_seeds(), bare_seeds());
    let mut counts = Counts::default();
    for number in numbers {
        let case = case(number, &whole, &bare);
        let codes = catch_unwind(AssertUnwindSafe(|| run(&case)));
        let Some(codes) = codes.unwrap_or_else(|_| panic!("case {number}:\n{}", case.shown())) else { continue };
        count(&mut counts, codes);
        if number % THROUGH_THE_BINARY < 3 {
            through_the_binary(number, &case, codes);
        }
    }
    counts
}

/// Asserts that the binary ends with the codes of the library, and changes the state only by saving it.
fn through_the_binary(number: u32, case: &Case, codes: ExitCodes) {
    let commands: [(&[&str], i32); 3] =
        [(&["plan"], codes.plan), (&["apply", "--yes"], codes.apply), (&["apply", "plan.toml"], codes.apply_saved)];
    for (command, code) in commands {
        let home = tempfile::tempdir().expect("a folder");
        case.write(home.path());
        let output = run(home.path(), command);
        let ended = (output.status.code(), fs::read(home.path().join("lighthouse.state.toml")).ok());
        let message = || format!("case {number}: {command:?}: {}\n{}", text(&output.stderr), case.shown());
        assert!(is_meant(command, code, case.state.as_deref(), (ended.0, ended.1.as_deref())), "{}", message());
    }
}

/// Returns whether a command ended with the expected code, and changed the state only if it may save.
fn is_meant(command: &[&str], code: i32, before: Option<&[u8]>, (ended, after): (Option<i32>, Option<&[u8]>)) -> bool {
    let may_save = command[0] != "plan" && matches!(code, 0 | 3);
    ended == Some(code) && (may_save || after == before)
}

#[test]
fn mutated_input_is_handled_by_library_and_binary_alike() {
    let all = cases(100_000);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let campaign = |first| move || campaign((first..all).step_by(threads), Case::codes);
    let counts: Vec<Counts> = thread::scope(|scope| {
        let campaigns: Vec<_> = (0..all).take(threads).map(|first| scope.spawn(campaign(first))).collect();
        campaigns.into_iter().map(|each| each.join().expect("no case fails")).collect()
    });
    let sum = |command: usize, code: usize| counts.iter().map(|each| each[command][code]).sum::<u32>();
    // If all mutations failed at the first check, the test would show nothing.
    let enough = all / 1_000;
    assert!([0, 1, 3, 4].iter().all(|&code| sum(1, code) > enough && sum(2, code) > enough), "{counts:?}");
}

#[test]
fn a_saved_plan_that_hides_a_change_is_refused() {
    let saved = whole_seeds().into_iter().filter_map(|seed| {
        let mut plan = SavedPlan::parse(seed.plan.as_deref()?).expect("a saved plan");
        plan.changes.pop()?;
        let plan = Some(plan.text().into_bytes());
        Some(Case { manifest: seed.manifest, drop_in: None, state: seed.state, plan })
    });
    let saved: Vec<_> = saved.collect();
    assert!(!saved.is_empty());
    for case in saved {
        let codes = case.codes().expect("it is small");
        assert_eq!(codes.apply_saved, 4, "{}", case.shown());
        through_the_binary(0, &case, codes);
    }
}

#[test]
fn every_seed_is_planned_and_applied() {
    for seed in whole_seeds().into_iter().chain(bare_seeds()) {
        let case = Case { manifest: seed.manifest, drop_in: None, state: seed.state, plan: seed.plan };
        let codes = case.codes().expect("it is small");
        assert!(matches!((codes.plan, codes.apply), (0, 0) | (3, 3)), "{codes:?}\n{}", case.shown());
        assert!(case.plan.is_none() || codes.apply_saved == codes.plan, "{codes:?}\n{}", case.shown());
    }
}

#[test]
#[should_panic(expected = "case 3:")]
fn control_a_panic_is_reported_with_its_case() {
    // Case 3 does not go through the binary.
    campaign(3..4, |_| panic!("as a fault would"));
}

#[test]
#[should_panic(expected = "case 0: [\"plan\"]")]
fn control_a_binary_with_another_exit_code_is_caught() {
    campaign(0..1, |case| case.codes().map(|codes| ExitCodes { plan: 4, ..codes }));
}

#[test]
fn control_a_refusal_that_changes_the_state_is_caught() {
    let (old, new) = (Some(&b"old"[..]), Some(&b"new"[..]));
    for (command, code) in [(["plan", "-q"], 0), (["plan", "-q"], 3), (["apply", "--yes"], 1), (["apply", "--yes"], 4)]
    {
        assert!(is_meant(&command, code, old, (Some(code), old)), "{command:?} {code}");
        for after in [new, None] {
            assert!(!is_meant(&command, code, old, (Some(code), after)), "{command:?} {code}");
        }
        assert!(!is_meant(&command, code, None, (Some(code), new)), "{command:?} {code}");
        assert!(!is_meant(&command, code, old, (None, old)), "{command:?} {code}: a signal");
    }
    assert!(is_meant(&["apply", "--yes"], 3, old, (Some(3), new)));
}
