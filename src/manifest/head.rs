//! Keys of the main file only: cluster, strategy, rubric, replan, guards.

use super::list::list_all;
use super::names::check;
use super::quantities;
use super::shape::{At, Guards, Manifest, Text};
use crate::manifest::lint::unmatched::NameUses;
use crate::model::score::{ScoreError, Weight};
use crate::model::{self, Model, Replan, Strategy};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// Makes a model without nodes and workloads. `start` is the start of the main file if its grammar is valid.
pub(crate) fn model(head: &Manifest<'_>, start: Option<Span>, findings: &mut Findings) -> (Model, NameUses) {
    let strategy = strategy(head, start, findings);
    let mut uses = NameUses::default();
    let mut model = weighted(head, strategy, &mut uses, findings);
    model.cluster =
        head.cluster.filter(|&name| check(name, "a cluster", 0, findings)).map(|name| name.value.to_owned());
    model.replan = head.replan.and_then(|name| replan(name, findings)).unwrap_or_default();
    model.guards = guards(&head.guards, findings);
    (model, uses)
}

/// Returns the strategy. If the manifest names none, an arbitrary one stands in, so that the other mistakes are found.
fn strategy(head: &Manifest<'_>, start: Option<Span>, findings: &mut Findings) -> Strategy {
    let Some(name) = head.strategy else {
        if let Some(start) = start.filter(|_| !head.has_bad_strategy) {
            let fault = Diagnostic::error("the manifest has no strategy").at(start, "`strategy` is missing");
            findings
                .push(fault.help("add `strategy = \"prioritized\"`, `\"round-robin\"` or `\"bin-pack\"` at the top"));
        }
        return Strategy::Prioritized;
    };
    let Some(&(_, strategy)) = Strategy::ALL.iter().find(|(known, _)| *known == name.value) else {
        findings.push(unknown(name, "strategy", &Strategy::ALL.map(|(known, _)| known)));
        return Strategy::Prioritized;
    };
    if strategy == Strategy::BinPack && head.rubric.is_none() && start.is_some() {
        let fault = Diagnostic::error("`bin-pack` needs a rubric").at(name.span, "the table `[rubric]` is missing");
        findings.push(fault.help("say how to measure size, as in `[rubric]` with `cpu = 1`; the table may be empty"));
    }
    strategy
}

fn replan(name: Text<'_>, findings: &mut Findings) -> Option<Replan> {
    let known = [Replan::Keep, Replan::Fresh];
    let found = known.into_iter().find(|replan| replan.name() == name.value);
    if found.is_none() {
        findings.push(unknown(name, "replan mode", &known.map(Replan::name)));
    }
    found
}

fn unknown(name: Text<'_>, what: &str, known: &[&str]) -> Diagnostic {
    let fault = Diagnostic::error(format!("unknown {what} {}", quoted(name.value)));
    let suggestion = did_you_mean(name.value, known.iter().copied()).unwrap_or_default();
    fault.at(name.span, suggestion).note(format!("known values: {}", list_all(known)))
}

/// Makes the model with its rubric.
fn weighted(head: &Manifest<'_>, strategy: Strategy, uses: &mut NameUses, findings: &mut Findings) -> Model {
    let rubric = rubric(head, findings);
    let weights: Vec<_> = rubric.iter().map(|&(name, weight)| (name.value, weight)).collect();
    let mut model = Model::new(strategy, &weights).unwrap_or_else(|error| {
        findings.push(bad_rubric(error, &rubric));
        Model::new(strategy, &[]).expect("an empty rubric is valid")
    });
    for (name, _) in &rubric {
        uses.weighted(model.intern(name.value), name.span);
    }
    model
}

fn rubric<'d>(head: &Manifest<'d>, findings: &mut Findings) -> Vec<(Text<'d>, Weight)> {
    let mut rubric = Vec::new();
    for &(name, ref written) in head.rubric.iter().flatten() {
        let weight = quantities::weight(name, written, findings);
        rubric.extend(weight.filter(|_| check(name, "a resource", 0, findings)).map(|weight| (name, weight)));
    }
    rubric
}

/// Error for weights that cannot be used together. A new model numbers its names in the order of the weights.
fn bad_rubric(error: ScoreError, rubric: &[(Text<'_>, Weight)]) -> Diagnostic {
    let fault = Diagnostic::error(error.to_string());
    let ScoreError::NoCommonPart(resource) = error else { return fault };
    rubric
        .get(resource.index())
        .map_or(fault.clone(), |(name, _)| fault.at(name.span, "too far from the other weights"))
}

fn guards(guards: &Guards, findings: &mut Findings) -> model::Guards {
    model::Guards {
        max_moves: guard("max_moves", guards.max_moves, findings),
        max_removes: guard("max_removes", guards.max_removes, findings),
    }
}

fn guard(key: &str, most: Option<At<i64>>, findings: &mut Findings) -> Option<u64> {
    let At { span, value } = most?;
    let most = u64::try_from(value).ok();
    if most.is_none() {
        findings.push(Diagnostic::error(format!("`{key}` is negative")).at(span, ""));
    }
    most
}
