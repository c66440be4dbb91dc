//! Laws of re-planning: a recorded placement that still holds is kept, whatever changes elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use lighthouse::model::{Model, NodeId, Record, RecordEntry, Replan};
use lighthouse::plan::{ChangeKind, Plan};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::cluster::{
    Amount, Cluster, Group, Nodes, RESOURCES, Settled, Workloads, clusters, node_tables, records, settled,
};
use super::oracle::Flat;
use super::{config, leavers, plan, seats};

/// Returns whether a workload takes over a record of another name, by `was` or as `X` and `X-0`.
fn is_taken_over(model: &Model, plan: &Plan<'_>) -> bool {
    model.workload_ids().any(|workload| {
        let claim = plan.outcome.inheritance.of(workload);
        claim.is_some_and(|claim| *claim.name != *model.workload_name(workload))
    })
}

/// Returns the recorded node of each workload of a plan, by index, including records taken over from another name.
fn claimed_seats(model: &Model, plan: &Plan<'_>) -> Vec<Option<usize>> {
    let seat = |workload| {
        let claim = plan.outcome.inheritance.of(workload)?;
        let is_placed = matches!(claim.entry, RecordEntry::Placement(_));
        claim.node.filter(|_| is_placed).map(NodeId::index)
    };
    model.workload_ids().map(seat).collect()
}

/// Returns the node on which a record has each workload under its own name, by index.
fn recorded_seats(flat: &Flat<'_>, record: &Record) -> Vec<Option<usize>> {
    let seat = |(name, _): &(String, &Workloads)| {
        let recorded = record.placements.iter().find(|each| *each.workload == **name)?;
        flat.nodes.iter().position(|(node, _)| *recorded.node == **node)
    };
    flat.workloads.iter().map(seat).collect()
}

/// Returns a cluster of nodes with these amounts of `cpu` and workloads that require these amounts, all in the groups
/// `apart` and `close`.
fn row(nodes: &[(&str, i64)], workloads: &[(&str, i64)]) -> Cluster {
    let nodes = nodes.iter().map(|&(name, cpu)| {
        let resources = BTreeMap::from([("cpu", Amount::Finite(cpu))]);
        Nodes { name: name.to_owned(), resources, ..Nodes::default() }
    });
    let workloads = workloads.iter().map(|&(name, cpu)| {
        let (requirements, name) = (BTreeMap::from([("cpu", cpu)]), name.to_owned());
        Workloads { name, requirements, averse: ["apart"].into(), affine: ["close"].into(), ..Workloads::default() }
    });
    Cluster { nodes: nodes.collect(), workloads: workloads.collect(), ..Cluster::empty() }
}

/// Returns the workloads that leave their node when one cluster follows another.
fn leave(before: &Cluster, after: &Cluster) -> Vec<(String, String)> {
    let record = plan(&before.model(), &Record::default()).record();
    leavers(&plan(&after.model(), &record))
}

fn names(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(workload, node)| (workload.to_owned(), node.to_owned())).collect()
}

#[test]
fn an_evicted_workload_returns_if_there_is_room_again() {
    let workloads = [("a", 2), ("b", 2), ("c", 1)];
    let after = row(&[("m", 10), ("n", 3)], &workloads);
    assert_eq!(leave(&row(&[("n", 5)], &workloads), &after), names(&[("b", "n")]));
}

#[test]
fn a_workload_that_grew_leaves_before_later_ones() {
    let before = row(&[("n", 5)], &[("a", 2), ("b", 2), ("c", 1)]);
    let after = row(&[("m", 10), ("n", 5)], &[("a", 3), ("b", 2), ("c", 1)]);
    assert_eq!(leave(&before, &after), names(&[("a", "n")]));
}

