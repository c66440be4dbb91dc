//! An explanation for programs: one JSON object, the same bytes for the same input.
//!
//! The structs here are the public format. `kind` says which question was answered. Nodes are in the order in which
//! they answer best or are tried; names elsewhere are in the order that the page has.

mod remedy;
mod whole;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::explain::{Answer, HowPlaced, PlacedAnswer, Step, UnplacedAnswer, Verdict};
use crate::model::{Model, NodeId, WorkloadId};
use crate::plan::Change;
use crate::quantity::Quantity;
use crate::render::Setting;
use crate::render::json::explain::remedy::{ProofEntry, WayEntry, proof_entry, way_entry};
use crate::render::json::explain::whole::{ClusterDocument, NodeDocument, cluster, node};
use crate::render::json::findings::schema_of;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::{CodeEntry, FORMAT_VERSION, UnplacedEntry, code_entry, family, unplaced_entry};
use crate::render::phrase;
use crate::rules::Reason;

/// What `lighthouse explain --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse explain")]
struct Document<'a> {
    /// The version of this format: a minor one adds, a major one breaks.
    format_version: &'static str,
    /// The cluster's name, where the manifest gives one.
    cluster: Option<&'a str>,
    #[schemars(extend("enum" = ["prioritized", "round-robin", "bin-pack"]))]
    strategy: &'static str,
    #[schemars(extend("enum" = ["keep", "fresh"]))]
    replan: &'static str,
    #[serde(flatten)]
    answer: AnswerEntry<'a>,
}

/// The answer, by what was asked.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum AnswerEntry<'a> {
    /// Why a workload has no place.
    Unplaced(UnplacedDocument<'a>),
    /// Why a workload is where it is.
    Placed(PlacedDocument<'a>),
    /// What a node has, and whom it refuses.
    Node(NodeDocument<'a>),
    /// What is left in the cluster.
    Cluster(ClusterDocument<'a>),
}

/// A place in the manifest.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line<'a> {
    file: &'a str,
    /// Counted from 1.
    line: usize,
}

/// Why a workload has no place.
#[derive(Serialize, JsonSchema)]
struct UnplacedDocument<'a> {
    workload: &'a str,
    /// Its table.
    declared: Option<Line<'a>>,
    requirements: BTreeMap<&'a str, String>,
    /// What the plan says of it.
    counted: UnplacedEntry<'a>,
    /// All nodes, those together that answer alike; the nearest first.
    classes: Vec<ClassEntry<'a>>,
    /// Who has what the nearest node is short of, the largest first.
    holders: Option<HoldersEntry<'a>>,
    /// Changes that place it; each was planned.
    ways: Vec<WayEntry<'a>>,
    /// What cannot be, whatever the order; where there is nothing here, nothing is proven.
    proofs: Vec<ProofEntry<'a>>,
}

/// Nodes that answer alike.
#[derive(Serialize, JsonSchema)]
struct ClassEntry<'a> {
    nodes: Vec<&'a str>,
    /// All that they say.
    refusals: Vec<RefusalEntry<'a>>,
}

/// Why a node refuses; codes may be added.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RefusalEntry<'a> {
    code: &'static str,
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
    capacity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    short: Option<String>,
}

/// Who has a resource of a node.
#[derive(Serialize, JsonSchema)]
struct HoldersEntry<'a> {
    node: &'a str,
    resource: &'a str,
    workloads: Vec<HolderEntry<'a>>,
}

/// One of them.
#[derive(Serialize, JsonSchema)]
struct HolderEntry<'a> {
    workload: &'a str,
    amount: String,
}

/// Why a workload is where it is.
#[derive(Serialize, JsonSchema)]
struct PlacedDocument<'a> {
    workload: &'a str,
    /// Its table.
    declared: Option<Line<'a>>,
    node: &'a str,
    /// What the plan changes for it; null where it stays as it is.
    change: Option<&'static str>,
    /// Sentences.
    reasons: Vec<String>,
    /// How it came there: `stays`, `asked`, `home`, `returned` or `found`; more may be added.
    came: &'static str,
    /// The node after which round robin went on.
    cursor: Option<&'a str>,
    /// The nodes as the strategy tried them, up to its own; none where it was not asked.
    steps: Vec<StepEntry<'a>>,
    /// Soft groups that were given up.
    given_up: Vec<&'a str>,
    /// What is left on its node when all are placed.
    left: BTreeMap<&'a str, String>,
}

/// A node that was tried.
#[derive(Serialize, JsonSchema)]
struct StepEntry<'a> {
    /// Counted from 1.
    rank: usize,
    node: &'a str,
    /// Under bin pack, in the units of the rubric.
    score: Option<String>,
    /// Whether it takes the workload; else why not.
    takes: bool,
    refusals: Vec<RefusalEntry<'a>>,
    /// Soft groups that it would break.
    breaks: Vec<&'a str>,
}

/// An explanation as JSON, one object on one line.
pub fn explain(answer: &Answer, setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let answer = match answer {
        Answer::Unplaced(answer) => AnswerEntry::Unplaced(unplaced(answer, setting)),
        Answer::Placed(answer) => AnswerEntry::Placed(placed(answer, setting)),
        Answer::Node(answer) => AnswerEntry::Node(node(answer, setting)),
        Answer::Cluster(answer) => AnswerEntry::Cluster(cluster(answer, setting)),
    };
    let document = Document {
        format_version: FORMAT_VERSION,
        cluster: model.cluster.as_deref(),
        strategy: model.strategy().name(),
        replan: model.replan.name(),
        answer,
    };
    one_line(&document)
}

