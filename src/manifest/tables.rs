//! Shape to tables of the model: checks each table on its own.
//!
//! Tables are collected until all files are read; `expand` then adds them to the model. So limits are checked before
//! the first name is expanded, and a text may be read in pieces.

use std::collections::BTreeMap;

use crate::manifest::group_options::Groups;
use crate::manifest::keys::Amounts;
use crate::manifest::lint::unmatched::NameUses;
use crate::manifest::names::{check, suffix};
use crate::manifest::quantities::Amount;
use crate::manifest::shape::{At, Manifest, Node, Pairs, Text, Workload};
use crate::manifest::{MAX_NODES, MAX_WORKLOADS, TableSpans, quantities};
use crate::model::names::Symbol;
use crate::model::{Model, NAME_LABEL, NodeTable, Offer, Requirement, Selector, WorkloadOptions, WorkloadTable};
use crate::quantity::{Capacity, Family};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::Span;

/// A node named under `drain` or `cordon`.
pub(crate) struct ClosedNode {
    pub(crate) node: String,
    pub(crate) span: Span,
    pub(crate) reason: String,
}

/// Tables and their spans, in two lists so that the model can take the first as it is.
pub(crate) struct Tables<T> {
    pub(crate) tables: Vec<T>,
    pub(crate) spans: Vec<TableSpans>,
}

impl<T> Default for Tables<T> {
    fn default() -> Self {
        Self { tables: Vec::new(), spans: Vec::new() }
    }
}

impl<T> Tables<T> {
    fn push(&mut self, table: T, spans: TableSpans) {
        self.tables.push(table);
        self.spans.push(spans);
    }
}

/// Everything read so far.
pub(crate) struct Draft {
    pub(crate) findings: Findings,
    pub(crate) model: Model,
    pub(crate) nodes: Tables<NodeTable>,
    pub(crate) workloads: Tables<WorkloadTable>,
    /// Spans of `was` keys, by the headers of their tables.
    pub(crate) was: BTreeMap<Span, Span>,
    pub(crate) groups: Groups,
    pub(crate) drains: Vec<ClosedNode>,
    pub(crate) cordons: Vec<ClosedNode>,
    pub(crate) uses: NameUses,
}

impl Draft {
    /// Makes a draft of a model that has only the keys of the main file.
    pub(crate) fn new(model: Model, uses: NameUses, findings: Findings) -> Self {
        Draft {
            findings,
            model,
            nodes: Tables::default(),
            workloads: Tables::default(),
            was: BTreeMap::new(),
            groups: Groups::default(),
            drains: Vec::new(),
            cordons: Vec::new(),
            uses,
        }
    }

    /// Adds tables, groups and reasons. Keys can be missing because of a mistake in the grammar unless the text
    /// `is_complete`.
    pub(crate) fn add(&mut self, manifest: &Manifest<'_>, is_complete: bool) {
        self.add_tables(&manifest.nodes, &manifest.workloads, is_complete);
        self.add_groups_and_reasons(manifest);
    }

    /// Adds nodes and workloads.
    pub(crate) fn add_tables(&mut self, nodes: &[Node<'_>], workloads: &[Workload<'_>], is_complete: bool) {
        for node in nodes {
            let before = self.findings.errors();
            self.node(node, is_complete);
            self.uses.nodes_incomplete |= self.findings.errors() > before;
        }
        for workload in workloads {
            let before = self.findings.errors();
            self.workload(workload, is_complete);
            self.uses.workloads_incomplete |= self.findings.errors() > before;
        }
    }

    /// Adds everything else. This comes after all tables because symbols are numbered in the order of interning.
    pub(crate) fn add_groups_and_reasons(&mut self, manifest: &Manifest<'_>) {
        self.groups.add(manifest, &mut self.model, &mut self.findings);
        self.drains.extend(manifest.drain.iter().map(closed_node));
        self.cordons.extend(manifest.cordon.iter().map(closed_node));
    }

