//! Proofs that not all workloads of a set can be placed, in whatever order.

use super::declared_family;
use super::reason::obstacles;
use crate::bounds::{Proof, Rule};
use crate::model::Model;
use crate::model::names::Symbol;
use crate::quantity::Quantity;
use crate::text::escape::{quoted, visible};

/// Statement of a proof.
pub fn proof(model: &Model, proof: &Proof) -> String {
    let (count, most) = (proof.set.len(), proof.most);
    let statement = match &proof.rule {
        Rule::NoNode(all) => return obstacles(model, all),
        Rule::Sum { resource, need, capacity } => {
            let (name, need) = (visible(model.text(*resource)), amount(model, *resource, *need));
            let capacity = amount(model, *resource, *capacity);
            let has = if proof.nodes == 1 { "has" } else { "have" };
            format!(
                "{count} workloads need {need} {name}, the {} {has} {capacity}; at most {most} fit",
                eligible(proof)
            )
        }
        Rule::Pieces { resource, least, capacity, each } => {
            let name = visible(model.text(*resource));
            let (least, capacity) = (amount(model, *resource, *least), amount(model, *resource, *capacity));
            match *each {
                None => format!(
                    "{count} workloads need at least {least} {name} each, and the {} with {capacity} in total cannot \
                     split one; at most {most} fit",
                    eligible(proof)
                ),
                Some((each, left)) => format!(
                    "{count} workloads need {least} {name} each, and the {} with {capacity} in total can hold {each} \
                     each; at most {most} fit; the {} left over on each node, {} in total, is too small a piece for \
                     another",
                    eligible(proof),
                    amount(model, *resource, left),
                    amount(model, *resource, left.times(proof.nodes)),
                ),
            }
        }
        Rule::Group { group, max, places } => {
            let domain = if model.aversion_group(*group).over.is_some() { "domain" } else { "node" };
            let name = quoted(model.text(*group));
            format!(
                "{count} workloads are in hard aversion group {name}, which takes {max} in each of {}; at most {most} fit",
                counted(*places, domain)
            )
        }
    };
    format!("no order places them all: {statement}")
}

/// `2 eligible nodes`: nodes that some workload of the set could be on.
fn eligible(proof: &Proof) -> String {
    counted(proof.nodes, "eligible node")
}

fn amount(model: &Model, resource: Symbol, amount: Quantity) -> String {
    amount.display(declared_family(model, resource)).to_string()
}

fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
