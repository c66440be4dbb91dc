//! A folder with a manifest and a state for the tests that disturb an apply.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use lighthouse::state::{self, Digest, State};
use tempfile::TempDir;

use super::binary::binary;
use super::strace::{Call, numbered_calls, under};

/// A folder with `x.toml` and, once applied, `x.state.toml`.
pub(crate) struct Site {
    folder: TempDir,
}

impl Site {
    /// Makes a site whose manifest has this number of workloads, each of which requires this amount of `cpu`.
    pub(crate) fn new(workloads: usize, cpu: usize) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a folder") };
        site.declare(workloads, cpu);
        site
    }

    /// Replaces the manifest.
    pub(crate) fn declare(&self, workloads: usize, cpu: usize) {
        fs::write(self.path("x.toml"), manifest(workloads, cpu)).expect("a manifest");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the bytes of the state, if there is one.
    pub(crate) fn state(&self) -> Option<Vec<u8>> {
        fs::read(self.path("x.state.toml")).ok()
    }

    /// Removes everything but the manifest and writes this state.
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

    /// Returns the names of files other than manifest, state and lock.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let known = ["x.toml", "x.state.toml", ".x.state.toml.lock"];
        self.names().into_iter().filter(|name| !known.contains(&name.as_str())).collect()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Runs `lighthouse apply --yes`, by `wrapper` if there is one.
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

    /// Runs an undisturbed apply, which must succeed.
    pub(crate) fn apply_well(&self) {
        let output = self.apply::<&str>(&[]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Returns every system call of an apply, from the first whose line contains `from`.
    pub(crate) fn calls(&self, from: &str) -> Vec<Call> {
        let trace = tempfile::NamedTempFile::new().expect("a file");
        let name = trace.path().to_str().expect("text");
        let output = self.apply(&["strace", "-f", "-qq", "-s", "200", "-o", name]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let calls = numbered_calls(&fs::read_to_string(trace.path()).expect("a trace"));
        let start =
            calls.iter().position(|call| call.line.contains(from)).unwrap_or_else(|| panic!("no call has {from}"));
        calls[start..].to_vec()
    }

    /// Runs an apply in which these faults happen.
    pub(crate) fn apply_under(&self, faults: &[&str]) -> Output {
        self.applied_by(under(faults, binary()))
    }
}

/// Returns the digest of a state's contents, without lineage and serial.
pub(crate) fn meaning(state: &[u8]) -> Digest {
    state::record_digest(&parsed(state).record)
}

/// Parses a state that must be whole.
pub(crate) fn parsed(state: &[u8]) -> State {
    state::parse(state).unwrap_or_else(|error| panic!("torn: {error}"))
}

/// Returns a manifest whose workloads all fit.
pub(crate) fn manifest(workloads: usize, cpu: usize) -> String {
    format!(
        "strategy = \"prioritized\"\n\n\
         [[nodes]]\nname = \"node\"\ncount = 3\nresources = {{ cpu = inf, mem = \"1Ti\" }}\n\n\
         [[workloads]]\nname = \"work\"\nreplicas = {workloads}\nrequirements = {{ cpu = {cpu}, mem = \"1Ki\" }}\n"
    )
}
