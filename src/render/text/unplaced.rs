//! Lines about unplaced workloads in a plan: the head of their explanation, and the command that explains the rest.
//!
//! Unplaced workloads with equal requirements and reasons are grouped: the first is explained, the others are named.

use rustc_hash::FxHashMap;

use crate::explain;
use crate::model::WorkloadId;
use crate::place::Unplaced;
use crate::plan::Plan;
use crate::render::phrase;
use crate::render::{Locate, at};

/// Unplaced workloads with equal requirements and reasons.
pub(crate) struct UnplacedGroup<'p> {
    first: &'p Unplaced,
    others: Vec<WorkloadId>,
}

/// Head of an explanation: the requirements; the nodes counted by reason; the nearest node, and the workloads that hold
/// the resource it is short of.
pub(crate) fn head(plan: &Plan<'_>, place: Option<(&str, usize)>, unplaced: &Unplaced) -> Vec<String> {
    let nearest = explain::nearest(plan, unplaced).map(|nearest| {
        let held = phrase::held(plan.model, &explain::holders(plan, &nearest.shortfall));
        format!("{}; {held}", phrase::nearest(plan.model, &nearest))
    });
    let needs = phrase::unplaced_needs(plan.model, unplaced.workload, &at(place));
    [needs, phrase::counts(plan.model, unplaced)].into_iter().chain(nearest).collect()
}

/// All unplaced workloads in groups, by the name of the first of each group.
pub(crate) fn unplaced_groups<'p>(plan: &'p Plan<'_>) -> Vec<UnplacedGroup<'p>> {
    let mut groups = Vec::<UnplacedGroup<'p>>::new();
    let mut known = FxHashMap::default();
    for each in &plan.unplaced {
        let at = *known.entry(each.alike).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.others.push(each.workload),
            None => groups.push(UnplacedGroup { first: each, others: Vec::new() }),
        }
    }
    groups
}

impl UnplacedGroup<'_> {
    /// Lines of the group. A line that names workloads begins with `!`, any other with an indent.
    pub(crate) fn lines(&self, plan: &Plan<'_>, locate: Locate<'_>) -> Vec<String> {
        let (model, first) = (plan.model, self.first.workload);
        let mut lines = head(plan, locate(first), self.first);
        lines.push(phrase::explain_hint(model, first));
        let (head, rest) = lines.split_at_mut(1);
        head[0].insert_str(0, "! ");
        for line in rest {
            line.insert_str(0, "  ");
        }
        let table = |workload: &WorkloadId| model.workloads()[workload.index()].table;
        lines.extend(self.others.chunk_by(|a, b| table(a) == table(b)).map(|others| {
            let mut others = others.to_vec();
            others.sort_unstable();
            format!("! {}", phrase::same_reasons(model, &others, &at(locate(others[0])), first))
        }));
        lines
    }
}
