//! Writes an explanation as JSON: one object on one line, the same bytes for the same input.
//!
//! The structs here define the public format and its JSON Schema. `kind` names the question that was answered. Lists
//! have the order of the text output.

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

/// Output of `lighthouse explain --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse explain")]
struct Document<'a> {
    /// Version of this format: a minor version only adds, a major one may break readers.
    format_version: &'static str,
    /// Name of the cluster; null if the manifest gives none.
    cluster: Option<&'a str>,
    #[schemars(extend("enum" = ["prioritized", "round-robin", "bin-pack"]))]
    strategy: &'static str,
    #[schemars(extend("enum" = ["keep", "fresh"]))]
    replan: &'static str,
    #[serde(flatten)]
    answer: AnswerEntry<'a>,
}

/// Answer by kind of question.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum AnswerEntry<'a> {
    /// Why a workload is unplaced.
    Unplaced(UnplacedDocument<'a>),
    /// Why a workload is on its node.
    Placed(PlacedDocument<'a>),
    /// Resources and workloads of a node, and the workloads that it refuses.
    Node(NodeDocument<'a>),
    /// Free resources of the cluster, and the reasons for its unplaced workloads.
    Cluster(ClusterDocument<'a>),
}

/// Line of the manifest.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Line<'a> {
    file: &'a str,
    /// Line number, starting at 1.
    line: usize,
}

/// Explanation of an unplaced workload.
#[derive(Serialize, JsonSchema)]
struct UnplacedDocument<'a> {
    workload: &'a str,
    /// Line of its table in the manifest.
    declared: Option<Line<'a>>,
    requirements: BTreeMap<&'a str, String>,
    /// Entry of the workload in the plan.
    counted: UnplacedEntry<'a>,
    /// All nodes, grouped by equal reasons, nearest first.
    classes: Vec<ClassEntry<'a>>,
    /// Workloads that use the resource that the nearest node lacks, the largest amount first.
    holders: Option<HoldersEntry<'a>>,
    /// Changes that would place the workload; each was verified by planning.
    ways: Vec<WayEntry<'a>>,
    /// Proven limits on how many workloads can be placed at once, in any order. An empty list proves nothing.
    proofs: Vec<ProofEntry<'a>>,
}

/// Nodes that refuse for the same reasons.
#[derive(Serialize, JsonSchema)]
struct ClassEntry<'a> {
    nodes: Vec<&'a str>,
    /// All reasons for which each of the nodes refuses.
    refusals: Vec<RefusalEntry<'a>>,
}

/// Reason for which a node refuses. More codes may be added.
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

/// Workloads that use a resource of a node.
#[derive(Serialize, JsonSchema)]
struct HoldersEntry<'a> {
    node: &'a str,
    resource: &'a str,
    workloads: Vec<HolderEntry<'a>>,
}

/// Workload with the amount that it uses.
#[derive(Serialize, JsonSchema)]
struct HolderEntry<'a> {
    workload: &'a str,
    amount: String,
}

/// Explanation of a placed workload.
#[derive(Serialize, JsonSchema)]
struct PlacedDocument<'a> {
    workload: &'a str,
    /// Line of its table in the manifest.
    declared: Option<Line<'a>>,
    node: &'a str,
    /// Kind of the change that the plan makes; null if the workload stays as it is.
    change: Option<&'static str>,
    /// Reasons of the change, as sentences.
    reasons: Vec<String>,
    /// How the node was chosen: `stays` (recorded there), `asked` (requested with a move), `home` (bound by `stay`),
    /// `returned` (back on its node) or `found` (by the strategy). More words may be added.
    came: &'static str,
    /// Node after which round robin continued.
    cursor: Option<&'a str>,
    /// Nodes in the order in which the strategy tried them, up to the chosen one; empty if no search was needed.
    steps: Vec<StepEntry<'a>>,
    /// Soft groups that the search gave up.
    given_up: Vec<&'a str>,
    /// Free amounts of the node after all placements.
    left: BTreeMap<&'a str, String>,
}

/// Node that the strategy tried.
#[derive(Serialize, JsonSchema)]
struct StepEntry<'a> {
    /// Position in the order, starting at 1.
    rank: usize,
    node: &'a str,
    /// Score under bin pack, in the units of the rubric.
    score: Option<String>,
    /// Whether the node takes the workload.
    takes: bool,
    refusals: Vec<RefusalEntry<'a>>,
    /// Soft groups that the node would break.
    breaks: Vec<&'a str>,
}

/// Returns an explanation as JSON, one object on one line.
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

/// Returns the JSON Schema of the text that [`explain()`] returns.
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
    let (refusals, breaks) = match &step.verdict {
        Verdict::Takes => (Vec::new(), Vec::new()),
        Verdict::Refuses(reasons) => (refusals(model, step.node, reasons), Vec::new()),
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
        refusals,
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
