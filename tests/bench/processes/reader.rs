//! What a process that only reads does: what others are compared with.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::{fs, io};

use lighthouse::text::source::Source;
use lighthouse::{manifest, state};
use serde::Deserialize;

/// A generated manifest as plain structs: the least that a program would read it into.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Document {
    strategy: String,
    rubric: Option<BTreeMap<String, toml::Value>>,
    nodes: Vec<Node>,
    workloads: Vec<Workload>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Node {
    name: String,
    resources: BTreeMap<String, toml::Value>,
    #[serde(default)]
    wards: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, not used")]
struct Workload {
    name: String,
    requirements: BTreeMap<String, toml::Value>,
    #[serde(default)]
    immunities: Vec<String>,
    #[serde(default)]
    aversion_groups: Vec<String>,
}

/// Reads files: a manifest by `toml` alone, or a manifest and a state as `plan` does.
pub(crate) fn read(way: &str, files: &[&str]) -> io::Result<()> {
    match (way, files) {
        ("from-str", [manifest]) => {
            let text = fs::read_to_string(manifest)?;
            black_box(toml::from_str::<Document>(&text).map_err(io::Error::other)?);
        }
        ("both", [manifest, state]) => {
            let sources = [Source::new(*manifest, fs::read(manifest)?)];
            black_box(manifest::read(&sources).map_err(|_| io::Error::other("the manifest has mistakes"))?);
            black_box(state::parse(&fs::read(state)?).map_err(io::Error::other)?);
        }
        _ => return Err(io::Error::other(format!("there is no way of reading `{way}`"))),
    }
    Ok(())
}
