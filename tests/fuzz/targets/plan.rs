//! Fuzzes the saved plan, with a fitting digest, for a manifest and a state that use every feature.

#![no_main]

#[allow(dead_code, reason = "other targets and the tests use the rest")]
#[path = "../../it/support/library_run.rs"]
mod library_run;

use lighthouse::text::source::Source;

const MANIFEST: &[u8] = include_bytes!("../seeds/manifest/everything.toml");
const STATE: &[u8] = include_bytes!("../seeds/state/everything.toml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let sealed = str::from_utf8(bytes).map(library_run::resealed);
    let bytes = sealed.as_ref().map_or(bytes, String::as_bytes);
    library_run::run_through(&[Source::new("lighthouse.toml", MANIFEST)], Some(STATE), Some(bytes));
});
