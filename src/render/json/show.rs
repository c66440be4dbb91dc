//! Writes a state or a saved plan as JSON: one object on one line, the same bytes for the same input.
//!
//! A state holds names and amounts only. Table, replica number and labels of a workload come from the manifest and are
//! null or empty without it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Model, Recorded};
use crate::render::json::findings::schema_of;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::FORMAT_VERSION;
use crate::state::{SavedChange, SavedPlan, State};

/// Output of `lighthouse show --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse show")]
#[serde(untagged)]
enum Document<'a> {
    /// Output for a state.
    State(StateDocument<'a>),
    /// Output for a saved plan.
    Plan(PlanDocument<'a>),
}

/// State of a cluster.
#[derive(Serialize, JsonSchema)]
struct StateDocument<'a> {
    /// Version of this format: a minor version only adds, a major one may break readers.
    format_version: &'static str,
    /// Name of the cluster; null if it has none.
    cluster: Option<&'a str>,
    lineage: &'a str,
    serial: u64,
    /// Node after which round robin continues.
    cursor: Option<&'a str>,
    /// Recorded workloads, by name.
    workloads: Vec<WorkloadEntry<'a>>,
    /// Nodes with their workloads, by name. Includes empty nodes if the manifest is known.
    nodes: Vec<NodeEntry<'a>>,
}

/// Recorded workload.
#[derive(Default, Serialize, JsonSchema)]
struct WorkloadEntry<'a> {
    name: &'a str,
    /// Name of its table in the manifest, before `replicas` is expanded.
    manifest_name: Option<&'a str>,
    /// Replica number, if its table has `replicas`.
    replica: Option<u32>,
    /// Recorded node; null if the workload is evicted.
    node: Option<&'a str>,
    /// Last node of an evicted workload.
    last_node: Option<&'a str>,
    /// Labels in the manifest.
    labels: BTreeMap<&'a str, &'a str>,
    /// Recorded requirements.
    requirements: BTreeMap<&'a str, String>,
}

/// Node with its workloads.
#[derive(Serialize, JsonSchema)]
struct NodeEntry<'a> {
    name: &'a str,
    /// Names of the workloads, sorted.
    workloads: Vec<&'a str>,
}

/// Saved plan.
#[derive(Serialize, JsonSchema)]
struct PlanDocument<'a> {
    /// Version of this format: a minor version only adds, a major one may break readers.
    format_version: &'static str,
    /// Name of the cluster; null if it has none.
    cluster: Option<&'a str>,
    lineage: &'a str,
    /// Serial of the state that the plan was made against; null if there was none.
    serial: Option<u64>,
    /// Digest of the manifest's meaning.
    manifest: String,
    /// Digest of the state; null if there was none.
    state: Option<String>,
    /// Digest of the record that applying the plan writes.
    result: String,
    /// Whether the plan starts from empty nodes.
    fresh: bool,
    /// Requested moves, as workload and node.
    moves: BTreeMap<&'a str, &'a str>,
    /// All changes, by workload.
    changes: Vec<ChangeEntry<'a>>,
    /// Workloads that no node takes, by workload.
    unplaced: Vec<UnplacedEntry<'a>>,
}

/// Change of one workload.
#[derive(Serialize, JsonSchema)]
struct ChangeEntry<'a> {
    workload: &'a str,
    /// Kind of the change: `place`, `move`, `rename`, `update`, `evict` or `remove`.
    kind: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    /// Reasons of the change, as sentences.
    reasons: &'a [String],
}

/// Workload that no node takes.
#[derive(Serialize, JsonSchema)]
struct UnplacedEntry<'a> {
    workload: &'a str,
    /// Reason, as a sentence.
    reason: &'a str,
}

/// Returns a state as JSON, restricted to one node if `node` is given.
pub fn show(state: &State, model: Option<&Model>, node: Option<&str>) -> String {
    one_line(&Document::State(state_document(state, model, node)))
}

/// Returns a saved plan as JSON.
pub fn show_saved(plan: &SavedPlan) -> String {
    one_line(&Document::Plan(plan_document(plan)))
}

/// Returns the JSON Schema of the text that [`show`] and [`show_saved`] return.
pub fn show_schema() -> schemars::Schema {
    schema_of::<Document>()
}

fn state_document<'a>(state: &'a State, model: Option<&'a Model>, node: Option<&'a str>) -> StateDocument<'a> {
    StateDocument {
        format_version: FORMAT_VERSION,
        cluster: state.cluster.as_deref(),
        lineage: state.lineage.as_str(),
        serial: state.serial,
        cursor: state.record.cursor.as_deref(),
        workloads: workloads(state, model, node),
        nodes: nodes(state, model, node),
    }
}

fn workloads<'a>(state: &'a State, model: Option<&'a Model>, node: Option<&str>) -> Vec<WorkloadEntry<'a>> {
    let placements = state.record.placements.iter().filter(|each| node.is_none_or(|node| *each.node == *node));
    let placed = placements.map(|each| WorkloadEntry {
        node: Some(&each.node),
        requirements: requirements(each),
        ..workload(&each.workload, model)
    });
    let evicted = state.record.evicted.iter().filter(|_| node.is_none());
    let evicted = evicted.map(|(name, last)| WorkloadEntry { last_node: Some(last), ..workload(name, model) });
    let mut entries = placed.chain(evicted).collect::<Vec<_>>();
    entries.sort_unstable_by_key(|each| each.name);
    entries
}

