//! Scarce resources: a small stack, few file descriptors, one thread, no room to write, one column, unusual clocks, and
//! closed streams.
//!
//! Little memory is in `hostile_manifests.rs` and `small_disks.rs`.

use std::fmt::Write;
use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use lighthouse::state::parse;
use lighthouse::text::escape::is_hidden;
use tempfile::TempDir;

use crate::support::{below_root, binary, case_folder, compare, copy, has, text};

/// Makes a folder with an example and a state.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    copy(&below_root("examples/three-racks"), home.path());
    assert_eq!(shell(home.path(), "\"$0\" apply --yes").status.code(), Some(3));
    home
}

/// Runs a script in which the binary is `$0`, with an empty environment.
fn shell(home: &Path, script: &str) -> Output {
    let mut command = Command::new("/bin/sh");
    command.current_dir(home).env_clear().stdin(Stdio::null()).args(["-c", script]).arg(binary());
    command.output().expect("started")
}

/// Asserts that a run printed neither a panic nor a hidden character.
#[track_caller]
fn is_printable(output: &Output) {
    for stream in [&output.stdout, &output.stderr] {
        let stream = String::from_utf8_lossy(stream);
        assert!(!stream.contains("panicked"), "{stream}");
        assert!(!stream.chars().any(|c| c != '\n' && is_hidden(c)), "{stream:?}");
    }
}

#[test]
fn a_small_stack_is_enough_for_any_nesting() {
    let deep = [
        ("[", "x = ", "["),
        ("{", "x = ", "{a="),
        (".", "", "a."),
        ("[[", "[[", "a."),
        ("mixed", "x = ", "[{a.b.c.d.e=["),
        ("legal", "nodes = ", "[[[[[[[[[[[[[[[["),
    ];
    for (what, start, piece) in deep {
        let home = tempfile::tempdir().expect("a folder");
        let times = if what == "legal" { 1 } else { 100_000 };
        let manifest = format!("strategy = \"prioritized\"\n{start}{}", piece.repeat(times));
        fs::write(home.path().join("lighthouse.toml"), manifest).expect("written");
        for command in ["check", "plan", "check --format json"] {
            let output = shell(home.path(), &format!("ulimit -s 512 && exec \"$0\" {command}"));
            assert_eq!(output.status.code(), Some(1), "{what}: {:?}", output.status);
            is_printable(&output);
        }
    }
    let home = home();
    assert_eq!(shell(home.path(), "ulimit -s 512 && exec \"$0\" plan").status.code(), Some(3));
}

/// With 8 KiB of stack the program cannot run.
#[test]
fn control_the_stack_limit_has_an_effect() {
    let home = home();
    assert_eq!(shell(home.path(), "ulimit -s 8 && exec \"$0\" plan").status.code().filter(|code| *code == 3), None);
}

#[test]
fn few_file_descriptors_are_enough_or_reported() {
    let home = home();
    let state = fs::read(home.path().join("lighthouse.state.toml")).expect("a state");
    let mut codes = Vec::new();
    for files in 3..12 {
        let output = shell(home.path(), &format!("ulimit -n {files} && exec \"$0\" apply --yes"));
        is_printable(&output);
        codes.push(output.status.code());
        assert!(fs::read(home.path().join("lighthouse.state.toml")).expect("a state") == state);
        // With fewer descriptors the system cannot even start the program.
        if output.status.code() == Some(1) {
            assert!(text(&output.stderr).contains("too many open files"), "{}", text(&output.stderr));
        }
    }
    assert!(codes.contains(&Some(3)) && codes.contains(&Some(1)), "{codes:?}");
}

