//! Why a workload has no place, as a page.

use super::counted_refusals;
use super::sheet::Sheet;
use crate::bounds::{Proof, Rule};
use crate::explain::{Holders, NodeClass, Remedy, UnplacedAnswer, VerifiedRemedy};
use crate::model::WorkloadId;
use crate::render::phrase;
use crate::render::text::unplaced::head;
use crate::render::{Setting, at};
use crate::text::escape::visible;

/// So many classes of nodes are shown; of more, the rest is counted.
const MOST_CLASSES: usize = 12;

/// So many tables of a set are named.
const MOST_TABLES: usize = 4;

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
    // Mostly it is the nearest by amounts, of which that has been said.
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
    let shown = if classes.len() > MOST_CLASSES + 1 { MOST_CLASSES } else { classes.len() };
    let rows = classes[..shown].iter().map(|class| {
        let said = phrase::refusals(model, class.nodes[0], &class.refusals);
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
            "no single change that was tried places it: other amounts, an immunity, one or two workloads elsewhere";
        sheet.line(2, tried);
        return;
    }
    sheet.line(2, "any of these places it; each was planned:");
    let rows = answer.remedies.iter().map(|way| {
        let what = phrase::remedy(setting.plan.model, answer.workload, &way.remedy, setting.apply);
        vec![what, outlook(answer.workload, way, setting)]
    });
    sheet.table(4, &rows.collect::<Vec<_>>());
}

/// `cluster.toml:150; it goes to rack-b-3`.
fn outlook(workload: WorkloadId, way: &VerifiedRemedy, setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let place = at(setting.edited(workload, &way.remedy));
    let goes = format!("it goes to {}", visible(model.node_name(way.node)));
    let loses = match way.displaced.as_slice() {
        [] => None,
        others => Some(format!("{} then without a place: {}", are(others.len()), phrase::workloads(model, others))),
    };
    let place = (!matches!(way.remedy, Remedy::Move(_))).then_some(place);
    place.into_iter().chain([goes]).chain(loses).collect::<Vec<_>>().join("; ")
}

fn are(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

fn write_proofs(sheet: &mut Sheet, proofs: &[Proof], setting: Setting<'_>) {
    if proofs.is_empty() {
        sheet.line(2, "this order leaves it out; that no order has a place for it is not proven");
    }
    for proof in proofs {
        sheet.line(2, &phrase::proof(setting.plan.model, proof));
        if !matches!(proof.rule, Rule::NoNode(_)) {
            sheet.line(4, &set(&proof.set, setting));
        }
    }
}

/// The workloads of a set with the lines of their tables.
fn set(workloads: &[WorkloadId], setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let table = |workload: &WorkloadId| model.workloads()[workload.index()].table;
    let tables = workloads.chunk_by(|a, b| table(a) == table(b)).collect::<Vec<_>>();
    let shown = if tables.len() > MOST_TABLES + 1 { MOST_TABLES } else { tables.len() };
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
