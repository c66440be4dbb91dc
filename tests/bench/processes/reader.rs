//! Processes that only read files: the baseline for the others.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::{fs, io};

use lighthouse::text::source::Source;
use lighthouse::{manifest, state};
use serde::Deserialize;

/// Generated manifest as plain structs: the least work for a program that reads it.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Document {
    strategy: String,
    rubric: Option<BTreeMap<String, toml::Value>>,
    nodes: Vec<Node>,
    workloads: Vec<Workload>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Node {
    name: String,
    resources: BTreeMap<String, toml::Value>,
    #[serde(default)]
    wards: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Workload {
    name: String,
    requirements: BTreeMap<String, toml::Value>,
    #[serde(default)]
    immunities: Vec<String>,
    #[serde(default)]
    aversion_groups: Vec<String>,
}

/// Reads a manifest with `toml` alone (`from-str`), or a manifest and a state as `plan` does (`both`).
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
