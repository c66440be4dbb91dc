//! Document tree to shape: which keys there are, and of which type each value is.
//!
//! The tree is walked by hand, as serde stops at the first mistake and binary floats are not what was written. Every
//! unknown key and every value of a wrong type is found; what the values mean is not asked here.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::list::listed;
use super::shape::{AffinityGroup, At, AversionGroup, Guards, Manifest, Node, Pairs, Text, Workload, Written};
use super::suggestion::nearest;
use super::text::offset;
use crate::diagnostic::{Diagnostic, Findings};
use crate::escape::quoted;
use crate::source::Place;

const MAIN: [&str; 5] = ["cluster", "guards", "replan", "rubric", "strategy"];
const SHARED: [&str; 6] = ["nodes", "workloads", "aversion_groups", "affinity_groups", "drain", "cordon"];
const GUARDS: [&str; 2] = ["max_moves", "max_removes"];
const NODE: [&str; 6] = ["name", "count", "resources", "wards", "labels", "was"];
const WORKLOAD: [&str; 12] = [
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

/// Keys of one kind of table that people look for in another.
const MISPLACED: [(&str, &str); 4] =
    [("count", "replicas"), ("replicas", "count"), ("resources", "requirements"), ("requirements", "resources")];

type Value<'i> = Spanned<DeValue<'i>>;

/// A walk through the tree of one text.
pub(super) struct Walk<'d> {
    /// The source; drop-ins, which may not hold everything, come after the first.
    file: u32,
    /// The offset in the source at which the text begins.
    base: u32,
    text: &'d str,
    pub(super) findings: Findings,
    /// Whether mistakes may hide what some nodes offer, and what some workloads ask for.
    pub(super) nodes_hidden: bool,
    pub(super) workloads_hidden: bool,
    /// How often a `name` or the `strategy` is there after all, misspelt or of a wrong type: then it is not missing.
    spoilt_names: usize,
    spoilt_strategies: usize,
}

impl<'d> Walk<'d> {
    /// A walk through a text that begins at `base` of a source.
    pub(super) fn new(file: u32, base: u32, text: &'d str) -> Self {
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
    pub(super) fn document(&mut self, root: &'d DeTable<'_>) -> Manifest<'d> {
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
        let fault = Diagnostic::error("this is a placement state, not a manifest").at(self.place(key), "");
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

    fn node(&mut self, header: Place, table: &'d DeTable<'_>) -> Node<'d> {
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

    fn workload(&mut self, header: Place, table: &'d DeTable<'_>) -> Workload<'d> {
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

/// Values of one type each; what is of another is reported and left out.
impl<'d> Walk<'d> {
    fn string(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => Some(self.at(value, &**text)),
            _ => self.wrong(key, value, "a string"),
        }
    }

    fn boolean(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong(key, value, "`true` or `false`"),
        }
    }

    fn integer(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<i64>> {
        let DeValue::Integer(integer) = value.get_ref() else {
            return self.wrong(key, value, "an integer");
        };
        let Ok(whole) = i64::from_str_radix(integer.as_str(), integer.radix()) else {
            let fault = Diagnostic::error(format!("{} is out of range", quoted(key.value)));
            self.findings.push(fault.at(self.place(value), "integers have 64 bits"));
            return None;
        };
        Some(self.at(value, whole))
    }

    fn strings(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Text<'d>> {
        match value.get_ref() {
            DeValue::Array(values) => values.iter().filter_map(|value| self.string_of(key, value)).collect(),
            _ => self.wrong(key, value, "an array of strings").unwrap_or_default(),
        }
    }

    fn string_of(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => Some(self.at(value, &**text)),
            _ => self.wrong(key, value, "an array of strings"),
        }
    }

