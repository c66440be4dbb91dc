//! Where an explanation is shown, and what it can point to.

use crate::explain::Remedy;
use crate::manifest::Manifest;
use crate::model::{NodeId, WorkloadId};
use crate::plan::Plan;
use crate::render::Origin;
use crate::text::source::Source;

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

impl<'a> Setting<'a> {
    pub(crate) fn node_line(self, node: NodeId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.node_line(self.sources, node, key)
    }

    pub(crate) fn workload_line(self, workload: WorkloadId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.workload_line(self.sources, workload, key)
    }

    /// File and line of what a change edits; nothing where it edits nothing.
    pub(crate) fn edited(self, workload: WorkloadId, remedy: &Remedy) -> Option<(&'a str, usize)> {
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
