//! Lays out the explanation of a cluster: capacity, free amounts and their largest piece, and unplaced workloads.

use super::sheet::{Sheet, aligned_right};
use crate::explain::{ClusterAnswer, ResourceTotal};
use crate::render::Setting;
use crate::render::phrase;
use crate::rules::Reason;
use crate::text::count::counted;
use crate::text::escape::visible;

pub(crate) fn write(sheet: &mut Sheet, answer: &ClusterAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    sheet.line(0, &phrase::heading(model, setting.origin));
    if !answer.resources.is_empty() {
        sheet.blank();
        write_resources(sheet, &answer.resources, setting);
    }
    sheet.blank();
    let placed = model.workloads().len() - setting.plan.unplaced.len();
    sheet.line(0, &format!("{} placed, {} unplaced", counted(placed, "workload"), setting.plan.unplaced.len()));
    write_reasons(sheet, answer, setting);
    for short in &answer.short {
        let family = phrase::declared_family(model, short.resource);
        let (resource, free) = (visible(model.text(short.resource)), short.free.display(family));
        let needs = if short.workloads == 1 { "1 needs".to_owned() } else { format!("{} need", short.workloads) };
        sheet.line(
            2,
            &format!(
                "the whole cluster is short of {resource}: {needs} more than the {free} free on all nodes together"
            ),
        );
    }
    if let Some(first) = setting.plan.unplaced.first() {
        sheet.line(2, &phrase::explain_hint(model, first.workload));
    }
    sheet.line(
        0,
        &match answer.empty.as_slice() {
            [] => "no node is empty".to_owned(),
            empty => format!("{} empty: {}", are(empty.len()), phrase::nodes(model, empty)),
        },
    );
}

/// Lists unplaced workloads by reason.
fn write_reasons(sheet: &mut Sheet, answer: &ClusterAnswer, setting: Setting<'_>) {
    let counts = aligned_right(&answer.unplaced.iter().map(|(_, count)| count.to_string()).collect::<Vec<_>>());
    let rows = counts.into_iter().zip(&answer.unplaced).map(|(count, (refusal, _))| {
        let nodes = match refusal {
            Reason::Short { .. } => "the nearest node",
            _ => "most nodes",
        };
        vec![count, format!("{nodes} {}", phrase::counted_reason(setting.plan.model, refusal, nodes == "most nodes"))]
    });
    sheet.table(2, &rows.collect::<Vec<_>>());
}

fn are(nodes: usize) -> String {
    if nodes == 1 { "1 node is".to_owned() } else { format!("{nodes} nodes are") }
}

fn write_resources(sheet: &mut Sheet, resources: &[ResourceTotal], setting: Setting<'_>) {
    let column = |title: &str, cell: fn(&ResourceTotal) -> String| {
        aligned_right(&std::iter::once(title.to_owned()).chain(resources.iter().map(cell)).collect::<Vec<_>>())
    };
    let (capacity, used, free) = (
        column("total", |each| each.capacity.display(each.family).to_string()),
        column("used", |each| each.used.display(each.family).to_string()),
        column("free", |each| each.free.display(each.family).to_string()),
    );
    let names = resources.iter().map(|each| visible(setting.plan.model.text(each.resource)).into_owned());
    let names = std::iter::once(String::new()).chain(names);
    let largest = std::iter::once("largest free on one node".to_owned());
    let largest = largest.chain(resources.iter().map(|each| largest_piece(each, setting)));
    let rows = names
        .zip(largest)
        .enumerate()
        .map(|(at, (name, largest))| vec![name, capacity[at].clone(), used[at].clone(), free[at].clone(), largest]);
    sheet.table(2, &rows.collect::<Vec<_>>());
}

/// `8Gi on rack-a-1; no limit on 2 nodes`.
fn largest_piece(each: &ResourceTotal, setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let largest =
        each.largest.map(|(free, node)| format!("{} on {}", free.display(each.family), visible(model.node_name(node))));
    let unlimited = (each.unlimited > 0).then(|| format!("no limit on {}", counted(each.unlimited as usize, "node")));
    largest.into_iter().chain(unlimited).collect::<Vec<_>>().join("; ")
}
