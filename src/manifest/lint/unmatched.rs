//! Warns of names that match nothing, and of units that do not go together.
//!
//! Both are legal and usually mistakes. While tables are checked, [`NameUses`] collects which names are offered and
//! which are used; each unmatched name is reported once, at its first use. If a mistake may hide the missing name,
//! nothing is reported.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::list::list;
use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL};
use crate::quantity::{Family, Quantity};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::{brief, quoted};
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// First use of a name, and the number of further tables that use it.
#[derive(Clone, Debug)]
struct Use {
    span: Span,
    /// Name of the first table.
    by: String,
    others: usize,
}

/// Uses of one name of a resource.
#[derive(Clone, Debug, Default)]
struct ResourceUses {
    offered: bool,
    required: Option<Use>,
    immune: Option<Use>,
    weighted: Option<Span>,
    in_bytes: Option<Span>,
    without_unit: Option<Span>,
    in_small_units: Option<Span>,
}

/// Names that are offered and names that are used.
#[derive(Debug, Default)]
pub(crate) struct NameUses {
    /// Indexed by symbol.
    resources: Vec<ResourceUses>,
    /// Labels in selectors, each alone and with each of its values.
    selected: BTreeMap<(Symbol, Option<Symbol>), Use>,
    /// Whether a mistake may hide resources or labels of a node.
    pub(crate) nodes_incomplete: bool,
    /// Whether a mistake may hide requirements or selectors of a workload.
    pub(crate) workloads_incomplete: bool,
}

/// Collecting.
impl NameUses {
    /// Records that a mistake may hide nodes and workloads.
    pub(crate) fn mark_incomplete(&mut self) {
        self.nodes_incomplete = true;
        self.workloads_incomplete = true;
    }

    /// Records that a node table offers a resource; `has_nodes` is false if its `count` is 0.
    pub(crate) fn offered(&mut self, resource: Symbol, has_nodes: bool) {
        self.resource(resource).offered |= has_nodes;
    }

    pub(crate) fn required(&mut self, resource: Symbol, span: Span, by: &str) {
        add_use(&mut self.resource(resource).required, span, by);
    }

    pub(crate) fn immune(&mut self, resource: Symbol, span: Span, by: &str) {
        add_use(&mut self.resource(resource).immune, span, by);
    }

    pub(crate) fn weighted(&mut self, resource: Symbol, span: Span) {
        self.resource(resource).weighted = Some(span);
    }

    pub(crate) fn selected(&mut self, label: Symbol, value: Option<Symbol>, span: Span, by: &str) {
        let first = || Use { span, by: by.to_owned(), others: 0 };
        self.selected.entry((label, value)).and_modify(|each| each.others += 1).or_insert_with(first);
    }

    /// Records the units of an amount. A zero without a unit goes with any unit.
    pub(crate) fn unit(&mut self, resource: Symbol, family: Family, amount: Quantity, span: Span) {
        let resource = self.resource(resource);
        let first = match family {
            Family::Binary | Family::Decimal => &mut resource.in_bytes,
            Family::Plain if amount == Quantity::ZERO => return,
            Family::Plain => &mut resource.without_unit,
            Family::Small => &mut resource.in_small_units,
        };
        first.get_or_insert(span);
    }

    fn resource(&mut self, symbol: Symbol) -> &mut ResourceUses {
        let index = symbol.index();
        if self.resources.len() <= index {
            self.resources.resize_with(index + 1, ResourceUses::default);
        }
        &mut self.resources[index]
    }
}

fn add_use(first: &mut Option<Use>, span: Span, by: &str) {
    match first {
        Some(first) => first.others += 1,
        None => *first = Some(Use { span, by: by.to_owned(), others: 0 }),
    }
}

/// Warning.
impl NameUses {
    /// Warns of every used name that matches nothing.
    pub(crate) fn warn(&self, model: &Model, findings: &mut Findings) {
        let offered = model.names().symbols().zip(&self.resources).filter(|(_, resource)| resource.offered);
        let offered: Vec<_> = offered.map(|(symbol, _)| model.text(symbol)).collect();
        for (symbol, resource) in model.names().symbols().zip(&self.resources) {
            let name = model.text(symbol);
            warn_of_mixed_units(name, resource, findings);
            if !(self.nodes_incomplete || resource.offered || model.nodes().is_empty()) {
                self.warn_of_resource(name, resource, &offered, findings);
            }
        }
        if !self.nodes_incomplete {
            self.warn_of_selectors(model, findings);
        }
    }

    fn warn_of_resource(&self, name: &str, resource: &ResourceUses, offered: &[&str], findings: &mut Findings) {
        let mut warn = |warning: Diagnostic, span, help: &str| {
            findings.push(suggest_resource(warning.at(span, ""), name, offered, help, findings.are_many()));
        };
        if let Some(first) = &resource.required {
            let message = format!("no node offers {}, which {} requires", quoted(name), quoted(&first.by));
            let help = format!("add {} to a node, or drop the requirement", quoted(name));
            warn(first.warning(message, "also required by"), first.span, &help);
        }
        if let Some(first) = &resource.immune {
            let message = format!("{} is immune to {}, but no node has it", quoted(&first.by), quoted(name));
            warn(first.warning(message, "the same immunity is in"), first.span, "drop the immunity");
        }
        if let (Some(span), None, false) = (resource.weighted, &resource.required, self.workloads_incomplete) {
            let message = format!("the rubric weighs {}, but no node or workload has it", quoted(name));
            warn(Diagnostic::warning(message), span, "drop the weight");
        }
    }

