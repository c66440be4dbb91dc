//! The manifest as written: one struct per table, one field per key, and the span of every value.
//!
//! The JSON Schema is generated from these structs and their comments. `tables` checks what the values mean.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::keys::Amounts;
use super::schema::{Name, OneOrMore, ReplanName, StrategyName, Weight};
use crate::text::source::Span;

/// A value with its span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T> {
    pub(crate) span: Span,
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
    /// Whether the strategy is there but misspelt or of a wrong type: it is not reported as missing.
    #[schemars(skip)]
    pub(crate) has_bad_strategy: bool,
    /// The cluster's name; recorded in the state, so that the state of another cluster is refused.
    #[schemars(with = "Name")]
    pub(crate) cluster: Option<Text<'d>>,
    /// The order in which workloads are placed and nodes are tried; required in the main file.
    #[schemars(with = "StrategyName")]
    pub(crate) strategy: Option<Text<'d>>,
    /// What a plan starts from: the recorded placements (`keep`, the default) or empty nodes (`fresh`).
    #[schemars(with = "ReplanName")]
    pub(crate) replan: Option<Text<'d>>,
    /// How `bin-pack` measures size: a weight per resource, `1` or `"0.5 per Gi"`.
    #[schemars(with = "BTreeMap<String, Weight>")]
    pub(crate) rubric: Option<Amounts<'d>>,
    /// Limits on the changes of one `apply`; flags override them.
    pub(crate) guards: Guards,
    /// Nodes to run on.
    pub(crate) nodes: Vec<Node<'d>>,
    /// Workloads to run.
    pub(crate) workloads: Vec<Workload<'d>>,
    /// Options of aversion groups, by group name.
    #[schemars(with = "BTreeMap<String, AversionGroup>")]
    pub(crate) aversion_groups: Pairs<'d, AversionGroup<'d>>,
    /// Options of affinity groups, by group name.
    #[schemars(with = "BTreeMap<String, AffinityGroup>")]
    pub(crate) affinity_groups: Pairs<'d, AffinityGroup<'d>>,
    /// Nodes that take no workloads and give up those they have, each with the reason.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) drain: Pairs<'d, Text<'d>>,
    /// Nodes that take no new workloads, each with the reason.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) cordon: Pairs<'d, Text<'d>>,
}

/// Limits on the changes of one `apply`.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct Guards {
    /// Maximum number of moves and evictions together.
    #[schemars(with = "u64")]
    pub(crate) max_moves: Option<At<i64>>,
    /// Maximum number of removals.
    #[schemars(with = "u64")]
    pub(crate) max_removes: Option<At<i64>>,
}

/// A node, or `count` identical nodes.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Node<'d> {
    /// Span of the table header.
    #[schemars(skip)]
    pub(crate) header: Span,
    /// Whether the name is there but misspelt or of a wrong type: it is not reported as missing.
    #[schemars(skip)]
    pub(crate) has_bad_name: bool,
    /// The unique name; with `count` the nodes are `NAME-0`, `NAME-1` and so on.
    #[schemars(required, with = "Name")]
    pub(crate) name: Option<Text<'d>>,
    /// Number of such nodes; if absent, there is one node with exactly this name.
    #[schemars(default, with = "u32")]
    pub(crate) count: Option<At<i64>>,
    /// Resources that the node offers: `16`, `"64Gi"`, `0` for a tag, `inf` for no limit.
    #[schemars(default, with = "BTreeMap<String, Written>")]
    pub(crate) resources: Option<At<Amounts<'d>>>,
    /// Wards: only workloads with an immunity to them may run here; the same as `-inf` in `resources`.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) wards: Vec<Text<'d>>,
    /// Labels for selectors, group options and other tools; the label `name` is built in.
    #[schemars(default, with = "BTreeMap<String, String>")]
    pub(crate) labels: Pairs<'d, Text<'d>>,
    /// The earlier name; placements recorded under it count as recorded under the new name.
    #[schemars(default, with = "Name")]
    pub(crate) was: Option<Text<'d>>,
}

