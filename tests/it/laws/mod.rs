//! Laws of placement and re-planning: properties that hold for random crowded clusters with every feature.
//!
//! `cluster` draws clusters, `oracle` applies the rules slowly and obviously, and the other files have one law per
//! test. `PROPTEST_CASES` sets the number of clusters per law and makes every run draw other ones. Without it every run
//! draws the same clusters, so that a failure points to the change and not to chance.

mod cluster;
mod oracle;

mod explanations;
mod index;
mod leaving_order;
mod occupancy;
mod overlay;
mod placement;
mod replanning;
mod rules;

use lighthouse::model::{Model, NodeId, Record};
use lighthouse::plan::{ChangeKind, Plan};
use lighthouse::verify;
use proptest::test_runner::{Config, RngSeed};

const CASES: u32 = 10_000;

/// Returns the configuration of all laws. Failing cases are printed and not written to files.
fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    Config { cases: asked.unwrap_or(CASES), failure_persistence: None, rng_seed, ..Config::default() }
}

/// Plans, and asserts that the judge accepts the assignment.
fn plan<'a>(model: &'a Model, record: &Record) -> Plan<'a> {
    let plan = Plan::new(model, record, &[]).expect("nothing is pinned");
    let violations = verify::judge(model, &plan.outcome.assignment);
    assert!(violations.is_empty(), "the judge refuses: {violations:?}");
    plan
}

/// Returns the node of each workload, by index.
fn seats(plan: &Plan<'_>) -> Vec<Option<usize>> {
    plan.outcome.assignment.0.iter().map(|node| node.map(NodeId::index)).collect()
}

/// Returns the workloads that leave their recorded node, each with the name of that node.
fn leavers(plan: &Plan<'_>) -> Vec<(String, String)> {
    let left = plan.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Move | ChangeKind::Evict));
    left.map(|change| (change.workload.to_string(), change.from.as_deref().unwrap_or_default().to_owned())).collect()
}
