//! Names that nothing answers to, and units that do not go together.
//!
//! All of it is legal and usually a slip, so it is only warned of. While tables are lowered this notes what is offered
//! and what is asked for; each name is warned of once, where it first stands. What a mistake may hide is not missed.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::list::list;
use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL};
use crate::quantity::{Family, Quantity};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::did_you_mean;

/// Where a name was first asked for, by whom, and by how many tables after that.
#[derive(Clone, Debug)]
struct Asked {
    span: Span,
    who: String,
    others: usize,
}

/// What is known of one name of a resource.
#[derive(Clone, Debug, Default)]
struct Resource {
    offered: bool,
    required: Option<Asked>,
    immune: Option<Asked>,
    weighted: Option<Span>,
    bytes: Option<Span>,
    bare: Option<Span>,
    small: Option<Span>,
}

/// What is offered and what is asked for.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Indexed by symbol.
    resources: Vec<Resource>,
    /// Labels in selectors, each alone and with each of its values.
    selected: BTreeMap<(Symbol, Option<Symbol>), Asked>,
    /// Whether mistakes may hide what some nodes offer, and what some workloads ask for.
    pub(crate) nodes_hidden: bool,
    pub(crate) workloads_hidden: bool,
}

/// Noting.
impl Answers {
    /// A node table offers a resource; `any` says whether it has any nodes.
    pub(crate) fn offered(&mut self, resource: Symbol, any: bool) {
        self.resource(resource).offered |= any;
    }

    pub(crate) fn required(&mut self, resource: Symbol, span: Span, who: &str) {
        ask(&mut self.resource(resource).required, span, who);
    }

    pub(crate) fn immune(&mut self, resource: Symbol, span: Span, who: &str) {
        ask(&mut self.resource(resource).immune, span, who);
    }

    pub(crate) fn weighted(&mut self, resource: Symbol, span: Span) {
        self.resource(resource).weighted = Some(span);
    }

    pub(crate) fn selected(&mut self, label: Symbol, value: Option<Symbol>, span: Span, who: &str) {
        let first = || Asked { span, who: who.to_owned(), others: 0 };
        self.selected.entry((label, value)).and_modify(|asked| asked.others += 1).or_insert_with(first);
    }

    /// An amount is given in these units; zero is the same in all of them.
    pub(crate) fn unit(&mut self, resource: Symbol, family: Family, amount: Quantity, span: Span) {
        let resource = self.resource(resource);
        let first = match family {
            Family::Binary | Family::Decimal => &mut resource.bytes,
            Family::Plain if amount == Quantity::ZERO => return,
            Family::Plain => &mut resource.bare,
            Family::Small => &mut resource.small,
        };
        first.get_or_insert(span);
    }

    fn resource(&mut self, symbol: Symbol) -> &mut Resource {
        let index = symbol.index();
        if self.resources.len() <= index {
            self.resources.resize_with(index + 1, Resource::default);
        }
        &mut self.resources[index]
    }
}

fn ask(asked: &mut Option<Asked>, span: Span, who: &str) {
    match asked {
        Some(asked) => asked.others += 1,
        None => *asked = Some(Asked { span, who: who.to_owned(), others: 0 }),
    }
}

/// Warning.
impl Answers {
    /// Warns of everything that nothing answers to.
    pub(crate) fn warn(&self, model: &Model, findings: &mut Findings) {
        let offered = model.names().symbols().zip(&self.resources).filter(|(_, resource)| resource.offered);
        let offered: Vec<_> = offered.map(|(symbol, _)| model.text(symbol)).collect();
        for (symbol, resource) in model.names().symbols().zip(&self.resources) {
            self.warn_of_resource(model, model.text(symbol), resource, &offered, findings);
        }
        if !self.nodes_hidden {
            self.warn_of_selectors(model, findings);
        }
    }

    fn warn_of_resource(
        &self,
        model: &Model,
        name: &str,
        resource: &Resource,
        offered: &[&str],
        findings: &mut Findings,
    ) {
        mixed_units(name, resource, findings);
        if self.nodes_hidden || resource.offered || model.nodes().is_empty() {
            return;
        }
        if let Some(asked) = &resource.required {
            let message = format!("no node offers {}, which {} requires", quoted(name), quoted(&asked.who));
            let help = format!("add {} to a node, or drop the requirement", quoted(name));
            let warning = asked.warning(message, "also required by");
            findings.push(suggest(warning, asked.span, name, offered, &help, findings.are_many()));
        }
        if let Some(asked) = &resource.immune {
            let message = format!("no node has {}, to which {} is immune", quoted(name), quoted(&asked.who));
            let warning = asked.warning(message, "so are");
            findings.push(suggest(warning, asked.span, name, offered, "drop the immunity", findings.are_many()));
        }
        if let (Some(span), None, false) = (resource.weighted, &resource.required, self.workloads_hidden) {
            let message = format!("nothing has {}, which the rubric weighs", quoted(name));
            let warning = Diagnostic::warning(message);
            findings.push(suggest(warning, span, name, offered, "drop the weight", findings.are_many()));
        }
    }

