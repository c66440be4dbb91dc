//! The parts of a model as plain data: nodes and workloads, and what their tables say.

use std::ops::Deref;
use std::sync::Arc;

use crate::model::names::Symbol;
use crate::quantity::{Capacity, Compact, Family, Quantity};

/// The label that every node has: its own name, after `count` is expanded.
pub const NAME_LABEL: &str = "name";

/// A node, as its number in manifest order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A workload, as its number in manifest order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkloadId(pub u32);

impl NodeId {
    /// The number, for tables with one row a node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl WorkloadId {
    /// The number, for tables with one row a workload.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// In which order workloads are taken and nodes are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Both in manifest order.
    Prioritized,
    /// Workloads in manifest order, nodes going round.
    RoundRobin,
    /// Largest workloads first, fullest nodes first.
    BinPack,
}

impl Strategy {
    /// The strategies with their names in a manifest.
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

/// What a plan starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Replan {
    /// What is recorded: only what must move moves.
    #[default]
    Keep,
    /// Empty nodes: the strategy's answer from scratch.
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

/// How much one `apply` may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// The most moves and evictions together.
    pub max_moves: Option<u64>,
    /// The most removals.
    pub max_removes: Option<u64>,
}

/// What a node offers of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The resource.
    pub resource: Symbol,
    /// How much of it there is on the empty node.
    pub capacity: Capacity,
    /// The units in which amounts of it are printed.
    pub family: Family,
}

/// What a workload requires of one resource.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The resource.
    pub resource: Symbol,
    /// The units in which it was written.
    pub family: Family,
    amount: Compact,
}

impl Requirement {
    /// So much of a resource, written in these units.
    pub fn new(resource: Symbol, amount: impl Into<Compact>, family: Family) -> Self {
        Self { resource, family, amount: amount.into() }
    }

    /// The one of a resource, among those of a table in a model, which are sorted.
    pub fn of(requirements: &[Self], resource: Symbol) -> Option<&Self> {
        let at = requirements.binary_search_by_key(&resource, |requirement| requirement.resource).ok()?;
        Some(&requirements[at])
    }

    /// How much of the resource is taken; below zero fills a shortcoming.
    pub fn amount(&self) -> Quantity {
        Quantity::from(&self.amount)
    }

    /// Whether it fills a shortcoming.
    pub fn is_negative(&self) -> bool {
        self.amount.is_negative()
    }
}

/// A `[[nodes]]` table.
#[derive(Clone, Debug, Default)]
pub struct NodeTable {
    /// The name, before `count` is expanded.
    pub name: String,
    /// How many nodes; `None` is one that has the name itself.
    pub count: Option<u32>,
    /// What each node offers, wards included; each resource once.
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
    /// How many workloads; `None` is one that has the name itself.
    pub replicas: Option<u32>,
    /// What each workload requires; each resource once.
    pub requirements: Box<[Requirement]>,
    /// Groups whose members keep apart.
    pub aversion_groups: Vec<Symbol>,
    /// What only few workloads say; where there is nothing, they take no room.
    pub options: Option<Box<WorkloadOptions>>,
}

impl WorkloadTable {
    /// What a workload requires of a resource, in the table of a model; there requirements are sorted.
    pub fn requirement(&self, resource: Symbol) -> Option<&Requirement> {
        Requirement::of(&self.requirements, resource)
    }
}

/// What only few `[[workloads]]` tables say; a table shows them as its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkloadOptions {
    /// Resources whose value on a node is irrelevant to it.
    pub immunities: Vec<Symbol>,
    /// Groups whose members keep together.
    pub affinity_groups: Vec<Symbol>,
    /// Labels and their values; each label once.
    pub labels: Vec<(Symbol, Symbol)>,
    /// Node labels of which each must have one of the values.
    pub only_on: Vec<Selector>,
    /// Node labels of which none may have one of the values.
    pub never_on: Vec<Selector>,
    /// Larger ones are placed first and leave last.
    pub priority: i64,
    /// Whether it never leaves the node where it is recorded.
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

    /// For a table: nothing where nothing is said.
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

/// A node label with the values that are meant.
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
    /// The node label whose values are the places; `None` is the node itself.
    pub over: Option<Symbol>,
    /// How many members may share a place; at least 1.
    pub max: u32,
    /// Whether it is a condition rather than a preference.
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
    /// The node label whose values are the places; `None` is the node itself.
    pub over: Option<Symbol>,
    /// Whether it is a condition rather than a preference.
    pub hard: bool,
}
