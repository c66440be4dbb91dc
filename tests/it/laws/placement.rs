//! Laws of a single placement: the node of each workload, refusals, and soft rules that yield only if they must.

use std::collections::BTreeMap;

use lighthouse::model::{Assignment, Model, NodeId, Record, Replan, Strategy};
use lighthouse::place::Engine;
use lighthouse::plan::Plan;
use lighthouse::rules::{Reason, refusals};
use lighthouse::verify;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::Strategy as _;

use super::cluster::{Cluster, Nodes, Workloads, clusters, records};
use super::oracle::{Flat, Home, Seats};
use super::{config, plan, seats};

/// Places the workloads one by one in manifest order. `look` sees each step: the nodes so far, the workload, its node.
fn step_by_step(cluster: &Cluster, mut look: impl FnMut(&Seats, usize, Option<usize>)) {
    let model = cluster.model();
    let mut engine = Engine::new(&model);
    let mut seats = vec![None; model.workloads().len()];
    for workload in model.workload_ids() {
        let answer = engine.assign(&model, [workload]);
        let node = answer[0].1.map(NodeId::index);
        look(&seats, workload.index(), node);
        seats[workload.index()] = node;
    }
}

/// Returns the recorded node of a workload with `stay`, as the engine matched it.
fn home(cluster: &Cluster, plan: &Plan<'_>, workload: usize) -> Home {
    let id = plan.model.workload_ids().nth(workload)?;
    let claim = plan.outcome.inheritance.of(id)?;
    Flat::new(cluster).workloads[workload].1.stay.then_some(claim.node.map(NodeId::index))
}

/// Returns the node of each workload, by name.
fn by_name(model: &Model, record: &Record) -> BTreeMap<String, Option<String>> {
    let plan = plan(model, record);
    let named = model.workload_ids().map(|workload| {
        let node = plan.outcome.assignment.of(workload);
        (model.workload_name(workload).to_owned(), node.map(|node| model.node_name(node).to_owned()))
    });
    named.collect()
}