/// Runs a script as `shell` does, as a user with a limit on processes and threads.
#[cfg(target_os = "linux")]
fn with_threads(home: &Path, limit: usize, script: &str) -> Output {
    // The limit does not apply to root, so root becomes nobody, who needs the binary and write access in this folder.
    let program = home.join("lighthouse");
    if !program.exists() {
        // If this process wrote the copy, a fork of another test could still have it open, and it could not start.
        let copied = Command::new("cp").arg(binary()).arg(&program).status().expect("started");
        assert!(copied.success());
    }
    fs::set_permissions(home, fs::Permissions::from_mode(0o777)).expect("opened");
    let nobody: &[&str] = &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let prefix = if rustix::process::geteuid().is_root() { nobody } else { &[] };
    let mut command = Command::new(prefix.first().copied().unwrap_or("env"));
    command.args(prefix.iter().skip(1)).args(["prlimit", &format!("--nproc={limit}"), "/bin/sh", "-c", script]);
    command.current_dir(home).stdin(Stdio::null()).arg(program).output().expect("started")
}

#[cfg(target_os = "linux")]
#[test]
fn one_thread_is_enough_for_planning_and_reported_by_watch() {
    if !has(&["setpriv", "--version"]) || !has(&["prlimit", "--version"]) {
        return;
    }
    let home = home();
    let table = |number| format!("[[workloads]]\nname = \"batch-{number}\"\nrequirements = {{ cpu = 9000 }}\n");
    let manifest = home.path().join("lighthouse.toml");
    let long = fs::read_to_string(&manifest).expect("a manifest") + &(0..3_000).map(table).collect::<String>();
    fs::write(&manifest, long).expect("written");
    for command in ["plan --format json", "explain batch-0", "explain train-0"] {
        let script = format!("exec \"$0\" {command}");
        let (alone, many) = (with_threads(home.path(), 1, &script), with_threads(home.path(), 1_000, &script));
        is_printable(&alone);
        assert_eq!((alone.status.code(), text(&alone.stderr)), (many.status.code(), text(&many.stderr)), "{command}");
        assert!(alone.stdout == many.stdout && !alone.stdout.is_empty(), "{command}");
    }
    let alone = with_threads(home.path(), 1, "exec \"$0\" watch --once");
    is_printable(&alone);
    assert_eq!(alone.status.code(), Some(1));
    assert!(text(&alone.stderr).starts_with("error: cannot handle signals: "), "{}", text(&alone.stderr));
    // With enough threads the same command succeeds.
    assert_eq!(with_threads(home.path(), 1_000, "exec \"$0\" watch --once").status.code(), Some(3));
}

