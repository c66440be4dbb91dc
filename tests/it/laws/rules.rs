//! Laws of drains, cordons, `stay`, renames, and rules that have no effect.

use std::collections::BTreeSet;

use lighthouse::model::Replan;
use lighthouse::plan::{ChangeKind, Plan};
use proptest::prelude::*;
use proptest::sample::Index;

use super::cluster::{Cluster, Group, Selectors, clusters, records, settled};
use super::oracle::Flat;
use super::{config, leavers, plan, seats};

const NEW_NAME: &str = "renamed";

fn rename_values(selectors: &mut Selectors, names: &BTreeSet<String>, old: &str) {
    if let Some(values) = selectors.get_mut("name") {
        rename_all(values, names, old);
    }
}

/// Replaces the names of a table's nodes by the names after the table is renamed.
fn rename_all(values: &mut BTreeSet<String>, names: &BTreeSet<String>, old: &str) {
    let rename = |name: String| match name.strip_prefix(old) {
        Some(number) if names.contains(&name) => format!("{NEW_NAME}{number}"),
        _ => name,
    };
    *values = std::mem::take(values).into_iter().map(rename).collect();
}

/// Returns the changes without their reasons, which refer to names by numbers of their own model.
fn steps<'a>(plan: &'a Plan<'_>) -> Vec<(&'a str, ChangeKind, Option<&'a str>, Option<&'a str>)> {
    let steps = plan.changes.iter();
    steps.map(|each| (&*each.workload, each.kind, each.from.as_deref(), each.to.as_deref())).collect()
}

