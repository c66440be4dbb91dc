//! An explanation for people: one file for each question, all on the same sheet.

mod cluster;
mod json;
mod json_remedy;
mod json_whole;
mod node;
mod placed;
mod sheet;
mod unplaced;

pub use json::{explain as explain_json, explain_schema};

use super::{Origin, at};
use crate::explain::{Answer, Remedy};
use crate::manifest::Manifest;
use crate::model::{NodeId, WorkloadId};
use crate::plan::Plan;
use crate::render::phrase;
use crate::rules::Refusal;
use crate::text::source::Source;
use sheet::Sheet;

/// Where an explanation is shown, and what it can point to.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The plan that is explained.
    pub plan: &'a Plan<'a>,
    /// The manifest, for the places of its tables.
    pub manifest: &'a Manifest,
    /// Its texts.
    pub sources: &'a [Source],
    /// What it was planned from.
    pub origin: &'a Origin,
    /// The command that applies, with the flags that were given.
    pub apply: &'a str,
    /// The columns of the terminal; `None` where it goes elsewhere.
    pub columns: Option<usize>,
}

/// The whole page.
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

impl<'a> Setting<'a> {
    fn node_line(self, node: NodeId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.node_line(self.sources, node, key)
    }

    fn workload_line(self, workload: WorkloadId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.workload_line(self.sources, workload, key)
    }

    /// File and line of what a change edits; nothing where it edits nothing.
    fn edited(self, workload: WorkloadId, remedy: &Remedy) -> Option<(&'a str, usize)> {
        let name =
            |amounts: &[crate::explain::Amount]| amounts.first().map_or("", |each| self.plan.model.text(each.resource));
        match remedy {
            Remedy::Move(_) => None,
            Remedy::Ask(amounts) => self.workload_line(workload, &["requirements", name(amounts)]),
            Remedy::Immunity(_) => self.workload_line(workload, &["immunities"]),
            Remedy::Open(node) => self.manifest.closing_line(self.sources, *node),
            Remedy::Priority(_) => self.workload_line(workload, &["priority"]),
            Remedy::Offer(node, amounts) => self.node_line(*node, &["resources", name(amounts)]),
        }
    }
}

/// Nodes counted by their first refusal: `7 lack gpu, 5 are short of mem`.
fn counted_refusals<'r>(setting: Setting<'_>, all: impl Iterator<Item = (&'r [Refusal], usize)>) -> String {
    let model = setting.plan.model;
    let mut counts = Vec::<(Refusal, usize)>::new();
    for (refusals, nodes) in all {
        let Some(first) = refusals.first() else { continue };
        let key = |each: &Refusal| (each.rank(), each.subject().map(|subject| model.text(subject)));
        match counts.iter_mut().find(|(known, _)| key(known) == key(first)) {
            Some((_, count)) => *count += nodes,
            None => counts.push((*first, nodes)),
        }
    }
    counts.sort_by_key(|(each, _)| (each.rank(), each.subject().map(|subject| model.text(subject))));
    let phrases = counts.iter().map(|(each, count)| format!("{count} {}", phrase::refused(model, each, *count > 1)));
    phrases.collect::<Vec<_>>().join(", ")
}
