//! Plan, files and terminal that the pages of `explain` need.

use crate::explain::Remedy;
use crate::manifest::Manifest;
use crate::model::{NodeId, WorkloadId};
use crate::plan::Plan;
use crate::render::Origin;
use crate::text::source::Source;

/// Plan, files and terminal of an explanation.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Plan that is explained.
    pub plan: &'a Plan<'a>,
    /// Manifest, for the positions of its tables.
    pub manifest: &'a Manifest,
    /// Source files of the manifest.
    pub sources: &'a [Source],
    /// Names of the files that the plan was made from.
    pub origin: &'a Origin,
    /// Command that applies the plan, with the flags that were given.
    pub apply: &'a str,
    /// Width of the terminal in columns; `None` if the output is not a terminal.
    pub columns: Option<usize>,
}

impl<'a> Setting<'a> {
    pub(crate) fn node_line(self, node: NodeId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.node_line(self.sources, node, key)
    }

    pub(crate) fn workload_line(self, workload: WorkloadId, key: &[&str]) -> Option<(&'a str, usize)> {
        self.manifest.workload_line(self.sources, workload, key)
    }

    /// Returns file and line of the key that a remedy edits; `None` if it edits nothing.
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
