//! Writes remedies for an unplaced workload and proofs as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::bounds::{Proof, Rule};
use crate::explain::{Amount, Remedy, VerifiedRemedy};
use crate::model::WorkloadId;
use crate::model::names::Symbol;
use crate::quantity::Quantity;
use crate::render::Setting;
use crate::render::json::explain::{Line, line};
use crate::render::phrase;

/// Change that places the workload.
#[derive(Serialize, JsonSchema)]
pub(crate) struct WayEntry<'a> {
    /// Kind of the change: `move`, `ask` (other requirements), `immunity`, `priority`, `open` (a cordoned or drained
    /// node) or `offer` (other resources of a node). More kinds may be added.
    kind: &'static str,
    /// Phrase for people; for a move, the command.
    text: String,
    /// Moves of the command.
    moves: Vec<MoveEntry<'a>>,
    /// Edit of the manifest; null for moves.
    edit: Option<EditEntry<'a>>,
    /// Node that the workload would get.
    node: &'a str,
    /// Workloads that would lose their node.
    displaced: Vec<&'a str>,
}

/// Requested move of one workload.
#[derive(Serialize, JsonSchema)]
struct MoveEntry<'a> {
    workload: &'a str,
    node: &'a str,
}

/// Edit of one table, which applies to all of its nodes or workloads.
#[derive(Serialize, JsonSchema)]
struct EditEntry<'a> {
    /// Line of the first key that changes; line of the table if the key is new.
    place: Option<Line<'a>>,
    /// Edited table: `nodes` or `workloads`, or `cordon` or `drain` if a line is removed there.
    #[schemars(extend("enum" = ["nodes", "workloads", "cordon", "drain"]))]
    table: &'static str,
    /// Name of the edited node or workload table.
    name: Option<&'a str>,
    /// Edited key: `resources`, `requirements`, `immunities` or `priority`, or the node whose line is removed.
    key: &'a str,
    /// Amounts that change.
    amounts: Vec<AmountEntry<'a>>,
    /// Added immunity.
    immunity: Option<&'a str>,
    /// New priority.
    priority: Option<i64>,
}

/// Amount that changes. Both quantities are written as in a manifest.
#[derive(Serialize, JsonSchema)]
struct AmountEntry<'a> {
    resource: &'a str,
    /// Current amount; null if the table does not name the resource.
    before: Option<String>,
    after: String,
}

/// Proof that at most `most` of the workloads can be placed at once, in any order.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProofEntry<'a> {
    /// Rule of the proof: `no-node`, `sum`, `pieces` or `group`. More rules may be added.
    rule: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<String>,
    /// Maximum number of these workloads that can be placed at once.
    most: u64,
    /// Workloads that the proof is about.
    workloads: Vec<&'a str>,
    /// Lines of the workloads' tables in the manifest.
    declared: Vec<Line<'a>>,
}

pub(crate) fn way_entry<'a>(workload: WorkloadId, way: &'a VerifiedRemedy, setting: Setting<'a>) -> WayEntry<'a> {
    let model = setting.plan.model;
    let pins = match &way.remedy {
        Remedy::Move(pins) => pins.as_slice(),
        _ => &[],
    };
    let moved = pins
        .iter()
        .map(|pin| MoveEntry { workload: model.workload_name(pin.workload), node: model.node_name(pin.node) });
    WayEntry {
        kind: match way.remedy {
            Remedy::Move(_) => "move",
            Remedy::Ask(_) => "ask",
            Remedy::Immunity(_) => "immunity",
            Remedy::Priority(_) => "priority",
            Remedy::Open(_) => "open",
            Remedy::Offer(..) => "offer",
        },
        text: phrase::remedy(model, workload, &way.remedy, setting.apply),
        moves: moved.collect(),
        edit: edit(workload, &way.remedy, setting),
        node: model.node_name(way.node),
        displaced: way.displaced.iter().map(|&each| model.workload_name(each)).collect(),
    }
}

fn edit<'a>(workload: WorkloadId, remedy: &'a Remedy, setting: Setting<'a>) -> Option<EditEntry<'a>> {
    let model = setting.plan.model;
    let place = setting.edited(workload, remedy).map(line);
    let own = &*model.workload_table(workload).name;
    let amounts = |amounts: &'a [Amount]| amounts.iter().map(|amount| amount_entry(amount, setting)).collect();
    let edit = |table, name, key| EditEntry {
        place,
        table,
        name: Some(name),
        key,
        amounts: Vec::new(),
        immunity: None,
        priority: None,
    };
    Some(match remedy {
        Remedy::Move(_) => return None,
        Remedy::Ask(all) => EditEntry { amounts: amounts(all), ..edit("workloads", own, "requirements") },
        Remedy::Immunity(ward) => {
            EditEntry { immunity: Some(model.text(*ward)), ..edit("workloads", own, "immunities") }
        }
        Remedy::Open(node) => {
            let table = if model.cordons.contains_key(node) { "cordon" } else { "drain" };
            EditEntry { name: None, ..edit(table, "", model.node_name(*node)) }
        }
        Remedy::Priority(priority) => EditEntry { priority: Some(*priority), ..edit("workloads", own, "priority") },
        Remedy::Offer(node, all) => {
            EditEntry { amounts: amounts(all), ..edit("nodes", &model.node_table(*node).name, "resources") }
        }
    })
}

fn amount_entry<'a>(amount: &Amount, setting: Setting<'a>) -> AmountEntry<'a> {
    let shown = |quantity: Quantity| quantity.display(amount.family).to_string();
    AmountEntry {
        resource: setting.plan.model.text(amount.resource),
        before: amount.before.map(shown),
        after: shown(amount.after),
    }
}

pub(crate) fn proof_entry<'a>(proof: &'a Proof, setting: Setting<'a>) -> ProofEntry<'a> {
    let model = setting.plan.model;
    let shown =
        |resource: Symbol, amount: Quantity| Some(amount.display(phrase::declared_family(model, resource)).to_string());
    let (rule, resource, group, need, capacity) = match proof.rule {
        Rule::NoNode(_) => ("no-node", None, None, None, None),
        Rule::Sum { resource, need, capacity } => {
            ("sum", Some(resource), None, shown(resource, need), shown(resource, capacity))
        }
        Rule::Pieces { resource, least, capacity, .. } => {
            ("pieces", Some(resource), None, shown(resource, least), shown(resource, capacity))
        }
        Rule::Group { group, .. } => ("group", None, Some(group), None, None),
    };
    let table = |workload: &WorkloadId| model.workloads()[workload.index()].table;
    let tables = proof.set.chunk_by(|a, b| table(a) == table(b));
    ProofEntry {
        rule,
        text: phrase::proof(model, proof),
        resource: resource.map(|resource| model.text(resource)),
        group: group.map(|group| model.text(group)),
        need,
        capacity,
        most: proof.most,
        workloads: proof.set.iter().map(|&each| model.workload_name(each)).collect(),
        declared: tables.filter_map(|members| setting.workload_line(members[0], &[]).map(line)).collect(),
    }
}
