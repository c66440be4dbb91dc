//! Time and memory of whole processes, compared with a process that only reads the manifest with `toml::from_str`.
//!
//! `cargo bench --bench processes` prints the table in the manual. A word after `--` selects another benchmark:
//! `replan`, `shapes`, `million` or `instructions`.

#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]

#[path = "../../../examples/generate/cluster.rs"]
mod cluster;
mod growth;
mod instructions;
mod measure;
mod reader;
mod replan;
mod shapes;
mod workspace;

use std::io;

fn main() -> io::Result<()> {
    // Cargo adds flags such as `--bench`.
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
