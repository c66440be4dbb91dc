//! The manifest as it is written: one type for each table, one field for each key.
//!
//! The JSON Schema is made from these types and their comments, so a key that is not here does not exist. Every value
//! keeps its span. What values mean, and which of them go together, is `lower`'s business.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::quantities::Amount;
use super::schema::{Name, OneOrMore, ReplanName, StrategyName, Weight};
use crate::text::source::Span;

/// A value, and where it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T> {
    /// Where.
    pub(crate) span: Span,
    /// What.
    pub(crate) value: T,
}

/// A text with its span.
pub(crate) type Text<'d> = At<&'d str>;

/// Keys with values, in the order of the document tree.
pub(crate) type Pairs<'d, T> = Vec<(Text<'d>, T)>;

/// Plan and apply for placement: a cluster of nodes, and the workloads that should run there.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default, title = "lighthouse manifest")]
pub(crate) struct Manifest<'d> {
    /// A mistake stands where the strategy should, so it is not missing.
    #[schemars(skip)]
    pub(crate) spoilt: bool,
    /// The cluster's name; recorded in the state, so that no other cluster's state is taken for it.
    #[schemars(with = "Name")]
    pub(crate) cluster: Option<Text<'d>>,
    /// In which order workloads are taken and nodes are tried; required in the main file.
    #[schemars(with = "StrategyName")]
    pub(crate) strategy: Option<Text<'d>>,
    /// What a plan starts from: what is recorded (`keep`, the default) or empty nodes (`fresh`).
    #[schemars(with = "ReplanName")]
    pub(crate) replan: Option<Text<'d>>,
    /// What "size" means to `bin-pack`: a weight for each resource that counts, `1` or `"0.5 per Gi"`.
    #[schemars(with = "BTreeMap<String, Weight>")]
    pub(crate) rubric: Option<Pairs<'d, At<Amount<'d>>>>,
    /// What one `apply` may change at most; flags override.
    pub(crate) guards: Guards,
    /// What there is to run on.
    pub(crate) nodes: Vec<Node<'d>>,
    /// What is to run.
    pub(crate) workloads: Vec<Workload<'d>>,
    /// Options of aversion groups, by group.
    #[schemars(with = "BTreeMap<String, AversionGroup>")]
    pub(crate) aversion_groups: Pairs<'d, AversionGroup<'d>>,
    /// Options of affinity groups, by group.
    #[schemars(with = "BTreeMap<String, AffinityGroup>")]
    pub(crate) affinity_groups: Pairs<'d, AffinityGroup<'d>>,
    /// Nodes that take nothing new and send away what is there, each with the reason.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) drain: Pairs<'d, Text<'d>>,
    /// Nodes that take nothing new, each with the reason.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) cordon: Pairs<'d, Text<'d>>,
}

/// What one `apply` may change at most.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct Guards {
    /// The most moves and evictions together.
    #[schemars(with = "u64")]
    pub(crate) max_moves: Option<At<i64>>,
    /// The most removals.
    #[schemars(with = "u64")]
    pub(crate) max_removes: Option<At<i64>>,
}

/// A node, or `count` nodes that are alike.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Node<'d> {
    /// Where the table begins.
    #[schemars(skip)]
    pub(crate) header: Span,
    /// A mistake stands where the name should, so it is not missing.
    #[schemars(skip)]
    pub(crate) spoilt: bool,
    /// The unique name; with `count` the nodes are `NAME-0`, `NAME-1` and so on.
    #[schemars(required, with = "Name")]
    pub(crate) name: Option<Text<'d>>,
    /// How many such nodes there are; absent, there is one that has the name itself.
    #[schemars(default, with = "u32")]
    pub(crate) count: Option<At<i64>>,
    /// What the node offers: `16`, `"64Gi"`, `0` for a tag, `inf` for no limit.
    #[schemars(default, with = "BTreeMap<String, Written>")]
    pub(crate) resources: Option<At<Pairs<'d, At<Amount<'d>>>>>,
    /// Resources that only an immunity passes; the same as `-inf` in `resources`.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) wards: Vec<Text<'d>>,
    /// Labels for selectors, group options and the tooling around; `name` is always one and cannot be given.
    #[schemars(default, with = "BTreeMap<String, String>")]
    pub(crate) labels: Pairs<'d, Text<'d>>,
    /// The earlier name: what is recorded there counts as recorded here.
    #[schemars(default, with = "Name")]
    pub(crate) was: Option<Text<'d>>,
}

