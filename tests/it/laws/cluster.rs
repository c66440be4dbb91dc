//! Random clusters, small and crowded, so that workloads compete, leave, return and stay unplaced.
//!
//! A cluster consists of plain values that a law can edit and that print like a manifest. Names come from small pools,
//! so that records, renames, counts and replicas coincide by chance.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use lighthouse::model::names::Symbol;
use lighthouse::model::score::Weight;
use lighthouse::model::{
    AffinityGroup, AversionGroup, Model, NodeTable, Offer, Record, Recorded, Replan, Requirement, Selector, Strategy,
    WorkloadOptions, WorkloadTable,
};
use lighthouse::quantity::{Capacity, Family, Quantity};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Strategy as Drawn;

use super::oracle::Flat;

pub(crate) const RESOURCES: [&str; 4] = ["cpu", "gpu", "mem", "slot"];
const AVERSION_GROUPS: [&str; 2] = ["db", "web"];
const AFFINITY_GROUPS: [&str; 2] = ["cache", "shop"];
const LABELS: [&str; 2] = ["rack", "zone"];
const VALUES: [&str; 2] = ["1", "2"];
const NODE_NAMES: [&str; 5] = ["n0", "n1", "n2", "n3", "n0-0"];
const RECORDED_NODES: [&str; 7] = ["n0", "n1", "n2", "n3", "n0-0", "n1-0", "n0-1"];
const WORKLOAD_NAMES: [&str; 9] = ["w0", "w1", "w2", "w3", "w4", "w5", "w6", "w0-0", "w1-0"];
const RECORDED_WORKLOADS: [&str; 12] =
    ["w0", "w1", "w2", "w3", "w4", "w5", "w6", "w0-0", "w1-0", "w2-0", "w0-1", "w1-1"];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Ward,
    Finite(i64),
    Unlimited,
}

#[derive(Clone, Default)]
pub(crate) struct Nodes {
    pub(crate) name: String,
    pub(crate) count: Option<u32>,
    pub(crate) resources: BTreeMap<&'static str, Amount>,
    pub(crate) labels: BTreeMap<&'static str, &'static str>,
    pub(crate) was: Option<String>,
}

pub(crate) type Selectors = BTreeMap<&'static str, BTreeSet<String>>;

#[derive(Clone, Default)]
pub(crate) struct Workloads {
    pub(crate) name: String,
    pub(crate) replicas: Option<u32>,
    pub(crate) requirements: BTreeMap<&'static str, i64>,
    pub(crate) immunities: BTreeSet<&'static str>,
    pub(crate) averse: BTreeSet<&'static str>,
    pub(crate) affine: BTreeSet<&'static str>,
    pub(crate) only_on: Selectors,
    pub(crate) never_on: Selectors,
    pub(crate) priority: i64,
    pub(crate) stay: bool,
    pub(crate) was: Option<String>,
}

/// Options of a group; `max` applies to aversion only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) over: Option<&'static str>,
    pub(crate) max: u32,
    pub(crate) hard: bool,
}

impl Group {
    pub(crate) const PLAIN: Self = Self { over: None, max: 1, hard: false };
}

#[derive(Clone)]
pub(crate) struct Cluster {
    pub(crate) strategy: Strategy,
    pub(crate) replan: Replan,
    pub(crate) rubric: BTreeMap<&'static str, i64>,
    pub(crate) nodes: Vec<Nodes>,
    pub(crate) workloads: Vec<Workloads>,
    pub(crate) aversion_groups: BTreeMap<&'static str, Group>,
    pub(crate) affinity_groups: BTreeMap<&'static str, Group>,
    pub(crate) drains: BTreeSet<String>,
    pub(crate) cordons: BTreeSet<String>,
}

impl Cluster {
    pub(crate) fn empty() -> Self {
        Self {
            strategy: Strategy::Prioritized,
            replan: Replan::Keep,
            rubric: BTreeMap::new(),
            nodes: Vec::new(),
            workloads: Vec::new(),
            aversion_groups: BTreeMap::new(),
            affinity_groups: BTreeMap::new(),
            drains: BTreeSet::new(),
            cordons: BTreeSet::new(),
        }
    }