    fn node(&mut self, node: &Node<'_>, is_complete: bool) {
        let count = self.count(node.count, "count", "nodes", MAX_NODES);
        let resources = self.offers(node, count != Some(0));
        let labels = self.node_labels(&node.labels);
        let was = self.earlier(node.was, "a node", count);
        let Some(name) = self.name(node.name, node.header, "a node", count, is_complete && !node.has_bad_name) else {
            return;
        };
        let table = NodeTable { name: name.value.to_owned(), count, resources, labels, was };
        let amounts = node.resources.as_ref().map(|resources| resources.span);
        self.was.extend(node.was.map(|was| (node.header, was.span)));
        self.nodes.push(table, TableSpans { header: node.header, name: name.span, amounts });
    }

    fn workload(&mut self, workload: &Workload<'_>, is_complete: bool) {
        let replicas = self.count(workload.replicas, "replicas", "workloads", MAX_WORKLOADS);
        let who = workload.name.map_or("", |name| name.value);
        let requirements = self.requirements(workload, who);
        let immunities = self.immunities(&workload.immunities, who);
        let aversion_groups = self.symbols(&workload.aversion_groups, "an aversion group");
        let options = WorkloadOptions {
            immunities,
            affinity_groups: self.symbols(&workload.affinity_groups, "an affinity group"),
            labels: self.labels(&workload.labels),
            only_on: self.selectors(&workload.only_on, who),
            never_on: self.selectors(&workload.never_on, who),
            priority: workload.priority.map_or(0, |priority| priority.value),
            stay: workload.stay,
            was: self.earlier(workload.was, "a workload", replicas),
        };
        let Some(name) =
            self.name(workload.name, workload.header, "a workload", replicas, is_complete && !workload.has_bad_name)
        else {
            return;
        };
        let amounts = workload.requirements.as_ref().map(|requirements| requirements.span);
        self.was.extend(workload.was.map(|was| (workload.header, was.span)));
        let spans = TableSpans { header: workload.header, name: name.span, amounts };
        let (name, options) = (name.value.into(), options.boxed());
        self.workloads.push(WorkloadTable { name, replicas, requirements, aversion_groups, options }, spans);
    }