/// A workload, or `replicas` workloads that are alike.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workload<'d> {
    /// Where the table begins.
    #[schemars(skip)]
    pub(crate) header: Span,
    /// A mistake stands where the name should, so it is not missing.
    #[schemars(skip)]
    pub(crate) spoilt: bool,
    /// The unique name; with `replicas` the workloads are `NAME-0`, `NAME-1` and so on.
    #[schemars(required, with = "Name")]
    pub(crate) name: Option<Text<'d>>,
    /// How many such workloads there are; absent, there is one that has the name itself.
    #[schemars(default, with = "u32")]
    pub(crate) replicas: Option<At<i64>>,
    /// What it takes of a node: `2`, `"500m"`, `0` for a tag that must be there.
    #[schemars(default, with = "BTreeMap<String, Written>")]
    pub(crate) requirements: Option<At<Pairs<'d, At<Amount<'d>>>>>,
    /// Resources whose value on a node is irrelevant to it.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) immunities: Vec<Text<'d>>,
    /// Groups whose members keep apart.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) aversion_groups: Vec<Text<'d>>,
    /// Groups whose members keep together.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) affinity_groups: Vec<Text<'d>>,
    /// Labels for the tooling around.
    #[schemars(default, with = "BTreeMap<String, String>")]
    pub(crate) labels: Pairs<'d, Text<'d>>,
    /// Node labels of which each must have the value, or one of the values.
    #[schemars(default, with = "BTreeMap<String, OneOrMore>")]
    pub(crate) only_on: Pairs<'d, Vec<Text<'d>>>,
    /// Node labels of which none may have the value, or one of the values.
    #[schemars(default, with = "BTreeMap<String, OneOrMore>")]
    pub(crate) never_on: Pairs<'d, Vec<Text<'d>>>,
    /// Larger ones are placed first and leave last; 0 unless given.
    #[schemars(default, with = "i64")]
    pub(crate) priority: Option<i64>,
    /// Once recorded, never moved.
    #[schemars(default)]
    pub(crate) stay: bool,
    /// The earlier name: what is recorded there counts as recorded here.
    #[schemars(default, with = "Name")]
    pub(crate) was: Option<Text<'d>>,
}

impl<'d> Manifest<'d> {
    /// Takes over what another part of the same text says of groups, drains and cordons.
    pub(crate) fn take_groups_and_reasons(&mut self, part: Manifest<'d>) {
        self.aversion_groups.extend(part.aversion_groups);
        self.affinity_groups.extend(part.affinity_groups);
        self.drain.extend(part.drain);
        self.cordon.extend(part.cordon);
    }
}

impl Node<'_> {
    /// A table without keys.
    pub(crate) fn new(header: Span) -> Self {
        Node {
            header,
            spoilt: false,
            name: None,
            count: None,
            resources: None,
            wards: Vec::new(),
            labels: Vec::new(),
            was: None,
        }
    }
}

impl Workload<'_> {
    /// A table without keys.
    pub(crate) fn new(header: Span) -> Self {
        Workload {
            header,
            spoilt: false,
            name: None,
            replicas: None,
            requirements: None,
            immunities: Vec::new(),
            aversion_groups: Vec::new(),
            affinity_groups: Vec::new(),
            labels: Vec::new(),
            only_on: Vec::new(),
            never_on: Vec::new(),
            priority: None,
            stay: false,
            was: None,
        }
    }
}

/// How the members of an aversion group keep apart.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct AversionGroup<'d> {
    /// The node label whose values are the places; absent, each node is one.
    #[schemars(with = "Name")]
    pub(crate) over: Option<Text<'d>>,
    /// How many members may share a place; 1 unless given.
    #[schemars(with = "std::num::NonZeroU32")]
    pub(crate) max: Option<At<i64>>,
    /// Whether it is a condition rather than a preference.
    pub(crate) hard: bool,
}

/// How the members of an affinity group keep together.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct AffinityGroup<'d> {
    /// The node label whose values are the places; absent, each node is one.
    #[schemars(with = "Name")]
    pub(crate) over: Option<Text<'d>>,
    /// Whether it is a condition rather than a preference.
    pub(crate) hard: bool,
}

/// A quantity as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'d> {
    /// The source text of a TOML integer or float.
    Number(&'d str),
    /// A TOML string: digits with a unit.
    Text(&'d str),
}
