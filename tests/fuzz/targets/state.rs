//! Bytes as a state with the digest that it should have, under a manifest that has all there is.

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
    library_run::pass(&[Source::new("lighthouse.toml", MANIFEST)], Some(bytes), Some(PLAN));
    // The way out for a state that cannot be read.
    if let Ok(adopted) = state::adopt(bytes) {
        library_run::pass(&[Source::new("lighthouse.toml", MANIFEST)], Some(adopted.text().as_bytes()), None);
    }
});