/// A workload, or `replicas` identical workloads.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workload<'d> {
    /// Span of the table header.
    #[schemars(skip)]
    pub(crate) header: Span,
    /// Whether the name is there but misspelt or of a wrong type: it is not reported as missing.
    #[schemars(skip)]
    pub(crate) has_bad_name: bool,
    /// The unique name; with `replicas` the workloads are `NAME-0`, `NAME-1` and so on.
    #[schemars(required, with = "Name")]
    pub(crate) name: Option<Text<'d>>,
    /// Number of such workloads; if absent, there is one workload with exactly this name.
    #[schemars(default, with = "u32")]
    pub(crate) replicas: Option<At<i64>>,
    /// Resources that the workload needs: `2`, `"500m"`, `0` for a tag that the node must have.
    #[schemars(default, with = "BTreeMap<String, Written>")]
    pub(crate) requirements: Option<At<Amounts<'d>>>,
    /// Resources and wards of a node that do not matter to the workload.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) immunities: Vec<Text<'d>>,
    /// Groups whose members are kept apart.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) aversion_groups: Vec<Text<'d>>,
    /// Groups whose members are kept together.
    #[schemars(default, with = "Vec<Name>")]
    pub(crate) affinity_groups: Vec<Text<'d>>,
    /// Labels for other tools.
    #[schemars(default, with = "BTreeMap<String, String>")]
    pub(crate) labels: Pairs<'d, Text<'d>>,
    /// Node labels that must all have the given value, or one of the given values.
    #[schemars(default, with = "BTreeMap<String, OneOrMore>")]
    pub(crate) only_on: Pairs<'d, Vec<Text<'d>>>,
    /// Node labels of which none may have the given value, or one of the given values.
    #[schemars(default, with = "BTreeMap<String, OneOrMore>")]
    pub(crate) never_on: Pairs<'d, Vec<Text<'d>>>,
    /// Workloads of higher priority are placed first and evicted last; 0 by default.
    #[schemars(default, with = "i64")]
    pub(crate) priority: Option<At<i64>>,
    /// Whether the workload is never moved once it is recorded.
    #[schemars(default)]
    pub(crate) stay: bool,
    /// The earlier name; placements recorded under it count as recorded under the new name.
    #[schemars(default, with = "Name")]
    pub(crate) was: Option<Text<'d>>,
}

impl<'d> Manifest<'d> {
    /// Moves groups, drains and cordons over from another part of the same text.
    pub(crate) fn take_groups_and_reasons(&mut self, part: Manifest<'d>) {
        self.aversion_groups.extend(part.aversion_groups);
        self.affinity_groups.extend(part.affinity_groups);
        self.drain.extend(part.drain);
        self.cordon.extend(part.cordon);
    }
}

impl Node<'_> {
    /// Makes an empty table.
    pub(crate) fn new(header: Span) -> Self {
        Node {
            header,
            has_bad_name: false,
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
    /// Makes an empty table.
    pub(crate) fn new(header: Span) -> Self {
        Workload {
            header,
            has_bad_name: false,
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

/// How the members of an aversion group are kept apart.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct AversionGroup<'d> {
    /// The node label whose values are the domains of the group; if absent, each node is a domain.
    #[schemars(with = "Name")]
    pub(crate) over: Option<Text<'d>>,
    /// Maximum number of members in one domain; 1 by default.
    #[schemars(with = "std::num::NonZeroU32")]
    pub(crate) max: Option<At<i64>>,
    /// Whether the rule is strict rather than a preference.
    pub(crate) hard: bool,
}

/// How the members of an affinity group are kept together.
#[derive(Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields, default)]
pub(crate) struct AffinityGroup<'d> {
    /// The node label whose values are the domains of the group; if absent, each node is a domain.
    #[schemars(with = "Name")]
    pub(crate) over: Option<Text<'d>>,
    /// Whether the rule is strict rather than a preference.
    pub(crate) hard: bool,
}

/// A quantity as written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'d> {
    /// The source text of a TOML integer or float.
    Number(&'d str),
    /// A TOML string: digits with a unit.
    Text(&'d str),
}
