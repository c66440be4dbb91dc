//! `lighthouse watch` through the binary: real tools change files, and lines of JSON show what was planned.
//!
//! An extra plan is detected by the next change, because its plan is not the next line then. Tests wait for lines and
//! not for time, unless time is what tells a file notification from a tick. `SOAK=1` asks for many repetitions.

mod apply;
mod git;
mod gitops;
mod nano;
mod negative_controls;
mod notification_limits;
mod saves;
mod shutdown_and_status;
mod swaps;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::schema::validate;
use crate::support::{binary, report};

/// Wait for a line. A line that takes longer never comes, however busy the machine is.
const PATIENCE: Duration = Duration::from_mins(1);

/// Time within which a change with a notification is planned; on a busy machine at least every other change is.
const PROMISED: Duration = Duration::from_secs(2);

/// Time that tells a notification from a tick, which takes five seconds.
const SOON: Duration = Duration::from_secs(4);

/// Running `lighthouse watch`, with its lines.
struct Watching {
    child: Child,
    lines: Receiver<Value>,
}

impl Watching {
    /// Starts `lighthouse watch --format json` in a folder and reads its first line.
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_by(Command::new(binary()), folder, arguments)
    }

    /// Starts a watch by a command that runs the binary.
    fn start_by(mut command: Command, folder: &Path, arguments: &[&str]) -> Self {
        command.args(["watch", "--format", "json"]).args(arguments).current_dir(folder).env("PWD", folder);
        for name in ["LIGHTHOUSE_MANIFEST", "LIGHTHOUSE_STATE", "LIGHTHOUSE_LOG"] {
            command.env_remove(name);
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let (tell, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                if tell.send(value).is_err() {
                    return;
                }
            }
        });
        let watching = Self { child, lines };
        assert_eq!(watching.line()["type"], "version");
        watching
    }

    /// Waits for the next line.
    #[track_caller]
    fn line(&self) -> Value {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                validate("watch", &line, &line.to_string());
                line
            }
            Err(RecvTimeoutError::Timeout) => panic!("no line came"),
            Err(RecvTimeoutError::Disconnected) => panic!("it has ended"),
        }
    }

    /// Waits for the next line, which must be of this type.
    #[track_caller]
    fn says(&self, kind: &str) -> Value {
        let line = self.line();
        assert_eq!(line["type"], kind, "{line}");
        line
    }

    /// Waits for the next plan, which must be of this workload alone. Skips errors and recoveries: a slow machine may
    /// see a half-written file.
    #[track_caller]
    fn plans(&self, workload: &str) -> Value {
        loop {
            let line = self.line();
            if line["type"] == "plan" {
                let names: Vec<_> = line["plan"]["placements"].as_object().expect("placements").keys().collect();
                assert_eq!(names, [workload], "{} {}", line["trigger"], line["changed"]);
                return line;
            }
            assert!(line["type"] == "error" || line["type"] == "recovered", "{line}");
        }
    }

    /// Waits for the recovery, and skips further errors.
    #[track_caller]
    fn recovers(&self) {
        loop {
            let line = self.line();
            if line["type"] == "recovered" {
                return;
            }
            assert_eq!(line["type"], "error", "{line}");
        }
    }

    /// Asserts that no further plan has come so far.
    #[track_caller]
    fn has_no_plan(&self) {
        while let Ok(line) = self.lines.try_recv() {
            assert_ne!(line["type"], "plan", "{}", line["changed"]);
        }
    }

    /// Sends a signal by its name.
    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for the end of the process.
    fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the watch and returns its standard error.
    fn end(mut self) -> String {
        self.signal("TERM");
        assert_eq!(self.wait().code(), Some(0));
        self.errors()
    }

    /// Returns standard error after the end of the process.
    fn errors(&mut self) -> String {
        let mut errors = String::new();
        self.child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("text");
        errors
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a manifest with this workload.
fn manifest(workload: &str) -> String {
    format!(
        "strategy = \"prioritized\"\n\n[[nodes]]\nname = \"nas\"\nresources = {{ cpu = 4 }}\n\n\
         [[workloads]]\nname = \"{workload}\"\nrequirements = {{ cpu = 1 }}\n"
    )
}

/// Makes a folder, whose path has no links, with a manifest of the workload `first`.
fn home() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("a real path").join("home");
    fs::create_dir(&path).expect("a folder");
    write(&path.join("lighthouse.toml"), &manifest("first"));
    (folder, path)
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Runs a tool in a folder and asserts that it succeeds.
#[track_caller]
fn tool(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits long enough for an unwanted plan to appear.
fn a_while() {
    thread::sleep(Duration::from_millis(700));
}

/// Asserts that most changes were found by notification; reports in a soak how soon they were planned.
fn assert_notified(name: &str, took: &[Duration]) {
    let mut took = took.to_vec();
    took.sort_unstable();
    assert!(took[took.len() / 2] < PROMISED, "{name}: only the tick found it: {took:?}");
    report(format_args!("{name}: {} changes, planned after {:?} to {:?}", took.len(), took[0], took[took.len() - 1]));
}

/// Runs cases at the same time, because they mostly wait.
fn run_all<T: Sync>(cases: &[(&str, T)], run: impl Fn(&str, &T) + Sync) {
    let failed: Vec<&str> = thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|(name, case)| (name, scope.spawn(|| run(name, case)))).collect();
        running.into_iter().filter_map(|(name, thread)| thread.join().is_err().then_some(*name)).collect()
    });
    assert!(failed.is_empty(), "failed: {failed:?}");
}
