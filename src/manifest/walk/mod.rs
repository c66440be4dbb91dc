//! Document tree to shape: which keys there are, and of which type each value is.
//!
//! The tree is walked by hand, as serde stops at the first mistake and binary floats are not what was written. Every
//! unknown key and every value of a wrong type is found; what the values mean is not asked here.

mod faults;
mod values;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape::{AffinityGroup, AversionGroup, Guards, Manifest, Node, Text, Workload};
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::source::Span;

pub(crate) const MAIN: [&str; 5] = ["cluster", "guards", "replan", "rubric", "strategy"];
const SHARED: [&str; 6] = ["nodes", "workloads", "aversion_groups", "affinity_groups", "drain", "cordon"];
const GUARDS: [&str; 2] = ["max_moves", "max_removes"];
pub(crate) const NODE: [&str; 6] = ["name", "count", "resources", "wards", "labels", "was"];
pub(crate) const WORKLOAD: [&str; 12] = [
    "name",
    "replicas",
    "requirements",
    "immunities",
    "aversion_groups",
    "affinity_groups",
    "labels",
    "only_on",
    "never_on",
    "priority",
    "stay",
    "was",
];
const AVERSION_GROUP: [&str; 3] = ["over", "max", "hard"];
const AFFINITY_GROUP: [&str; 2] = ["over", "hard"];

type Value<'i> = Spanned<DeValue<'i>>;

/// A walk through the tree of one text.
pub(crate) struct Walk<'d> {
    /// The source; drop-ins, which may not hold everything, come after the first.
    file: u32,
    /// The offset in the source at which the text begins.
    base: u32,
    text: &'d str,
    pub(crate) findings: Findings,
    /// Whether mistakes may hide what some nodes offer, and what some workloads ask for.
    pub(crate) nodes_hidden: bool,
    pub(crate) workloads_hidden: bool,
    /// How often a `name` or the `strategy` is there after all, misspelt or of a wrong type: then it is not missing.
    spoilt_names: usize,
    spoilt_strategies: usize,
}

impl<'d> Walk<'d> {
    /// A walk through a text that begins at `base` of a source.
    pub(crate) fn new(file: u32, base: u32, text: &'d str) -> Self {
        Walk {
            file,
            base,
            text,
            findings: Findings::default(),
            nodes_hidden: false,
            workloads_hidden: false,
            spoilt_names: 0,
            spoilt_strategies: 0,
        }
    }

    fn is_drop_in(&self) -> bool {
        self.file > 0
    }

    /// Everything that a text says.
    pub(crate) fn document(&mut self, root: &'d DeTable<'_>) -> Manifest<'d> {
        let mut manifest = Manifest::default();
        if self.is_state(root) {
            manifest.spoilt = true;
            return manifest;
        }
        for (key, value) in root {
            let key = self.key(key);
            if self.is_drop_in() && MAIN.contains(&key.value) {
                self.not_in_drop_in(key);
            } else {
                self.manifest_key(&mut manifest, key, value);
            }
        }
        manifest.spoilt = self.spoilt_strategies > 0;
        manifest
    }

    /// Whether this is a placement state instead, which is easily taken for its manifest.
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
            _ if self.is_drop_in() => self.unknown(key, &SHARED, "a drop-in"),
            _ => self.unknown(key, &[&MAIN[..], &SHARED[..]].concat(), "a manifest"),
        }
    }

    fn guards(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Guards {
        let mut guards = Guards::default();
        for (key, value) in self.entries(key, value) {
            match key.value {
                "max_moves" => guards.max_moves = self.integer(key, value),
                "max_removes" => guards.max_removes = self.integer(key, value),
                _ => self.unknown(key, &GUARDS, "`guards`"),
            }
        }
        guards
    }

    fn nodes(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Node<'d>> {
        let before = self.findings.errors();
        let tables = self.tables(key, value);
        let nodes = tables.map(|(header, table)| self.node(header, table)).collect();
        self.nodes_hidden |= self.findings.errors() > before;
        nodes
    }

    fn node(&mut self, header: Span, table: &'d DeTable<'_>) -> Node<'d> {
        let mut node = Node::new(header);
        let spoilt = self.spoilt_names;
        for (key, value) in table {
            let key = self.key(key);
            match key.value {
                "name" => node.name = self.string(key, value),
                "count" => node.count = self.integer(key, value),
                "resources" => node.resources = self.amounts(key, value),
                "wards" => node.wards = self.strings(key, value),
                "labels" => node.labels = self.strings_by_name(key, value),
                "was" => node.was = self.string(key, value),
                _ => self.unknown(key, &NODE, "a node"),
            }
        }
        node.spoilt = self.spoilt_names > spoilt;
        node
    }

    fn workloads(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Workload<'d>> {
        let before = self.findings.errors();
        let tables = self.tables(key, value);
        let workloads = tables.map(|(header, table)| self.workload(header, table)).collect();
        self.workloads_hidden |= self.findings.errors() > before;
        workloads
    }

    fn workload(&mut self, header: Span, table: &'d DeTable<'_>) -> Workload<'d> {
        let mut workload = Workload::new(header);
        let spoilt = self.spoilt_names;
        for (key, value) in table {
            let key = self.key(key);
            match key.value {
                "name" => workload.name = self.string(key, value),
                "replicas" => workload.replicas = self.integer(key, value),
                "requirements" => workload.requirements = self.amounts(key, value),
                "immunities" => workload.immunities = self.strings(key, value),
                "aversion_groups" => workload.aversion_groups = self.strings(key, value),
                "affinity_groups" => workload.affinity_groups = self.strings(key, value),
                "labels" => workload.labels = self.strings_by_name(key, value),
                "only_on" => workload.only_on = self.selectors(key, value),
                "never_on" => workload.never_on = self.selectors(key, value),
                "priority" => workload.priority = self.integer(key, value).map(|priority| priority.value),
                "stay" => workload.stay = self.boolean(key, value).unwrap_or(false),
                "was" => workload.was = self.string(key, value),
                _ => self.unknown(key, &WORKLOAD, "a workload"),
            }
        }
        workload.spoilt = self.spoilt_names > spoilt;
        workload
    }

    fn aversion_group(&mut self, table: &'d DeTable<'_>) -> AversionGroup<'d> {
        let mut group = AversionGroup::default();
        for (key, value) in table {
            let key = self.key(key);
            match key.value {
                "over" => group.over = self.string(key, value),
                "max" => group.max = self.integer(key, value),
                "hard" => group.hard = self.boolean(key, value).unwrap_or(false),
                _ => self.unknown(key, &AVERSION_GROUP, "an aversion group"),
            }
        }
        group
    }

    fn affinity_group(&mut self, table: &'d DeTable<'_>) -> AffinityGroup<'d> {
        let mut group = AffinityGroup::default();
        for (key, value) in table {
            let key = self.key(key);
            match key.value {
                "over" => group.over = self.string(key, value),
                "hard" => group.hard = self.boolean(key, value).unwrap_or(false),
                _ => self.unknown(key, &AFFINITY_GROUP, "an affinity group"),
            }
        }
        group
    }
}