#[test]
fn a_hard_group_that_appears_moves_only_the_members_that_break_it() {
    let hard = Group { hard: true, ..Group::PLAIN };
    let mut after = row(&[("m", 9), ("n", 9)], &[("a", 1), ("b", 1)]);
    after.aversion_groups.insert("apart", hard);
    assert_eq!(leave(&row(&[("n", 9)], &[("a", 1), ("b", 1)]), &after), names(&[("b", "n")]));
    let workloads = [("a", 1), ("b", 1), ("c", 1)];
    let mut after = row(&[("n", 3), ("m", 1)], &workloads);
    after.affinity_groups.insert("close", hard);
    assert_eq!(leave(&row(&[("n", 2), ("m", 1)], &workloads), &after), names(&[("b", "m")]));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn planning_after_apply_changes_nothing(cluster in clusters(), record in records()) {
        let model = cluster.model();
        let applied = plan(&model, &record).record();
        let again = plan(&model, &applied);
        prop_assert_eq!(&again.changes, &[]);
        prop_assert_eq!(again.record(), applied);
    }

    #[test]
    fn planning_after_applying_a_changed_manifest_changes_nothing(
        before in clusters(), mut after in clusters(), record in records(),
    ) {
        after.replan = Replan::Keep;
        let record = plan(&before.model(), &record).record();
        let model = after.model();
        let applied = plan(&model, &record).record();
        let again = plan(&model, &applied);
        prop_assert_eq!(&again.changes, &[]);
        prop_assert_eq!(again.record(), applied);
    }

    /// Holds for every valid assignment, under every strategy, even if no strategy made it.
    #[test]
    fn a_satisfied_manifest_moves_nothing(settled in settled()) {
        let (model, record) = (settled.cluster.model(), settled.adopted());
        let plan = plan(&model, &record);
        prop_assert!(plan.changes.iter().all(|change| change.kind == ChangeKind::Place), "{:?}", &plan.changes);
        let again = super::plan(&model, &plan.record());
        prop_assert_eq!(&again.changes, &[]);
    }

    /// Unless another workload takes over its record by `was` or as `X` and `X-0`.
    #[test]
    fn removing_a_workload_moves_nothing_unless_it_raises_capacity(settled in settled(), which in any::<Index>()) {
        let Settled { mut cluster, .. } = settled.clone();
        let record = settled.record();
        let fills = |table: &Workloads| table.requirements.values().any(|&amount| amount < 0);
        let removable = (0..cluster.workloads.len()).filter(|&at| !fills(&cluster.workloads[at])).collect::<Vec<_>>();
        if removable.is_empty() {
            return Ok(());
        }
        cluster.workloads.remove(removable[which.index(removable.len())]);
        let model = cluster.model();
        let plan = plan(&model, &record);
        prop_assert!(leavers(&plan).is_empty() || is_taken_over(&model, &plan), "{:?}", &plan.changes);
    }

    #[test]
    fn adding_a_node_moves_nothing(settled in settled(), at in any::<Index>(), node in node_tables()) {
        let mut cluster = settled.cluster.clone();
        let node = Nodes { name: "added".to_owned(), was: None, ..node };
        cluster.nodes.insert(at.index(cluster.nodes.len() + 1), node);
        cluster.keep_infinities_apart();
        prop_assert_eq!(leavers(&plan(&cluster.model(), &settled.record())), &[]);
    }

    #[test]
    fn adding_a_workload_moves_nothing(settled in settled(), at in any::<Index>(), other in clusters()) {
        let mut cluster = settled.cluster.clone();
        let Some(table) = other.workloads.into_iter().next() else { return Ok(()) };
        let table = Workloads { name: "added".to_owned(), was: None, ..table };
        cluster.workloads.insert(at.index(cluster.workloads.len() + 1), table);
        prop_assert_eq!(leavers(&plan(&cluster.model(), &settled.record())), &[]);
    }

    #[test]
    fn a_soft_aversion_that_appears_later_moves_nothing(
        settled in settled(),
        over in select(&[None, Some("rack"), Some("name")][..]),
        affine in any::<bool>(),
    ) {
        let mut cluster = settled.cluster.clone();
        let soft = Group { over, ..Group::PLAIN };
        let options = if affine { &mut cluster.affinity_groups } else { &mut cluster.aversion_groups };
        options.insert("late", soft);
        for table in &mut cluster.workloads {
            let groups = if affine { &mut table.affine } else { &mut table.averse };
            groups.insert("late");
        }
        prop_assert_eq!(leavers(&plan(&cluster.model(), &settled.record())), &[]);
    }

    /// Unless its node cannot hold even without it, or it has `stay`: then others of that node leave.
    #[test]
    fn growing_a_workload_displaces_no_other(
        settled in settled(), which in any::<Index>(), resource in select(&RESOURCES[..]), by in 1..=6_i64,
    ) {
        let mut cluster = settled.cluster.clone();
        let record = settled.record();
        let single = (0..cluster.workloads.len()).filter(|&at| cluster.workloads[at].replicas.is_none());
        let single = single.collect::<Vec<_>>();
        if single.is_empty() {
            return Ok(());
        }
        let grown = &mut cluster.workloads[single[which.index(single.len())]];
        *grown.requirements.entry(resource).or_insert(0) += by;
        let (grown, stays) = (grown.name.clone(), grown.stay);
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let mut others = recorded_seats(&flat, &record);
        let at = flat.workloads.iter().position(|(name, _)| *name == grown).expect("it is declared");
        let home = others[at].take();
        let is_excused = stays || home.is_some_and(|node| !flat.node_holds(&others, node));
        for (leaver, from) in leavers(&plan(&model, &record)) {
            let was_beside = home.is_some_and(|node| flat.nodes[node].0 == from);
            prop_assert!(leaver == grown || is_excused && was_beside, "{leaver} leaves because {grown} grew");
        }
    }

    /// Under `keep`: what holds is asked neither for its strategy nor for its order.
    #[test]
    fn another_strategy_or_order_of_tables_moves_nothing(settled in settled(), other in clusters()) {
        let mut cluster = settled.cluster.clone();
        (cluster.strategy, cluster.rubric) = (other.strategy, other.rubric);
        cluster.keep_infinities_apart();
        cluster.nodes.reverse();
        cluster.workloads.reverse();
        prop_assert_eq!(leavers(&plan(&cluster.model(), &settled.record())), &[]);
    }

    /// No workload that left could have stayed with the workloads that did stay.
    #[test]
    fn no_workload_leaves_a_node_that_could_keep_it(cluster in clusters(), record in records()) {
        let mut cluster = cluster;
        cluster.replan = Replan::Keep;
        cluster.forget_names();
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let plan = plan(&model, &record);
        let left = plan.outcome.departures.iter().map(|departure| departure.workload.index()).collect::<BTreeSet<_>>();
        let recorded = claimed_seats(&model, &plan);
        let mut stayed = recorded.clone();
        for &workload in &left {
            stayed[workload] = None;
        }
        prop_assert!(flat.holds(&stayed), "the workloads that stayed hold");
        for (workload, &home) in seats(&plan).iter().zip(&stayed).filter(|(_, home)| home.is_some()) {
            prop_assert_eq!(*workload, home, "the workloads that stayed are where they were");
        }
        for &workload in &left {
            let mut with = stayed.clone();
            with[workload] = recorded[workload];
            let is_needless = with[workload].is_some() && flat.holds(&with);
            prop_assert!(!is_needless, "{} left for nothing", &flat.workloads[workload].0);
        }
    }
}