    fn entries<'v, 'i>(&mut self, key: Text<'d>, value: &'v Value<'i>) -> Vec<(Text<'v>, &'v Value<'i>)>
    where
        'v: 'd,
    {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().map(|(key, value)| (self.key(key), value)).collect(),
            _ => self.wrong(key, value, "a table").unwrap_or_default(),
        }
    }

    fn strings_by_name(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Pairs<'d, Text<'d>> {
        let entries = self.entries(key, value);
        entries.into_iter().filter_map(|(key, value)| Some((key, self.string(key, value)?))).collect()
    }

    fn selectors(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Pairs<'d, Vec<Text<'d>>> {
        let entries = self.entries(key, value);
        entries.into_iter().map(|(key, value)| (key, self.one_or_more(key, value))).collect()
    }

    fn one_or_more(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => vec![self.at(value, &**text)],
            DeValue::Array(values) => values.iter().filter_map(|value| self.string_of(key, value)).collect(),
            _ => self.wrong(key, value, "a string or an array of strings").unwrap_or_default(),
        }
    }

    fn amounts(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<Pairs<'d, At<Written<'d>>>>> {
        let DeValue::Table(table) = value.get_ref() else {
            return self.wrong(key, value, "a table of quantities");
        };
        let mut amounts = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key = self.key(key);
            amounts.extend(self.amount(key, value).map(|amount| (key, amount)));
        }
        Some(self.at(value, amounts))
    }

    /// A number's text is taken from the source: a binary float is not what was written.
    fn amount(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<Written<'d>>> {
        let written = match value.get_ref() {
            DeValue::Integer(_) | DeValue::Float(_) => Written::Number(self.text.get(value.span())?),
            DeValue::String(text) => Written::Text(text),
            _ => return self.wrong(key, value, "a quantity, such as `2`, `0.5` or `\"64Gi\"`"),
        };
        Some(self.at(value, written))
    }

    fn tables<'i>(
        &mut self,
        key: Text<'d>,
        value: &'d Value<'i>,
    ) -> impl Iterator<Item = (Place, &'d DeTable<'i>)> + use<'d, 'i> {
        let mut tables = Vec::new();
        match value.get_ref() {
            DeValue::Array(values) => {
                for value in values {
                    match value.get_ref() {
                        DeValue::Table(table) => tables.push((self.place(value), table)),
                        _ => self.wrong(key, value, "an array of tables").unwrap_or_default(),
                    }
                }
            }
            DeValue::Table(_) => self.single_brackets(key, value),
            _ => self.wrong(key, value, "an array of tables").unwrap_or_default(),
        }
        tables.into_iter()
    }

    fn tables_by_name<'i, T>(
        &mut self,
        key: Text<'d>,
        value: &'d Value<'i>,
        read: fn(&mut Self, &'d DeTable<'i>) -> T,
    ) -> Pairs<'d, T> {
        let entries = self.entries(key, value);
        let tables = entries.into_iter().filter_map(|(key, value)| match value.get_ref() {
            DeValue::Table(table) => Some((key, read(self, table))),
            _ => self.wrong(key, value, "a table"),
        });
        tables.collect()
    }
}

/// Places and faults.
impl Walk<'_> {
    fn place<T>(&self, value: &Spanned<T>) -> Place {
        let span = value.span();
        Place { file: self.file, start: self.base + offset(span.start), end: self.base + offset(span.end) }
    }

    fn at<T, V>(&self, value: &Spanned<T>, read: V) -> At<V> {
        At { place: self.place(value), value: read }
    }

    fn key<'v>(&self, key: &'v Spanned<std::borrow::Cow<'_, str>>) -> Text<'v> {
        self.at(key, &**key.get_ref())
    }

    fn unknown(&mut self, key: Text<'_>, known: &[&str], table: &str) {
        let fault = Diagnostic::error(format!("unknown key {} in {table}", quoted(key.value)));
        let misplaced = MISPLACED.iter().find(|(wrong, right)| *wrong == key.value && known.contains(right));
        let meant = misplaced.map(|(_, right)| *right).or_else(|| nearest(key.value, known.iter().copied()));
        self.findings.push(match meant {
            Some(meant) => fault.at(key.place, format!("did you mean `{meant}`?")),
            None => fault.at(key.place, "").note(format!("{table} has {}", listed(known))),
        });
        self.spoil(meant.unwrap_or_default());
    }

    fn spoil(&mut self, key: &str) {
        self.spoilt_names += usize::from(key == "name");
        self.spoilt_strategies += usize::from(key == "strategy");
    }

    fn not_in_drop_in(&mut self, key: Text<'_>) {
        let fault = Diagnostic::error(format!("`{}` cannot stand in a drop-in", key.value));
        let fault = fault.at(key.place, "").note(format!("drop-ins hold {} only", listed(&SHARED)));
        self.findings.push(fault.help("move it to the main file"));
    }

    fn single_brackets(&mut self, key: Text<'_>, value: &Value<'_>) {
        let fault = Diagnostic::error(format!("`{}` must be an array of tables", key.value));
        let fault = fault.at(self.place(value), "this is a single table");
        self.findings.push(fault.help(format!("write `[[{}]]`, once for each", key.value)));
    }

    /// Reports a value of a wrong type; there is nothing to go on with.
    fn wrong<T>(&mut self, key: Text<'_>, value: &Value<'_>, expected: &str) -> Option<T> {
        let fault = Diagnostic::error(format!("{} must be {expected}", quoted(key.value)));
        let fault = fault.at(self.place(value), format!("this is {}", kind(value.get_ref())));
        let unquoted =
            value.get_ref().as_str().filter(|text| text.parse::<i64>().is_ok() || text.parse::<bool>().is_ok());
        self.findings.push(match unquoted {
            Some(text) => fault.help(format!("write `{text}` without quotes")),
            None => fault,
        });
        self.spoil(key.value);
        None
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
