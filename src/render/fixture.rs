//! Clusters, states and names for the tests of the pages.

use std::sync::Arc;

use crate::model::{Model, NodeTable, Offer, Record, Recorded, Requirement, Strategy, WorkloadOptions, WorkloadTable};
use crate::quantity::{Capacity, Family, Quantity};
use crate::state::{Digest, Flags, Lineage, SavedChange, SavedPlan, State};

/// Names that try to be something else.
pub(crate) const HOSTILE: [&str; 15] = [
    "a##[error]x",
    "::error::x",
    "%0A::error::x",
    "```\u{60}````",
    "`x`",
    "</details><script>alert(1)</script>",
    "-->",
    "**bold** [link](http://x) ![i](j)",
    "@octocat #1 https://example.com",
    "$x$",
    "\n```\n# heading\n",
    "\u{1b}[2K\r\u{9b}",
    "\u{202e}\u{200b}\u{2028}",
    "&lt;&#64;",
    "| a | b |\\",
];

/// Two nodes, three workloads and a record that is out of date.
pub(crate) fn cluster() -> (Model, Record) {
    let mut model = Model::new(Strategy::Prioritized, &[]).expect("a model");
    model.cluster = Some("prod".to_owned());
    let (cpu, gpu) = (model.intern("cpu"), model.intern("gpu"));
    let resources = vec![Offer { resource: cpu, capacity: Capacity::Finite(4.into()), family: Family::Plain }];
    for (name, count) in [("nas", None), ("rack", Some(1))] {
        let table = NodeTable { name: name.to_owned(), count, resources: resources.clone(), ..NodeTable::default() };
        model.add_nodes(table).expect("new names");
    }
    let label = (model.intern("app"), model.intern("shop"));
    let (amount, family) = half();
    let requirements = [Requirement::new(cpu, amount, family)].into();
    let options = WorkloadOptions { labels: vec![label], ..WorkloadOptions::default() }.boxed();
    let web = WorkloadTable { requirements, options, replicas: Some(3), ..named("web") };
    model.add_workloads(web).expect("new names");
    let requirements = [Requirement::new(gpu, Quantity::from(1), family)].into();
    model.add_workloads(WorkloadTable { requirements, ..named("train") }).expect("a new name");
    let placements =
        vec![recorded("old", "gone", &[]), recorded("web-0", "nas", &[]), recorded("web-1", "gone", &["cpu"])];
    (model, Record { placements, evicted: Vec::new(), cursor: None })
}

/// A model without requirements: each of these names is a workload, the first one a node as well.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Model {
    let mut model = Model::new(Strategy::Prioritized, &[]).expect("a model");
    for name in names {
        if model.nodes().is_empty() {
            model.cluster = Some(name.to_owned());
            model.add_nodes(NodeTable { name: name.to_owned(), ..NodeTable::default() }).expect("a new name");
        }
        model.add_workloads(named(name)).expect("a new name");
    }
    model
}

/// Every Unicode scalar value, in names as long as names may be.
pub(crate) fn every_character() -> Vec<String> {
    let all = ('\0'..=char::MAX).collect::<Vec<_>>();
    all.chunks(253).map(|chunk| chunk.iter().collect()).collect()
}

/// A state with a workload that the manifest does not have, and one that is evicted.
pub(crate) fn state() -> State {
    let placements = vec![recorded("old", "gone", &[]), recorded("web-0", "nas", &["cpu"])];
    let record = Record { placements, evicted: vec![(Arc::from("train"), Arc::from("nas"))], cursor: None };
    State { cluster: Some("prod".to_owned()), lineage: Lineage::from_bytes([7; 16]), serial: 7, record }
}

/// Saved plan with a move and an unplaced workload.
pub(crate) fn saved_plan() -> SavedPlan {
    let change = SavedChange {
        workload: "web-0".to_owned(),
        kind: "move".to_owned(),
        from: Some("nas".to_owned()),
        to: Some("rack-0".to_owned()),
        reasons: vec!["requested with --move".to_owned()],
    };
    SavedPlan {
        cluster: Some("prod".to_owned()),
        lineage: Lineage::from_bytes([7; 16]),
        serial: Some(7),
        manifest: Digest::of(b"manifest"),
        state: Some(Digest::of(b"state")),
        result: Digest::of(b"result"),
        flags: Flags { fresh: false, moves: vec![("web-0".to_owned(), "rack-0".to_owned())] },
        changes: vec![change],
        unplaced: vec![("train".to_owned(), "2 of 2 nodes lack `gpu`".to_owned())],
    }
}

/// Fails unless a schema takes a JSON text.
pub(crate) fn assert_valid(schema: &schemars::Schema, text: &str) {
    let validator = jsonschema::validator_for(schema.as_value()).expect("a schema");
    let value = serde_json::from_str(text).expect("JSON");
    if let Err(error) = validator.validate(&value) {
        panic!("{error}: {text}");
    }
}

fn named(name: &str) -> WorkloadTable {
    WorkloadTable { name: name.into(), ..WorkloadTable::default() }
}

fn recorded(workload: &str, node: &str, resources: &[&str]) -> Recorded {
    let (amount, family) = half();
    let requirements = resources.iter().map(|&resource| (Arc::from(resource), amount, family)).collect();
    Recorded { workload: Arc::from(workload), node: Arc::from(node), requirements }
}

fn half() -> (Quantity, Family) {
    Quantity::parse("500m").expect("a quantity")
}
