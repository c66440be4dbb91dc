//! Adds the options of aversion and affinity groups to the model.

use std::collections::BTreeMap;

use crate::manifest::names::check;
use crate::manifest::shape::{self, At, Manifest, Text};
use crate::model::names::Symbol;
use crate::model::{AffinityGroup, AversionGroup, Model};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;

/// Spans of a group's options.
#[derive(Clone, Copy)]
pub(crate) struct GroupSpans {
    pub(crate) key: Span,
    /// The value of `over`, if there is one.
    pub(crate) over: Option<Span>,
}

/// Spans of the options of all groups so far; the options are in the model.
#[derive(Default)]
pub(crate) struct Groups {
    pub(crate) aversion: BTreeMap<Symbol, GroupSpans>,
    pub(crate) affinity: BTreeMap<Symbol, GroupSpans>,
}

impl Groups {
    /// Adds the options in one text.
    pub(crate) fn add(&mut self, manifest: &Manifest<'_>, model: &mut Model, findings: &mut Findings) {
        for (name, options) in &manifest.aversion_groups {
            let what = "an aversion group";
            if let Some(group) = add_spans(&mut self.aversion, *name, options.over, what, model, findings) {
                let options = aversion(options, model, findings);
                model.aversion_groups.insert(group, options);
            }
        }
        for (name, options) in &manifest.affinity_groups {
            let what = "an affinity group";
            if let Some(group) = add_spans(&mut self.affinity, *name, options.over, what, model, findings) {
                let over = over(options.over, model, findings);
                model.affinity_groups.insert(group, AffinityGroup { over, hard: options.hard });
            }
        }
    }
}

/// Adds the spans of a group's options. Reports options that were given before and returns `None`.
fn add_spans(
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
        let fault = Diagnostic::error(format!("the options of group {} are given twice", quoted(name.value)));
        findings.push(fault.at(name.span, "").also(first.key, "given first here"));
        return None;
    }
    groups.insert(group, GroupSpans { key: name.span, over: over.map(|over| over.span) });
    Some(group)
}

fn aversion(options: &shape::AversionGroup<'_>, model: &mut Model, findings: &mut Findings) -> AversionGroup {
    let max = options.max.map_or(1, |max| max_members(max, findings));
    AversionGroup { over: over(options.over, model, findings), max, hard: options.hard }
}

fn max_members(At { span, value }: At<i64>, findings: &mut Findings) -> u32 {
    match u32::try_from(value) {
        Ok(max) if max > 0 => max,
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
