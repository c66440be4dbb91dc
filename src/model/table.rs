//! Tables of nodes and workloads and their parts, as plain data.

use std::ops::Deref;
use std::sync::Arc;

use crate::model::names::Symbol;
use crate::quantity::{Capacity, Compact, Family, Quantity};

/// Label that every node has: its own name, after `count` is expanded.
pub const NAME_LABEL: &str = "name";

/// Number of a node in manifest order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// Number of a workload in manifest order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub u32);

impl NodeId {
    /// Index for tables with one row per node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl WorkloadId {
    /// Index for tables with one row per workload.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Order in which workloads are placed and nodes are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Both in manifest order.
    Prioritized,
    /// Workloads in manifest order; nodes in turn, after the one that took the last workload.
    RoundRobin,
    /// Largest workloads first, fullest nodes first.
    BinPack,
}

impl Strategy {
    /// All strategies, with their names in a manifest.
    pub const ALL: [(&'static str, Self); 3] =
        [("prioritized", Self::Prioritized), ("round-robin", Self::RoundRobin), ("bin-pack", Self::BinPack)];

    /// The name in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prioritized => "prioritized",
            Self::RoundRobin => "round-robin",
            Self::BinPack => "bin-pack",
        }
    }
}

/// Starting point of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Replan {
    /// The record: only workloads that must move do.
    #[default]
    Keep,
    /// Empty nodes: the strategy places every workload again.
    Fresh,
}

impl Replan {
    /// The name in a manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Fresh => "fresh",
        }
    }
}

/// Limits on what one `apply` may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// Maximum number of moves and evictions together.
    pub max_moves: Option<u64>,
    /// Maximum number of removals.
    pub max_removes: Option<u64>,
}

/// Offer of one resource by a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The resource.
    pub resource: Symbol,
    /// Amount on the empty node.
    pub capacity: Capacity,
    /// Units in which amounts are printed.
    pub family: Family,
}

/// Requirement of one resource by a workload.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The resource.
    pub resource: Symbol,
    /// Units in which it was written.
    pub family: Family,
    amount: Compact,
}

impl Requirement {
    /// Requirement of an amount, written in these units.
    pub fn new(resource: Symbol, amount: impl Into<Compact>, family: Family) -> Self {
        Self { resource, family, amount: amount.into() }
    }

    /// Requirement of a resource among the requirements of a table in a model, which are sorted.
    pub fn of(requirements: &[Self], resource: Symbol) -> Option<&Self> {
        let at = requirements.binary_search_by_key(&resource, |requirement| requirement.resource).ok()?;
        Some(&requirements[at])
    }

    /// Amount that is used. A negative amount adds to what the node has.
    pub fn amount(&self) -> Quantity {
        Quantity::from(&self.amount)
    }

    /// Whether the amount is below zero.
    pub fn is_negative(&self) -> bool {
        self.amount.is_negative()
    }
}

/// A `[[nodes]]` table.
#[derive(Clone, Debug, Default)]
pub struct NodeTable {
    /// The name, before `count` is expanded.
    pub name: String,
    /// Number of nodes; `None` is one node with the name itself.
    pub count: Option<u32>,
    /// Offers of each node, wards included; each resource once.
    pub resources: Vec<Offer>,
    /// Labels and their values, without `name`; each label once.
    pub labels: Vec<(Symbol, Symbol)>,
    /// The earlier name, before `count` is expanded.
    pub was: Option<String>,
}

/// A `[[workloads]]` table.
#[derive(Clone, Debug, Default)]
pub struct WorkloadTable {
    /// The name, before `replicas` is expanded.
    pub name: Arc<str>,
    /// Number of workloads; `None` is one workload with the name itself.
    pub replicas: Option<u32>,
    /// Requirements of each workload; each resource once.
    pub requirements: Box<[Requirement]>,
    /// Groups whose members are kept apart.
    pub aversion_groups: Vec<Symbol>,
    /// Options that few tables have; `None` saves memory where all are at their defaults.
    pub options: Option<Box<WorkloadOptions>>,
}

impl WorkloadTable {
    /// Requirement of a resource. The table has to be one of a model, where requirements are sorted.
    pub fn requirement(&self, resource: Symbol) -> Option<&Requirement> {
        Requirement::of(&self.requirements, resource)
    }
}

/// Options that few `[[workloads]]` tables have. A table shows them as its own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkloadOptions {
    /// Resources whose amount on a node does not matter to it.
    pub immunities: Vec<Symbol>,
    /// Groups whose members are kept together.
    pub affinity_groups: Vec<Symbol>,
    /// Labels and their values; each label once.
    pub labels: Vec<(Symbol, Symbol)>,
    /// Node labels, each of which must have one of the values.
    pub only_on: Vec<Selector>,
    /// Node labels, none of which may have one of the values.
    pub never_on: Vec<Selector>,
    /// Workloads with a higher priority are placed first and leave last.
    pub priority: i64,
    /// Whether it never leaves its recorded node.
    pub stay: bool,
    /// The earlier name, before `replicas` is expanded.
    pub was: Option<String>,
}

impl WorkloadOptions {
    const NONE: Self = WorkloadOptions {
        immunities: Vec::new(),
        affinity_groups: Vec::new(),
        labels: Vec::new(),
        only_on: Vec::new(),
        never_on: Vec::new(),
        priority: 0,
        stay: false,
        was: None,
    };

    /// Boxed options for a table; `None` if all are at their defaults.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::NONE).then(|| Box::new(self))
    }
}

impl Deref for WorkloadTable {
    type Target = WorkloadOptions;

    fn deref(&self) -> &WorkloadOptions {
        self.options.as_deref().unwrap_or(const { &WorkloadOptions::NONE })
    }
}

/// Node label with the values that it selects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    /// The label.
    pub label: Symbol,
    /// Its values.
    pub values: Vec<Symbol>,
}

/// The options of an aversion group, `[aversion_groups.NAME]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AversionGroup {
    /// Node label whose values are the domains; `None` makes each node a domain.
    pub over: Option<Symbol>,
    /// Maximum number of members per domain; at least 1.
    pub max: u32,
    /// Whether it is a condition, not a preference.
    pub hard: bool,
}

impl Default for AversionGroup {
    fn default() -> Self {
        Self { over: None, max: 1, hard: false }
    }
}

/// The options of an affinity group, `[affinity_groups.NAME]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AffinityGroup {
    /// Node label whose values are the domains; `None` makes each node a domain.
    pub over: Option<Symbol>,
    /// Whether it is a condition, not a preference.
    pub hard: bool,
}
