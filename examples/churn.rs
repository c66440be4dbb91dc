//! Counts the untouched workloads that move after a change: re-planning with `keep`, and with `fresh`.
//!
//! `cargo run --release --example churn` changes one thing in each of 30 clusters of 50 nodes and 500 workloads with a
//! quarter of the cpu free, and prints how many of the other workloads leave their node, on average.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

#[path = "generate/random.rs"]
mod random;

use std::fmt::Write;

use lighthouse::manifest;
use lighthouse::model::{Model, Record};
use lighthouse::plan::{ChangeKind, Plan};
use lighthouse::text::source::Source;
use random::Random;

const CLUSTERS: u32 = 30;
const NODES: u64 = 50;
const WORKLOADS: u64 = 500;

/// Change to a cluster, with its name in the table.
type Change = (&'static str, fn(&mut Cluster));

const CHANGES: [Change; 5] = [
    ("remove one workload", |cluster| {
        let at = cluster.random.below(WORKLOADS);
        cluster.workloads.retain(|&(number, _)| number != at);
    }),
    ("add one in mid-file", |cluster| {
        let added = (WORKLOADS, 1 + cluster.random.below(8));
        cluster.workloads.insert(cluster.workloads.len() / 2, added);
    }),
    ("double one workload", |cluster| {
        let (number, cpu) = &mut cluster.workloads[usize::try_from(cluster.random.below(WORKLOADS)).expect("small")];
        *cpu *= 2;
        cluster.resized = Some(format!("work-{number}"));
    }),
    ("append a node", |cluster| cluster.nodes += 1),
    ("drain one node", |cluster| cluster.drained = Some(format!("node-{}", cluster.random.below(NODES)))),
];

/// Equal nodes, and workloads by number with their cpu.
#[derive(Clone)]
struct Cluster {
    random: Random,
    nodes: u64,
    capacity: u64,
    workloads: Vec<(u64, u64)>,
    resized: Option<String>,
    drained: Option<String>,
}

impl Cluster {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let workloads: Vec<_> = (0..WORKLOADS).map(|number| (number, 1 + random.below(8))).collect();
        let required: u64 = workloads.iter().map(|(_, cpu)| cpu).sum();
        Self {
            random,
            nodes: NODES,
            capacity: (required * 4).div_ceil(3 * NODES),
            workloads,
            resized: None,
            drained: None,
        }
    }

    fn model(&self, strategy: &str, replan: &str) -> Model {
        let Self { nodes, capacity, workloads, drained, .. } = self;
        let mut text = format!("strategy = \"{strategy}\"\nreplan = \"{replan}\"\n");
        if strategy == "bin-pack" {
            text += "rubric = { cpu = 1 }\n";
        }
        for node in 0..*nodes {
            let _ = writeln!(text, "[[nodes]]\nname = \"node-{node}\"\nresources = {{ cpu = {capacity} }}");
        }
        for (number, cpu) in workloads {
            let _ = writeln!(text, "[[workloads]]\nname = \"work-{number}\"\nrequirements = {{ cpu = {cpu} }}");
        }
        if let Some(node) = drained {
            let _ = writeln!(text, "[drain]\n{node} = \"hardware replacement\"");
        }
        manifest::read(&[Source::new("churn.toml", text)]).expect("a valid manifest").model
    }

    /// Returns the number of workloads that leave their node although neither they nor the node changed.
    fn churn(&self, strategy: &str, replan: &str, record: &Record) -> u32 {
        let model = self.model(strategy, replan);
        let plan = Plan::new(&model, record, &[]).expect("nothing is pinned");
        let moved = plan.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Move | ChangeKind::Evict));
        let others = moved.filter(|change| {
            Some(&*change.workload) != self.resized.as_deref() && change.from.as_deref() != self.drained.as_deref()
        });
        u32::try_from(others.count()).expect("few")
    }
}

fn main() {
    println!("| after                | strategy    | keep | fresh |\n|---|---|---|---|");
    for (name, change) in CHANGES {
        for strategy in ["prioritized", "round-robin", "bin-pack"] {
            let (mut keep, mut fresh) = (0, 0);
            for seed in 0..CLUSTERS {
                let mut cluster = Cluster::new(u64::from(seed));
                let model = cluster.model(strategy, "keep");
                let record = Plan::new(&model, &Record::default(), &[]).expect("nothing is pinned").record();
                assert_eq!(record.placements.len() as u64, WORKLOADS, "the first plan places everything");
                change(&mut cluster);
                keep += cluster.churn(strategy, "keep", &record);
                fresh += cluster.churn(strategy, "fresh", &record);
            }
            let average = |sum: u32| f64::from(sum) / f64::from(CLUSTERS);
            println!("| {name:20} | {strategy:11} | {:4} | {:5.0} |", average(keep), average(fresh));
        }
    }
}
