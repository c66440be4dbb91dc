//! Tests of the whole program: through the binary, and of the library's rooms put together.
//!
//! `tests/README.md` describes what is where, how golden files are written again, and how soaks run.

mod adopt;
mod apply;
mod command_line;
mod examples;
mod explain;
mod golden_sessions;
mod hostile_files;
mod hostile_manifests;
mod laws;
mod manifest;
mod manual;
mod mutated_input;
mod schema;
mod stale_plan;
mod state;
mod support;
mod tidy;
mod toml_grammar;
mod verify;

#[cfg(unix)]
mod store;

// These run the binary under strace, in namespaces, on loop devices or on terminals of their own.
#[cfg(target_os = "linux")]
mod apply_prompt;
#[cfg(target_os = "linux")]
mod closed_streams;
#[cfg(target_os = "linux")]
mod concurrent_applies;
#[cfg(target_os = "linux")]
mod determinism;
#[cfg(target_os = "linux")]
mod disk_errors;
#[cfg(target_os = "linux")]
mod killed_apply;
#[cfg(target_os = "linux")]
mod power_cut;
#[cfg(target_os = "linux")]
mod scarce_resources;
#[cfg(target_os = "linux")]
mod small_disks;
#[cfg(target_os = "linux")]
mod terminal_pages;
#[cfg(target_os = "linux")]
mod watch;
