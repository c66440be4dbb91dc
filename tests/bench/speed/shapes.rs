//! What is made to be hard: clusters in which a search has much to look at and little to find.
//!
//! With the refusals of all that found no place, since these are most of the work when there are many.

use std::fmt;

use divan::Bencher;
use divan::counter::ItemsCount;
use lighthouse::place::{Start, place, unplaced};

use crate::Case;
use crate::cluster::{Cluster, SHAPES, STRATEGIES};

/// A shape under a strategy.
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
        let outcome = place(&model, &Start::default()).expect("nothing is moved by hand");
        unplaced(&model, &outcome)
    });
}
