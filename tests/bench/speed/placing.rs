//! Time from a model to an assignment, for each strategy, from empty nodes.

use divan::Bencher;
use divan::counter::ItemsCount;
use lighthouse::place::{Start, place};

use crate::cluster::{Cluster, STRATEGIES};
use crate::{Case, SIZES};

fn cases() -> impl Iterator<Item = Case> {
    let of = |strategy, averse_percent, (nodes, workloads)| {
        Case(Cluster { nodes, workloads, averse_percent, strategy, ..Cluster::default() })
    };
    STRATEGIES.into_iter().flat_map(move |strategy| {
        [0, 20].into_iter().flat_map(move |percent| SIZES.map(|size| of(strategy, percent, size)))
    })
}

#[divan::bench(args = cases(), sample_count = 5, sample_size = 1)]
fn from_empty_nodes(bencher: Bencher<'_, '_>, case: &Case) {
    let model = case.manifest().model;
    bencher
        .counter(ItemsCount::new(case.0.workloads))
        .bench_local(|| place(&model, &Start::default()).expect("nothing is pinned"));
}
