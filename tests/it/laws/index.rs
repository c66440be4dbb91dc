//! The law of the index: it finds the node that the plain search finds, so every outcome is the same.

use lighthouse::model::{Model, Record, Replan};
use lighthouse::place::{self, Outcome, Search, Start};
use lighthouse::plan::Plan;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Strategy as Drawn;
use proptest::test_runner::Config;

use super::cluster::{Amount, Cluster, Nodes, Workloads, clusters, records};
use super::config;

/// Factor by which small clusters are tried more often than in other laws: they are cheap and find most faults.
const SMALL: u32 = 10;

/// Number of usual cases per case with a crowd.
const CROWDS: u32 = 40;

/// Number of small clusters in a crowd; a feature of only one of them is rare in the crowd.
const PARTS: usize = 20;

const RACKS: [&str; PARTS] =
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"];

fn outcome(model: &Model, record: &Record, search: Search) -> Outcome {
    place::place(model, &Start { record: Some(record), search, ..Start::default() }).expect("nothing is pinned")
}

/// Asserts that everything visible of the two outcomes is the same.
fn agree(model: &Model, record: &Record) -> Result<(), TestCaseError> {
    let [indexed, plain] = [Search::Indexed, Search::Plain].map(|search| outcome(model, record, search));
    prop_assert_eq!(&indexed.assignment, &plain.assignment);
    prop_assert_eq!(&indexed.reluctant, &plain.reluctant);
    prop_assert_eq!(&indexed.departures, &plain.departures);
    prop_assert_eq!(indexed.engine.cursor(), plain.engine.cursor());
    prop_assert_eq!(indexed.engine.nodes().collect::<Vec<_>>(), plain.engine.nodes().collect::<Vec<_>>());
    prop_assert_eq!(place::unplaced(model, &indexed), place::unplaced(model, &plain));
    Ok(())
}

/// Draws about a hundred nodes and more workloads, with large groups, a label of many values, and two resources that
/// few nodes offer.
fn crowds() -> impl Drawn<Value = Cluster> {
    (vec(clusters(), PARTS), clusters()).prop_map(|(parts, head)| {
        let parts = parts.into_iter().zip(RACKS).collect::<Vec<_>>();
        let nodes = parts.iter().flat_map(|(part, rack)| part.nodes.iter().map(|table| many_nodes(table, rack)));
        let workloads = parts.iter().flat_map(|(part, rack)| {
            part.workloads.iter().map(move |table| Workloads {
                name: format!("{rack}-{}", table.name),
                replicas: table.replicas.map(|replicas| replicas * 4),
                was: None,
                ..table.clone()
            })
        });
        let (nodes, workloads) = (nodes.collect(), workloads.collect());
        let mut crowd = Cluster { nodes, workloads, ..head };
        crowd.drains = crowd.nodes.iter().take(1).map(|table| table.name.clone()).collect();
        crowd.cordons = crowd.nodes.iter().skip(3).take(1).map(|table| table.name.clone()).collect();
        crowd.keep_infinities_apart();
        crowd
    })
}

/// Draws crowds in which many nodes have their own tags, wards and negative amounts, and hardly two workloads have
/// equal requirements.
fn adversaries() -> impl Drawn<Value = Cluster> {
    let of_nodes = vec((0..8_u8, select(&RACKS[..])), 97);
    let of_workloads = vec((0..8_u8, select(&RACKS[..]), 0..10_i64), 89);
    (crowds(), of_nodes, of_workloads).prop_map(|(mut crowd, of_nodes, of_workloads)| {
        for (table, &(kind, name)) in crowd.nodes.iter_mut().zip(of_nodes.iter().cycle()) {
            table.count = table.count.map(|count| count * 3);
            for amount in table.resources.values_mut() {
                *amount = tenfold(*amount);
            }
            let own = match kind {
                0 | 1 => Some(Amount::Finite(0)),
                2 => Some(Amount::Ward),
                3 => Some(Amount::Finite(-10)),
                _ => None,
            };
            table.resources.extend(own.map(|amount| (name, amount)));
        }
        for (table, &(kind, name, more)) in crowd.workloads.iter_mut().zip(of_workloads.iter().cycle()) {
            for amount in table.requirements.values_mut() {
                *amount = *amount * 10 + more;
            }
            let own = match kind {
                0 | 1 => Some(0),
                2 => Some(-more),
                _ => None,
            };
            table.requirements.extend(own.map(|amount| (name, amount)));
            table.immunities.extend((3..=5).contains(&kind).then_some(name));
        }
        crowd
    })
}

fn tenfold(amount: Amount) -> Amount {
    match amount {
        Amount::Finite(amount) => Amount::Finite(amount * 10),
        infinite => infinite,
    }
}

fn many_nodes(table: &Nodes, rack: &'static str) -> Nodes {
    let mut nodes = Nodes { name: format!("{rack}-{}", table.name), was: None, ..table.clone() };
    nodes.count = table.count.map(|count| count * 2);
    if rack != RACKS[0] {
        nodes.resources.retain(|&name, _| name != "gpu" && name != "slot");
    }
    if let Some(value) = nodes.labels.get_mut("rack") {
        *value = rack;
    }
    nodes
}

proptest! {
    #![proptest_config(Config { cases: config().cases * SMALL, ..config() })]

    #[test]
    fn the_index_agrees_with_the_plain_search(cluster in clusters(), record in records()) {
        agree(&cluster.model(), &record)?;
    }
}

proptest! {
    #![proptest_config(Config { cases: config().cases / CROWDS, ..config() })]

    #[test]
    fn the_index_agrees_with_the_plain_search_among_many_nodes(
        before in crowds(), after in crowds(), replan in any::<bool>(),
    ) {
        let record = Plan::new(&before.model(), &Record::default(), &[]).expect("nothing is pinned").record();
        let after = Cluster { replan: if replan { Replan::Keep } else { after.replan }, ..after };
        agree(&after.model(), &Record::default())?;
        agree(&after.model(), &record)?;
    }

    #[test]
    fn the_index_agrees_with_the_plain_search_if_tables_hardly_repeat(
        cluster in adversaries(), again in any::<bool>(),
    ) {
        let mut record = Record::default();
        if again {
            record = Plan::new(&cluster.model(), &record, &[]).expect("nothing is pinned").record();
        }
        agree(&cluster.model(), &record)?;
    }
}
