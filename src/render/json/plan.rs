//! Writes a plan as JSON: one object on one line, the same bytes for the same input.
//!
//! The structs here define the public format and its JSON Schema. Lists and maps are in bytewise order of names, and
//! names are as in the manifest. Entries of the long lists are made while they are written, so a large plan is never in
//! memory as a whole document.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, Requirement, WorkloadId};
use crate::place::Unplaced;
use crate::plan::{Change, ChangeReason, Plan};
use crate::quantity::{Capacity, CapacityText, Family, Quantity, QuantityText};
use crate::render::json::findings::{Finding, findings, schema_of};
use crate::render::json::one_line::{ObjectWriter, one_line};
use crate::rules::{Departure, Reason};
use crate::text::diagnostic::Findings;
use crate::text::source::Source;

/// Version of all JSON formats: a minor version only adds, a major one may break readers.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// Output of `lighthouse plan --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse plan")]
pub(crate) struct Document<'a> {
    /// Version of this format: a minor version only adds, a major one may break readers.
    format_version: &'static str,
    /// Name of the cluster; null if the manifest gives none.
    cluster: Option<&'a str>,
    #[schemars(extend("enum" = ["prioritized", "round-robin", "bin-pack"]))]
    strategy: &'static str,
    #[schemars(extend("enum" = ["keep", "fresh"]))]
    replan: &'static str,
    summary: Totals,
    /// Node of each workload; null for an unplaced one.
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    placements: Placements<'a>,
    /// All changes, by workload. Workloads that stay as recorded are not listed.
    #[schemars(with = "Vec<ChangeEntry>")]
    changes: Changes<'a>,
    /// Workloads that no node takes, by workload.
    #[schemars(with = "Vec<UnplacedEntry>")]
    unplaced: UnplacedWorkloads<'a>,
    /// All nodes with used and free amounts, by name.
    #[schemars(with = "Vec<NodeEntry>")]
    nodes: Nodes<'a>,
    /// Warnings about the manifest.
    diagnostics: Vec<Finding<'a>>,
}

/// Counts of changes by kind, of unchanged and unplaced workloads, and of pairs that share a node against a soft
/// aversion group.
#[derive(Serialize, JsonSchema)]
struct Totals {
    place: usize,
    r#move: usize,
    rename: usize,
    update: usize,
    evict: usize,
    remove: usize,
    keep: usize,
    unplaced: usize,
    averse_pairs: u64,
}

/// Change of one workload.
#[derive(Serialize, JsonSchema)]
struct ChangeEntry<'a> {
    workload: &'a str,
    /// The first of `evict`, `move`, `rename` and `update` that applies, or `place` or `remove`.
    #[schemars(extend("enum" = ["place", "move", "rename", "update", "evict", "remove"]))]
    kind: &'static str,
    /// Recorded node.
    from: Option<&'a str>,
    /// New node.
    to: Option<&'a str>,
    reasons: Vec<ReasonEntry<'a>>,
}

/// Reason for a change. More codes may be added.
#[derive(Default, Serialize, JsonSchema)]
struct ReasonEntry<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// Workload that no node takes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnplacedEntry<'a> {
    workload: &'a str,
    /// Number of nodes in the cluster; the counts in `refusals` add up to it.
    nodes: usize,
    /// Nodes counted by the first reason for which each refuses.
    refusals: Vec<RefusalEntry<'a>>,
    /// Node with the smallest shortfall, if there is a node that lacks amounts only.
    nearest: Option<NearestEntry<'a>>,
}

/// Number of nodes that refuse for one reason. More codes may be added.
#[derive(Serialize, JsonSchema)]
struct RefusalEntry<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    nodes: u32,
}

/// Reason without amounts. More codes may be added.
#[derive(Serialize, JsonSchema)]
pub(crate) struct CodeEntry<'a> {
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<&'a str>,
}

/// Node with the smallest shortfall.
#[derive(Serialize, JsonSchema)]
struct NearestEntry<'a> {
    node: &'a str,
    resource: &'a str,
    need: String,
    free: String,
    short: String,
}

/// Node with its number of workloads and its amounts.
#[derive(Serialize, JsonSchema)]
struct NodeEntry<'a> {
    name: &'a str,
    /// Number of workloads on the node.
    workloads: usize,
    resources: BTreeMap<&'a str, AmountsEntry>,
}

/// Amounts of one resource of a node, in the units in which the node declares it.
#[derive(Serialize, JsonSchema)]
struct AmountsEntry {
    #[schemars(with = "String")]
    capacity: Shown<CapacityText>,
    #[schemars(with = "String")]
    used: Shown<QuantityText>,
    #[schemars(with = "String")]
    free: Shown<CapacityText>,
}

/// Value that is formatted only when it is written.
struct Shown<T>(T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Node of every workload, by workload name.
struct Placements<'a>(&'a Plan<'a>);

/// Changes of a plan.
struct Changes<'a>(&'a Plan<'a>);

/// Unplaced workloads of a plan.
struct UnplacedWorkloads<'a>(&'a Plan<'a>);

/// Nodes of a plan, by name.
struct Nodes<'a>(&'a Plan<'a>);

impl Serialize for Placements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.model.workloads_by_name().iter().map(|&workload| placement(self.0, workload)))
    }
}

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.changes.iter().map(|change| change_entry(self.0.model, change)))
    }
}

