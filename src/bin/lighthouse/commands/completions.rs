//! `completions`: completion scripts for shells.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;

/// Returns the completion script of a shell.
pub(crate) fn run(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "lighthouse", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
