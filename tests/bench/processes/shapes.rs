//! Time of a plan for clusters that are hard to place, compared with an even cluster of the same size.

use std::io;

use crate::cluster::{Cluster, SHAPES, STRATEGIES};
use crate::measure::side_by_side;
use crate::workspace::{Workspace, plan};

/// Measures each shape and prints the table.
pub(crate) fn table() -> io::Result<()> {
    println!("| shape | {} |", STRATEGIES.join(" | "));
    println!("|---|{}", "---|".repeat(STRATEGIES.len()));
    for (name, shape) in SHAPES {
        let seconds = STRATEGIES.map(|strategy| {
            let workspace = Workspace::open()?;
            let cluster = Cluster { nodes: 10_000, workloads: 100_000, strategy, shape, ..Cluster::default() };
            let (manifest, _) = workspace.manifest(&cluster)?;
            let [taken] = side_by_side(3, &mut [plan(&manifest)])?;
            Ok::<_, io::Error>(taken.seconds())
        });
        println!("| {name} | {} |", seconds.into_iter().collect::<Result<Vec<_>, _>>()?.join(" | "));
    }
    Ok(())
}
