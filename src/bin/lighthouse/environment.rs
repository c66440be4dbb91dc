//! What the environment says: `LIGHTHOUSE_*`.
//!
//! A variable that is set to nothing is not set. One that nobody knows is probably a slip, and is warned of.

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
/// How many unknown variables are named.
const MOST: usize = 100;
const KNOWN: [&str; 3] = [MANIFEST, STATE, LOG];

/// The manifest where no flag names one.
pub(crate) fn manifest() -> Option<PathBuf> {
    set(MANIFEST).map(PathBuf::from)
}

/// The state where no flag names one.
pub(crate) fn state() -> Option<PathBuf> {
    set(STATE).map(PathBuf::from)
}

/// Warns of variables that look like ours and are not.
pub(crate) fn warn_of_unknown(terminal: Terminal) {
    let mut unknown: Vec<String> = env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(PREFIX) && !KNOWN.contains(&name.as_str()))
        .collect();
    unknown.sort();
    let all = unknown.len();
    for name in unknown.into_iter().take(MOST) {
        let help = did_you_mean(&name, KNOWN)
            .unwrap_or_else(|| format!("known are {}", KNOWN.map(|known| format!("`{known}`")).join(", ")));
        let message = format!("unknown environment variable {}", quoted(&name));
        terminal.report(&Diagnostic::warning(message).help(help));
    }
    if all > MOST {
        let message = format!("and {} more: {all} unknown environment variables in all", all - MOST);
        terminal.report(&Diagnostic::warning(message));
    }
}

/// Sets up the log: to standard error, silent unless `LIGHTHOUSE_LOG` or `-v` asks for it.
pub(crate) fn start_log(terminal: Terminal, verbose: u8) {
    let Some(filter) = filter(terminal, verbose) else { return };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal.err_coloured)
        .without_time()
        // The layer would panic where a line that cannot be written cannot be complained of either.
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
        let message = format!("`{LOG}` is {}, which is no filter", quoted(&wanted.to_string_lossy()));
        let help = "a filter is a level such as `info`, or `lighthouse=debug`";
        terminal.report(&Diagnostic::warning(message).help(help));
    }
    filter.ok()
}

fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
