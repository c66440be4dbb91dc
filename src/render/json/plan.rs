//! A plan for programs: one JSON object, the same bytes for the same input.
//!
//! The structs here are the public format, from which the JSON Schema is made as well. Lists and maps are in bytewise
//! order of names. Names read as the manifest has them. What a large plan has much of is made entry by entry while it
//! is written: the document itself is never there as a whole.

use std::borrow::Cow;
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
use crate::render::json::one_line::one_line;
use crate::render::json::parts::fill;
use crate::rules::{Departure, Reason};
use crate::text::diagnostic::Findings;
use crate::text::source::Source;

/// The version of the format: minor additive, major breaking.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// What `lighthouse plan --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse plan")]
pub(crate) struct Document<'a> {
    /// The version of this format: a minor one adds, a major one breaks.
    format_version: &'static str,
    /// The cluster's name, where the manifest gives one.
    cluster: Option<&'a str>,
    #[schemars(extend("enum" = ["prioritized", "round-robin", "bin-pack"]))]
    strategy: &'static str,
    #[schemars(extend("enum" = ["keep", "fresh"]))]
    replan: &'static str,
    summary: Totals,
    /// Each workload's node, or null.
    #[schemars(with = "BTreeMap<String, Option<String>>")]
    placements: Placements<'a>,
    /// Every change but `keep`, by workload.
    #[schemars(with = "Vec<ChangeEntry>")]
    changes: Changes<'a>,
    /// What no node takes, by workload.
    #[schemars(with = "Vec<UnplacedEntry>")]
    unplaced: UnplacedOnes<'a>,
    /// Every node with what is used and free, by name.
    #[schemars(with = "Vec<NodeEntry>")]
    nodes: Nodes<'a>,
    /// Warnings about the manifest.
    diagnostics: Vec<Finding<'a>>,
}

/// Counts of changes by kind, and what else sums up a plan.
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

/// What changes for one workload.
#[derive(Serialize, JsonSchema)]
struct ChangeEntry<'a> {
    workload: &'a str,
    /// The first of `evict`, `move`, `rename` and `update` that applies, or `place` or `remove`.
    #[schemars(extend("enum" = ["place", "move", "rename", "update", "evict", "remove"]))]
    kind: &'static str,
    /// The node on record.
    from: Option<&'a str>,
    /// The node that it goes to.
    to: Option<&'a str>,
    reasons: Vec<ReasonEntry<'a>>,
}

/// Why something changes; codes may be added.
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

/// A workload that no node takes.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UnplacedEntry<'a> {
    workload: &'a str,
    /// How many nodes there are; the refusals add up to it.
    nodes: usize,
    /// Each node once, by its first refusal.
    refusals: Vec<RefusalEntry<'a>>,
    /// The node that comes nearest, where amounts alone are in the way.
    nearest: Option<NearestEntry<'a>>,
}

/// How many nodes refuse for one reason; codes may be added.
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

/// A reason without amounts; codes may be added.
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

/// The nearest miss.
#[derive(Serialize, JsonSchema)]
struct NearestEntry<'a> {
    node: &'a str,
    resource: &'a str,
    need: String,
    free: String,
    short: String,
}

/// A node with what is on it.
#[derive(Serialize, JsonSchema)]
struct NodeEntry<'a> {
    name: &'a str,
    /// How many workloads are on it.
    workloads: usize,
    resources: BTreeMap<&'a str, AmountsEntry>,
}

/// One resource of a node, in the units in which the node declares it.
#[derive(Serialize, JsonSchema)]
struct AmountsEntry {
    #[schemars(with = "String")]
    capacity: Shown<CapacityText>,
    #[schemars(with = "String")]
    used: Shown<QuantityText>,
    #[schemars(with = "String")]
    free: Shown<CapacityText>,
}

/// What is written as a text, and made one only then.
struct Shown<T>(T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The placements of some workloads.
struct Placements<'a>(&'a Plan<'a>, Cow<'a, [WorkloadId]>);

/// Some changes of a plan.
struct Changes<'a>(&'a Model, &'a [Change]);

/// Some of what a plan leaves without a place.
struct UnplacedOnes<'a>(&'a Model, &'a [Unplaced]);

/// Some nodes of a plan.
struct Nodes<'a>(&'a Plan<'a>, Cow<'a, [NodeId]>);

impl Serialize for Placements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(plan, workloads) = self;
        let node = |workload| plan.outcome.assignment.of(workload).map(|node| plan.model.node_name(node));
        serializer.collect_map(workloads.iter().map(|&each| (plan.model.workload_name(each), node(each))))
    }
}

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(model, changes) = self;
        serializer.collect_seq(changes.iter().map(|change| change_entry(model, change)))
    }
}

