//! Law of overlays: an edited copy of a model equals the model that is built from the edited tables.

use std::collections::BTreeSet;

use lighthouse::model::{Model, NodeId};
use proptest::prelude::*;
use proptest::sample::Index;

use super::cluster::{Cluster, clusters};
use super::config;

/// Everything that decides a plan, with names instead of symbols, which each model numbers for itself.
fn observed(model: &Model) -> Vec<String> {
    let text = |symbol| model.text(symbol);
    let closed = |nodes: BTreeSet<NodeId>| nodes.into_iter().map(|node| model.node_name(node)).collect::<Vec<_>>();
    let nodes = model.node_ids().map(|node| {
        let table = model.node_table(node);
        let offers = table.resources.iter().map(|each| (text(each.resource), each.capacity)).collect::<BTreeSet<_>>();
        let labels = table.labels.iter().map(|&(key, value)| (text(key), text(value))).collect::<BTreeSet<_>>();
        let member = &model.nodes()[node.index()];
        assert_eq!(model.node_named(&member.name), Some(node));
        format!("{member:?} {offers:?} {labels:?} {:?}", model.node_score(node))
    });
    let workloads = model.workload_ids().map(|workload| {
        let table = model.workload_table(workload);
        let required = table.requirements.iter().map(|each| (text(each.resource), each.amount()));
        let groups = table.aversion_groups.iter().chain(&table.affinity_groups).map(|&group| text(group));
        let (required, groups) = (required.collect::<BTreeSet<_>>(), groups.collect::<BTreeSet<_>>());
        let member = &model.workloads()[workload.index()];
        assert_eq!(model.workload_named(&member.name), Some(workload));
        let score = model.workload_score(workload);
        format!("{member:?} {required:?} {groups:?} {:?} {} {score:?}", table.priority, table.stay)
    });
    let orders = format!("{:?} {:?}", model.nodes_by_name(), model.workloads_by_name());
    let drains = closed(model.drains.keys().copied().collect());
    let cordons = closed(model.cordons.keys().copied().collect());
    let closed = format!("{drains:?} {cordons:?}");
    nodes.chain(workloads).chain([orders, closed]).collect()
}

/// Names of the drained and cordoned nodes that a cluster still has.
fn forget_missing_nodes(cluster: &mut Cluster, model: &Model) {
    cluster.drains.retain(|name| model.node_named(name).is_some());
    cluster.cordons.retain(|name| model.node_named(name).is_some());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_overlay_equals_the_model_built_from_scratch(
        cluster in clusters(),
        at in any::<Index>(),
        other in any::<Index>(),
        count in 0..4_u32,
    ) {
        let model = cluster.model();
        let before = observed(&model);
        if !cluster.nodes.is_empty() {
            let (at, other) = (at.index(cluster.nodes.len()), other.index(cluster.nodes.len()));
            let number = u32::try_from(at).expect("it is small");

            let mut changed = cluster.clone();
            (changed.nodes[at].resources, changed.nodes[at].labels) =
                (cluster.nodes[other].resources.clone(), cluster.nodes[other].labels.clone());
            let overlay = model.with_node_table(number, model.node_tables()[other].clone()).expect("it has a score");
            prop_assert_eq!(observed(&overlay), observed(&changed.model()));

            let mut fewer = cluster.clone();
            let removed = fewer.nodes.remove(at);
            let overlay = model.without_node_table(number);
            forget_missing_nodes(&mut fewer, &overlay);
            prop_assert_eq!(observed(&overlay), observed(&fewer.model()));
            if at == fewer.nodes.len() {
                let added = overlay.with_added_nodes(model.node_tables()[at].clone()).expect("it was there");
                fewer.nodes.push(removed);
                prop_assert_eq!(observed(&added), observed(&fewer.model()));
            }

            let mut scaled = cluster.clone();
            scaled.nodes[at].count = Some(count);
            if let Ok(overlay) = model.with_count(number, Some(count)) {
                forget_missing_nodes(&mut scaled, &overlay);
                prop_assert_eq!(observed(&overlay), observed(&scaled.model()));
            }
        }
        if !cluster.workloads.is_empty() {
            let (at, other) = (at.index(cluster.workloads.len()), other.index(cluster.workloads.len()));
            let number = u32::try_from(at).expect("it is small");

            let mut changed = cluster.clone();
            let name = cluster.workloads[at].name.clone();
            changed.workloads[at] = cluster.workloads[other].clone();
            (changed.workloads[at].name, changed.workloads[at].replicas) = (name, cluster.workloads[at].replicas);
            let overlay = model.with_workload_table(number, model.workload_tables()[other].clone());
            prop_assert_eq!(observed(&overlay.expect("it has a score")), observed(&changed.model()));

            let mut fewer = cluster.clone();
            let removed = fewer.workloads.remove(at);
            let overlay = model.without_workload_table(number);
            prop_assert_eq!(observed(&overlay), observed(&fewer.model()));
            if at == fewer.workloads.len() {
                let added = overlay.with_added_workloads(model.workload_tables()[at].clone()).expect("it was there");
                fewer.workloads.push(removed);
                prop_assert_eq!(observed(&added), observed(&fewer.model()));
            }

            let mut scaled = cluster.clone();
            scaled.workloads[at].replicas = Some(count);
            if let Ok(overlay) = model.with_replicas(number, Some(count)) {
                prop_assert_eq!(observed(&overlay), observed(&scaled.model()));
            }
        }
        for node in model.node_ids() {
            let closed = model.with_drain(node, "").with_cordon(node, "");
            prop_assert!(closed.drains.contains_key(&node) && closed.cordons.contains_key(&node));
            let open = closed.with_open_node(node);
            prop_assert!(!open.drains.contains_key(&node) && !open.cordons.contains_key(&node));
        }
        prop_assert_eq!(observed(&model), before, "the original stays as it is");
    }
}