/// The record `w0-0` matches `w0`, which had replicas before, and `w0-0-0`, which had none.
#[test]
fn a_record_that_matches_two_workloads_goes_to_the_same_one_in_any_order() {
    let table = |name: &str, replicas| Workloads { name: name.to_owned(), replicas, ..Workloads::default() };
    let (single, replicated) = (table("w0", None), table("w0-0", Some(1)));
    for workloads in [vec![single.clone(), replicated.clone()], vec![replicated, single]] {
        let nodes = vec![Nodes { name: "n0".to_owned(), ..Nodes::default() }];
        let model = Cluster { nodes, workloads, ..Cluster::empty() }.model();
        let record = Record { evicted: vec![("w0-0".into(), "n0".into())], ..Record::default() };
        let plan = plan(&model, &record);
        let claim = |name| plan.outcome.inheritance.of(model.workload_named(name).expect("it is declared"));
        assert!(claim("w0-0-0").is_some() && claim("w0").is_none());
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_engine_places_as_the_oracle_does(mut cluster in clusters()) {
        for (_, strategy) in Strategy::ALL {
            cluster.strategy = strategy;
            let model = cluster.model();
            let placed = seats(&plan(&model, &Record::default()));
            prop_assert_eq!(placed, Flat::new(&cluster).place_all(), "{:?}", strategy);
        }
    }

    #[test]
    fn the_engine_places_clusters_without_rules_as_the_oracle_does(cluster in clusters()) {
        let mut cluster = cluster.without_rules();
        for (_, strategy) in Strategy::ALL {
            cluster.strategy = strategy;
            let model = cluster.model();
            let placed = seats(&plan(&model, &Record::default()));
            prop_assert_eq!(placed, Flat::new(&cluster).place_all(), "{:?}", strategy);
        }
    }

    #[test]
    fn the_checker_accepts_every_outcome(mut cluster in clusters(), record in records()) {
        for replan in [Replan::Keep, Replan::Fresh] {
            cluster.replan = replan;
            let model = cluster.model();
            prop_assert!(Flat::new(&cluster).holds(&seats(&plan(&model, &record))));
            let seed = cluster.clone().without_rules();
            prop_assert!(Flat::new(&seed).holds(&seats(&plan(&seed.model(), &record))));
        }
    }

    /// Judges assignments that the engine never makes: plans in which some workloads are moved at random.
    #[test]
    fn the_checker_refuses_what_does_not_hold_and_nothing_else(
        cluster in clusters(), record in records(), elsewhere in vec((any::<Index>(), any::<Index>()), 0..4),
    ) {
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let mut seats = seats(&plan(&model, &record));
        for (workload, node) in elsewhere {
            if !seats.is_empty() && !flat.nodes.is_empty() {
                let workload = workload.index(seats.len());
                seats[workload] = Some(node.index(flat.nodes.len()));
            }
        }
        let nodes = model.node_ids().collect::<Vec<_>>();
        let assignment = Assignment(seats.iter().map(|seat| seat.map(|node| nodes[node])).collect());
        let violations = verify::judge(&model, &assignment);
        prop_assert_eq!(violations.is_empty(), flat.holds(&seats), "{:?}", violations);
    }

    #[test]
    fn the_same_input_gives_the_same_plan(cluster in clusters(), record in records()) {
        let (model, again) = (cluster.model(), cluster.model());
        let (plan, again) = (plan(&model, &record), plan(&again, &record));
        prop_assert_eq!(plan.record(), again.record());
        prop_assert_eq!(&plan.changes, &again.changes);
        prop_assert_eq!(&plan.unplaced, &again.unplaced);
    }

    #[test]
    fn an_unplaced_workload_fits_nowhere(cluster in clusters(), record in records()) {
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let plan = plan(&model, &record);
        let seats = seats(&plan);
        for workload in (0..seats.len()).filter(|&workload| seats[workload].is_none()) {
            let home = home(&cluster, &plan, workload);
            let taker = (0..flat.nodes.len()).find(|&node| flat.takes(&seats, workload, node, home));
            prop_assert_eq!(taker, None, "a node takes {}", &flat.workloads[workload].0);
        }
    }

    #[test]
    fn the_refusals_of_an_unplaced_workload_add_up_to_the_nodes(cluster in clusters(), record in records()) {
        let model = cluster.model();
        let plan = plan(&model, &record);
        let without = plan.outcome.assignment.0.iter().filter(|node| node.is_none());
        prop_assert_eq!(plan.unplaced.len(), without.count());
        for unplaced in &plan.unplaced {
            let refused = unplaced.counts.iter().map(|&(_, nodes)| nodes as usize).sum::<usize>();
            prop_assert_eq!(refused, model.nodes().len());
        }
    }

    /// Immunity does not help if the node does not offer the resource at all.
    #[test]
    fn an_immune_workload_is_never_refused_for_that_resource(cluster in clusters(), record in records()) {
        let model = cluster.model();
        let plan = plan(&model, &record);
        for &(workload, standing) in &plan.outcome.standings {
            for node in model.node_ids() {
                for refusal in refusals(&model, plan.outcome.engine.occupancy(), workload, standing, node) {
                    let (Reason::Warded(resource) | Reason::Short { resource, .. }) = refusal else { continue };
                    prop_assert!(!model.workload_table(workload).immunities.contains(&resource));
                }
            }
        }
    }

    #[test]
    fn a_workload_is_only_on_nodes_that_offer_its_tags(cluster in clusters(), record in records()) {
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        for (seat, (_, workload)) in seats(&plan(&model, &record)).into_iter().zip(&flat.workloads) {
            let Some(node) = seat else { continue };
            prop_assert!(workload.requirements.keys().all(|tag| flat.nodes[node].1.resources.contains_key(tag)));
        }
    }

    #[test]
    fn a_workload_is_placed_if_and_only_if_a_node_takes_it(cluster in clusters()) {
        let flat = Flat::new(&cluster);
        step_by_step(&cluster, |seats, workload, to| {
            let takers = (0..flat.nodes.len()).filter(|&node| flat.takes(seats, workload, node, None));
            let takers = takers.collect::<Vec<_>>();
            assert_eq!(to.is_some(), !takers.is_empty(), "{} has the choice of {takers:?}", flat.workloads[workload].0);
            assert!(to.is_none_or(|node| takers.contains(&node) && flat.attaches(seats, workload, node)));
        });
    }

    #[test]
    fn soft_rules_are_given_up_only_when_no_node_keeps_them(cluster in clusters()) {
        let flat = Flat::new(&cluster);
        step_by_step(&cluster, |seats, workload, to| {
            // Aversion outranks affinity.
            let given_up = |node: usize| {
                let aversion = !flat.keeps_aversion(seats, workload, node, false);
                (aversion, !flat.keeps_affinity(seats, workload, node, false))
            };
            let takers = (0..flat.nodes.len()).filter(|&node| flat.takes(seats, workload, node, None));
            assert_eq!(to.map(given_up), takers.map(given_up).min(), "{}", flat.workloads[workload].0);
        });
    }

    #[test]
    fn bin_pack_does_not_depend_on_the_order_of_tables(
        (cluster, nodes, workloads) in clusters().prop_flat_map(|cluster| {
            let (nodes, workloads) = (cluster.nodes.clone(), cluster.workloads.clone());
            (Just(cluster), Just(nodes).prop_shuffle(), Just(workloads).prop_shuffle())
        }),
        record in records(),
    ) {
        let cluster = Cluster { strategy: Strategy::BinPack, ..cluster };
        let shuffled = Cluster { nodes, workloads, ..cluster.clone() };
        prop_assert_eq!(by_name(&cluster.model(), &record), by_name(&shuffled.model(), &record));
    }
}