    fn name<'d>(
        &mut self,
        name: Option<Text<'d>>,
        header: Span,
        what: &str,
        count: Option<u32>,
        is_complete: bool,
    ) -> Option<Text<'d>> {
        let Some(name) = name else {
            if is_complete {
                let fault = Diagnostic::error(format!("{what} has no name"));
                self.findings.push(fault.at(header, "`name` is missing"));
            }
            return None;
        };
        check(name, what, suffix(count), &mut self.findings).then_some(name)
    }

    fn earlier(&mut self, was: Option<Text<'_>>, what: &str, count: Option<u32>) -> Option<String> {
        let was = was?;
        check(was, what, suffix(count), &mut self.findings).then(|| was.value.to_owned())
    }

    /// Checks a number of nodes or workloads.
    fn count(&mut self, count: Option<At<i64>>, key: &str, what: &str, most: u32) -> Option<u32> {
        let At { span, value } = count?;
        let message = match u32::try_from(value) {
            Ok(count) if count <= most => return Some(count),
            _ if value < 0 => format!("`{key}` is negative"),
            _ => format!("`{key}` is {value}; the limit is {most} {what}"),
        };
        self.findings.push(Diagnostic::error(message).at(span, ""));
        Some(0)
    }

    fn offers(&mut self, node: &Node<'_>, any: bool) -> Vec<Offer> {
        let empty = Amounts::new();
        let resources = node.resources.as_ref().map_or(&empty, |resources| &resources.value);
        let mut offers = Vec::with_capacity(resources.len() + node.wards.len());
        for (name, amount) in resources {
            offers.extend(self.offer(*name, amount, any));
        }
        for &ward in &node.wards {
            self.ward(ward, resources, &mut offers, any);
        }
        offers
    }

    fn offer(&mut self, name: Text<'_>, written: &At<Amount<'_>>, any: bool) -> Option<Offer> {
        let resource = self.symbol(name, "a resource")?;
        let (capacity, family) = quantities::capacity(name, written, &mut self.findings)?;
        self.uses.offered(resource, any);
        if let Some(amount) = capacity.finite() {
            self.uses.unit(resource, family, amount, written.span);
        }
        Some(Offer { resource, capacity, family })
    }

    fn ward(&mut self, ward: Text<'_>, resources: &Amounts<'_>, offers: &mut Vec<Offer>, any: bool) {
        if let Some((resource, _)) = resources.iter().find(|(resource, _)| resource.value == ward.value) {
            let fault = Diagnostic::error(format!("{} is both a resource and a ward of the node", quoted(ward.value)));
            self.findings.push(fault.at(ward.span, "a ward").also(resource.span, "a resource"));
            return;
        }
        let Some(resource) = self.symbol(ward, "a ward") else { return };
        self.uses.offered(resource, any);
        if offers.iter().all(|offer| offer.resource != resource) {
            offers.push(Offer { resource, capacity: Capacity::Ward, family: Family::Plain });
        }
    }

    fn requirements(&mut self, workload: &Workload<'_>, who: &str) -> Box<[Requirement]> {
        let Some(requirements) = &workload.requirements else { return Box::default() };
        let mut amounts = Vec::with_capacity(requirements.value.len());
        for (name, amount) in &requirements.value {
            amounts.extend(self.requirement(*name, amount, who));
        }
        amounts.into()
    }

    fn requirement(&mut self, name: Text<'_>, written: &At<Amount<'_>>, who: &str) -> Option<Requirement> {
        let resource = self.symbol(name, "a resource")?;
        let (amount, family) = quantities::compact(name, written, &mut self.findings)?;
        let requirement = Requirement::new(resource, amount.clone(), family);
        self.uses.required(resource, name.span, who);
        self.uses.unit(resource, family, requirement.amount(), written.span);
        Some(requirement)
    }

    fn immunities(&mut self, immunities: &[Text<'_>], who: &str) -> Vec<Symbol> {
        let mut symbols = Vec::with_capacity(immunities.len());
        for &immunity in immunities {
            let Some(symbol) = self.symbol(immunity, "an immunity") else { continue };
            self.uses.immune(symbol, immunity.span, who);
            symbols.push(symbol);
        }
        symbols
    }

    fn selectors(&mut self, selectors: &Pairs<'_, Vec<Text<'_>>>, who: &str) -> Vec<Selector> {
        let mut checked = Vec::with_capacity(selectors.len());
        for (label, values) in selectors {
            let Some(symbol) = self.symbol(*label, "a label") else { continue };
            self.uses.selected(symbol, None, label.span, who);
            let values = values.iter().map(|value| {
                let wanted = self.model.intern(value.value);
                self.uses.selected(symbol, Some(wanted), value.span, who);
                wanted
            });
            let values = values.collect();
            checked.push(Selector { label: symbol, values });
        }
        checked
    }

    fn node_labels(&mut self, labels: &Pairs<'_, Text<'_>>) -> Vec<(Symbol, Symbol)> {
        let given = labels.iter().find(|(label, _)| label.value == NAME_LABEL);
        if let Some((label, _)) = given {
            let fault = Diagnostic::error("the label `name` cannot be set").at(label.span, "");
            self.findings.push(fault.note("the label `name` is always the node's own name"));
        }
        self.labels(labels)
    }

    fn labels(&mut self, labels: &Pairs<'_, Text<'_>>) -> Vec<(Symbol, Symbol)> {
        let mut checked = Vec::with_capacity(labels.len());
        for (label, value) in labels {
            let Some(symbol) = self.symbol(*label, "a label") else { continue };
            checked.push((symbol, self.model.intern(value.value)));
        }
        checked
    }

    fn symbols(&mut self, names: &[Text<'_>], what: &str) -> Vec<Symbol> {
        names.iter().filter_map(|&name| self.symbol(name, what)).collect()
    }

    fn symbol(&mut self, name: Text<'_>, what: &str) -> Option<Symbol> {
        check(name, what, 0, &mut self.findings).then(|| self.model.intern(name.value))
    }
}

fn closed_node((node, reason): &(Text<'_>, Text<'_>)) -> ClosedNode {
    ClosedNode { node: node.value.to_owned(), span: node.span, reason: reason.value.to_owned() }
}
