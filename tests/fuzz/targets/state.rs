//! Fuzzes the state, with a fitting digest, under a manifest that uses every feature.

#![no_main]

#[allow(dead_code, reason = "other targets and the tests use the rest")]
#[path = "../../it/support/library_run.rs"]
mod library_run;

use lighthouse::text::source::Source;
use lighthouse::state;

const MANIFEST: &[u8] = include_bytes!("../seeds/manifest/everything.toml");
const PLAN: &[u8] = include_bytes!("../seeds/plan/everything.toml");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let sealed = str::from_utf8(bytes).map(library_run::resealed);
    let bytes = sealed.as_ref().map_or(bytes, String::as_bytes);
    library_run::run_through(&[Source::new("lighthouse.toml", MANIFEST)], Some(bytes), Some(PLAN));
    // `lighthouse adopt STATE` reads a state without checking its digest.
    if let Ok(adopted) = state::parse_unverified(bytes) {
        library_run::run_through(&[Source::new("lighthouse.toml", MANIFEST)], Some(adopted.text().as_bytes()), None);
    }
});