/// The JSON Schema of what [`explain()`] writes.
pub fn explain_schema() -> schemars::Schema {
    schema_of::<Document>()
}

pub(crate) fn line((file, line): (&str, usize)) -> Line<'_> {
    Line { file, line }
}

fn unplaced<'a>(answer: &'a UnplacedAnswer, setting: Setting<'a>) -> UnplacedDocument<'a> {
    let model = setting.plan.model;
    let class = |class: &crate::explain::NodeClass| ClassEntry {
        nodes: class.nodes.iter().map(|&node| model.node_name(node)).collect(),
        refusals: refusals(model, class.nodes[0], &class.refusals),
    };
    let holders = answer.holders.as_ref().map(|holders| {
        let family = family(model, holders.node, holders.resource);
        let holder = |&(workload, amount): &(WorkloadId, Quantity)| HolderEntry {
            workload: model.workload_name(workload),
            amount: amount.display(family).to_string(),
        };
        HoldersEntry {
            node: model.node_name(holders.node),
            resource: model.text(holders.resource),
            workloads: holders.workloads.iter().map(holder).collect(),
        }
    });
    UnplacedDocument {
        workload: model.workload_name(answer.workload),
        declared: setting.workload_line(answer.workload, &[]).map(line),
        requirements: requirements(model, answer.workload),
        counted: unplaced_entry(model, &answer.counted),
        classes: answer.classes.iter().map(class).collect(),
        holders,
        ways: answer.remedies.iter().map(|way| way_entry(answer.workload, way, setting)).collect(),
        proofs: answer.proofs.iter().map(|proof| proof_entry(proof, setting)).collect(),
    }
}

fn placed<'a>(answer: &'a PlacedAnswer, setting: Setting<'a>) -> PlacedDocument<'a> {
    let model = setting.plan.model;
    let left = answer.left.iter().map(|&(resource, free)| {
        (model.text(resource), free.display(family(model, answer.node, resource)).to_string())
    });
    let mut document = PlacedDocument {
        workload: model.workload_name(answer.workload),
        declared: setting.workload_line(answer.workload, &[]).map(line),
        node: model.node_name(answer.node),
        change: answer.change.as_ref().map(|change| change.kind.name()),
        reasons: reasons(model, answer.change.as_ref()),
        came: "",
        cursor: None,
        steps: Vec::new(),
        given_up: Vec::new(),
        left: left.collect(),
    };
    document.came = match &answer.how {
        HowPlaced::Recorded => "stays",
        HowPlaced::Requested => "asked",
        HowPlaced::Bound => "home",
        HowPlaced::Returned => "returned",
        HowPlaced::Searched { steps, cursor, given_up } => {
            document.cursor = cursor.map(|node| model.node_name(node));
            document.steps = steps.iter().enumerate().map(|(at, step)| step_entry(model, at, step)).collect();
            let groups = given_up.aversion.iter().chain(&given_up.affinity);
            document.given_up = groups.map(|&group| model.text(group)).collect();
            "found"
        }
    };
    document
}

fn step_entry<'a>(model: &'a Model, at: usize, step: &'a Step) -> StepEntry<'a> {
    let (said, breaks) = match &step.verdict {
        Verdict::Takes => (Vec::new(), Vec::new()),
        Verdict::Refuses(said) => (refusals(model, step.node, said), Vec::new()),
        Verdict::BreaksSoftRules { aversion, affinity } => {
            let groups = aversion.iter().map(|(group, _)| group).chain(affinity);
            (Vec::new(), groups.map(|&group| model.text(group)).collect())
        }
    };
    StepEntry {
        rank: at + 1,
        node: model.node_name(step.node),
        score: step.score.map(|score| model.rubric().shown(score)),
        takes: step.verdict == Verdict::Takes,
        refusals: said,
        breaks,
    }
}

pub(crate) fn requirements(model: &Model, workload: WorkloadId) -> BTreeMap<&str, String> {
    let required = model.workload_table(workload).requirements.iter();
    required.map(|each| (model.text(each.resource), each.amount().display(each.family).to_string())).collect()
}

pub(crate) fn reasons(model: &Model, change: Option<&Change>) -> Vec<String> {
    let all = change
        .iter()
        .flat_map(|change| change.reasons.iter().map(|reason| phrase::change_reason(model, change, reason)));
    all.collect()
}

pub(crate) fn refusals<'a>(model: &'a Model, node: NodeId, refusals: &[Reason]) -> Vec<RefusalEntry<'a>> {
    refusals.iter().map(|each| refusal_entry(model, node, each)).collect()
}

fn refusal_entry<'a>(model: &'a Model, node: NodeId, refusal: &Reason) -> RefusalEntry<'a> {
    let CodeEntry { code, resource, label, group } = code_entry(model, refusal);
    let entry = RefusalEntry { code, resource, label, group, need: None, free: None, capacity: None, short: None };
    let Reason::Short { resource, need, free } = *refusal else { return entry };
    let family = family(model, node, resource);
    let shown = |amount: Quantity| Some(amount.display(family).to_string());
    let capacity = model.offer(node, resource).map(|offer| offer.capacity.display(family).to_string());
    RefusalEntry { need: shown(need), free: shown(free), short: shown(need - free), capacity, ..entry }
}
