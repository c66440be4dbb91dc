//! How fast each room is by itself: reading, placing, planning again, and what is hard to place.
//!
//! `cargo bench --bench speed`; a word picks some of it: `cargo bench --bench speed -- placing`.
//! Whole processes, and their memory, are measured by `--bench processes`.

#[path = "../../../examples/generate/cluster.rs"]
mod cluster;
mod placing;
mod reading;
mod replanning;
mod shapes;

use std::fmt;

use cluster::Cluster;
use lighthouse::manifest::{self, Manifest};
use lighthouse::text::source::Source;

fn main() {
    divan::main();
}

/// Nodes and workloads of every benchmark that grows.
const SIZES: [(u64, u64); 4] = [(100, 1_000), (1_000, 10_000), (5_000, 50_000), (10_000, 100_000)];

/// A cluster to measure, by what is special about it.
struct Case(Cluster);

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cluster { nodes, workloads, strategy, averse_percent, .. } = &self.0;
        write!(f, "{nodes}x{workloads} {strategy}")?;
        if *averse_percent > 0 { write!(f, ", {averse_percent}% averse") } else { Ok(()) }
    }
}

impl Case {
    /// The manifest as the text that it is on disk.
    fn source(&self) -> Source {
        Source::new("lighthouse.toml", self.0.manifest())
    }

    /// What it says.
    fn manifest(&self) -> Manifest {
        read(&[self.source()])
    }
}

fn read(sources: &[Source]) -> Manifest {
    manifest::read(sources).unwrap_or_else(|findings| panic!("a generated manifest has no mistakes: {findings:?}"))
}
