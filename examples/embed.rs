//! Placement as a library: an engine that remembers what it has placed.
//!
//! `cargo run --example embed` prints `kid-a -> parent`, then `kid-b -> nowhere`: the first child uses up the patience.

#![expect(clippy::print_stdout, reason = "an example prints its result")]

use lighthouse::model::{Model, NodeTable, Offer, Requirement, Strategy, WorkloadId, WorkloadTable};
use lighthouse::place::Engine;
use lighthouse::quantity::{Capacity, Family, Quantity};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut model = Model::new(Strategy::Prioritized, &[])?;
    let resource = model.intern("patience");
    let patience = Offer { resource, capacity: Capacity::Finite(Quantity::from(1)), family: Family::Plain };
    model.add_nodes(NodeTable { name: "parent".into(), resources: vec![patience], ..NodeTable::default() })?;

    let mut engine = Engine::new(&model);
    for name in ["kid-a", "kid-b"] {
        let kid = add_kid(&mut model, name)?;
        for (workload, node) in engine.assign(&model, [kid]) {
            let node = node.map_or("nowhere", |node| model.node_name(node));
            println!("{} -> {node}", model.workload_name(workload));
        }
    }
    Ok(())
}

fn add_kid(model: &mut Model, name: &str) -> Result<WorkloadId, Box<dyn std::error::Error>> {
    let resource = model.intern("patience");
    let patience = Requirement::new(resource, Quantity::from(1), Family::Plain);
    let kid = WorkloadTable { name: name.into(), requirements: [patience].into(), ..WorkloadTable::default() };
    Ok(WorkloadId(model.add_workloads(kid)?.start))
}
