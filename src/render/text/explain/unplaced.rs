//! Lays out the explanation of an unplaced workload: answers of all nodes, remedies, and proofs.

use super::counted_refusals;
use super::sheet::Sheet;
use crate::bounds::{Proof, Rule};
use crate::explain::{Holders, NodeClass, Remedy, UnplacedAnswer, VerifiedRemedy};
use crate::model::WorkloadId;
use crate::render::phrase;
use crate::render::text::unplaced::head;
use crate::render::{Setting, at};
use crate::text::escape::visible;

/// Maximum number of classes of nodes that are shown; nodes of the rest are counted.
const MAX_CLASSES: usize = 12;

/// Maximum number of tables of a set that are named.
const MAX_TABLES: usize = 4;

pub(crate) fn write(sheet: &mut Sheet, answer: &UnplacedAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    let place = setting.workload_line(answer.workload, &[]);
    for line in head(setting.plan, place, &answer.counted) {
        sheet.line(0, &line);
    }
    if !answer.classes.is_empty() {
        sheet.blank();
        write_classes(sheet, &answer.classes, setting);
    }
    // The head of the page has the holders of the nearest node already.
    let other =
        |holders: &&Holders| answer.nearest.as_ref().is_none_or(|nearest| nearest.shortfall.node != holders.node);
    if let Some(holders) = answer.holders.as_ref().filter(other) {
        sheet.blank();
        let node = visible(model.node_name(holders.node));
        sheet.line(2, &format!("on {node}, {}", phrase::held(model, holders)));
    }
    sheet.blank();
    write_ways(sheet, answer, setting);
    sheet.blank();
    write_proofs(sheet, &answer.proofs, setting);
}

fn write_classes(sheet: &mut Sheet, classes: &[NodeClass], setting: Setting<'_>) {
    let model = setting.plan.model;
    let shown = if classes.len() > MAX_CLASSES + 1 { MAX_CLASSES } else { classes.len() };
    let rows = classes[..shown].iter().map(|class| {
        let said = phrase::reasons(model, class.nodes[0], &class.refusals);
        vec![phrase::nodes(model, &class.nodes), said]
    });
    sheet.table(2, &rows.collect::<Vec<_>>());
    let rest = &classes[shown..];
    if !rest.is_empty() {
        let nodes = rest.iter().map(|class| class.nodes.len()).sum::<usize>();
        let said = counted_refusals(setting, rest.iter().map(|class| (&*class.refusals, class.nodes.len())));
        sheet.line(2, &format!("{nodes} more nodes: {said} (`--format json` has all)"));
    }
}

fn write_ways(sheet: &mut Sheet, answer: &UnplacedAnswer, setting: Setting<'_>) {
    if answer.remedies.is_empty() {
        let tried =
            "No single change that was tried would place it (other amounts, an immunity, moving one or two workloads).";
        sheet.line(2, tried);
        return;
    }
    sheet.line(2, "Any one of these would place it (each verified by planning):");
    let rows = answer.remedies.iter().map(|way| {
        let what = phrase::remedy(setting.plan.model, answer.workload, &way.remedy, setting.apply);
        vec![what, outlook(answer.workload, way, setting)]
    });
    sheet.table(4, &rows.collect::<Vec<_>>());
}

/// `cluster.toml:150; goes to rack-b-3`.
fn outlook(workload: WorkloadId, way: &VerifiedRemedy, setting: Setting<'_>) -> String {
    let outlook = phrase::outlook(setting.plan.model, way);
    match way.remedy {
        Remedy::Move(_) => outlook,
        _ => format!("{}; {outlook}", at(setting.edited(workload, &way.remedy))),
    }
}

fn write_proofs(sheet: &mut Sheet, proofs: &[Proof], setting: Setting<'_>) {
    if proofs.is_empty() {
        sheet.line(2, "unplaced in this order; another order might still place it");
    }
    for proof in proofs {
        sheet.line(2, &phrase::proof(setting.plan.model, proof));
        if !matches!(proof.rule, Rule::NoNode(_)) {
            sheet.line(4, &set(&proof.set, setting));
        }
    }
}

/// Workloads of a set with the places of their tables.
fn set(workloads: &[WorkloadId], setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let table = |workload: &WorkloadId| model.workloads()[workload.index()].table;
    let tables = workloads.chunk_by(|a, b| table(a) == table(b)).collect::<Vec<_>>();
    let shown = if tables.len() > MAX_TABLES + 1 { MAX_TABLES } else { tables.len() };
    let named = tables[..shown].iter().map(|members| {
        format!("{} ({})", phrase::workloads(model, members), at(setting.workload_line(members[0], &[])))
    });
    let mut texts = named.collect::<Vec<_>>();
    let rest = tables[shown..].iter().map(|members| members.len()).sum::<usize>();
    if rest > 0 {
        texts.push(format!("{rest} more"));
    }
    format!("they are {}", texts.join(", "))
}
