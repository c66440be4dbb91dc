//! Lays out the explanation of a placed workload: its node, how it came there, and the nodes tried before.

use super::counted_refusals;
use super::sheet::{Sheet, aligned_right};
use crate::explain::{HowPlaced, PlacedAnswer, Step, Verdict};
use crate::render::phrase;
use crate::render::{Setting, at};
use crate::scenario::BrokenSoftRules;
use crate::text::escape::{quoted, visible};

/// Number of tried nodes shown from the start. Between the first and the last ones, nodes are counted.
const FIRST_STEPS: usize = 8;

/// Number of tried nodes shown at the end, including the node that takes the workload.
const LAST_STEPS: usize = 4;

pub(crate) fn write(sheet: &mut Sheet, answer: &PlacedAnswer, setting: Setting<'_>) {
    let model = setting.plan.model;
    let place = at(setting.workload_line(answer.workload, &[]));
    let (name, node) = (visible(model.workload_name(answer.workload)), visible(model.node_name(answer.node)));
    let reasons = match &answer.change {
        Some(change) => phrase::change_reasons(model, change),
        None => "as recorded".to_owned(),
    };
    let verb = if is_new_there(answer) { "goes to" } else { "stays on" };
    sheet.line(0, &format!("{name} {verb} {node} ({place}): {reasons}"));
    sheet.line(0, &phrase::placed_by(model, &answer.how));
    if let HowPlaced::Searched { steps, given_up, .. } = &answer.how {
        sheet.blank();
        write_steps(sheet, steps, setting);
        write_given_up(sheet, given_up, setting);
    }
    if !answer.left.is_empty() {
        sheet.blank();
        sheet.line(2, &format!("free on {node} under this plan: {}", left(answer, setting)));
    }
}

fn is_new_there(answer: &PlacedAnswer) -> bool {
    let change = answer.change.as_ref();
    change.is_some_and(|change| matches!(change.kind, crate::plan::ChangeKind::Place | crate::plan::ChangeKind::Move))
}

fn write_steps(sheet: &mut Sheet, steps: &[Step], setting: Setting<'_>) {
    let model = setting.plan.model;
    let (first, between, last) = parted(steps);
    let shown = first.iter().chain(last).collect::<Vec<_>>();
    let has_scores = shown.iter().any(|step| step.score.is_some());
    let number = |at: usize| if at < first.len() { at + 1 } else { at + between.len() + 1 };
    let numbers = std::iter::once("#".to_owned()).chain((0..shown.len()).map(|at| number(at).to_string()));
    let numbers = aligned_right(&numbers.collect::<Vec<_>>());
    let scores =
        shown.iter().map(|step| step.score.map_or(String::new(), |size| setting.plan.model.rubric().shown(size)));
    let scores = aligned_right(&std::iter::once("score".to_owned()).chain(scores).collect::<Vec<_>>());
    let row = |at: usize, node: String, answer: String| {
        let cells = [numbers[at].clone(), node, scores[at].clone(), answer];
        cells
            .into_iter()
            .enumerate()
            .filter(|&(cell, _)| has_scores || cell != 2)
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
    };
    let mut rows = vec![row(0, "node".to_owned(), "answer".to_owned())];
    rows.extend(shown.iter().enumerate().map(|(at, step)| {
        let node = visible(model.node_name(step.node)).into_owned();
        row(at + 1, node, phrase::verdict(model, step.node, &step.verdict))
    }));
    let rest = rows.split_off(first.len() + 1);
    sheet.table(2, &rows);
    if !between.is_empty() {
        sheet.line(2, &format!("... {} more: {}", between.len(), summed_up(between, setting)));
        sheet.table(2, &rest);
    }
}

fn parted(steps: &[Step]) -> (&[Step], &[Step], &[Step]) {
    if steps.len() <= FIRST_STEPS + LAST_STEPS + 1 {
        return (steps, &[], &[]);
    }
    let (first, rest) = steps.split_at(FIRST_STEPS);
    let (between, last) = rest.split_at(rest.len() - LAST_STEPS);
    (first, between, last)
}

fn summed_up(steps: &[Step], setting: Setting<'_>) -> String {
    let refuse = steps.iter().filter_map(|step| match &step.verdict {
        Verdict::Refuses(refusals) => Some((refusals.as_slice(), 1)),
        Verdict::Takes | Verdict::BreaksSoftRules { .. } => None,
    });
    let averse = steps.iter().filter(|step| matches!(step.verdict, Verdict::BreaksSoftRules { .. })).count();
    let refused = counted_refusals(setting, refuse);
    let soft = (averse > 0).then(|| format!("{averse} would break a soft rule"));
    [refused].into_iter().filter(|text| !text.is_empty()).chain(soft).collect::<Vec<_>>().join(", ")
}

fn write_given_up(sheet: &mut Sheet, given_up: &BrokenSoftRules, setting: Setting<'_>) {
    let text = |group: &crate::model::names::Symbol| quoted(setting.plan.model.text(*group));
    let averse = given_up.aversion.iter().map(|group| format!("aversion group {}", text(group)));
    let affine = given_up.affinity.iter().map(|group| format!("affinity group {}", text(group)));
    let groups = averse.chain(affine).collect::<Vec<_>>();
    if !groups.is_empty() {
        sheet.blank();
        sheet.line(2, &format!("not kept, because no node that takes it keeps all soft rules: {}", groups.join(", ")));
    }
}

fn left(answer: &PlacedAnswer, setting: Setting<'_>) -> String {
    let model = setting.plan.model;
    let texts = answer.left.iter().map(|&(resource, free)| {
        let (family, _) = phrase::offer(model, answer.node, resource);
        format!("{} {}", visible(model.text(resource)), free.display(family))
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NodeId;
    use crate::rules::Reason;

    #[test]
    fn long_searches_show_the_first_and_the_last_steps() {
        let steps =
            (0..20).map(|at| Step { node: NodeId(at), score: None, verdict: Verdict::Refuses(vec![Reason::Cordoned]) });
        let steps = steps.collect::<Vec<_>>();
        let (first, between, last) = parted(&steps);
        assert_eq!((first.len(), between.len(), last.len()), (8, 8, 4));
        assert_eq!(parted(&steps[..13]).0.len(), 13);
    }
}
