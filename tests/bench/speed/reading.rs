//! Time from a text to a model, compared with the TOML grammar alone.

use std::collections::BTreeMap;

use divan::Bencher;
use divan::counter::BytesCount;

use crate::cluster::Cluster;
use crate::{Case, SIZES, read};

fn cases() -> impl Iterator<Item = Case> {
    SIZES.into_iter().map(|(nodes, workloads)| Case(Cluster { nodes, workloads, ..Cluster::default() }))
}

#[divan::bench(args = cases(), sample_count = 5, sample_size = 1)]
fn manifest(bencher: Bencher<'_, '_>, case: &Case) {
    let sources = [case.source()];
    bencher.counter(BytesCount::of_slice(sources[0].bytes())).bench_local(|| read(&sources));
}

#[divan::bench(args = cases(), sample_count = 5, sample_size = 1)]
fn from_str_into_tables(bencher: Bencher<'_, '_>, case: &Case) {
    let text = case.0.manifest();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| toml::from_str::<BTreeMap<String, toml::Value>>(&text).expect("it is TOML"));
}
