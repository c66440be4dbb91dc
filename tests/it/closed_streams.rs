//! Standard streams that are full, closed, or read only in part: what is reported, and the exit code of each command.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{binary, case_folder, compare, run, text};

/// Commands that run in a cluster with one unplaced workload.
const COMMANDS: [&str; 26] = [
    "--help",
    "--version",
    "plan --help",
    "check",
    "check --format json",
    "check -f bad.toml",
    "check -f bad.toml --format json",
    "check -f bad.toml --format github",
    "plan",
    "plan --format json",
    "plan --format markdown",
    "plan --format diff",
    "plan --format github",
    "plan --detailed-exitcode --allow-unplaced",
    "plan -f bad.toml",
    "show",
    "show --format json",
    "show --format lines",
    "show plan.toml",
    "explain",
    "explain workload-with-a-long-name-0",
    "explain --node node",
    "explain --node node --format json",
    "schema manifest",
    "completions bash",
    "man plan",
];

/// Makes a cluster of which one workload does not fit, with a state of one workload and a saved plan of all.
fn home(workloads: usize) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let manifest = format!(
        "strategy = \"prioritized\"\n\n[[nodes]]\nname = \"node\"\nresources = {{ cpu = {} }}\n\n\
         [[workloads]]\nname = \"workload-with-a-long-name\"\nreplicas = {workloads}\nrequirements = {{ cpu = 1 }}\n",
        workloads - 1
    );
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).expect("written");
    write("lighthouse.toml", &manifest);
    write("bad.toml", &(manifest + &"[[nodes]]\nnaem = \"node\"\n".repeat(workloads)));
    let code = |arguments: &[&str]| run(home.path(), arguments).status.code();
    assert_eq!(code(&["adopt", "workload-with-a-long-name-0=node", "--yes"]), Some(0));
    assert_eq!(code(&["plan", "--out", "plan.toml"]), Some(3));
    home
}

/// Runs a script, in which the binary is `$0`, and returns standard error and then standard output.
fn output_of(home: &Path, script: &str) -> String {
    let mut shell = Command::new("/bin/sh");
    let output = shell.args(["-c", script]).arg(binary()).current_dir(home).env_clear().stdin(Stdio::null()).output();
    let output = output.expect("started");
    format!("{}{}", text(&output.stderr), text(&output.stdout))
}

#[test]
fn a_full_output_is_reported_and_a_closed_one_is_ignored() {
    let home = home(3);
    let mut page = String::new();
    for stream in [">/dev/full", ">&-", "2>/dev/full", ">&- 2>&-"] {
        for command in COMMANDS {
            // Standard output is compared by other tests; here it would hide what matters.
            let hidden = if stream.starts_with('2') { " >/dev/null" } else { "" };
            let script = format!("exec 3>&2; \"$0\" {command}{hidden} {stream}; echo \"=> $?\" >&3");
            let output = output_of(home.path(), &script);
            writeln!(page, "$ lighthouse {command} {stream}\n{}", output.trim_end())
                .expect("a string takes everything");
        }
    }
    compare(&case_folder("streams/full-or-closed/expected.txt"), &page);
}

/// The page is longer than the pipe's buffer, so it is still being written when the reader has closed the pipe.
#[test]
fn a_reader_of_one_line_changes_no_exit_code() {
    let home = home(5_000);
    for (command, code) in [
        ("check -f bad.toml --format json", 1),
        ("plan", 3),
        ("plan --allow-unplaced", 0),
        ("plan --detailed-exitcode --allow-unplaced", 2),
        ("plan --format json", 3),
        ("plan --format diff", 3),
        ("apply --yes --format json", 3),
        ("show plan.toml", 0),
        ("show", 0),
        ("show --format json", 0),
        ("show --format lines", 0),
        ("explain --node node", 0),
        ("explain --node node --format json", 0),
    ] {
        let alone = output_of(home.path(), &format!("\"$0\" {command} 2>/dev/null"));
        let script = format!("{{ \"$0\" {command}; echo \"=> $?\" >&2; }} | head -c 40");
        let read = output_of(home.path(), &script);
        let (code_line, first) = read.split_at(read.len() - 40);
        assert!(alone.len() > 1 << 17 && alone.starts_with(first), "{command}: {} bytes, {first}", alone.len());
        assert_eq!(code_line, format!("=> {code}\n"), "{command}");
    }
}

/// The exit code reports the work, even if nobody can read the output.
#[test]
fn commands_write_their_files_without_standard_streams() {
    for streams in [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full", "| true", "2>&1 | true"] {
        for (command, written, code) in [
            ("init -f new.toml", "new.toml", 0),
            ("adopt workload-with-a-long-name-1=node --yes --state new.state.toml", "new.state.toml", 0),
            ("apply --yes --state new.state.toml", "new.state.toml", 3),
            ("apply plan.toml", "lighthouse.state.toml", 3),
            ("plan --out saved.toml", "saved.toml", 3),
            ("watch --once --apply --state new.state.toml", "new.state.toml", 3),
        ] {
            let home = home(3);
            let path = home.path().join(written);
            let before = fs::read(&path).ok();
            let (streams, reader) = streams.split_once('|').map_or((streams, ""), |(to, _)| (to, "| true"));
            let script = format!("{{ \"$0\" {command} {streams}; echo $? >code; }} {reader}");
            let output = output_of(home.path(), &script);
            let ended = fs::read_to_string(home.path().join("code")).expect("a code");
            assert_eq!(ended, format!("{code}\n"), "{command} {streams} {reader}: {output}");
            let after = fs::read(&path).ok();
            assert!(after.is_some() && after != before, "{command} {streams} {reader}");
        }
    }
}