impl Serialize for UnplacedOnes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(model, unplaced) = self;
        serializer.collect_seq(unplaced.iter().map(|each| unplaced_entry(model, each)))
    }
}

impl Serialize for Nodes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(plan, nodes) = self;
        serializer.collect_seq(nodes.iter().map(|&node| node_entry(plan, node)))
    }
}

/// The plan as JSON, one object on one line.
pub fn plan(plan: &Plan<'_>, warnings: &Findings, sources: &[Source]) -> String {
    one_line(&document(plan, warnings, sources))
}

/// Writes what [`plan`] gives, of which little is ever there at once.
pub fn write_plan(mut out: impl io::Write, plan: &Plan<'_>, warnings: &Findings, sources: &[Source]) -> io::Result<()> {
    let frame = one_line(&frame(plan, warnings, sources));
    let (model, out) = (plan.model, &mut out);
    let part = |part: &[_]| one_line(&Placements(plan, part.into()));
    let rest = fill(out, &frame, "placements", model.workloads_by_name(), part)?;
    let rest = fill(out, rest, "changes", &plan.changes, |part| one_line(&Changes(model, part)))?;
    let rest = fill(out, rest, "unplaced", &plan.unplaced, |part| one_line(&UnplacedOnes(model, part)))?;
    let rest = fill(out, rest, "nodes", model.nodes_by_name(), |part| one_line(&Nodes(plan, part.into())))?;
    out.write_all(rest.as_bytes())
}

/// The JSON Schema of what [`plan`] writes.
pub fn plan_schema() -> schemars::Schema {
    schema_of::<Document>()
}

pub(crate) fn document<'a>(plan: &'a Plan<'a>, warnings: &'a Findings, sources: &'a [Source]) -> Document<'a> {
    let model = plan.model;
    Document {
        placements: Placements(plan, model.workloads_by_name().into()),
        changes: Changes(model, &plan.changes),
        unplaced: UnplacedOnes(model, &plan.unplaced),
        nodes: Nodes(plan, model.nodes_by_name().into()),
        ..frame(plan, warnings, sources)
    }
}

/// The document without what it may have much of.
fn frame<'a>(plan: &'a Plan<'a>, warnings: &'a Findings, sources: &'a [Source]) -> Document<'a> {
    let model = plan.model;
    Document {
        format_version: FORMAT_VERSION,
        cluster: model.cluster.as_deref(),
        strategy: model.strategy().name(),
        replan: model.replan.name(),
        summary: totals(plan),
        placements: Placements(plan, Cow::default()),
        changes: Changes(model, &[]),
        unplaced: UnplacedOnes(model, &[]),
        nodes: Nodes(plan, Cow::default()),
        diagnostics: findings(warnings, sources),
    }
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
        ChangeReason::Asked => code("asked"),
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
        ChangeReason::Beside(other, group) => ReasonEntry {
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
        Reason::NodeGone => entry("node-gone"),
        Reason::StaysElsewhere => entry("stays"),
        Reason::Cordoned => entry("cordoned"),
        Reason::Drained => entry("drained"),
        Reason::NotSelected(_) => ReasonEntry { label: subject, ..entry("not-selected") },
        Reason::NoDomain(_) => ReasonEntry { group: subject, ..entry("no-place") },
        Reason::GroupFull(_) => ReasonEntry { group: subject, ..entry("group-full") },
        Reason::GroupElsewhere(_) => ReasonEntry { group: subject, ..entry("group-elsewhere") },
        Reason::Lacks(_) => ReasonEntry { resource: subject, ..entry("not-offered") },
        Reason::Warded(resource) => {
            let need = model.workload_table(departure.workload).requirement(resource);
            short(resource, need.map_or(Quantity::ZERO, Requirement::amount), Capacity::Ward)
        }
        Reason::Short { resource, need, free } => short(resource, need, Capacity::Finite(free)),
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

/// A refusal by its code and what it is about.
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

    /// Written in parts, it is the document as it is made at once.
    fn assert_written(model: &Model, record: &Record) {
        let plan = Plan::new(model, record, &[]).expect("a plan");
        let mut written = Vec::new();
        write_plan(&mut written, &plan, &Findings::default(), &[]).expect("memory takes everything");
        assert_eq!(String::from_utf8(written).expect("JSON"), super::plan(&plan, &Findings::default(), &[]));
    }

    #[test]
    fn what_is_written_in_parts_is_the_whole() {
        let (model, record) = fixture::cluster();
        assert_written(&model, &record);
        assert_written(&fixture::names(fixture::HOSTILE), &Record::default());
        let many = (0..2_000).map(|number| format!("\"placements\":{{}}, \"changes\":[{number}")).collect::<Vec<_>>();
        assert_written(&fixture::names(many.iter().map(String::as_str)), &Record::default());
    }
}
