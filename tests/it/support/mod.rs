//! Helpers that the tests share: the binary, folders of files, golden files, sessions, terminals and injected faults.

mod binary;
mod files;
mod golden;
mod session;

/// Runs manifest, state and saved plan through the library. The fuzz targets include this file by its path.
pub(crate) mod library_run;

#[cfg(target_os = "linux")]
mod pty;
#[cfg(target_os = "linux")]
mod site;
#[cfg(target_os = "linux")]
mod strace;

pub(crate) use binary::{binary, has, json, lighthouse, repetitions, report, run, text};
pub(crate) use files::{below_root, case_folder, copy, files_below, folders_in};
pub(crate) use golden::compare;
pub(crate) use session::{commands, home_of, play, play_in, transcript, words};

#[cfg(target_os = "linux")]
pub(crate) use pty::Pty;
#[cfg(target_os = "linux")]
pub(crate) use site::{Site, manifest, meaning, parsed};
#[cfg(target_os = "linux")]
pub(crate) use strace::{Call, has_strace, under};

/// Returns the number of random cases that a test tries: `PROPTEST_CASES` if it is set, `usual` otherwise.
pub(crate) fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}