    fn warn_of_selectors(&self, model: &Model, findings: &mut Findings) {
        if self.selected.is_empty() || model.nodes().is_empty() {
            return;
        }
        let labels = labels(model);
        for ((label, value), asked) in &self.selected {
            let (known, name) = (labels.get(label), model.text(*label));
            match value {
                None if known.is_none() && name != NAME_LABEL => {
                    let names = labels.keys().map(|&label| model.text(label)).chain([NAME_LABEL]);
                    findings.push(no_label(name, asked, names, findings.are_many()));
                }
                Some(value) if name == NAME_LABEL && model.node_named(model.text(*value)).is_none() => {
                    let names = model.nodes().iter().map(|node| &*node.name);
                    findings.push(no_value(name, model.text(*value), asked, names, findings.are_many()));
                }
                Some(value) if known.is_some_and(|known| !known.contains(value)) => {
                    let known = known.into_iter().flatten().map(|&value| model.text(value));
                    findings.push(no_value(name, model.text(*value), asked, known, findings.are_many()));
                }
                _ => {}
            }
        }
    }
}

impl Asked {
    fn warning(&self, message: String, others: &str) -> Diagnostic {
        let warning = Diagnostic::warning(message);
        match self.others {
            0 => warning,
            1 => warning.note(format!("{others} 1 other table")),
            many => warning.note(format!("{others} {many} other tables")),
        }
    }
}

/// The warning with the offered name that was probably meant, or with those that there are.
fn suggest(warning: Diagnostic, span: Span, name: &str, offered: &[&str], help: &str, crowded: bool) -> Diagnostic {
    if crowded {
        return warning.at(span, "");
    }
    match did_you_mean(name, offered.iter().copied()) {
        Some(suggestion) => warning.at(span, suggestion),
        None if offered.is_empty() => warning.at(span, "").note("nodes offer nothing").help(help),
        None => warning.at(span, "").note(format!("nodes offer {}", list(offered.iter().copied()))).help(help),
    }
}

/// The labels of nodes with their values.
pub(crate) fn labels(model: &Model) -> BTreeMap<Symbol, BTreeSet<Symbol>> {
    let mut labels: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let tables = model.node_tables().iter().filter(|table| table.count != Some(0));
    for &(label, value) in tables.flat_map(|table| &table.labels) {
        labels.entry(label).or_default().insert(value);
    }
    labels
}

fn no_label<'n>(name: &str, asked: &Asked, names: impl Iterator<Item = &'n str> + Clone, crowded: bool) -> Diagnostic {
    let message = format!("no node has the label {}, by which {} selects", quoted(name), quoted(&asked.who));
    let warning = asked.warning(message, "so do");
    answered(warning, asked.span, name, ("nodes have the labels", names), crowded)
}

fn no_value<'n>(
    label: &str,
    value: &str,
    asked: &Asked,
    known: impl Iterator<Item = &'n str> + Clone,
    crowded: bool,
) -> Diagnostic {
    let (label, who) = (quoted(label), quoted(&asked.who));
    let message = format!("no node has {} as {label}, by which {who} selects", quoted(value));
    let warning = asked.warning(message, "so do");
    answered(warning, asked.span, value, (&format!("{label} is one of"), known), crowded)
}

/// The warning with the name that was probably meant, or with those that there are. Once there are many warnings,
/// nobody reads either, and to look for it takes a while.
pub(crate) fn answered<'n>(
    warning: Diagnostic,
    span: Span,
    name: &str,
    (said, names): (&str, impl Iterator<Item = &'n str> + Clone),
    crowded: bool,
) -> Diagnostic {
    if crowded || names.clone().next().is_none() {
        return warning.at(span, "");
    }
    match did_you_mean(name, names.clone()) {
        Some(suggestion) => warning.at(span, suggestion),
        None => warning.at(span, "").note(format!("{said} {}", list(names))),
    }
}

fn mixed_units(name: &str, resource: &Resource, findings: &mut Findings) {
    let Some(bytes) = resource.bytes else { return };
    let name = quoted(name);
    if let Some(bare) = resource.bare {
        let warning = Diagnostic::warning(format!("{name} is given with byte units and without"));
        findings
            .push(warning.at(bare, "without a unit").also(bytes, "in byte units").help("give it a unit everywhere"));
    }
    if let Some(small) = resource.small {
        let warning = Diagnostic::warning(format!("{name} is given in byte units and in thousandths or less"));
        let help = "`m` is a thousandth; a million bytes are `M`";
        findings.push(warning.at(small, "`m` or smaller").also(bytes, "in byte units").help(help));
    }
}
