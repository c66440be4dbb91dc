//! Environment variables: `LIGHTHOUSE_*`.
//!
//! A variable with an empty value counts as unset. An unknown one is probably a typo and causes a warning.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use lighthouse::text::diagnostic::Diagnostic;
use lighthouse::text::escape::quoted;
use lighthouse::text::suggestion::did_you_mean;
use tracing_subscriber::EnvFilter;

use crate::terminal::Terminal;

const PREFIX: &str = "LIGHTHOUSE_";
const MANIFEST: &str = "LIGHTHOUSE_MANIFEST";
const STATE: &str = "LIGHTHOUSE_STATE";
const LOG: &str = "LIGHTHOUSE_LOG";
/// Maximum number of unknown variables that are named.
const MAX_NAMED: usize = 100;
const KNOWN: [&str; 3] = [MANIFEST, STATE, LOG];

/// Returns the manifest that the environment names.
pub(crate) fn manifest() -> Option<PathBuf> {
    set(MANIFEST).map(PathBuf::from)
}

/// Returns the state that the environment names.
pub(crate) fn state() -> Option<PathBuf> {
    set(STATE).map(PathBuf::from)
}

/// Warns of `LIGHTHOUSE_*` variables that do not exist.
pub(crate) fn warn_of_unknown(terminal: Terminal) {
    let mut unknown: Vec<String> = env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(PREFIX) && !KNOWN.contains(&name.as_str()))
        .collect();
    unknown.sort();
    let all = unknown.len();
    for name in unknown.into_iter().take(MAX_NAMED) {
        let help = did_you_mean(&name, KNOWN)
            .unwrap_or_else(|| format!("the variables are {}", KNOWN.map(|known| format!("`{known}`")).join(", ")));
        let message = format!("unknown environment variable {}", quoted(&name));
        terminal.report(&Diagnostic::warning(message).help(help));
    }
    if all > MAX_NAMED {
        let message = format!("and {} more: {all} unknown environment variables in all", all - MAX_NAMED);
        terminal.report(&Diagnostic::warning(message));
    }
}

/// Sets up the log on standard error. Without `LIGHTHOUSE_LOG` and `-v` nothing is logged.
pub(crate) fn start_log(terminal: Terminal, verbose: u8) {
    let Some(filter) = filter(terminal, verbose) else { return };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal.err_coloured)
        .without_time()
        // The layer reports a failed write on standard error, and would panic if standard error is closed.
        .log_internal_errors(false)
        .init();
}

fn filter(terminal: Terminal, verbose: u8) -> Option<EnvFilter> {
    let Some(wanted) = set(LOG) else {
        let level = ["info", "debug", "trace"].get(usize::from(verbose).checked_sub(1)?).unwrap_or(&"trace");
        return Some(EnvFilter::new(format!("lighthouse={level}")));
    };
    let filter = EnvFilter::try_new(wanted.to_string_lossy());
    if filter.is_err() {
        let message = format!("`{LOG}` is not a log filter: {}", quoted(&wanted.to_string_lossy()));
        let help = "a filter is a level such as `info`, or `lighthouse=debug`";
        terminal.report(&Diagnostic::warning(message).help(help));
    }
    filter.ok()
}

/// Returns the value of a variable that is set and not empty.
fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
