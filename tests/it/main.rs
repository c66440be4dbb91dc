//! Tests of the whole, one file a subject.

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
mod mutated_input;
mod readme;
mod schema;
mod stale_plan;
mod state;
mod support;
mod toml_grammar;
mod verify;

#[cfg(unix)]
mod store;
mod tidy;

// The rigs: an apply that is killed, failed, crowded or short of room. They trace it with strace, which is Linux's.
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
