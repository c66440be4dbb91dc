//! Generates manifests of random clusters, some of which are hard to place.
//!
//! Every amount comes from one seed, so equal parameters give the same text on any machine.

#![expect(clippy::format_push_string, reason = "easier to read, and speed does not matter here")]

#[path = "random.rs"]
mod random;

use random::Random;

/// Strategies by their names in a manifest.
pub(crate) const STRATEGIES: [&str; 3] = ["prioritized", "round-robin", "bin-pack"];

/// Difficulty built into a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Three resources, of which workloads require 80%.
    Even,
    /// Each node has its own tag, and each workload requires one tag. Nodes have twice the usual capacity, so that
    /// hardly any workload finds its node full.
    Tags,
    /// Each node has its own ward, and each workload is immune to one ward. Nodes have room for all workloads, because
    /// the reasons of an unplaced one would list every ward.
    Wards,
    /// Workloads require twice the capacity.
    Full,
    /// Every node offers 64 resources; each workload requires eight of them.
    Wide,
    /// Every workload is in three aversion groups; the first group contains all workloads.
    Averse,
    /// Each node has much of one resource and little of the others, so that each requirement fits somewhere but all
    /// together do not.
    Fragments,
}

/// Shapes with their names on the command line.
pub(crate) const SHAPES: [(&str, Shape); 7] = [
    ("even", Shape::Even),
    ("tags", Shape::Tags),
    ("wards", Shape::Wards),
    ("full", Shape::Full),
    ("wide", Shape::Wide),
    ("averse", Shape::Averse),
    ("fragments", Shape::Fragments),
];

/// Parameters of a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: u64,
    pub(crate) workloads: u64,
    /// Percentage of workloads that are in aversion groups of five.
    pub(crate) averse_percent: u64,
    pub(crate) strategy: &'static str,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
}

impl Default for Cluster {
    fn default() -> Self {
        Self { nodes: 100, workloads: 1_000, averse_percent: 0, strategy: "bin-pack", shape: Shape::Even, seed: 1 }
    }
}

/// Maximum requirement of a workload, for every shape: cpu, mem in Mi, disk in G.
const MAX_REQUIREMENT: [u64; 3] = [8, 16_384, 100];

impl Cluster {
    /// Returns the text of the manifest.
    pub(crate) fn manifest(&self) -> String {
        let mut random = Random(self.seed);
        let workloads =
            (0..self.workloads).map(|_| MAX_REQUIREMENT.map(|most| 1 + random.below(most))).collect::<Vec<_>>();
        let mut text = format!("strategy = \"{}\"\n\n", self.strategy);
        if self.strategy == "bin-pack" {
            text.push_str("[rubric]\ncpu = 1\nmem = \"0.25 per Gi\"\n\n");
        }
        let sums = [0, 1, 2].map(|at| workloads.iter().map(|amounts| amounts[at]).sum::<u64>());
        for node in 0..self.nodes {
            self.write_node(&mut text, &mut random, node, sums);
        }
        for (number, amounts) in (0..).zip(&workloads) {
            self.write_workload(&mut text, &mut random, number, *amounts);
        }
        text
    }

    fn write_node(&self, text: &mut String, random: &mut Random, node: u64, sums: [u64; 3]) {
        // Capacities vary from 50% to 150% of the average.
        let percent = 50 + random.below(101);
        let of = |at: usize| {
            (sums[at] * self.capacity_percent(node, at) * percent / (10_000 * self.nodes)).max(MAX_REQUIREMENT[at])
        };
        *text += &format!("[[nodes]]\nname = \"node-{node:06}\"\nresources = {{ ");
        *text += &format!("cpu = {}, mem = \"{}Mi\", disk = \"{}G\"", of(0), of(1), of(2));
        match self.shape {
            Shape::Tags => *text += &format!(", tag-{node:06} = 0"),
            Shape::Wide => (0..61).for_each(|at| *text += &format!(", r{at:02} = {}", 20 + random.below(20))),
            _ => {}
        }
        text.push_str(" }\n");
        if self.shape == Shape::Wards {
            *text += &format!("wards = [\"tenant-{node:06}\"]\n");
        }
        text.push('\n');
    }

    /// Returns the average capacity of a node as a percentage of the requirements per node.
    fn capacity_percent(&self, node: u64, resource: usize) -> u64 {
        match self.shape {
            Shape::Full => 50,
            Shape::Fragments if node % 3 == resource as u64 => 300,
            Shape::Fragments => 25,
            Shape::Tags => 250,
            Shape::Wards => 500,
            _ => 125,
        }
    }

    fn write_workload(&self, text: &mut String, random: &mut Random, number: u64, amounts: [u64; 3]) {
        *text += &format!("[[workloads]]\nname = \"workload-{number:07}\"\nrequirements = {{ ");
        let [cpu, mem, disk] = amounts;
        *text += &format!("cpu = {cpu}, mem = \"{mem}Mi\", disk = \"{disk}G\"");
        // Spreads workloads evenly over the nodes, if there are any.
        let node = number.checked_rem(self.nodes).unwrap_or(0);
        match self.shape {
            Shape::Tags => *text += &format!(", tag-{node:06} = 0"),
            Shape::Wide => (0..5).for_each(|at| *text += &format!(", r{:02} = 1", at * 12 + random.below(12))),
            _ => {}
        }
        text.push_str(" }\n");
        let group = number / 5;
        match self.shape {
            Shape::Wards => *text += &format!("immunities = [\"tenant-{node:06}\"]\n"),
            Shape::Averse => {
                let service = random.below(1 + self.workloads / 100);
                *text += &format!("aversion_groups = [\"all\", \"five-{group:06}\", \"service-{service:05}\"]\n");
            }
            _ if group % 100 < self.averse_percent => {
                *text += &format!("aversion_groups = [\"five-{group:06}\"]\n");
            }
            _ => {}
        }
        text.push('\n');
    }
}
