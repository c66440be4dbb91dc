//! Prints a manifest of any size, always the same for the same flags; the benchmarks plan such manifests.
//!
//! `cargo run --release --example generate -- --nodes 10000 --workloads 100000 > large.toml`

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example prints its result")]

mod cluster;

use std::process::ExitCode;

use cluster::{Cluster, SHAPES, STRATEGIES};

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)) {
        Ok(cluster) => {
            print!("{}", cluster.manifest());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            eprintln!("usage: generate [--nodes N] [--workloads N] [--averse PERCENT] [--seed N]");
            eprintln!("                [--strategy {}]", STRATEGIES.join("|"));
            eprintln!("                [--shape {}]", SHAPES.map(|(name, _)| name).join("|"));
            ExitCode::from(64)
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Cluster, String> {
    let mut cluster = Cluster::default();
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("`{flag}` needs a value"))?;
        match flag.as_str() {
            "--nodes" => cluster.nodes = number(&value)?,
            "--workloads" => cluster.workloads = number(&value)?,
            "--averse" => cluster.averse_percent = number(&value)?,
            "--seed" => cluster.seed = number(&value)?,
            "--strategy" => cluster.strategy = known(&value, STRATEGIES.map(|name| (name, name)))?,
            "--shape" => cluster.shape = known(&value, SHAPES)?,
            _ => return Err(format!("unknown flag `{flag}`")),
        }
    }
    Ok(cluster)
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

fn known<T, const N: usize>(text: &str, all: [(&str, T); N]) -> Result<T, String> {
    let found = all.into_iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| value).ok_or_else(|| format!("unknown value `{text}`"))
}
