//! What cannot be, whatever the order, as sentences.

use super::{declared_family, refused};
use crate::bounds::{Obstacle, Proof, Rule};
use crate::model::Model;
use crate::quantity::Quantity;
use crate::rules::Reason;
use crate::text::escape::{quoted, visible};

/// The statement of a proof.
pub fn proof(model: &Model, proof: &Proof) -> String {
    let (count, most, nodes) = (proof.set.len(), proof.most, counted(proof.nodes, "node"));
    match &proof.rule {
        Rule::NoNode(obstacles) => no_node(model, obstacles),
        Rule::Sum { resource, need, capacity } => {
            let name = visible(model.text(*resource));
            let (need, capacity) = (shown(model, *resource, *need), shown(model, *resource, *capacity));
            format!(
                "whatever the order: {count} workloads need {need} of {name} in all, and the {nodes} that they could be on \
                 {have} {capacity}; at most {most} of them can have a place at once",
                have = if proof.nodes == 1 { "has" } else { "have" },
            )
        }
        Rule::Pieces { resource, least, capacity, each } => {
            let name = visible(model.text(*resource));
            let amount = |amount| shown(model, *resource, amount);
            let (least, room) = (amount(*least), format!("{nodes} with {} of it in all", amount(*capacity)));
            let Some((each, left)) = *each else {
                return format!(
                    "whatever the order: {count} workloads need {least} of {name} or more each, and {room} hold whole ones \
                     only, at most {most}"
                );
            };
            format!(
                "whatever the order: {count} workloads need {least} of {name} each, and {room} hold {each} each, {most} \
                 together; the {} left over on each node, {} in all, are in pieces too small for one more",
                amount(left),
                amount(left.times(proof.nodes)),
            )
        }
        Rule::Group { group, max, places } => format!(
            "whatever the order: {count} workloads are in the hard aversion group {}, which takes {max} in each of {}: at \
             most {most}",
            quoted(model.text(*group)),
            counted(*places, "place"),
        ),
    }
}

fn no_node(model: &Model, obstacles: &[Obstacle]) -> String {
    let text = |symbol| quoted(model.text(symbol));
    match obstacles {
        [] => "there are no nodes".to_owned(),
        [Obstacle { reason: Reason::Lacks(resource), .. }] => format!("no node offers {}", text(*resource)),
        [Obstacle { reason: Reason::NotSelected(label), .. }] => {
            format!("no node is selected by label {}", text(*label))
        }
        [Obstacle { reason: Reason::Warded(resource), .. }] => format!("every node is warded by {}", text(*resource)),
        [Obstacle { reason: Reason::Cordoned, .. }] => "every node is cordoned".to_owned(),
        [Obstacle { reason: Reason::Drained, .. }] => "every node is drained".to_owned(),
        [Obstacle { reason: Reason::NoDomain(group), .. }] => {
            format!("no node is a place for hard group {}", text(*group))
        }
        several => {
            let phrases = several.iter().map(|each| obstacle(model, each)).collect::<Vec<_>>();
            format!("no node could take it, even with nothing else on it: {}", phrases.join(", "))
        }
    }
}

fn obstacle(model: &Model, obstacle: &Obstacle) -> String {
    let count = obstacle.nodes;
    let is = if count == 1 { "is" } else { "are" };
    match obstacle.reason {
        Reason::NoDomain(group) => {
            let a_place = if count == 1 { "a place" } else { "places" };
            format!("{count} {is} not {a_place} for hard group {}", quoted(model.text(group)))
        }
        Reason::Short { resource, need, free: largest } => {
            let (need, largest) = (shown(model, resource, need), shown(model, resource, largest));
            let (name, node) = (visible(model.text(resource)), visible(model.node_name(obstacle.node)));
            let has = if count == 1 { "1 has".to_owned() } else { format!("{count} have") };
            format!("{has} less than {need} of {name} (the largest, {node}, has {largest})")
        }
        reason => format!("{count} {}", refused(model, &reason, count > 1)),
    }
}

fn shown(model: &Model, resource: crate::model::names::Symbol, amount: Quantity) -> String {
    amount.display(declared_family(model, resource)).to_string()
}

fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
