//! System calls of a run: traced, numbered and made to fail.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::process::Command;

use super::binary::has;

/// One system call of a run: the `n`th of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) n: usize,
    pub(crate) line: String,
}

/// Returns whether system calls can be traced and changed on this machine.
pub(crate) fn has_strace() -> bool {
    has(&["strace", "-f", "-qq", "-e", "inject=fsync:error=EIO", "true"])
}

/// Returns a command that runs a program with faults, each in the form of `strace -e inject`; without faults it runs
/// the program itself.
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

/// Returns the calls of a trace, each numbered among the calls of its name.
pub(crate) fn numbered_calls(trace: &str) -> Vec<Call> {
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