/// Adds labels, priorities, selectors, group options and `was`, each in a form without effect.
fn with_idle_rules(cluster: &Cluster) -> Cluster {
    let mut cluster = cluster.clone();
    let nodes = Flat::new(&cluster).nodes.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
    for table in &mut cluster.nodes {
        table.labels = [("rack", "1")].into();
        table.was = Some(format!("former-{}", table.name));
    }
    for table in &mut cluster.workloads {
        (table.priority, table.was) = (7, Some(format!("former-{}", table.name)));
        table.only_on = [("name", nodes.clone())].into();
        table.never_on = [("rack", ["2".to_owned()].into())].into();
        table.affine = ["together"].into();
    }
    // All racks are one, so everything is together wherever it is.
    cluster.affinity_groups = [("together", Group { over: Some("rack"), max: 1, hard: true })].into();
    let groups = cluster.workloads.iter().flat_map(|table| table.averse.iter().copied());
    cluster.aversion_groups = groups.map(|group| (group, Group { over: Some("name"), ..Group::PLAIN })).collect();
    cluster
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn draining_a_node_moves_its_workloads_and_no_others(settled in settled(), which in any::<Index>()) {
        let mut cluster = settled.cluster.clone();
        let record = settled.record();
        let nodes = Flat::new(&cluster).nodes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if nodes.is_empty() {
            return Ok(());
        }
        let drained = nodes[which.index(nodes.len())].clone();
        cluster.drains.insert(drained.clone());
        let model = cluster.model();
        let plan = plan(&model, &record);
        let left = leavers(&plan);
        prop_assert!(left.iter().all(|(_, from)| *from == drained), "{:?}", left);
        for there in record.placements.iter().filter(|each| *each.node == *drained) {
            let workload = model.workload_named(&there.workload).expect("it is declared");
            let is_gone = left.iter().any(|(name, _)| **name == *there.workload);
            prop_assert!(is_gone || model.workload_table(workload).stay, "{} is still there", there.workload);
        }
    }

    #[test]
    fn cordoning_nodes_moves_nothing(settled in settled()) {
        let mut cluster = settled.cluster.clone();
        cluster.cordons = Flat::new(&cluster).nodes.iter().map(|(name, _)| name.clone()).collect();
        let model = cluster.model();
        let plan = plan(&model, &settled.record());
        prop_assert_eq!(&plan.changes, &[]);
    }

    #[test]
    fn a_workload_with_stay_never_changes_node(mut cluster in clusters(), record in records()) {
        cluster.workloads.iter_mut().enumerate().for_each(|(at, table)| table.stay |= at % 2 == 0);
        let model = cluster.model();
        let plan = plan(&model, &record);
        for workload in model.workload_ids().filter(|&each| model.workload_table(each).stay) {
            let Some(claim) = plan.outcome.inheritance.of(workload) else { continue };
            let node = plan.outcome.assignment.of(workload);
            prop_assert!(node.is_none() || node == claim.node, "{} moves", model.workload_name(workload));
        }
    }

    #[test]
    fn renaming_a_workload_moves_nothing(settled in settled(), which in any::<Index>()) {
        let mut cluster = settled.cluster.clone();
        let record = settled.record();
        if cluster.workloads.is_empty() {
            return Ok(());
        }
        cluster.forget_names();
        let before = seats(&plan(&cluster.model(), &record));
        let at = which.index(cluster.workloads.len());
        let old = std::mem::replace(&mut cluster.workloads[at].name, NEW_NAME.to_owned());
        cluster.workloads[at].was = Some(old);
        let model = cluster.model();
        let plan = plan(&model, &record);
        prop_assert_eq!(seats(&plan), before);
        let is_renaming = |name: &str| name.starts_with(NEW_NAME);
        prop_assert!(plan.changes.iter().all(|each| each.kind == ChangeKind::Rename && is_renaming(&each.workload)));
    }

    #[test]
    fn renaming_a_node_moves_nothing(settled in settled(), which in any::<Index>()) {
        let mut cluster = settled.cluster.clone();
        let record = settled.record();
        if cluster.nodes.is_empty() {
            return Ok(());
        }
        cluster.forget_names();
        let (at, before) = (which.index(cluster.nodes.len()), seats(&plan(&cluster.model(), &record)));
        let names = super::cluster::expand(&cluster.nodes[at].name, cluster.nodes[at].count).into_iter().collect();
        let old = std::mem::replace(&mut cluster.nodes[at].name, NEW_NAME.to_owned());
        cluster.nodes[at].was = Some(old.clone());
        rename_all(&mut cluster.drains, &names, &old);
        rename_all(&mut cluster.cordons, &names, &old);
        for table in &mut cluster.workloads {
            rename_values(&mut table.only_on, &names, &old);
            rename_values(&mut table.never_on, &names, &old);
        }
        let model = cluster.model();
        let plan = plan(&model, &record);
        prop_assert_eq!(seats(&plan), before);
        prop_assert!(plan.changes.iter().all(|each| each.kind == ChangeKind::Rename), "{:?}", &plan.changes);
        let mut cursor = record.cursor.iter().map(ToString::to_string).collect();
        rename_all(&mut cursor, &names, &old);
        prop_assert_eq!(plan.record().cursor.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), cursor);
    }

    #[test]
    fn rules_without_effect_change_nothing(cluster in clusters(), record in records()) {
        let mut seed = cluster.without_rules();
        for replan in [Replan::Keep, Replan::Fresh] {
            seed.replan = replan;
            let ruled = with_idle_rules(&seed);
            let (model, ruled) = (seed.model(), ruled.model());
            let (plan, ruled) = (plan(&model, &record), plan(&ruled, &record));
            prop_assert_eq!(plan.record(), ruled.record());
            prop_assert_eq!(steps(&plan), steps(&ruled));
        }
    }

    /// Adds groups and selectors to a settled cluster in which they already hold.
    #[test]
    fn a_rule_that_everything_already_satisfies_moves_nothing(settled in settled(), other in clusters()) {
        let record = settled.record();
        let mut cluster = settled.cluster.clone();
        for (table, other) in cluster.workloads.iter_mut().zip(other.workloads) {
            (table.only_on, table.never_on) = (other.only_on, other.never_on);
            (table.averse, table.affine) = (other.averse, other.affine);
        }
        (cluster.aversion_groups, cluster.affinity_groups) = (other.aversion_groups, other.affinity_groups);
        let kept = seats(&plan(&settled.cluster.model(), &record));
        if Flat::new(&cluster).holds(&kept) {
            prop_assert_eq!(leavers(&plan(&cluster.model(), &record)), &[]);
        }
    }
}
