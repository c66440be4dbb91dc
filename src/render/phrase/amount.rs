//! Amounts of resources, in the units in which the manifest declares them.

use crate::model::names::Symbol;
use crate::model::{Model, NodeId, WorkloadId};
use crate::quantity::Family;
use crate::text::escape::visible;

/// `cpu 8, mem 128Gi`: requirements of a workload by name, in the units in which they are written.
pub fn requirements(model: &Model, workload: WorkloadId) -> String {
    let mut required = model.workload_table(workload).requirements.iter().collect::<Vec<_>>();
    required.sort_unstable_by_key(|each| model.text(each.resource));
    let texts = required
        .iter()
        .map(|each| format!("{} {}", visible(model.text(each.resource)), each.amount().display(each.family)));
    texts.collect::<Vec<_>>().join(", ")
}

/// Units in which a node declares a resource, and its capacity.
pub fn offer(model: &Model, node: NodeId, resource: Symbol) -> (Family, String) {
    let offer = model.offer(node, resource);
    offer.map_or((Family::Plain, "0".to_owned()), |offer| {
        (offer.family, offer.capacity.display(offer.family).to_string())
    })
}

/// Units of the first node table that offers a resource.
pub fn declared_family(model: &Model, resource: Symbol) -> Family {
    let offers = model.node_tables().iter().flat_map(|table| &table.resources);
    offers.filter(|offer| offer.resource == resource).map(|offer| offer.family).next().unwrap_or_default()
}
