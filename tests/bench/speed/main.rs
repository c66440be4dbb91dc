//! Speed of reading, placing and re-planning by themselves, and of clusters that are hard to place.
//!
//! `cargo bench --bench speed` runs all benchmarks, `cargo bench --bench speed -- placing` only those with `placing` in
//! their name. `--bench processes` measures whole processes and their memory.

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

/// Numbers of nodes and workloads to measure.
const SIZES: [(u64, u64); 4] = [(100, 1_000), (1_000, 10_000), (5_000, 50_000), (10_000, 100_000)];

/// Cluster to measure, displayed by its size and strategy.
struct Case(Cluster);

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cluster { nodes, workloads, strategy, averse_percent, .. } = &self.0;
        write!(f, "{nodes}x{workloads} {strategy}")?;
        if *averse_percent > 0 { write!(f, ", {averse_percent}% averse") } else { Ok(()) }
    }
}

impl Case {
    /// Returns the text of the manifest.
    fn source(&self) -> Source {
        Source::new("lighthouse.toml", self.0.manifest())
    }

    /// Reads the manifest.
    fn manifest(&self) -> Manifest {
        read(&[self.source()])
    }
}

fn read(sources: &[Source]) -> Manifest {
    manifest::read(sources).unwrap_or_else(|findings| panic!("a generated manifest has no mistakes: {findings:?}"))
}
