//! What the rigs of reliability share: a site with manifest and state, the binary, and system calls by name.
//!
//! `RIG_BINARY` names another binary, for a negative control; `RIG_SOAK` asks for the long runs.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lighthouse::state::{self, Digest, State};
use tempfile::TempDir;

/// A folder with `x.toml` and, once applied, `x.state.toml`.
pub(crate) struct Site {
    folder: TempDir,
}

/// One system call of a run: the `n`th of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) n: usize,
    pub(crate) line: String,
}

impl Site {
    /// A site whose manifest has so many workloads, each of which requires so much.
    pub(crate) fn new(workloads: usize, cpu: usize) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a folder") };
        site.declare(workloads, cpu);
        site
    }

    /// Writes the manifest anew.
    pub(crate) fn declare(&self, workloads: usize, cpu: usize) {
        fs::write(self.path("x.toml"), manifest(workloads, cpu)).expect("a manifest");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The state's bytes, if there is one.
    pub(crate) fn state(&self) -> Option<Vec<u8>> {
        fs::read(self.path("x.state.toml")).ok()
    }

    /// Puts the folder back to manifest and this state.
    pub(crate) fn reset(&self, state: Option<&[u8]>) {
        for name in self.names() {
            if name != "x.toml" {
                fs::remove_file(self.path(&name)).expect("removed");
            }
        }
        if let Some(bytes) = state {
            fs::write(self.path("x.state.toml"), bytes).expect("a state");
        }
    }

    /// What is there beside manifest, state and lock.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let known = ["x.toml", "x.state.toml", ".x.state.toml.lock"];
        self.names().into_iter().filter(|name| !known.contains(&name.as_str())).collect()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// `lighthouse apply --yes`, run by `wrapper` if it is given.
    pub(crate) fn apply<S: AsRef<OsStr>>(&self, wrapper: &[S]) -> Output {
        let Some((first, words)) = wrapper.split_first() else { return self.applied_by(Command::new(binary())) };
        let mut command = Command::new(first);
        command.args(words).arg(binary());
        self.applied_by(command)
    }

    fn applied_by(&self, mut command: Command) -> Output {
        command.args(["apply", "--yes", "-f", "x.toml"]).current_dir(self.folder.path()).stdin(Stdio::null());
        command.output().expect("started")
    }

    /// An apply that nothing disturbs; it must succeed.
    pub(crate) fn apply_well(&self) {
        let output = self.apply::<&str>(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Every system call of an apply, from the first whose line contains `from`.
    pub(crate) fn calls(&self, from: &str) -> Vec<Call> {
        let trace = tempfile::NamedTempFile::new().expect("a file");
        let name = trace.path().to_str().expect("text");
        let output = self.apply(&["strace", "-f", "-qq", "-s", "200", "-o", name]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let calls = numbered(&fs::read_to_string(trace.path()).expect("a trace"));
        let start =
            calls.iter().position(|call| call.line.contains(from)).unwrap_or_else(|| panic!("no call has {from}"));
        calls[start..].to_vec()
    }

    /// An apply in which these faults happen.
    pub(crate) fn apply_under(&self, faults: &[&str]) -> Output {
        self.applied_by(under(faults, binary()))
    }
}

/// A program in which faults happen, each as `strace -e inject` takes it; without any it runs as it is.
pub(crate) fn under(faults: &[&str], program: impl AsRef<OsStr>) -> Command {
    if faults.is_empty() {
        return Command::new(program);
    }
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    for fault in faults {
        command.args(["-e", &format!("inject={fault}")]);
    }
    command.arg(program);
    command
}

/// The binary that the rigs drive.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("RIG_BINARY").map_or_else(|| Path::new(env!("CARGO_BIN_EXE_lighthouse")).to_owned(), PathBuf::from)
}

/// A number of repetitions: in every run, and in a soak.
pub(crate) fn repeat(every_run: usize, soak: usize) -> usize {
    if std::env::var_os("RIG_SOAK").is_some() { soak } else { every_run }
}

/// In a soak, says what a rig has done.
#[expect(clippy::print_stderr, reason = "a soak has to say what it measured")]
pub(crate) fn told(what: std::fmt::Arguments<'_>) {
    if repeat(0, 1) == 1 {
        eprintln!("{what}");
    }
}

/// Whether a tool can be used here; says so when it cannot.
#[expect(clippy::print_stderr, reason = "a test that is skipped has to say so")]
pub(crate) fn has(tool: &[&str]) -> bool {
    let works = Command::new(tool[0]).args(&tool[1..]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = works.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: `{}` does not work here", tool.join(" "));
    }
    works
}

/// Whether system calls can be traced and changed.
pub(crate) fn has_strace() -> bool {
    has(&["strace", "-f", "-qq", "-e", "inject=fsync:error=EIO", "true"])
}

/// What a state says, without lineage and serial.
pub(crate) fn meaning(state: &[u8]) -> Digest {
    state::record_digest(&parsed(state).record)
}

/// A state that must be whole.
pub(crate) fn parsed(state: &[u8]) -> State {
    state::parse(state).unwrap_or_else(|error| panic!("torn: {error}"))
}

/// A manifest of many workloads that all fit.
pub(crate) fn manifest(workloads: usize, cpu: usize) -> String {
    format!(
        "strategy = \"prioritized\"\n\n\
         [[nodes]]\nname = \"node\"\ncount = 3\nresources = {{ cpu = inf, mem = \"1Ti\" }}\n\n\
         [[workloads]]\nname = \"work\"\nreplicas = {workloads}\nrequirements = {{ cpu = {cpu}, mem = \"1Ki\" }}\n"
    )
}

/// The calls of a trace, each numbered among those of its name.
fn numbered(trace: &str) -> Vec<Call> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let Some((name, _)) = call.split_once('(') else { continue };
        // The tracer itself starts the program.
        if name == "execve" || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let n = seen.entry(name).and_modify(|n| *n += 1).or_insert(1);
        calls.push(Call { name: name.to_owned(), n: *n, line: call.to_owned() });
    }
    calls
}