    pub(crate) fn model(&self) -> Model {
        let rubric = self.rubric.iter().map(|(&name, &weight)| (name, Weight::from(Quantity::from(weight))));
        let mut model = Model::new(self.strategy, &rubric.collect::<Vec<_>>()).expect("small weights are comparable");
        model.replan = self.replan;
        for nodes in &self.nodes {
            let table = node_table(&mut model, nodes);
            model.add_nodes(table).expect("names are unique, no score has both infinities");
        }
        for workloads in &self.workloads {
            let table = workload_table(&mut model, workloads);
            model.add_workloads(table).expect("names are unique");
        }
        for (&name, group) in &self.aversion_groups {
            let over = group.over.map(|label| model.intern(label));
            let name = model.intern(name);
            model.aversion_groups.insert(name, AversionGroup { over, max: group.max, hard: group.hard });
        }
        for (&name, group) in &self.affinity_groups {
            let over = group.over.map(|label| model.intern(label));
            let name = model.intern(name);
            model.affinity_groups.insert(name, AffinityGroup { over, hard: group.hard });
        }
        let ids = |names: &BTreeSet<String>| {
            let known = names.iter().filter_map(|name| model.node_named(name));
            known.map(|node| (node, "a reason".to_owned())).collect::<BTreeMap<_, _>>()
        };
        (model.drains, model.cordons) = (ids(&self.drains), ids(&self.cordons));
        model
    }

    /// Returns the cluster without labels, selectors, affinity, group options, priorities, `stay`, `was`, drains and
    /// cordons: resources, immunities and plain aversion remain.
    pub(crate) fn without_rules(mut self) -> Self {
        for nodes in &mut self.nodes {
            (nodes.labels, nodes.was) = (BTreeMap::new(), None);
        }
        for workloads in &mut self.workloads {
            let Workloads { name, replicas, requirements, immunities, averse, .. } = std::mem::take(workloads);
            *workloads = Workloads { name, replicas, requirements, immunities, averse, ..Workloads::default() };
        }
        (self.aversion_groups, self.affinity_groups) = (BTreeMap::new(), BTreeMap::new());
        (self.drains, self.cordons) = (BTreeSet::new(), BTreeSet::new());
        self
    }

    /// Ensures that no node's score adds both infinities, by removing such resources from the rubric.
    pub(crate) fn keep_infinities_apart(&mut self) {
        for table in &self.nodes {
            let infinite = table.resources.iter().filter_map(|(&name, &amount)| {
                let sign = match amount {
                    Amount::Ward => -1,
                    Amount::Finite(_) => 0,
                    Amount::Unlimited => 1,
                };
                Some((name, sign * self.rubric.get(name)?.signum())).filter(|&(_, sign)| sign != 0)
            });
            let infinite = infinite.collect::<Vec<_>>();
            if infinite.iter().any(|&(_, sign)| sign != infinite[0].1) {
                self.rubric.retain(|&weighted, _| infinite.iter().all(|&(name, _)| weighted != name));
            }
        }
    }

    /// Removes every `was`.
    pub(crate) fn forget_names(&mut self) {
        self.nodes.iter_mut().for_each(|nodes| nodes.was = None);
        self.workloads.iter_mut().for_each(|workloads| workloads.was = None);
    }
}

fn node_table(model: &mut Model, nodes: &Nodes) -> NodeTable {
    let resources = nodes.resources.iter().map(|(name, &amount)| {
        let capacity = match amount {
            Amount::Ward => Capacity::Ward,
            Amount::Finite(amount) => Capacity::Finite(amount.into()),
            Amount::Unlimited => Capacity::Unlimited,
        };
        Offer { resource: model.intern(name), capacity, family: Family::Plain }
    });
    let resources = resources.collect();
    let labels = nodes.labels.iter().map(|(key, value)| (model.intern(key), model.intern(value))).collect();
    NodeTable { name: nodes.name.clone(), count: nodes.count, resources, labels, was: nodes.was.clone() }
}