    fn warn_of_selectors(&self, model: &Model, findings: &mut Findings) {
        if self.selected.is_empty() || model.nodes().is_empty() {
            return;
        }
        let labels = labels(model);
        for ((label, value), first) in &self.selected {
            let (known, name) = (labels.get(label), model.text(*label));
            let are_many = findings.are_many();
            match value {
                None if known.is_none() && name != NAME_LABEL => {
                    let names = labels.keys().map(|&label| model.text(label)).chain([NAME_LABEL]);
                    findings.push(no_label(name, first, names, are_many));
                }
                Some(value) if name == NAME_LABEL && model.node_named(model.text(*value)).is_none() => {
                    let names = model.nodes().iter().map(|node| &*node.name);
                    findings.push(no_value(name, model.text(*value), first, names, are_many));
                }
                Some(value) if known.is_some_and(|known| !known.contains(value)) => {
                    let known = known.into_iter().flatten().map(|&value| model.text(value));
                    findings.push(no_value(name, model.text(*value), first, known, are_many));
                }
                _ => {}
            }
        }
    }
}

impl Use {
    fn warning(&self, message: String, others: &str) -> Diagnostic {
        let warning = Diagnostic::warning(message);
        match self.others {
            0 => warning,
            1 => warning.note(format!("{others} 1 other table")),
            many => warning.note(format!("{others} {many} other tables")),
        }
    }
}

/// Adds the offered name that was probably meant, or the list of offered names.
fn suggest_resource(mut warning: Diagnostic, name: &str, offered: &[&str], help: &str, are_many: bool) -> Diagnostic {
    if are_many {
        return warning;
    }
    match did_you_mean(name, offered.iter().copied()) {
        Some(suggestion) => {
            if let Some(label) = &mut warning.primary {
                label.text = suggestion;
            }
            warning
        }
        None if offered.is_empty() => warning.note("no node offers any resource").help(help),
        None => warning.note(format!("nodes offer {}", list(offered.iter().copied()))).help(help),
    }
}

/// Returns the labels of nodes with their values.
pub(crate) fn labels(model: &Model) -> BTreeMap<Symbol, BTreeSet<Symbol>> {
    let mut labels: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let tables = model.node_tables().iter().filter(|table| table.count != Some(0));
    for &(label, value) in tables.flat_map(|table| &table.labels) {
        labels.entry(label).or_default().insert(value);
    }
    labels
}

fn no_label<'n>(name: &str, first: &Use, names: impl Iterator<Item = &'n str> + Clone, are_many: bool) -> Diagnostic {
    let message = format!("{} selects by the label {}, but no node has it", quoted(&first.by), quoted(name));
    let warning = first.warning(message, "the same label is in");
    with_suggestion(warning, first.span, name, Known { intro: "nodes have the labels".to_owned(), names }, are_many)
}

fn no_value<'n>(
    label: &str,
    value: &str,
    first: &Use,
    names: impl Iterator<Item = &'n str> + Clone,
    are_many: bool,
) -> Diagnostic {
    let by = quoted(&first.by);
    let message = format!("{by} selects {} = {}, but no node has it", brief(label), quoted(value));
    let warning = first.warning(message, "the same value is in");
    let known = Known { intro: format!("the values of {} are", quoted(label)), names };
    with_suggestion(warning, first.span, value, known, are_many)
}

/// Names that would match, and the words that introduce the list of them.
pub(crate) struct Known<I> {
    pub(crate) intro: String,
    pub(crate) names: I,
}

/// Adds the name that was probably meant, or the list of known names. If there are many findings neither is added,
/// because finding it takes time.
pub(crate) fn with_suggestion<'n, I: Iterator<Item = &'n str> + Clone>(
    warning: Diagnostic,
    span: Span,
    name: &str,
    known: Known<I>,
    are_many: bool,
) -> Diagnostic {
    if are_many || known.names.clone().next().is_none() {
        return warning.at(span, "");
    }
    match did_you_mean(name, known.names.clone()) {
        Some(suggestion) => warning.at(span, suggestion),
        None => warning.at(span, "").note(format!("{} {}", known.intro, list(known.names))),
    }
}

fn warn_of_mixed_units(name: &str, resource: &ResourceUses, findings: &mut Findings) {
    let Some(bytes) = resource.in_bytes else { return };
    let name = quoted(name);
    if let Some(bare) = resource.without_unit {
        let warning = Diagnostic::warning(format!("amounts of {name} are written with and without byte units"));
        let warning = warning.at(bare, "without a unit").also(bytes, "in byte units");
        findings.push(warning.help("write all amounts with a unit"));
    }
    if let Some(small) = resource.in_small_units {
        let warning = Diagnostic::warning(format!("{name} is given in byte units and in thousandths or less"));
        let help = "`m` is a thousandth; write `M` for a million";
        findings.push(warning.at(small, "`m` or smaller").also(bytes, "in byte units").help(help));
    }
}
