//! On full, small and read-only disks the state stays byte for byte, no file is left over, and one line says what to
//! do.

use std::fs;
use std::process::Command;

use lighthouse::state::{parse, record_digest};

use crate::support::{Site, binary, has, meaning, report};

/// Command that runs a script in its own mount namespace, where an unprivileged user may mount a disk.
const NAMESPACE: [&str; 4] = ["unshare", "-Urm", "sh", "-c"];

/// Script that copies the site to a new disk, runs the apply there, and copies the disk's contents back. `FIRST` runs
/// before the apply and makes the surroundings unusual; `WRAP` is the command that runs the apply.
const SCRIPT: &str = r#"
    mkdir disk back && mount -t tmpfs -o "$OPTIONS" none disk && cp x.toml disk || exit 77
    ! [ -e x.state.toml ] || cp x.state.toml disk || exit 77
    (cd disk && eval "$FIRST" && exec $WRAP $APPLY)
    code=$?
    cp -a disk/. back
    exit $code
"#;

/// Replacement for the apply that overwrites the state in place.
const WRITE_IN_PLACE: &str = "dd if=x.toml of=x.state.toml bs=512";

/// Site with about 40 KB of state, and about as much to be written.
struct Case {
    site: Site,
    old: Option<Vec<u8>>,
    new: Vec<u8>,
}

/// One apply on one disk: mount options, preparation, wrapper, and the command.
#[derive(Clone, Debug)]
struct Trial {
    options: String,
    first: String,
    wrap: &'static str,
    apply: String,
}

impl Trial {
    fn on(options: impl Into<String>) -> Self {
        let apply = format!("{} apply --yes -f x.toml", binary().display());
        Self { options: options.into(), first: "true".to_owned(), wrap: "", apply }
    }

    fn first(self, first: impl Into<String>) -> Self {
        Self { first: first.into(), ..self }
    }
}

/// Exit code, state, file names and standard error after a trial.
struct Outcome {
    code: Option<i32>,
    state: Option<Vec<u8>>,
    names: Vec<String>,
    errors: String,
}

/// Makes a case with a state, or one in which the apply writes the first state.
fn case(has_state: bool) -> Case {
    let site = Site::new(500, 1);
    site.apply_well();
    let old = site.state().filter(|_| has_state);
    site.declare(499, 2);
    site.apply_well();
    let new = site.state().expect("a state");
    site.reset(old.as_deref());
    Case { site, old, new }
}

