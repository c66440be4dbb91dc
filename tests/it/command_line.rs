//! The command line: flags, environment, exit codes, and what is printed on which stream.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::{lighthouse, text};

const SMALL: &str = "\
strategy = \"prioritized\"

[[nodes]]
name = \"nas\"
resources = { cpu = 4 }

[[workloads]]
name = \"web\"
requirements = { cpu = 1 }
";

/// Makes a folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    lighthouse(folder.path()).args(arguments).output().expect("it runs")
}

/// Asserts everything that a run shows.
#[track_caller]
fn shows(output: &Output, code: i32, out: &str, err: &str) {
    assert_eq!(text(&output.stdout), out, "standard output");
    assert_eq!(text(&output.stderr), err, "standard error");
    assert_eq!(output.status.code(), Some(code), "exit code");
}

#[test]
fn every_exit_code_has_its_cause() {
    let home = folder(&[
        ("lighthouse.toml", SMALL),
        ("broken.toml", "strategy = 1\n"),
        ("empty.toml", ""),
        ("large.toml", &SMALL.replace("cpu = 1", "cpu = 9")),
        ("done.toml", "strategy = \"prioritized\"\n"),
        ("torn.state.toml", "x"),
    ]);
    for (arguments, code) in [
        (&["check"][..], 0),
        (&["--version"], 0),
        (&["--help"], 0),
        (&["plan"], 0),
        (&["plan", "--allow-unplaced", "-f", "large.toml"], 0),
        (&["plan", "--detailed-exitcode", "-f", "done.toml"], 0),
        (&["plan", "--detailed-exitcode"], 2),
        (&["plan", "-f", "large.toml"], 3),
        (&["plan", "-f", "large.toml", "--detailed-exitcode"], 3),
        (&["plan", "-f", "broken.toml"], 1),
        (&["plan", "--state", "torn.state.toml"], 1),
        (&["plan", "--out", "lighthouse.toml"], 1),
        (&["plan", "--move", "wbe=nas"], 1),
        (&["plan", "--move", "web=nsa"], 1),
        (&["plan", "--move", "web"], 64),
        (&["plan", "--move", "web=nas", "--fresh"], 64),
        (&["check", "-f", "broken.toml"], 1),
        (&["check", "-f", "empty.toml"], 1),
        (&["check", "-f", "missing.toml"], 1),
        (&["check", "-f", "."], 1),
        (&[], 64),
        (&["nonsense"], 64),
        (&["check", "--nonsense"], 64),
        (&["check", "--format", "yaml"], 64),
        (&["check", "-q", "-v"], 64),
        (&["man", "nonsense"], 64),
        (&["init", "-f", "-"], 64),
        (&["schema"], 64),
    ] {
        let output = run(&home, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(output.stderr.is_empty(), code < 4 && code != 1, "{arguments:?}");
    }
}

#[test]
fn an_unknown_flag_has_a_suggestion() {
    let err = "error: unexpected argument '--formt' found\n\n  tip: a similar argument exists: '--format'\n\n\
               Usage: lighthouse check --format <FORMAT>\n\nFor more information, try '--help'.\n";
    shows(&run(&folder(&[]), &["check", "--formt", "json"]), 64, "", err);
}

#[test]
fn init_writes_once_and_keeps_existing_files() {
    let home = folder(&[(".gitignore", "target")]);
    let first = "wrote `lighthouse.toml`: edit it, then run `lighthouse plan`\nadded `.*.lock` to `.gitignore`\n\
                 wrote `.gitattributes` with `*.state.toml -text -merge`\n";
    shows(&run(&home, &["init"]), 0, first, "");
    let read = |name: &str| fs::read_to_string(home.path().join(name)).expect("a file");
    let names = ["lighthouse.toml", ".gitignore", ".gitattributes"];
    let before = names.map(read);
    assert_eq!(before[1], "target\n# Locks of `lighthouse apply`.\n.*.lock\n");
    let second = "kept `lighthouse.toml`, which exists already\nkept `.gitignore`, which already has `.*.lock`\n\
                  kept `.gitattributes`, which already has `*.state.toml -text -merge`\n";
    shows(&run(&home, &["init"]), 0, second, "");
    assert_eq!(names.map(read), before);
    shows(&run(&home, &["check"]), 0, "lighthouse.toml is valid: 4 nodes, 4 workloads, bin-pack\n", "");
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let home = folder(&[("lighthouse.toml", &SMALL.replace("requirements", "reqirements"))]);
    let err = "error: unknown key `reqirements` in a workload\n --> lighthouse.toml:9:1\n  |\n\
               9 | reqirements = { cpu = 1 }\n  | ^^^^^^^^^^^ did you mean `requirements`?\n\n";
    shows(&run(&home, &["check"]), 1, "lighthouse.toml is not valid: 1 error\n", err);
    let annotation = "::error file=lighthouse.toml,line=9,col=1,endColumn=12::unknown key `reqirements` in a workload\
                      %0Adid you mean `requirements`?\n";
    shows(&run(&home, &["check", "--format", "github"]), 1, annotation, "");
    let json = "{\"format_version\":\"1.0\",\"valid\":false,\"errors\":1,\"warnings\":0,\"nodes\":null,\"workloads\":null,\
                \"diagnostics\":[{\"severity\":\"error\",\"message\":\"unknown key `reqirements` in a workload\",\
                \"file\":\"lighthouse.toml\",\"line\":9,\"column\":1,\"label\":\"did you mean `requirements`?\",\
                \"related\":[],\"notes\":[],\"help\":[]}]}\n";
    shows(&run(&home, &["check", "--format", "json"]), 1, json, "");
}

#[test]
fn quiet_suppresses_warnings() {
    let home = folder(&[("lighthouse.toml", &SMALL.replace("requirements = {", "requirements = { gpu = 1,"))]);
    let out = "lighthouse.toml is valid: 1 node, 1 workload, prioritized; 1 warning\n";
    shows(&run(&home, &["check", "-q"]), 0, out, "");
    assert!(text(&run(&home, &["check"]).stderr).starts_with("warning: "));
}

#[test]
fn the_manifest_comes_from_the_flag_or_the_environment_or_the_nearest_folder() {
    let home =
        folder(&[("lighthouse.toml", SMALL), ("a.toml", SMALL), ("b.toml", SMALL), (".git/HEAD", ""), ("sub/x", "")]);
    let first = |command: &mut Command| {
        let output = command.output().expect("it runs");
        text(&output.stdout).split(' ').next().unwrap_or_default().to_owned()
    };
    let named = |value: &str| {
        let mut command = lighthouse(home.path());
        command.arg("check").env("LIGHTHOUSE_MANIFEST", value);
        command
    };
    assert_eq!(first(named("a.toml").args(["-f", "b.toml"])), "b.toml");
    assert_eq!(first(&mut named("a.toml")), "a.toml");
    assert_eq!(first(&mut named("")), "lighthouse.toml");
    assert_eq!(first(lighthouse(&home.path().join("sub")).arg("check")), "../lighthouse.toml");
}

#[test]
fn standard_input_is_a_manifest() {
    let home = folder(&[]);
    let mut child = lighthouse(home.path())
        .args(["check", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("a pipe").write_all(SMALL.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    shows(&output, 0, "<stdin> is valid: 1 node, 1 workload, prioritized\n", "");
}

#[test]
fn an_unknown_variable_gets_a_warning() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    let output = lighthouse(home.path()).arg("check").env("LIGHTHOUSE_STAT", "x").output().expect("it runs");
    let err =
        "warning: unknown environment variable `LIGHTHOUSE_STAT`\n |\n = help: did you mean `LIGHTHOUSE_STATE`?\n";
    shows(&output, 0, "lighthouse.toml is valid: 1 node, 1 workload, prioritized\n", err);
}

#[test]
fn a_hundred_of_many_unknown_variables_are_named() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    let variables = (0..2_000).map(|number| (format!("LIGHTHOUSE_ODD_{number:04}"), "x"));
    let output = lighthouse(home.path()).arg("check").envs(variables).output().expect("it runs");
    let warnings = text(&output.stderr);
    assert_eq!(warnings.matches("warning: unknown environment variable").count(), 100);
    assert!(warnings.ends_with("warning: and 1900 more: 2000 unknown environment variables in all\n"), "{warnings}");
}

#[test]
fn the_log_goes_to_standard_error() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    let err = " INFO lighthouse::inputs: manifest is valid manifest=lighthouse.toml nodes=1 workloads=1\n";
    shows(&run(&home, &["check", "-v"]), 0, "lighthouse.toml is valid: 1 node, 1 workload, prioritized\n", err);
}

#[test]
fn colour_needs_a_terminal_or_a_request() {
    let home = folder(&[("lighthouse.toml", "strategy = 1\n")]);
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = lighthouse(home.path());
        let output = command.arg("check").args(arguments).envs(variables.iter().copied()).output().expect("it runs");
        text(&output.stderr).contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    for arguments in [&["check"][..], &["schema", "manifest"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = lighthouse(home.path()).args(arguments).stdout(writer).output().expect("it runs");
        shows(&output, 0, "", "");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    for arguments in [&["check"][..], &["schema", "manifest"], &["--version"]] {
        let full = File::options().write(true).open("/dev/full").expect("a full disk");
        let output = lighthouse(home.path()).args(arguments).stdout(full).output().expect("it runs");
        shows(&output, 1, "", "error: cannot write standard output: no space left on device\n");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_save_is_reported_on_standard_error_if_standard_output_is_full() {
    for arguments in [&["apply", "--yes"][..], &["apply", "--yes", "--format", "json"], &["adopt", "web=nas", "--yes"]]
    {
        let home = folder(&[("lighthouse.toml", SMALL)]);
        let full = File::options().write(true).open("/dev/full").expect("a full disk");
        let output = lighthouse(home.path()).args(arguments).stdout(full).output().expect("it runs");
        let expected = "error: the state is saved, but standard output cannot be written: no space left on device\n";
        shows(&output, 1, "", expected);
        shows(&run(&home, &["plan", "--detailed-exitcode", "-q"]), 0, text(&run(&home, &["plan"]).stdout), "");
    }
}

#[test]
fn watch_once_keeps_its_exit_code_if_nobody_reads() {
    for (manifest, code) in [(SMALL.to_owned(), 0), (SMALL.replace("cpu = 1 }", "cpu = 1000 }"), 3)] {
        let home = folder(&[("lighthouse.toml", &manifest)]);
        for format in ["text", "json"] {
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            let mut command = lighthouse(home.path());
            command.args(["watch", "--once", "--format", format]).stdout(writer);
            shows(&command.output().expect("it runs"), code, "", "");
        }
    }
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let home = folder(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&home, &["completions", shell]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{shell}");
        assert!(text(&output.stdout).contains("lighthouse"), "{shell}");
    }
    assert!(text(&run(&home, &["man"]).stdout).contains(".TH lighthouse 1"));
    assert!(text(&run(&home, &["man", "check"]).stdout).contains(".TH lighthouse-check 1"));
}

#[test]
fn plan_shows_where_everything_goes_and_writes_nothing() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    let out = "lighthouse.toml (1 node, 1 workload, prioritized); no state at lighthouse.state.toml: everything is new\n\n  \
               + web  -> nas  new\n\nPlan: 1 to place; 0 stay. 1 of 1 node in use.\n";
    shows(&run(&home, &["plan"]), 0, out, "");
    assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1);
}

#[test]
fn a_manifest_with_mistakes_is_not_planned() {
    let home = folder(&[("lighthouse.toml", &SMALL.replace("requirements", "reqirements"))]);
    let err = "error: unknown key `reqirements` in a workload\n --> lighthouse.toml:9:1\n  |\n\
               9 | reqirements = { cpu = 1 }\n  | ^^^^^^^^^^^ did you mean `requirements`?\n\n\
               1 error; nothing was planned\n";
    shows(&run(&home, &["plan"]), 1, "", err);
}

#[test]
fn a_name_with_an_equals_sign_can_move() {
    let home = folder(&[("lighthouse.toml", &SMALL.replace("\"nas\"", "\"a=b\"").replace("\"web\"", "\"c=d\""))]);
    assert!(
        text(&run(&home, &["plan", "--move", "c=d=a=b"]).stdout).contains("+ c=d  -> a=b  requested with --move\n")
    );
}

#[test]
fn a_saved_plan_shows_the_changes() {
    let home = folder(&[("lighthouse.toml", SMALL)]);
    assert_eq!(run(&home, &["plan", "--out", "plan.toml"]).status.code(), Some(0));
    let saved = fs::read_to_string(home.path().join("plan.toml")).expect("a file");
    assert!(saved.ends_with("[changes]\nweb = { kind = \"place\", to = \"nas\", reasons = [\"new\"] }\n"), "{saved}");
}

#[test]
fn a_damaged_state_is_reported_with_a_way_out() {
    let home = folder(&[("lighthouse.toml", SMALL), ("lighthouse.state.toml", "")]);
    let err = "error: the state `lighthouse.state.toml` cannot be read: it is empty\n |\n = help: restore the file \
               from the last commit (`git checkout -- FILE`), then apply; if there is none, `lighthouse adopt` records \
               where workloads run\n";
    shows(&run(&home, &["plan"]), 1, "", err);
}
