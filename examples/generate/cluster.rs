//! Random clusters as text: how many nodes and workloads, and what makes them hard to place.
//!
//! Every amount comes from one seed, so the same cluster is the same text anywhere.

#![expect(clippy::format_push_string, reason = "it reads plainly, and its speed is nobody's concern")]

#[path = "random.rs"]
mod random;

use random::Random;

/// The strategies, by their names in a manifest.
pub(crate) const STRATEGIES: [&str; 3] = ["prioritized", "round-robin", "bin-pack"];

/// What is special about a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Three resources of which 80% are used in the end.
    Even,
    /// A tag for each node, and one of them for each workload. Nodes have twice as much as otherwise: hardly any
    /// workload finds its node full.
    Tags,
    /// A ward on each node, and an immunity to one of them for each workload. Nodes have so much that all workloads
    /// find room: one without a place would name every ward.
    Wards,
    /// Twice as much is required as there is.
    Full,
    /// 64 resources on every node; each workload requires eight of them.
    Wide,
    /// Every workload is in three aversion groups, of which the first has all workloads.
    Averse,
    /// A node has much of one resource and little of the others: each alone fits, all together do not.
    Fragments,
}

/// The shapes with their names on the command line.
pub(crate) const SHAPES: [(&str, Shape); 7] = [
    ("even", Shape::Even),
    ("tags", Shape::Tags),
    ("wards", Shape::Wards),
    ("full", Shape::Full),
    ("wide", Shape::Wide),
    ("averse", Shape::Averse),
    ("fragments", Shape::Fragments),
];

/// How large a cluster is, and of which kind.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: u64,
    pub(crate) workloads: u64,
    /// How many of a hundred workloads are in aversion groups of five.
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

/// The most that a workload requires of the resources of every shape: cpu, mem in Mi, disk in G.
const LARGEST: [u64; 3] = [8, 16_384, 100];

impl Cluster {
    /// The manifest's text.
    pub(crate) fn manifest(&self) -> String {
        let mut random = Random(self.seed);
        let workloads = (0..self.workloads).map(|_| LARGEST.map(|most| 1 + random.below(most))).collect::<Vec<_>>();
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
        // Between a half and one and a half of what makes 80% of all capacity required.
        let percent = 50 + random.below(101);
        let of =
            |at: usize| (sums[at] * self.capacity_percent(node, at) * percent / (10_000 * self.nodes)).max(LARGEST[at]);
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

    /// How much of what is required a node's resources would have, were all nodes alike.
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
        // As many workloads for each node, wherever there are nodes.
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
