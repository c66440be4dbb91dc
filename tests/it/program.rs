//! The binary as other tests run it: in a folder, with an environment that says nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The binary, in a folder.
pub(crate) fn lighthouse(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lighthouse"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Runs the binary in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    lighthouse(folder).args(arguments).output().expect("it runs")
}

/// What is printed is text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// One JSON object on standard output.
#[track_caller]
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

/// A path below the root of the package.
pub(crate) fn below_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files below a folder whose names end so, in order.
pub(crate) fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files_below(from, "") {
        let place = to.join(file.strip_prefix(from).expect("it is below"));
        fs::create_dir_all(place.parent().expect("it has a parent")).expect("folders");
        fs::copy(&file, &place).expect("it can be copied");
    }
}

/// How many random cases a test tries: so many, or what `PROPTEST_CASES` asks for.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
