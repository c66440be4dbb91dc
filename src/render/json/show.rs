//! A state, or a saved plan, for programs: one JSON object, the same bytes for the same input.
//!
//! A state knows names and amounts. The workload's table, its number and its labels are the manifest's, and are there
//! where the manifest is.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Model, Recorded};
use crate::render::json::findings::schema_of;
use crate::render::json::one_line::one_line;
use crate::render::json::plan::FORMAT_VERSION;
use crate::state::{SavedChange, SavedPlan, State};

/// What `lighthouse show --format json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "lighthouse show")]
#[serde(untagged)]
enum Document<'a> {
    /// Of a state.
    State(StateDocument<'a>),
    /// Of a saved plan.
    Plan(PlanDocument<'a>),
}

/// A state.
#[derive(Serialize, JsonSchema)]
struct StateDocument<'a> {
    /// The version of this format: a minor one adds, a major one breaks.
    format_version: &'static str,
    /// The cluster's name, where it has one.
    cluster: Option<&'a str>,
    lineage: &'a str,
    serial: u64,
    /// The node after which round robin goes on.
    cursor: Option<&'a str>,
    /// What is on record, by name.
    workloads: Vec<WorkloadEntry<'a>>,
    /// The nodes with what is on them, by name; also the empty ones, where the manifest is there.
    nodes: Vec<NodeEntry<'a>>,
}

/// A workload on record.
#[derive(Default, Serialize, JsonSchema)]
struct WorkloadEntry<'a> {
    name: &'a str,
    /// The name of its table in the manifest, before `replicas` is expanded.
    manifest_name: Option<&'a str>,
    /// Its number, where its table has `replicas`.
    replica: Option<u32>,
    /// Where it should run; null when it is evicted.
    node: Option<&'a str>,
    /// Where it was last, when it is evicted.
    last_node: Option<&'a str>,
    /// Its labels in the manifest.
    labels: BTreeMap<&'a str, &'a str>,
    /// What it required when it was recorded.
    requirements: BTreeMap<&'a str, String>,
}

/// A node with what is on it.
#[derive(Serialize, JsonSchema)]
struct NodeEntry<'a> {
    name: &'a str,
    /// Names, in order.
    workloads: Vec<&'a str>,
}

/// A saved plan.
#[derive(Serialize, JsonSchema)]
struct PlanDocument<'a> {
    /// The version of this format: a minor one adds, a major one breaks.
    format_version: &'static str,
    /// The cluster's name, where it has one.
    cluster: Option<&'a str>,
    lineage: &'a str,
    /// Of the state that it was made against; null where there was none.
    serial: Option<u64>,
    /// The digest of the manifest's meaning.
    manifest: String,
    /// The digest of the state; null where there was none.
    state: Option<String>,
    /// The digest of what is on record once it is applied.
    result: String,
    /// Whether it starts from empty nodes.
    fresh: bool,
    /// The moves that were asked for.
    moves: BTreeMap<&'a str, &'a str>,
    /// Every change, by workload.
    changes: Vec<ChangeEntry<'a>>,
    /// What no node takes, by workload.
    unplaced: Vec<UnplacedEntry<'a>>,
}

/// What changes for one workload.
#[derive(Serialize, JsonSchema)]
struct ChangeEntry<'a> {
    workload: &'a str,
    /// One of `place`, `move`, `rename`, `update`, `evict`, `remove`.
    kind: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    /// Sentences.
    reasons: &'a [String],
}

/// A workload that no node takes.
#[derive(Serialize, JsonSchema)]
struct UnplacedEntry<'a> {
    workload: &'a str,
    /// A sentence.
    reason: &'a str,
}

/// A state as JSON, or what is on one node of it.
pub fn show(state: &State, model: Option<&Model>, node: Option<&str>) -> String {
    one_line(&Document::State(state_document(state, model, node)))
}

/// A saved plan as JSON.
pub fn show_saved(plan: &SavedPlan) -> String {
    one_line(&Document::Plan(plan_document(plan)))
}

/// The JSON Schema of what [`show`] and [`show_saved`] write.
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

/// What the manifest says of a workload.
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
    let mut on = names.into_iter().map(|name| (name, Vec::new())).collect::<BTreeMap<_, _>>();
    for each in &state.record.placements {
        if let Some(workloads) = on.get_mut(&*each.node) {
            workloads.push(&*each.workload);
        }
    }
    on.into_iter().map(|(name, workloads)| NodeEntry { name, workloads }).collect()
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
    fn without_the_manifest_there_is_what_is_on_record() {
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