fn run(case: &Case, trial: &Trial) -> Outcome {
    let path = |name: &str| case.site.path(name);
    // The disk of the last trial is gone with its namespace; only the folders are left.
    let _ = fs::remove_dir(path("disk"));
    let _ = fs::remove_dir_all(path("back"));
    let output = Command::new(NAMESPACE[0])
        .args(&NAMESPACE[1..])
        .arg(SCRIPT)
        .envs([("OPTIONS", &trial.options), ("FIRST", &trial.first), ("APPLY", &trial.apply)])
        .env("WRAP", trial.wrap)
        // Out of memory, Rust may deadlock while it prints a backtrace.
        .env_remove("RUST_BACKTRACE")
        .current_dir(path(""))
        .output()
        .expect("started");
    let entries = fs::read_dir(path("back")).expect("a copy");
    Outcome {
        code: output.status.code(),
        state: fs::read(path("back/x.state.toml")).ok(),
        names: entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs an apply. Returns whether it succeeded or failed cleanly; an error says how it broke the promise.
fn judge(case: &Case, trial: &Trial) -> Result<bool, String> {
    let outcome = run(case, trial);
    let broken = |why: &str| Err(format!("{trial:?}: {why}: code {:?}, {}", outcome.code, outcome.errors));
    if outcome.names.iter().any(|name| name.contains(".tmp")) {
        return broken("left over");
    }
    if outcome.code == Some(0) {
        let state = outcome.state.as_deref().and_then(|state| parse(state).ok());
        let is_new = state.is_some_and(|state| record_digest(&state.record) == meaning(&case.new));
        return if is_new { Ok(true) } else { broken("success without the new state") };
    }
    if outcome.state != case.old {
        return broken("another state");
    }
    let is_reported = outcome.errors.lines().filter(|line| line.starts_with("error: cannot ")).count() == 1;
    if outcome.code == Some(1) && is_reported { Ok(false) } else { broken("not reported") }
}

/// Judges every trial; returns the number of applies that succeeded and that failed cleanly.
fn hold(case: &Case, trials: impl IntoIterator<Item = Trial>) -> (usize, usize) {
    let mut counts = (0, 0);
    for trial in trials {
        match judge(case, &trial) {
            Ok(true) => counts.0 += 1,
            Ok(false) => counts.1 += 1,
            Err(broken) => panic!("{broken}"),
        }
    }
    report(format_args!("applies on small disks: {} succeeded, {} reported an error", counts.0, counts.1));
    counts
}

fn can_mount() -> bool {
    has(&["unshare", "-Urm", "true"])
}

/// Returns the number of pages that the manifest and the old state need.
fn pages(case: &Case) -> usize {
    case.old.as_ref().map_or(0, |old| old.len().div_ceil(4096)) + 1
}

#[test]
fn a_small_disk_keeps_the_state_or_takes_the_new_one() {
    if !can_mount() {
        return;
    }
    let mut all = 0;
    for case in [case(true), case(false)] {
        let needed = pages(&case);
        let sizes = (needed..needed + 20).map(|pages| Trial::on(format!("size={}k", pages * 4)));
        let inodes = (3..10).map(|inodes| Trial::on(format!("size=1m,nr_inodes={inodes}")));
        let (well, full) = hold(&case, sizes.chain(inodes));
        assert!(well > 5 && full > 5, "{well} well, {full} full");
        all += well + full;
    }
    assert!(all >= 54, "{all}");
}

#[test]
fn a_full_or_read_only_disk_is_reported_with_advice() {
    if !can_mount() {
        return;
    }
    let case = case(true);
    let full = Trial::on(format!("size={}k", (pages(&case) + 2) * 4));
    let read_only = [
        "mount -o remount,ro .",
        "touch .x.state.toml.lock && mount -o remount,ro .",
        "mount --bind . . && mount -o remount,bind,ro . && cd \"$PWD\"",
        "touch .x.state.toml.lock && mount --bind . . && mount -o remount,bind,ro . && cd \"$PWD\"",
    ];
    for trial in read_only.map(|first| Trial::on("size=1m").first(first)).into_iter().chain([full]) {
        assert_eq!(judge(&case, &trial), Ok(false));
        let errors = run(&case, &trial).errors;
        assert_eq!(errors.lines().filter(|line| line.contains("disk")).count(), 1, "{trial:?}: {errors}");
    }
}

#[test]
fn a_folder_or_file_without_write_permission_is_reported() {
    if !can_mount() || !has(&["setpriv", "--bounding-set=-all", "--inh-caps=-all", "true"]) {
        return;
    }
    let case = case(true);
    let forbidden = [
        // The state itself is a mount, as in containers, so no rename can replace it.
        "mount --bind x.state.toml x.state.toml",
        "mount --bind x.state.toml x.state.toml && mount -o remount,bind,ro x.state.toml",
        "chmod 555 .",
        "touch .x.state.toml.lock && chmod 555 .",
        "chmod 000 x.state.toml",
        "chmod 000 x.toml",
        "chmod 444 .",
    ];
    let powerless = "setpriv --bounding-set=-all --inh-caps=-all";
    let trials = forbidden.map(|first| Trial { wrap: powerless, ..Trial::on("size=1m").first(first) });
    assert_eq!(hold(&case, trials), (0, forbidden.len()));
}

#[test]
fn limits_of_the_process_are_reported_as_errors() {
    if !can_mount() {
        return;
    }
    let case = case(true);
    let limits = |what: &'static str, amounts: Vec<usize>| {
        amounts.into_iter().map(move |amount| Trial::on("size=1m").first(format!("ulimit -{what} {amount}")))
    };
    let blocks = case.new.len().div_ceil(512);
    let small = hold(&case, limits("f", (0..10).chain((10..blocks).step_by(8)).collect()));
    assert_eq!(small.0, 0);
    assert!(hold(&case, limits("f", vec![blocks, blocks + 1, blocks * 2])).0 == 3);
    let files = hold(&case, limits("n", (4..12).collect()));
    assert!(files.0 > 0 && files.1 > 0, "{files:?}");
    assert!(small.1 + files.0 + files.1 >= 24);
}

#[test]
fn little_memory_harms_no_state() {
    if !can_mount() {
        return;
    }
    let case = case(true);
    let mut dead = 0;
    for kilobytes in (4_000..24_000).step_by(1_000) {
        let trial = Trial::on("size=1m").first(format!("ulimit -v {kilobytes}"));
        let outcome = run(&case, &trial);
        // A process without memory for its program, or for an error message, can only end, with any code.
        assert!(!outcome.names.iter().any(|name| name.contains(".tmp")), "{trial:?}: {}", outcome.errors);
        let state = outcome.state.expect("a state");
        match outcome.code {
            Some(0) => assert_eq!(meaning(&state), meaning(&case.new), "{trial:?}"),
            code => {
                dead += 1;
                assert!(Some(&state) == case.old.as_ref(), "{trial:?}: code {code:?}, {}", outcome.errors);
            }
        }
    }
    assert!(dead > 0 && dead < 20, "{dead}");
}

#[test]
fn control_a_writer_in_place_is_caught() {
    if !can_mount() {
        return;
    }
    let case = case(true);
    let in_place = |trial: Trial| Trial { apply: WRITE_IN_PLACE.to_owned(), ..trial };
    for trial in [Trial::on("size=1m"), Trial::on("size=1m").first("ulimit -f 0")] {
        assert!(judge(&case, &in_place(trial)).is_err());
    }
}