impl Serialize for UnplacedWorkloads<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.unplaced.iter().map(|each| unplaced_entry(self.0.model, each)))
    }
}

impl Serialize for Nodes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.model.nodes_by_name().iter().map(|&node| node_entry(self.0, node)))
    }
}

/// Returns the plan as JSON, one object on one line.
pub fn plan(plan: &Plan<'_>, warnings: &Findings, sources: &[Source]) -> String {
    one_line(&document(plan, warnings, sources))
}

/// Writes the text that [`plan()`] returns, entry by entry.
pub fn write_plan(out: impl io::Write, plan: &Plan<'_>, warnings: &Findings, sources: &[Source]) -> io::Result<()> {
    let (model, document) = (plan.model, document(plan, warnings, sources));
    let mut object = ObjectWriter::new(out);
    object.field("format_version", &document.format_version)?;
    object.field("cluster", &document.cluster)?;
    object.field("strategy", &document.strategy)?;
    object.field("replan", &document.replan)?;
    object.field("summary", &document.summary)?;
    object.map("placements", model.workloads_by_name(), |&workload| placement(plan, workload))?;
    object.list("changes", &plan.changes, |change| change_entry(model, change))?;
    object.list("unplaced", &plan.unplaced, |unplaced| unplaced_entry(model, unplaced))?;
    object.list("nodes", model.nodes_by_name(), |&node| node_entry(plan, node))?;
    object.field("diagnostics", &document.diagnostics)?;
    object.end()
}

/// Returns the JSON Schema of the text that [`plan()`] returns.
pub fn plan_schema() -> schemars::Schema {
    schema_of::<Document>()
}

/// Collects the parts of the document. The long lists are made while they are written.
pub(crate) fn document<'a>(plan: &'a Plan<'a>, warnings: &'a Findings, sources: &'a [Source]) -> Document<'a> {
    let model = plan.model;
    Document {
        format_version: FORMAT_VERSION,
        cluster: model.cluster.as_deref(),
        strategy: model.strategy().name(),
        replan: model.replan.name(),
        summary: totals(plan),
        placements: Placements(plan),
        changes: Changes(plan),
        unplaced: UnplacedWorkloads(plan),
        nodes: Nodes(plan),
        diagnostics: findings(warnings, sources),
    }
}

/// Returns the names of a workload and of its node, if it has one.
fn placement<'a>(plan: &'a Plan<'a>, workload: WorkloadId) -> (&'a str, Option<&'a str>) {
    let node = plan.outcome.assignment.of(workload);
    (plan.model.workload_name(workload), node.map(|node| plan.model.node_name(node)))
}

fn totals(plan: &Plan<'_>) -> Totals {
    let summary = &plan.summary;
    Totals {
        place: summary.place,
        r#move: summary.moved,
        rename: summary.rename,
        update: summary.update,
        evict: summary.evict,
        remove: summary.remove,
        keep: summary.keep,
        unplaced: summary.unplaced,
        averse_pairs: summary.averse_pairs,
    }
}

fn change_entry<'a>(model: &'a Model, change: &'a Change) -> ChangeEntry<'a> {
    ChangeEntry {
        workload: &change.workload,
        kind: change.kind.name(),
        from: change.from.as_deref(),
        to: change.to.as_deref(),
        reasons: change.reasons.iter().map(|reason| reason_entry(model, change, reason)).collect(),
    }
}

fn reason_entry<'a>(model: &'a Model, change: &'a Change, reason: &'a ChangeReason) -> ReasonEntry<'a> {
    let code = |code| ReasonEntry { code, ..ReasonEntry::default() };
    match reason {
        ChangeReason::New => code("new"),
        ChangeReason::Returns => code("returns"),
        ChangeReason::Requested => code("asked"),
        ChangeReason::Fresh => code("fresh"),
        ChangeReason::Removed => code("removed"),
        ChangeReason::Renamed(name) => ReasonEntry { workload: Some(name), ..code("renamed") },
        ChangeReason::NodeRenamed(name) => ReasonEntry { node: Some(name), ..code("node-renamed") },
        ChangeReason::Resized(resize) => ReasonEntry {
            resource: Some(&resize.resource),
            before: resize.before.map(plain),
            after: resize.after.map(plain),
            ..code("resized")
        },
        ChangeReason::SharesDomain(other, group) => ReasonEntry {
            workload: Some(model.workload_name(*other)),
            group: Some(model.text(*group)),
            ..code("beside")
        },
        ChangeReason::Left(departure) => departure_entry(model, change, departure),
    }
}