fn workload_table(model: &mut Model, workloads: &Workloads) -> WorkloadTable {
    let requirements = workloads
        .requirements
        .iter()
        .map(|(name, &amount)| Requirement::new(model.intern(name), Quantity::from(amount), Family::Plain));
    let requirements = requirements.collect();
    let options = WorkloadOptions {
        immunities: symbols(model, &workloads.immunities),
        affinity_groups: symbols(model, &workloads.affine),
        labels: Vec::new(),
        only_on: selectors(model, &workloads.only_on),
        never_on: selectors(model, &workloads.never_on),
        priority: workloads.priority,
        stay: workloads.stay,
        was: workloads.was.clone(),
    };
    WorkloadTable {
        name: workloads.name.as_str().into(),
        replicas: workloads.replicas,
        requirements,
        aversion_groups: symbols(model, &workloads.averse),
        options: options.boxed(),
    }
}

fn symbols(model: &mut Model, names: &BTreeSet<&'static str>) -> Vec<Symbol> {
    names.iter().map(|name| model.intern(name)).collect()
}

fn selectors(model: &mut Model, selectors: &Selectors) -> Vec<Selector> {
    let selector = |(label, values): (&&str, &BTreeSet<String>)| Selector {
        label: model.intern(label),
        values: values.iter().map(|value| model.intern(value)).collect(),
    };
    selectors.iter().map(selector).collect()
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nstrategy = {:?}\nreplan = {:?}", self.strategy.name(), self.replan.name())?;
        writeln!(f, "rubric = {:?}\ndrained: {:?}\ncordoned: {:?}", self.rubric, self.drains, self.cordons)?;
        for (kind, groups) in [("aversion", &self.aversion_groups), ("affinity", &self.affinity_groups)] {
            for (name, Group { over, max, hard }) in groups {
                writeln!(f, "[{kind}_groups.{name}] over = {over:?}, max = {max}, hard = {hard}")?;
            }
        }
        self.nodes.iter().try_for_each(|nodes| nodes.fmt(f))?;
        self.workloads.iter().try_for_each(|workloads| workloads.fmt(f))
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, count, resources, labels, was } = self;
        write!(f, "node {name}")?;
        count.iter().try_for_each(|count| write!(f, " x{count}"))?;
        was.iter().try_for_each(|was| write!(f, " was {was}"))?;
        writeln!(f, " {resources:?} {labels:?}")
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ward => f.write_str("-inf"),
            Self::Finite(amount) => amount.fmt(f),
            Self::Unlimited => f.write_str("inf"),
        }
    }
}

impl fmt::Debug for Workloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "workload {}", self.name)?;
        self.replicas.iter().try_for_each(|replicas| write!(f, " x{replicas}"))?;
        self.was.iter().try_for_each(|was| write!(f, " was {was}"))?;
        write!(f, " {:?}", self.requirements)?;
        for (word, names) in [("immune", &self.immunities), ("averts", &self.averse), ("likes", &self.affine)] {
            if !names.is_empty() {
                write!(f, " {word} {names:?}")?;
            }
        }
        for (word, selectors) in [("only on", &self.only_on), ("never on", &self.never_on)] {
            if !selectors.is_empty() {
                write!(f, " {word} {selectors:?}")?;
            }
        }
        writeln!(f, " priority {}{}", self.priority, if self.stay { " stay" } else { "" })
    }
}

/// Cluster with a record in which every rule holds: some workloads were adopted, the rest were placed by a plan.
#[derive(Clone, Debug)]
pub(crate) struct Settled {
    pub(crate) cluster: Cluster,
    adopted: Vec<u8>,
}

impl Settled {
    /// Returns a valid assignment that no strategy made: each workload in turn is on a drawn node, if the rules hold
    /// with it there.
    pub(crate) fn adopted(&self) -> Record {
        let flat = Flat::new(&self.cluster);
        let mut seats = vec![None; flat.workloads.len()];
        for (workload, &drawn) in (0..seats.len()).zip(self.adopted.iter().cycle()) {
            seats[workload] = Some(usize::from(drawn)).filter(|&node| node < flat.nodes.len());
            if !flat.holds(&seats) {
                seats[workload] = None;
            }
        }
        let seated = flat.workloads.iter().zip(seats);
        let placements =
            seated.filter_map(|((name, table), seat)| Some(recorded(name, &flat.nodes[seat?].0, &table.requirements)));
        let mut placements = placements.collect::<Vec<_>>();
        placements.sort_by(|a, b| a.workload.cmp(&b.workload));
        Record { placements, ..Record::default() }
    }