#[test]
fn a_plan_that_cannot_be_written_is_reported_and_leaves_no_file() {
    let home = home();
    let output = shell(home.path(), "ulimit -f 0; \"$0\" plan --out saved.toml 2>&1 >/dev/null | cat");
    assert!(text(&output.stdout).contains("error: cannot write `"), "{}", text(&output.stdout));
    let names = fs::read_dir(home.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().contains("saved")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_terminal_of_one_column_shows_everything() {
    if !has(&["script", "-qec", "stty cols 1", "/dev/null"]) {
        return;
    }
    let home = home();
    let shown = |columns: usize, command: &str| {
        let script =
            format!("script -qec \"stty cols {columns} rows 1; '$0' --color never {command}\" /dev/null < /dev/null");
        let output = shell(home.path(), &script);
        assert!(!text(&output.stdout).contains("panicked"), "{}", text(&output.stdout));
        (output.status.code(), text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    for command in
        ["check", "plan", "explain", "explain train-2", "explain web-0", "explain --node nas", "show", "--help"]
    {
        let (narrow, wide) = (shown(1, command), shown(1_000, command));
        assert_eq!(narrow.0, wide.0, "{command}");
        assert!(command == "--help" || narrow.1 == wide.1, "{command}:\n{}\n{}", narrow.1, wide.1);
    }
}

#[test]
fn a_clock_in_another_century_changes_no_plan() {
    let mut plans = Vec::new();
    for time in ["1969-06-01 00:00:00", "2038-01-19 03:14:08", "2106-02-07 06:28:16"] {
        if !has(&["faketime", time, "true"]) {
            return;
        }
        let home = home();
        fs::remove_file(home.path().join(".lighthouse.state.toml.lock")).expect("a lock");
        let run = |command: &str| shell(home.path(), &format!("faketime '{time}' \"$0\" {command}"));
        let output = run("apply --yes --move web-0=rack-a-0");
        is_printable(&output);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{time}: {}", text(&output.stderr));
        let output = run("apply --yes --fresh");
        is_printable(&output);
        assert_eq!(output.status.code(), Some(3), "{time}: {}", text(&output.stderr));
        let lock = fs::read_to_string(home.path().join(".lighthouse.state.toml.lock")).expect("a lock");
        assert!(lock.contains("since 1970-01-01T00:00:00Z") || lock.contains("since 2"), "{lock}");
        let output = run("watch --once --format json");
        is_printable(&output);
        assert_eq!(output.status.code(), Some(3), "{time}: {}", text(&output.stderr));
        plans.push(run("plan --format json").stdout);
    }
    assert!(plans.iter().all(|plan| *plan == plans[0] && !plan.is_empty()));
}

#[test]
fn a_clock_before_1970_counts_as_1970() {
    let before = "faketime '1969-06-01 12:00:00'";
    if !has(&["faketime", "1969-06-01 12:00:00", "true"]) {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    fs::copy(case_folder("state/lighthouse.toml"), home.path().join("lighthouse.toml")).expect("copied");
    fs::copy(case_folder("state/good/lighthouse.state.toml"), home.path().join("lighthouse.state.toml"))
        .expect("copied");
    let mut page = String::new();
    for command in [
        "watch --once",
        "watch --once --format json",
        "watch --once --apply --status-file status.json",
        "apply --yes --fresh",
        "show",
    ] {
        let output = shell(home.path(), &format!("{before} \"$0\" {command}"));
        let code = output.status.code().expect("it ends by itself");
        let streams = [text(&output.stderr), text(&output.stdout)];
        write!(page, "$ lighthouse {command}\n{}=> {code}\n", streams.concat()).expect("a string takes everything");
    }
    for name in ["status.json", ".lighthouse.state.toml.lock"] {
        let file = fs::read_to_string(home.path().join(name)).expect("a file");
        let is_process = |word: &&str| !word.bytes().all(|byte| byte.is_ascii_digit());
        let words: Vec<_> = file.split_whitespace().filter(is_process).collect();
        writeln!(page, "$ cat {name}\n{}", words.join(" ")).expect("a string takes everything");
    }
    compare(&case_folder("clock/before-1970/expected.txt"), &page);
}

#[test]
fn streams_that_are_closed_or_full_harm_no_state() {
    for (streams, codes) in [
        (">&-", [0, 3]),
        ("2>&-", [0, 3]),
        ("<&-", [0, 3]),
        ("<&- >&- 2>&-", [0, 3]),
        (">/dev/full", [1, 1]),
        ("2>/dev/full", [0, 3]),
        (">/dev/full 2>/dev/full", [1, 1]),
    ] {
        for (command, code) in ["check", "apply --yes --fresh"].into_iter().zip(codes) {
            let home = home();
            let path = home.path().join("lighthouse.state.toml");
            let serial = parse(&fs::read(&path).expect("a state")).expect("whole").serial;
            fs::write(home.path().join("lighthouse.d/more.toml"), "[[workloads]]\nname = \"more\"\n").expect("written");
            let output = shell(home.path(), &format!("exec \"$0\" {command} {streams}"));
            is_printable(&output);
            assert_eq!(output.status.code(), Some(code), "{command} {streams}: {}", text(&output.stderr));
            // No opened file took the number of a closed stream: the state is the old one or the next, and whole.
            let state = parse(&fs::read(&path).expect("a state")).expect("whole");
            assert_eq!(state.serial, serial + u64::from(command != "check"), "{command} {streams}");
        }
    }
}
