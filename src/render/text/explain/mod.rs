//! Lays out explanations for people: one file per question.

mod cluster;
mod node;
mod placed;
mod sheet;
mod unplaced;

use crate::explain::Answer;
use crate::render::Setting;
use crate::render::phrase;
use crate::rules::Reason;
use sheet::Sheet;

/// Returns the whole page.
pub fn explain(answer: &Answer, setting: Setting<'_>) -> String {
    let mut sheet = Sheet::new(setting.columns);
    match answer {
        Answer::Unplaced(answer) => unplaced::write(&mut sheet, answer, setting),
        Answer::Placed(answer) => placed::write(&mut sheet, answer, setting),
        Answer::Node(answer) => node::write(&mut sheet, answer, setting),
        Answer::Cluster(answer) => cluster::write(&mut sheet, answer, setting),
    }
    sheet.text()
}

/// Nodes counted by the first reason for which each refuses: `7 lack gpu, 5 are short of mem`.
fn counted_refusals<'r>(setting: Setting<'_>, all: impl Iterator<Item = (&'r [Reason], usize)>) -> String {
    let model = setting.plan.model;
    let mut counts = Vec::<(Reason, usize)>::new();
    for (refusals, nodes) in all {
        let Some(first) = refusals.first() else { continue };
        match counts.iter_mut().find(|(known, _)| known.is_like(first)) {
            Some((_, count)) => *count += nodes,
            None => counts.push((*first, nodes)),
        }
    }
    counts.sort_by_key(|(each, _)| each.order(model));
    let phrases =
        counts.iter().map(|(each, count)| format!("{count} {}", phrase::counted_reason(model, each, *count > 1)));
    phrases.collect::<Vec<_>>().join(", ")
}
