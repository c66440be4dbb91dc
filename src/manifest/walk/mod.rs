//! Document tree to shape: checks every key and the type of every value.
//!
//! The tree is walked by hand because serde stops at the first mistake and turns written decimals into binary floats.
//! All unknown keys and all values of a wrong type are reported; `tables` decides what the values mean.

mod faults;
mod values;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::manifest::bytes::Fragment;
use crate::manifest::keys::{Field, Key, MAIN_KEYS, SHARED_KEYS};
use crate::manifest::shape::{AffinityGroup, AversionGroup, Guards, Manifest, Node, Text, Workload};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::Span;

type Value<'i> = Spanned<DeValue<'i>>;

/// A walk through the tree of one text.
pub(crate) struct Walk<'d> {
    text: Fragment<'d>,
    pub(crate) findings: Findings,
    /// Whether a mistake may hide resources or labels of a node.
    pub(crate) nodes_incomplete: bool,
    /// Whether a mistake may hide requirements or selectors of a workload.
    pub(crate) workloads_incomplete: bool,
    /// Number of `name` keys that were misspelt or have a value of a wrong type: they are not reported as missing.
    bad_names: usize,
    /// The same for `strategy`.
    bad_strategies: usize,
}

impl<'d> Walk<'d> {
    pub(crate) fn new(text: Fragment<'d>) -> Self {
        Walk {
            text,
            findings: Findings::default(),
            nodes_incomplete: false,
            workloads_incomplete: false,
            bad_names: 0,
            bad_strategies: 0,
        }
    }

    fn is_drop_in(&self) -> bool {
        self.text.file > 0
    }

    /// Reads the whole document.
    pub(crate) fn document(&mut self, root: &'d DeTable<'_>) -> Manifest<'d> {
        let mut manifest = Manifest::default();
        if self.is_state(root) {
            manifest.has_bad_strategy = true;
            return manifest;
        }
        for (key, value) in root {
            let key = self.key(key);
            if self.is_drop_in() && MAIN_KEYS.contains(&key.value) {
                self.not_in_drop_in(key);
            } else {
                self.manifest_key(&mut manifest, key, value);
            }
        }
        manifest.has_bad_strategy = self.bad_strategies > 0;
        manifest
    }

    /// Detects a state file, which is easily passed instead of its manifest.
    fn is_state(&mut self, root: &DeTable<'_>) -> bool {
        let (Some((key, _)), true) = (root.get_key_value("lineage"), root.contains_key("serial")) else { return false };
        let fault = Diagnostic::error("this is a placement state, not a manifest").at(self.span(key), "");
        self.findings.push(fault.help("its manifest has the same name without `.state`"));
        true
    }

    fn manifest_key(&mut self, manifest: &mut Manifest<'d>, key: Text<'d>, value: &'d Value<'_>) {
        match key.value {
            "cluster" => manifest.cluster = self.string(key, value),
            "strategy" => manifest.strategy = self.string(key, value),
            "replan" => manifest.replan = self.string(key, value),
            "rubric" => manifest.rubric = Some(self.amounts(key, value).map_or_else(Vec::new, |at| at.value)),
            "guards" => manifest.guards = self.guards(key, value),
            "nodes" => manifest.nodes = self.nodes(key, value),
            "workloads" => manifest.workloads = self.workloads(key, value),
            "aversion_groups" => manifest.aversion_groups = self.tables_by_name(key, value, Self::aversion_group),
            "affinity_groups" => manifest.affinity_groups = self.tables_by_name(key, value, Self::affinity_group),
            "drain" => manifest.drain = self.strings_by_name(key, value),
            "cordon" => manifest.cordon = self.strings_by_name(key, value),
            _ if self.is_drop_in() => self.unknown(key, &SHARED_KEYS, "a drop-in"),
            _ => self.unknown(key, &[&MAIN_KEYS[..], &SHARED_KEYS[..]].concat(), "a manifest"),
        }
    }

    fn guards(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Guards {
        let mut guards = Guards::default();
        match value.get_ref() {
            DeValue::Table(table) => self.table(&mut guards, table, &Guards::keys(), "`guards`"),
            _ => self.wrong(key, value, "a table").unwrap_or_default(),
        }
        guards
    }

    fn nodes(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Node<'d>> {
        let before = self.findings.errors();
        let tables = self.tables(key, value);
        let nodes = tables.map(|(header, table)| self.node(header, table)).collect();
        self.nodes_incomplete |= self.findings.errors() > before;
        nodes
    }

    fn node(&mut self, header: Span, table: &'d DeTable<'_>) -> Node<'d> {
        let (mut node, bad_names) = (Node::new(header), self.bad_names);
        self.table(&mut node, table, &Node::KEYS, "a node");
        node.has_bad_name = self.bad_names > bad_names;
        node
    }

    fn workloads(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Workload<'d>> {
        let before = self.findings.errors();
        let tables = self.tables(key, value);
        let workloads = tables.map(|(header, table)| self.workload(header, table)).collect();
        self.workloads_incomplete |= self.findings.errors() > before;
        workloads
    }

    fn workload(&mut self, header: Span, table: &'d DeTable<'_>) -> Workload<'d> {
        let (mut workload, bad_names) = (Workload::new(header), self.bad_names);
        self.table(&mut workload, table, &Workload::KEYS, "a workload");
        workload.has_bad_name = self.bad_names > bad_names;
        workload
    }

    fn aversion_group(&mut self, table: &'d DeTable<'_>) -> AversionGroup<'d> {
        let mut group = AversionGroup::default();
        self.table(&mut group, table, &AversionGroup::KEYS, "an aversion group");
        group
    }

    fn affinity_group(&mut self, table: &'d DeTable<'_>) -> AffinityGroup<'d> {
        let mut group = AffinityGroup::default();
        self.table(&mut group, table, &AffinityGroup::KEYS, "an affinity group");
        group
    }

    /// Reads a table whose keys are `keys`; `what` names it in messages.
    fn table<T>(&mut self, into: &mut T, table: &'d DeTable<'_>, keys: &[Key<'d, T>], what: &str) {
        for (key, value) in table {
            let key = self.key(key);
            match keys.iter().find(|known| known.name == key.value) {
                Some(known) => self.field(into, &known.field, key, value),
                None => self.unknown(key, &keys.iter().map(|known| known.name).collect::<Vec<_>>(), what),
            }
        }
    }

    fn field<T>(&mut self, into: &mut T, field: &Field<'d, T>, key: Text<'d>, value: &'d Value<'_>) {
        match field {
            Field::Text(at) => *at(into) = self.string(key, value),
            Field::Integer(at) => *at(into) = self.integer(key, value),
            Field::Boolean(at) => *at(into) = self.boolean(key, value).unwrap_or(false),
            Field::Texts(at) => *at(into) = self.strings(key, value),
            Field::Amounts(at) => *at(into) = self.amounts(key, value),
            Field::TextByName(at) => *at(into) = self.strings_by_name(key, value),
            Field::Selectors(at) => *at(into) = self.selectors(key, value),
        }
    }
}
