//! Time and memory of a plan as clusters grow, compared with `toml::from_str` on the same file.
//!
//! Prints the table in the manual.

use std::io;

use crate::cluster::{Cluster, STRATEGIES};
use crate::measure::{Usage, side_by_side};
use crate::workspace::{Workspace, plan, read};

/// Sizes to measure, each ten times the previous one, and the number of runs for each.
pub(crate) struct Growth {
    sizes: &'static [(u64, u64)],
    averse: &'static [u64],
    runs: u32,
}

/// Sizes in the manual.
pub(crate) const USUAL: Growth =
    Growth { sizes: &[(100, 1_000), (1_000, 10_000), (10_000, 100_000)], averse: &[0, 20], runs: 7 };

/// Sizes up to a million workloads, for which `toml::from_str` needs several gigabytes.
pub(crate) const MILLION: Growth =
    Growth { sizes: &[(1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000)], averse: &[0], runs: 3 };

/// Measures all sizes and prints the table.
pub(crate) fn table(growth: &Growth) -> io::Result<()> {
    println!(
        "| nodes x workloads | strategy | averse | manifest | `from_str` | `plan` | of `from_str` | memory | growth |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for strategy in STRATEGIES {
        for &averse_percent in growth.averse {
            let mut before = None;
            for &(nodes, workloads) in growth.sizes {
                let cluster = Cluster { nodes, workloads, averse_percent, strategy, ..Cluster::default() };
                before = Some(row(&cluster, growth.runs, before)?);
            }
        }
    }
    println!("\n`memory`: peak memory of `plan`, and the same per byte of the manifest.");
    println!("`growth`: time of `plan` divided by that of the row above, which has a tenth of the work.");
    Ok(())
}

fn row(cluster: &Cluster, runs: u32, before: Option<Usage>) -> io::Result<Usage> {
    let workspace = Workspace::open()?;
    let (manifest, bytes) = workspace.manifest(cluster)?;
    let [alone, whole] = side_by_side(runs, &mut [read("from-str", &[&manifest])?, plan(&manifest)])?;
    let Cluster { nodes, workloads, strategy, averse_percent, .. } = cluster;
    let growth = before.map_or_else(String::new, |before| format!("{:.1}", whole.times(before)));
    println!(
        "| {nodes} x {workloads} | {strategy} | {averse_percent}% | {} KB | {} | {} | {:.2} | {} | {growth} |",
        bytes / 1_000,
        alone.seconds(),
        whole.seconds(),
        whole.times(alone),
        whole.memory_for(bytes),
    );
    Ok(whole)
}
