//! Fuzzes the manifest, with a state and a plan that were made for another one.

#![no_main]

#[allow(dead_code, reason = "other targets and the tests use the rest")]
#[path = "../../it/support/library_run.rs"]
mod library_run;

use lighthouse::text::source::Source;

const STATE: &[u8] = include_bytes!("../seeds/state/everything.toml");
const PLAN: &[u8] = include_bytes!("../seeds/plan/everything.toml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if !is_large(bytes) {
        library_run::run_through(&[Source::new("lighthouse.toml", bytes)], Some(STATE), Some(PLAN));
    }
});

/// Returns whether a number may mean 100,000 nodes or more, which is legal but slow.
fn is_large(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    words.any(|word| word.first().is_some_and(u8::is_ascii_digit) && (6..=30).contains(&word.len()))
}