    pub(crate) fn record(&self) -> Record {
        super::plan(&self.cluster.model(), &self.adopted()).record()
    }
}

fn recorded(workload: &str, node: &str, requirements: &BTreeMap<&'static str, i64>) -> Recorded {
    let requirements = requirements.iter().map(|(&name, &amount)| (name.into(), amount.into(), Family::Plain));
    Recorded { workload: workload.into(), node: node.into(), requirements: requirements.collect() }
}

/// Draws clusters with every feature.
pub(crate) fn clusters() -> impl Drawn<Value = Cluster> {
    let strategies = Strategy::ALL.map(|(_, strategy)| strategy);
    let head = (select(strategies.to_vec()), prop_oneof![3 => Just(Replan::Keep), 1 => Just(Replan::Fresh)]);
    let rubric = btree_map(select(&RESOURCES[..]), -1..=3_i64, 0..=4);
    let nodes = (vec(node_tables(), 0..=4), Just(NODE_NAMES).prop_shuffle());
    let workloads = (vec(workload_tables(), 0..=8), Just(WORKLOAD_NAMES).prop_shuffle());
    let groups = (groups(&AVERSION_GROUPS), groups(&AFFINITY_GROUPS));
    let closed = (closed_nodes(), closed_nodes());
    (head, rubric, nodes, workloads, groups, closed).prop_map(|(head, rubric, nodes, workloads, groups, closed)| {
        let mut cluster = Cluster {
            strategy: head.0,
            replan: head.1,
            rubric,
            nodes: nodes.0.into_iter().zip(nodes.1).map(|(table, name)| Nodes { name: name.into(), ..table }).collect(),
            workloads: named(workloads.0, &workloads.1),
            aversion_groups: groups.0,
            affinity_groups: groups.1,
            drains: closed.0,
            cordons: closed.1,
        };
        make_legal(&mut cluster);
        cluster
    })
}

pub(crate) fn settled() -> impl Drawn<Value = Settled> {
    (clusters(), vec(0..8_u8, 16)).prop_map(|(mut cluster, adopted)| {
        cluster.replan = Replan::Keep;
        Settled { cluster, adopted }
    })
}

/// Draws any record, as `adopt` may write it: its names need not be declared, and no rule need hold.
pub(crate) fn records() -> impl Drawn<Value = Record> {
    let placements = btree_map(select(&RECORDED_WORKLOADS[..]), (select(&RECORDED_NODES[..]), requirements()), 0..=10);
    let evicted = btree_map(select(&RECORDED_WORKLOADS[..]), select(&RECORDED_NODES[..]), 0..=3);
    (placements, evicted, option::of(select(&RECORDED_NODES[..]))).prop_map(|(placements, mut evicted, cursor)| {
        evicted.retain(|name, _| !placements.contains_key(name));
        Record {
            placements: placements.iter().map(|(name, (node, required))| recorded(name, node, required)).collect(),
            evicted: evicted.into_iter().map(|(name, node)| (name.into(), node.into())).collect(),
            cursor: cursor.map(Arc::from),
        }
    })
}

/// Draws a node table without a name.
pub(crate) fn node_tables() -> impl Drawn<Value = Nodes> {
    let amount = prop_oneof![
        12 => (0..=9_i64).prop_map(Amount::Finite),
        2 => (-3..=0_i64).prop_map(Amount::Finite),
        1 => Just(Amount::Unlimited),
        1 => Just(Amount::Ward),
    ];
    let labels = btree_map(select(&LABELS[..]), select(&VALUES[..]), 0..=2);
    let was = option::weighted(0.2, select(&RECORDED_NODES[..5]));
    (btree_map(select(&RESOURCES[..]), amount, 1..=6), labels, numbers(), was).prop_map(
        |(resources, labels, count, was)| Nodes {
            name: String::new(),
            count,
            resources,
            labels,
            was: was.map(str::to_owned),
        },
    )
}

