//! Time to place clusters that are hard: searches try many nodes and find few.
//!
//! Includes the tally of refusals, which is most of the work if many workloads stay unplaced.

use std::fmt;

use divan::Bencher;
use divan::counter::ItemsCount;
use lighthouse::place::{Start, place, unplaced};

use crate::Case;
use crate::cluster::{Cluster, SHAPES, STRATEGIES};

/// Shape by name, and its cluster under one strategy.
struct Hard(&'static str, Case);

impl fmt::Display for Hard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

fn cases() -> impl Iterator<Item = Hard> {
    SHAPES.into_iter().flat_map(|(name, shape)| {
        STRATEGIES.map(|strategy| {
            let (nodes, workloads) = (1_000, 10_000);
            Hard(name, Case(Cluster { nodes, workloads, strategy, shape, ..Cluster::default() }))
        })
    })
}

#[divan::bench(args = cases(), sample_count = 3, sample_size = 1)]
fn with_refusals(bencher: Bencher<'_, '_>, case: &Hard) {
    let model = case.1.manifest().model;
    bencher.counter(ItemsCount::new(case.1.0.workloads)).bench_local(|| {
        let outcome = place(&model, &Start::default()).expect("nothing is pinned");
        unplaced(&model, &outcome)
    });
}
