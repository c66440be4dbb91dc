//! Tests of the whole, one file a subject.

mod adoption;
mod apply;
mod check;
mod cli;
mod examples;
mod explain;
mod grammar;
mod hostile;
mod laws;
mod manifests;
mod mutation;
mod passage;
mod program;
mod readme;
mod records;
mod schema;
mod sessions;
mod stale;
mod state;

#[cfg(unix)]
mod store;
mod tidy;

// The rigs: an apply that is killed, failed, crowded or short of room. They trace it with strace, which is Linux's.
#[cfg(target_os = "linux")]
mod crash;
#[cfg(target_os = "linux")]
mod determinism;
#[cfg(target_os = "linux")]
mod disks;
#[cfg(target_os = "linux")]
mod faults;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod power;
#[cfg(target_os = "linux")]
mod pty;
#[cfg(target_os = "linux")]
mod rig;
#[cfg(target_os = "linux")]
mod streams;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod watch;
#[cfg(target_os = "linux")]
mod width;
#[cfg(target_os = "linux")]
mod writers;
