//! Law of occupancy: detaching is the exact inverse of attaching.

use std::collections::BTreeSet;

use lighthouse::model::{Model, NodeId, WorkloadId};
use lighthouse::rules::{Domain, Occupancy};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::cluster::clusters;
use super::config;

/// Everything that the public methods tell about an occupancy.
fn observed(model: &Model, occupancy: &Occupancy) -> Vec<String> {
    let nodes = model.node_ids().map(|node| {
        let amounts =
            model.names().symbols().map(|each| (occupancy.free(node, each), occupancy.used(model, node, each)));
        format!("{:?} {:?} {:?}", occupancy.on(node), occupancy.below_zero(node), amounts.collect::<Vec<_>>())
    });
    let groups = model.names().symbols().map(|group| {
        let domains = model.node_ids().flat_map(|node| {
            let averse = Domain::of(model, node, model.aversion_group(group).over);
            let affine = Domain::of(model, node, model.affinity_group(group).over);
            let averse = averse.map(|domain| occupancy.averse_members(group, domain));
            [averse, affine.map(|domain| occupancy.affine_members(group, domain))]
        });
        let listed = occupancy.affine_domains(group).iter().collect::<BTreeSet<_>>();
        format!("{} {listed:?} {:?}", occupancy.has_members(group), domains.collect::<Vec<_>>())
    });
    nodes.chain(groups).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn detaching_equals_never_having_attached(cluster in clusters(), steps in vec(any::<[Index; 2]>(), 0..24)) {
        let model = cluster.model();
        let (workloads, nodes) = (model.workloads().len(), model.nodes().len());
        // There is nothing to attach without workloads or nodes.
        let steps = if workloads > 0 && nodes > 0 { steps } else { Vec::new() };
        let mut occupancy = Occupancy::empty(&model);
        let mut attached = Vec::<(WorkloadId, NodeId)>::new();
        for [workload, node] in steps {
            let workload = model.workload_ids().nth(workload.index(workloads)).expect("it is in range");
            let node = model.node_ids().nth(node.index(nodes)).expect("it is in range");
            if let Some(at) = attached.iter().position(|&(each, _)| each == workload) {
                let (_, node) = attached.remove(at);
                occupancy.detach(&model, workload, node);
            } else {
                attached.push((workload, node));
                occupancy.attach(&model, workload, node);
            }
        }
        let mut remaining = Occupancy::empty(&model);
        for (workload, node) in attached {
            remaining.attach(&model, workload, node);
        }
        prop_assert_eq!(observed(&model, &occupancy), observed(&model, &remaining));
    }
}
