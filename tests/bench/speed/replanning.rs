//! Time to plan after an edit of one line, and to read the recorded state.

use divan::Bencher;
use divan::counter::ItemsCount;
use lighthouse::model::Record;
use lighthouse::plan::Plan;
use lighthouse::state::{self, Lineage, State};
use lighthouse::text::source::Source;

use crate::cluster::{Cluster, STRATEGIES};
use crate::{Case, SIZES, read};

fn cases() -> impl Iterator<Item = Case> {
    STRATEGIES.into_iter().flat_map(|strategy| {
        SIZES.map(|(nodes, workloads)| Case(Cluster { nodes, workloads, strategy, ..Cluster::default() }))
    })
}

/// Returns the record after a cluster is applied.
fn applied(case: &Case) -> Record {
    let model = case.manifest().model;
    Plan::new(&model, &Record::default(), &[]).expect("nothing is pinned").record()
}

#[divan::bench(args = cases(), sample_count = 5, sample_size = 1)]
fn after_an_edit_of_one_line(bencher: Bencher<'_, '_>, case: &Case) {
    let record = applied(case);
    let edited = case.0.manifest().replacen(
        "workload-0000007\"\nrequirements = { cpu = ",
        "workload-0000007\"\nrequirements = { cpu = 1",
        1,
    );
    let model = read(&[Source::new("lighthouse.toml", edited)]).model;
    bencher
        .counter(ItemsCount::new(case.0.workloads))
        .bench_local(|| Plan::new(&model, &record, &[]).expect("nothing is pinned").summary);
}

#[divan::bench(args = cases().take(SIZES.len()), sample_count = 5, sample_size = 1)]
fn reading_the_state(bencher: Bencher<'_, '_>, case: &Case) {
    let state = State { cluster: None, lineage: Lineage::from_bytes([7; 16]), serial: 1, record: applied(case) };
    let text = state.text();
    bencher
        .counter(ItemsCount::new(case.0.workloads))
        .bench_local(|| state::parse(text.as_bytes()).expect("a valid state"));
}