fn departure_entry<'a>(model: &'a Model, change: &'a Change, departure: &Departure) -> ReasonEntry<'a> {
    let Some(node) = departure.node else {
        return ReasonEntry { code: "node-gone", node: change.from.as_deref(), ..ReasonEntry::default() };
    };
    let subject = departure.reason.subject().map(|subject| model.text(subject));
    let entry = |code| ReasonEntry { code, node: Some(model.node_name(node)), ..ReasonEntry::default() };
    let short = |resource, need: Quantity, free: Capacity| {
        let family = family(model, node, resource);
        let (need, free) = (Some(need.display(family).to_string()), Some(free.display(family).to_string()));
        ReasonEntry { resource: subject, need, free, ..entry("short") }
    };
    match departure.reason {
        Reason::Lacks(_) => ReasonEntry { resource: subject, ..entry("not-offered") },
        Reason::Warded(resource) => {
            let need = model.workload_table(departure.workload).requirement(resource);
            short(resource, need.map_or(Quantity::ZERO, Requirement::amount), Capacity::Ward)
        }
        Reason::Short { resource, need, free } => short(resource, need, Capacity::Finite(free)),
        reason => {
            let CodeEntry { code, resource, label, group } = code_entry(model, &reason);
            ReasonEntry { resource, label, group, ..entry(code) }
        }
    }
}

pub(crate) fn unplaced_entry<'a>(model: &'a Model, unplaced: &Unplaced) -> UnplacedEntry<'a> {
    let mut refusals =
        unplaced.counts.iter().map(|(refusal, nodes)| refusal_entry(model, refusal, *nodes)).collect::<Vec<_>>();
    refusals.sort_by_key(|each| (each.code, each.resource, each.label, each.group));
    UnplacedEntry {
        workload: model.workload_name(unplaced.workload),
        nodes: model.nodes().len(),
        refusals,
        nearest: unplaced.nearest.map(|miss| {
            let shown = |amount: Quantity| amount.display(family(model, miss.node, miss.resource)).to_string();
            NearestEntry {
                node: model.node_name(miss.node),
                resource: model.text(miss.resource),
                need: shown(miss.need),
                free: shown(miss.free),
                short: shown(miss.need - miss.free),
            }
        }),
    }
}

fn refusal_entry<'a>(model: &'a Model, refusal: &Reason, nodes: u32) -> RefusalEntry<'a> {
    let CodeEntry { code, resource, label, group } = code_entry(model, refusal);
    RefusalEntry { code, resource, label, group, nodes }
}

/// Returns the code of a reason and its subject.
pub(crate) fn code_entry<'a>(model: &'a Model, refusal: &Reason) -> CodeEntry<'a> {
    let subject = refusal.subject().map(|subject| model.text(subject));
    let entry = |code| CodeEntry { code, resource: None, label: None, group: None };
    match refusal {
        Reason::NodeGone => entry("node-gone"),
        Reason::StaysElsewhere => entry("stays"),
        Reason::Cordoned => entry("cordoned"),
        Reason::Drained => entry("drained"),
        Reason::NoDomain(_) => CodeEntry { group: subject, ..entry("no-place") },
        Reason::NotSelected(_) => CodeEntry { label: subject, ..entry("not-selected") },
        Reason::GroupFull(_) => CodeEntry { group: subject, ..entry("group-full") },
        Reason::GroupElsewhere(_) => CodeEntry { group: subject, ..entry("group-elsewhere") },
        Reason::Lacks(_) => CodeEntry { resource: subject, ..entry("lacks") },
        Reason::Warded(_) => CodeEntry { resource: subject, ..entry("warded") },
        Reason::Short { .. } => CodeEntry { resource: subject, ..entry("short") },
    }
}

fn node_entry<'a>(plan: &'a Plan<'_>, node: NodeId) -> NodeEntry<'a> {
    let (model, now) = (plan.model, plan.outcome.engine.occupancy());
    let resources = model.node_table(node).resources.iter().map(|offer| {
        let free = now.free(node, offer.resource).unwrap_or(offer.capacity);
        let amounts = AmountsEntry {
            capacity: Shown(offer.capacity.display(offer.family)),
            used: Shown(now.used(model, node, offer.resource).display(offer.family)),
            free: Shown(free.display(offer.family)),
        };
        (model.text(offer.resource), amounts)
    });
    NodeEntry { name: model.node_name(node), workloads: now.on(node).len(), resources: resources.collect() }
}

pub(crate) fn family(model: &Model, node: NodeId, resource: Symbol) -> Family {
    model.offer(node, resource).map(|offer| offer.family).unwrap_or_default()
}

fn plain(amount: Quantity) -> String {
    amount.display(Family::Plain).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Record;
    use crate::render::fixture;

    #[test]
    fn a_written_plan_equals_the_returned_text() {
        let (model, record) = fixture::cluster();
        let hostile = fixture::names(fixture::HOSTILE);
        for (model, record) in [(&model, &record), (&hostile, &Record::default())] {
            let plan = Plan::new(model, record, &[]).expect("a plan");
            let mut written = Vec::new();
            write_plan(&mut written, &plan, &Findings::default(), &[]).expect("memory takes everything");
            assert_eq!(String::from_utf8(written).expect("JSON"), super::plan(&plan, &Findings::default(), &[]));
        }
    }

    #[test]
    fn writing_reports_a_broken_output() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let full: &mut [u8] = &mut [0; 8];
        assert!(write_plan(full, &plan, &Findings::default(), &[]).is_err());
    }
}
