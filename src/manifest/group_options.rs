//! Options of aversion and affinity groups.

use std::collections::BTreeMap;

use crate::manifest::names::check;
use crate::manifest::shape::{self, At, Manifest, Text};
use crate::model::names::Symbol;
use crate::model::{AffinityGroup, AversionGroup, Model};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;

/// Where a group's options are, and where the label that it goes over is named.
#[derive(Clone, Copy)]
pub(crate) struct GroupSpans {
    pub(crate) key: Span,
    pub(crate) over: Option<Span>,
}

/// The spans of all options so far; the options themselves are in the model.
#[derive(Default)]
pub(crate) struct Groups {
    pub(crate) aversion: BTreeMap<Symbol, GroupSpans>,
    pub(crate) affinity: BTreeMap<Symbol, GroupSpans>,
}

impl Groups {
    /// Adds the options that a text gives.
    pub(crate) fn add(&mut self, manifest: &Manifest<'_>, model: &mut Model, findings: &mut Findings) {
        for (name, options) in &manifest.aversion_groups {
            let what = "an aversion group";
            if let Some(group) = enter(&mut self.aversion, *name, options.over, what, model, findings) {
                let options = aversion(options, model, findings);
                model.aversion_groups.insert(group, options);
            }
        }
        for (name, options) in &manifest.affinity_groups {
            let what = "an affinity group";
            if let Some(group) = enter(&mut self.affinity, *name, options.over, what, model, findings) {
                let over = over(options.over, model, findings);
                model.affinity_groups.insert(group, AffinityGroup { over, hard: options.hard });
            }
        }
    }
}

/// Notes where a group's options are; none when they were given before.
fn enter(
    groups: &mut BTreeMap<Symbol, GroupSpans>,
    name: Text<'_>,
    over: Option<Text<'_>>,
    what: &str,
    model: &mut Model,
    findings: &mut Findings,
) -> Option<Symbol> {
    if !check(name, what, 0, findings) {
        return None;
    }
    let group = model.intern(name.value);
    if let Some(first) = groups.get(&group) {
        let fault = Diagnostic::error(format!("the options of {} are given twice", quoted(name.value)));
        findings.push(fault.at(name.span, "").also(first.key, "given first here"));
        return None;
    }
    groups.insert(group, GroupSpans { key: name.span, over: over.map(|over| over.span) });
    Some(group)
}

fn aversion(options: &shape::AversionGroup<'_>, model: &mut Model, findings: &mut Findings) -> AversionGroup {
    let max = options.max.map_or(1, |max| most(max, findings));
    AversionGroup { over: over(options.over, model, findings), max, hard: options.hard }
}

fn most(At { span, value }: At<i64>, findings: &mut Findings) -> u32 {
    match u32::try_from(value) {
        Ok(most) if most > 0 => most,
        Err(_) if value > 0 => u32::MAX,
        _ => {
            findings.push(Diagnostic::error(format!("`max` is {value}")).at(span, "it must be at least 1"));
            1
        }
    }
}

fn over(label: Option<Text<'_>>, model: &mut Model, findings: &mut Findings) -> Option<Symbol> {
    let label = label?;
    check(label, "a label", 0, findings).then(|| model.intern(label.value))
}