/// Returns an entry with the facts that the manifest gives about a workload.
fn workload<'a>(name: &'a str, model: Option<&'a Model>) -> WorkloadEntry<'a> {
    let entry = WorkloadEntry { name, ..WorkloadEntry::default() };
    let Some((model, id)) = model.and_then(|model| Some((model, model.workload_named(name)?))) else { return entry };
    let table = model.workload_table(id);
    WorkloadEntry {
        manifest_name: Some(&table.name),
        replica: model.workloads()[id.index()].number,
        labels: table.labels.iter().map(|&(label, value)| (model.text(label), model.text(value))).collect(),
        ..entry
    }
}

fn requirements(placement: &Recorded) -> BTreeMap<&str, String> {
    let shown = placement.requirements.iter();
    shown.map(|(resource, amount, family)| (&**resource, amount.display(*family).to_string())).collect()
}

fn nodes<'a>(state: &'a State, model: Option<&'a Model>, node: Option<&'a str>) -> Vec<NodeEntry<'a>> {
    let known = model.into_iter().flat_map(|model| model.node_ids().map(|id| model.node_name(id)));
    let recorded = state.record.placements.iter().map(|each| &*each.node);
    let wanted = |name: &&str| node.is_none_or(|node| *name == node);
    let names = known.chain(recorded).chain(node).filter(wanted).collect::<BTreeSet<_>>();
    let mut by_node = names.into_iter().map(|name| (name, Vec::new())).collect::<BTreeMap<_, _>>();
    for each in &state.record.placements {
        if let Some(workloads) = by_node.get_mut(&*each.node) {
            workloads.push(&*each.workload);
        }
    }
    by_node.into_iter().map(|(name, workloads)| NodeEntry { name, workloads }).collect()
}

fn plan_document(plan: &SavedPlan) -> PlanDocument<'_> {
    PlanDocument {
        format_version: FORMAT_VERSION,
        cluster: plan.cluster.as_deref(),
        lineage: plan.lineage.as_str(),
        serial: plan.serial,
        manifest: plan.manifest.to_string(),
        state: plan.state.map(|digest| digest.to_string()),
        result: plan.result.to_string(),
        fresh: plan.flags.fresh,
        moves: plan.flags.moves.iter().map(|(workload, node)| (&**workload, &**node)).collect(),
        changes: plan.changes.iter().map(change).collect(),
        unplaced: plan.unplaced.iter().map(|(workload, reason)| UnplacedEntry { workload, reason }).collect(),
    }
}

fn change(change: &SavedChange) -> ChangeEntry<'_> {
    ChangeEntry {
        workload: &change.workload,
        kind: &change.kind,
        from: change.from.as_deref(),
        to: change.to.as_deref(),
        reasons: &change.reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn a_state_lists_workloads_and_nodes() {
        let (model, state) = (fixture::cluster().0, fixture::state());
        let text = show(&state, Some(&model), None);
        let expected = concat!(
            r#"{"format_version":"1.0","cluster":"prod","lineage":"07070707070707070707070707070707","serial":7,"#,
            r#""cursor":null,"workloads":["#,
            r#"{"name":"old","manifest_name":null,"replica":null,"node":"gone","last_node":null,"labels":{},"#,
            r#""requirements":{}},"#,
            r#"{"name":"train","manifest_name":"train","replica":null,"node":null,"last_node":"nas","labels":{},"#,
            r#""requirements":{}},"#,
            r#"{"name":"web-0","manifest_name":"web","replica":0,"node":"nas","last_node":null,"#,
            r#""labels":{"app":"shop"},"requirements":{"cpu":"500m"}}],"#,
            r#""nodes":[{"name":"gone","workloads":["old"]},{"name":"nas","workloads":["web-0"]},"#,
            r#"{"name":"rack-0","workloads":[]}]}"#,
            "\n"
        );
        assert_eq!(text, expected);
        fixture::assert_valid(&show_schema(), &text);
    }

    #[test]
    fn a_state_without_a_manifest_lists_recorded_facts_only() {
        let text = show(&fixture::state(), None, Some("nas"));
        assert!(text.contains(r#"{"name":"web-0","manifest_name":null,"replica":null,"node":"nas","#), "{text}");
        assert!(text.ends_with("\"nodes\":[{\"name\":\"nas\",\"workloads\":[\"web-0\"]}]}\n"), "{text}");
        assert!(show(&fixture::state(), None, Some("x")).ends_with("\"nodes\":[{\"name\":\"x\",\"workloads\":[]}]}\n"));
        fixture::assert_valid(&show_schema(), &text);
    }

    #[test]
    fn a_saved_plan_lists_its_changes() {
        let text = show_saved(&fixture::saved_plan());
        let expected = concat!(
            r#""fresh":false,"moves":{"web-0":"rack-0"},"changes":[{"workload":"web-0","kind":"move","from":"nas","#,
            r#""to":"rack-0","reasons":["requested with --move"]}],"unplaced":[{"workload":"train","reason":"2 of 2 nodes lack `gpu`"}]}"#,
            "\n"
        );
        assert!(text.ends_with(expected), "{text}");
        fixture::assert_valid(&show_schema(), &text);
    }
}
