//! What a plan says of workloads without a place: the first lines of their explanation, and the command for the rest.
//!
//! Those that ask for the same and hear the same are told of together: one at length, the others by name.

use rustc_hash::FxHashMap;

use crate::explain;
use crate::model::{Model, WorkloadId};
use crate::place::Unplaced;
use crate::plan::Plan;
use crate::render::phrase;
use crate::render::{Locate, at};
use crate::text::escape::shell_word;

/// Some that hear the same.
pub(crate) struct Notice<'p> {
    first: &'p Unplaced,
    others: Vec<WorkloadId>,
}

/// How an explanation begins: who needs what; what the nodes say, counted; what the nearest of them says, and who has
/// what it is short of.
pub(crate) fn head(plan: &Plan<'_>, place: Option<(&str, usize)>, unplaced: &Unplaced) -> Vec<String> {
    let nearest = explain::nearest(plan, unplaced).map(|nearest| {
        let held = phrase::held(plan.model, &explain::holders(plan, &nearest.shortfall));
        format!("{}; {held}", phrase::nearest(plan.model, &nearest))
    });
    let who = phrase::no_place(plan.model, unplaced.workload, &at(place));
    [who, phrase::counts(plan.model, unplaced)].into_iter().chain(nearest).collect()
}

/// Where more is told of a workload without a place.
pub(crate) fn hint(model: &Model, workload: WorkloadId) -> String {
    let name = model.workload_name(workload);
    let dashes = if name.starts_with('-') { "-- " } else { "" };
    format!("`lighthouse explain {dashes}{}` says what would help", shell_word(name))
}

/// All that have no place, by the name of the first of those that hear the same.
pub(crate) fn notices<'p>(plan: &'p Plan<'_>) -> Vec<Notice<'p>> {
    let mut notices = Vec::<Notice<'p>>::new();
    let mut known = FxHashMap::default();
    for each in &plan.unplaced {
        let at = *known.entry(each.alike).or_insert(notices.len());
        match notices.get_mut(at) {
            Some(notice) => notice.others.push(each.workload),
            None => notices.push(Notice { first: each, others: Vec::new() }),
        }
    }
    notices
}

impl Notice<'_> {
    /// Its lines; those that begin with the sign of an alarm begin with a name.
    pub(crate) fn lines(&self, plan: &Plan<'_>, locate: Locate<'_>) -> Vec<String> {
        let (model, first) = (plan.model, self.first.workload);
        let mut lines = head(plan, locate(first), self.first);
        lines.push(hint(model, first));
        let (who, rest) = lines.split_at_mut(1);
        who[0].insert_str(0, "! ");
        for line in rest {
            line.insert_str(0, "  ");
        }
        let table = |workload: &WorkloadId| model.workloads()[workload.index()].table;
        lines.extend(self.others.chunk_by(|a, b| table(a) == table(b)).map(|others| {
            let mut others = others.to_vec();
            others.sort_unstable();
            format!("! {}", phrase::no_place_as(model, &others, &at(locate(others[0])), first))
        }));
        lines
    }
}
