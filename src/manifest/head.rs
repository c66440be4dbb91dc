//! What only the main file says: cluster, strategy, rubric, replan, guards.

use super::list::listed;
use super::names::check;
use super::quantities;
use super::shape::{At, Guards, Manifest, Text};
use crate::manifest::lint::unmatched::Answers;
use crate::model::score::{ScoreError, Weight};
use crate::model::{self, Model, Replan, Strategy};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// A model without nodes and workloads. `start` is where a main file begins whose grammar is right.
pub(crate) fn model(head: &Manifest<'_>, start: Option<Span>, findings: &mut Findings) -> (Model, Answers) {
    let strategy = strategy(head, start, findings);
    let mut answers = Answers::default();
    let mut model = weighted(head, strategy, &mut answers, findings);
    model.cluster =
        head.cluster.filter(|&name| check(name, "a cluster", 0, findings)).map(|name| name.value.to_owned());
    model.replan = head.replan.and_then(|name| replan(name, findings)).unwrap_or_default();
    model.guards = guards(&head.guards, findings);
    (model, answers)
}

/// The strategy; where none can be told, the simplest one serves to find the other mistakes.
fn strategy(head: &Manifest<'_>, start: Option<Span>, findings: &mut Findings) -> Strategy {
    let Some(name) = head.strategy else {
        if let Some(start) = start.filter(|_| !head.spoilt) {
            let fault = Diagnostic::error("the manifest has no strategy").at(start, "`strategy` is missing");
            findings.push(fault.help("begin with `strategy = \"prioritized\"`, `\"round-robin\"` or `\"bin-pack\"`"));
        }
        return Strategy::Prioritized;
    };
    let Some(&(_, strategy)) = Strategy::ALL.iter().find(|(known, _)| *known == name.value) else {
        findings.push(unknown(name, "strategy", &Strategy::ALL.map(|(known, _)| known)));
        return Strategy::Prioritized;
    };
    if strategy == Strategy::BinPack && head.rubric.is_none() && start.is_some() {
        let fault = Diagnostic::error("`bin-pack` needs a rubric").at(name.span, "the table `[rubric]` is missing");
        findings
            .push(fault.help("say what size means, as in `[rubric]` with `cpu = 1`; an empty `[rubric]` is fine, too"));
    }
    strategy
}

fn replan(name: Text<'_>, findings: &mut Findings) -> Option<Replan> {
    let known = [Replan::Keep, Replan::Fresh];
    let found = known.into_iter().find(|replan| replan.name() == name.value);
    if found.is_none() {
        findings.push(unknown(name, "value of `replan`", &known.map(Replan::name)));
    }
    found
}

fn unknown(name: Text<'_>, what: &str, known: &[&str]) -> Diagnostic {
    let fault = Diagnostic::error(format!("unknown {what}, {}", quoted(name.value)));
    let suggestion = did_you_mean(name.value, known.iter().copied()).unwrap_or_default();
    fault.at(name.span, suggestion).note(format!("it is one of {}", listed(known)))
}

/// The model with its rubric.
fn weighted(head: &Manifest<'_>, strategy: Strategy, answers: &mut Answers, findings: &mut Findings) -> Model {
    let rubric = rubric(head, findings);
    let weights: Vec<_> = rubric.iter().map(|&(name, weight)| (name.value, weight)).collect();
    let mut model = Model::new(strategy, &weights).unwrap_or_else(|error| {
        findings.push(no_rubric(error, &rubric));
        Model::new(strategy, &[]).expect("an empty rubric is one")
    });
    for (name, _) in &rubric {
        answers.weighted(model.intern(name.value), name.span);
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

/// Why the weights make no rubric. A new model numbers its names from the weights on.
fn no_rubric(error: ScoreError, rubric: &[(Text<'_>, Weight)]) -> Diagnostic {
    let fault = Diagnostic::error(error.to_string());
    let ScoreError::NoCommonPart(resource) = error else { return fault };
    rubric.get(resource.index()).map_or(fault.clone(), |(name, _)| fault.at(name.span, "too far from the others"))
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
