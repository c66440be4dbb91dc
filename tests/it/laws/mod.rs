//! Laws of placing and re-planning, each a property over random crowded clusters with every feature.
//!
//! `cluster` draws them, `oracle` answers slowly and plainly from the design alone, the others hold a law a test.
//! `PROPTEST_CASES` sets how many clusters each law sees; when it is set they are other ones every time,
//! otherwise always the same, so that a change is judged by what it changed.

mod cluster;
mod oracle;

mod explanations;
mod index;
mod leaving_order;
mod placement;
mod replanning;
mod rules;

use lighthouse::model::{Model, NodeId, Record};
use lighthouse::plan::{Kind, Plan};
use lighthouse::verify;
use proptest::test_runner::{Config, RngSeed};

const CASES: u32 = 10_000;

/// Failing cases are printed, never written beside the tests.
fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    Config { cases: asked.unwrap_or(CASES), failure_persistence: None, rng_seed, ..Config::default() }
}

/// A plan that the checker accepts: it judges every plan that any law makes.
fn plan<'a>(model: &'a Model, record: &Record) -> Plan<'a> {
    let plan = Plan::new(model, record, &[]).expect("nothing is pinned");
    let violations = verify::judge(model, &plan.outcome.assignment);
    assert!(violations.is_empty(), "the checker refuses: {violations:?}");
    plan
}

/// Where everything runs, by index.
fn seats(plan: &Plan<'_>) -> Vec<Option<usize>> {
    plan.outcome.assignment.0.iter().map(|node| node.map(NodeId::index)).collect()
}

/// The workloads that leave their node, with its name on record.
fn leavers(plan: &Plan<'_>) -> Vec<(String, String)> {
    let left = plan.changes.iter().filter(|change| matches!(change.kind, Kind::Move | Kind::Evict));
    left.map(|change| (change.workload.to_string(), change.from.as_deref().unwrap_or_default().to_owned())).collect()
}