fn workload_tables() -> impl Drawn<Value = Workloads> {
    let sets = (subset(0.15, &RESOURCES), subset(0.3, &AVERSION_GROUPS), subset(0.2, &AFFINITY_GROUPS));
    let selectors = (selector_maps(), selector_maps());
    let priority = prop_oneof![4 => Just(0_i64), 1 => -1..=1_i64];
    let was = option::weighted(0.2, select(&RECORDED_WORKLOADS[..9]));
    (requirements(), sets, selectors, priority, proptest::bool::weighted(0.15), numbers(), was).prop_map(
        |(requirements, sets, selectors, priority, stay, replicas, was)| Workloads {
            name: String::new(),
            replicas,
            requirements,
            immunities: sets.0,
            averse: sets.1,
            affine: sets.2,
            only_on: selectors.0,
            never_on: selectors.1,
            priority,
            stay,
            was: was.map(str::to_owned),
        },
    )
}

/// Draws amounts that crowd a node, and now and then a negative one, which raises the free capacity.
fn requirements() -> impl Drawn<Value = BTreeMap<&'static str, i64>> {
    btree_map(select(&RESOURCES[..]), prop_oneof![7 => 0..=5_i64, 1 => -3..=-1_i64], 0..=3)
}

fn numbers() -> impl Drawn<Value = Option<u32>> {
    option::weighted(0.25, 0..=3_u32)
}

fn subset(likely: f64, of: &'static [&'static str]) -> impl Drawn<Value = BTreeSet<&'static str>> {
    vec(proptest::bool::weighted(likely), of.len())
        .prop_map(|drawn| of.iter().zip(drawn).filter(|(_, drawn)| *drawn).map(|(&name, _)| name).collect())
}

fn selector_maps() -> impl Drawn<Value = Selectors> {
    let by_name = (Just("name"), select(&RECORDED_NODES[..]), select(&RECORDED_NODES[..]));
    let by_label = (select(&LABELS[..]), select(&VALUES[..]), select(&VALUES[..]));
    let selector = option::weighted(0.2, prop_oneof![by_name, by_label]);
    selector.prop_map(|drawn| {
        drawn.into_iter().map(|(label, a, b)| (label, [a, b].map(str::to_owned).into_iter().collect())).collect()
    })
}

fn groups(names: &'static [&'static str]) -> impl Drawn<Value = BTreeMap<&'static str, Group>> {
    let over = option::of(select(&["rack", "zone", "name"][..]));
    let group = (over, 1..=2_u32, any::<bool>()).prop_map(|(over, max, hard)| Group { over, max, hard });
    btree_map(select(names), group, 0..=2)
}

fn closed_nodes() -> impl Drawn<Value = BTreeSet<String>> {
    option::weighted(0.2, select(&RECORDED_NODES[..])).prop_map(|name| name.into_iter().map(str::to_owned).collect())
}

fn named(tables: Vec<Workloads>, names: &[&str]) -> Vec<Workloads> {
    tables.into_iter().zip(names).map(|(table, &name)| Workloads { name: name.to_owned(), ..table }).collect()
}

/// Removes what no manifest may have: duplicate names and `was` after expansion, and undeclared drains and cordons.
fn make_legal(cluster: &mut Cluster) {
    cluster.keep_infinities_apart();
    let (mut names, mut former) = (BTreeSet::new(), BTreeSet::new());
    cluster.nodes.retain(|table| claim(&mut names, &table.name, table.count));
    for table in &mut cluster.nodes {
        table.was = table.was.take().filter(|was| claim(&mut former, was, table.count));
    }
    cluster.drains.retain(|name| names.contains(name));
    cluster.cordons.retain(|name| names.contains(name));
    let (mut names, mut former) = (BTreeSet::new(), BTreeSet::new());
    cluster.workloads.retain(|table| claim(&mut names, &table.name, table.replicas));
    for table in &mut cluster.workloads {
        table.was = table.was.take().filter(|was| claim(&mut former, was, table.replicas));
    }
}

fn claim(taken: &mut BTreeSet<String>, name: &str, count: Option<u32>) -> bool {
    let expanded = expand(name, count);
    let is_free = expanded.iter().all(|name| !taken.contains(name));
    if is_free {
        taken.extend(expanded);
    }
    is_free
}

pub(crate) fn expand(name: &str, count: Option<u32>) -> Vec<String> {
    count.map_or_else(|| vec![name.to_owned()], |count| (0..count).map(|number| format!("{name}-{number}")).collect())
}
