//! Whole processes in time and memory, side by side with one that only reads the manifest by `toml::from_str`.
//!
//! `cargo bench --bench processes`, and a word for something else than the table of the manual:
//! `-- replan`, `-- shapes`, `-- million`, `-- instructions`.

#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]

#[path = "../../../examples/generate/cluster.rs"]
mod cluster;
mod growth;
mod instructions;
mod measure;
mod reader;
mod replan;
mod shapes;
mod workshop;

use std::io;

fn main() -> io::Result<()> {
    // Cargo adds flags of its own.
    let words = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect::<Vec<_>>();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => growth::table(&growth::USUAL),
        ["million"] => growth::table(&growth::MILLION),
        ["replan"] => replan::table(),
        ["shapes"] => shapes::table(),
        ["instructions"] => instructions::compare(),
        ["read", way, ref files @ ..] => reader::read(way, files),
        _ => Err(io::Error::other(format!("there is no benchmark `{}`", words.join(" ")))),
    }
}
