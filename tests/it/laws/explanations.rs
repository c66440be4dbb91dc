//! Laws of explanations: every refusal is true, every remedy works, and every proof holds.
//!
//! The oracle judges; it shares no code with `explain`. Remedies are carried out on the drawn cluster.

use std::collections::BTreeSet;

use lighthouse::explain::{self, Amount as Changed, Answer, Context, Remedy, UnplacedAnswer, VerifiedRemedy};
use lighthouse::model::{Model, NodeId, Record, Replan, WorkloadId};
use lighthouse::place::Pin;
use lighthouse::plan::Plan;
use lighthouse::quantity::Quantity;
use lighthouse::rules::Reason;
use proptest::prelude::*;
use proptest::test_runner::Config;

use super::cluster::{Amount, Cluster, RESOURCES, clusters, records};
use super::oracle::{Flat, Seats};
use super::{config, plan, seats};

/// Returns a configuration with fewer cases, because an explanation plans many times.
fn fewer() -> Config {
    let all = config();
    Config { cases: all.cases.div_ceil(4), ..all }
}

/// Returns the answers for all unplaced workloads.
fn unplaced(plan: &Plan<'_>, record: &Record) -> Vec<UnplacedAnswer> {
    let case = Context { plan, record, pins: &[] };
    let all = plan.unplaced.iter().map(|each| explain::workload(case, each.workload));
    let unplaced = all.map(|answer| match answer {
        Answer::Unplaced(answer) => *answer,
        other => panic!("{other:?} is about an unplaced workload"),
    });
    unplaced.collect()
}

/// Whether the oracle agrees with a refusal, to the last unit.
fn is_true(flat: &Flat<'_>, seats: &Seats, workload: usize, node: usize, refusal: &Reason, model: &Model) -> bool {
    let (table, there) = (flat.workloads[workload].1, flat.nodes[node].1);
    let name = &flat.nodes[node].0;
    match *refusal {
        // These are reasons to leave a node, not to be refused by one.
        Reason::NodeGone | Reason::NoDomain(_) => false,
        Reason::StaysElsewhere => table.stay,
        Reason::Cordoned => flat.cluster.cordons.contains(name),
        Reason::Drained => flat.cluster.drains.contains(name),
        Reason::NotSelected(label) => {
            let label = model.text(label);
            table.only_on.contains_key(label) || table.never_on.contains_key(label)
        }
        Reason::GroupFull(group) => {
            table.averse.contains(model.text(group)) && !flat.keeps_aversion(seats, workload, node, true)
        }
        Reason::GroupElsewhere(group) => {
            table.affine.contains(model.text(group)) && !flat.keeps_affinity(seats, workload, node, true)
        }
        Reason::Lacks(resource) => {
            let resource = model.text(resource);
            table.requirements.contains_key(resource) && !there.resources.contains_key(resource)
        }
        Reason::Warded(resource) => {
            let resource = model.text(resource);
            there.resources.get(resource) == Some(&Amount::Ward) && !table.immunities.contains(resource)
        }
        Reason::Short { resource, need, free } => {
            let resource = model.text(resource);
            let on = (0..seats.len()).filter(|&each| seats[each] == Some(node));
            let required = |each: usize| flat.workloads[each].1.requirements.get(resource).copied().unwrap_or(0);
            let taken = on.map(required).sum::<i64>();
            let Some(Amount::Finite(capacity)) = there.resources.get(resource) else { return false };
            need == required(workload).into()
                && free == (capacity - taken).into()
                && capacity - taken < required(workload)
                && !table.immunities.contains(resource)
        }
    }
}

/// Returns the resources for which the oracle refuses a workload on a node.
fn amounts_in_the_way(flat: &Flat<'_>, seats: &Seats, workload: usize, node: usize) -> BTreeSet<&'static str> {
    let mut alone = flat.cluster.clone();
    RESOURCES
        .into_iter()
        .filter(|&resource| {
            // With immunity to all other resources, and all of them offered, only this one can be refused.
            alone.clone_from(flat.cluster);
            for table in &mut alone.workloads {
                table.immunities.extend(RESOURCES.iter().filter(|&&other| other != resource));
            }
            for table in &mut alone.nodes {
                for other in RESOURCES.iter().filter(|&&other| other != resource) {
                    table.resources.entry(other).or_insert(Amount::Finite(0));
                }
            }
            !Flat::new(&alone).attaches(seats, workload, node)
        })
        .collect()
}

/// Carries out a remedy on the cluster; returns `None` if an amount is not a whole number.
fn made(cluster: &Cluster, model: &Model, workload: WorkloadId, remedy: &Remedy) -> Option<(Cluster, Vec<Pin>)> {
    let mut changed = cluster.clone();
    let own = &mut changed.workloads[model.workloads()[workload.index()].table as usize];
    let name = |resource| RESOURCES.into_iter().find(|name| *name == model.text(resource)).expect("it was drawn");
    let whole = |amount: &Changed| (-100..1_000_i64).find(|&whole| Quantity::from(whole) == amount.after);
    match remedy {
        Remedy::Move(pins) => return Some((changed, pins.clone())),
        Remedy::Immunity(resource) => drop(own.immunities.insert(name(*resource))),
        Remedy::Priority(priority) => own.priority = *priority,
        Remedy::Ask(amounts) => {
            for amount in amounts {
                own.requirements.insert(name(amount.resource), whole(amount)?);
            }
        }
        Remedy::Open(node) => {
            changed.cordons.remove(model.node_name(*node));
            changed.drains.remove(model.node_name(*node));
        }
        Remedy::Offer(node, amounts) => {
            let table = &mut changed.nodes[model.nodes()[node.index()].table as usize];
            for amount in amounts {
                table.resources.insert(name(amount.resource), Amount::Finite(whole(amount)?));
            }
        }
    }
    Some((changed, Vec::new()))
}

/// Visits every valid assignment, if there are at most 4,096 assignments.
fn assignments(flat: &Flat<'_>, mut look: impl FnMut(&Seats)) {
    let (nodes, workloads) = (flat.nodes.len(), flat.workloads.len());
    let all = (0..workloads).try_fold(1_usize, |all, _| all.checked_mul(nodes + 1).filter(|&all| all <= 4_096));
    for number in 0..all.unwrap_or(0) {
        let mut rest = number;
        let seat = |_| {
            let seat = (rest % (nodes + 1)).checked_sub(1);
            rest /= nodes + 1;
            seat
        };
        let seats = (0..workloads).map(seat).collect::<Vec<_>>();
        if flat.holds(&seats) {
            look(&seats);
        }
    }
}

fn is_on_an_open_node(flat: &Flat<'_>, seats: &Seats, workload: usize) -> bool {
    seats[workload].is_some_and(|node| {
        let name = &flat.nodes[node].0;
        !flat.cluster.cordons.contains(name) && !flat.cluster.drains.contains(name)
    })
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn every_node_is_in_one_class_and_every_refusal_is_true(cluster in clusters(), record in records()) {
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let plan = plan(&model, &record);
        let seats = seats(&plan);
        for answer in unplaced(&plan, &record) {
            let workload = answer.workload.index();
            let mut nodes = answer.classes.iter().flat_map(|class| &class.nodes).copied().collect::<Vec<_>>();
            nodes.sort_unstable();
            prop_assert_eq!(nodes, model.node_ids().collect::<Vec<_>>());
            for class in &answer.classes {
                prop_assert!(!class.refusals.is_empty());
                for node in class.nodes.iter().map(|node| node.index()) {
                    for refusal in &class.refusals {
                        let holds = is_true(&flat, &seats, workload, node, refusal, &model);
                        prop_assert!(holds, "{} says {refusal:?}", flat.nodes[node].0);
                    }
                    let stated = class.refusals.iter().filter_map(|each| match *each {
                        Reason::Lacks(resource) | Reason::Warded(resource) | Reason::Short { resource, .. } => {
                            Some(model.text(resource))
                        }
                        _ => None,
                    });
                    let all = amounts_in_the_way(&flat, &seats, workload, node);
                    prop_assert_eq!(stated.collect::<BTreeSet<_>>(), all, "all of them are stated");
                }
            }
            // Each node counts once, by its first refusal.
            for (first, count) in &answer.counted.counts {
                let like = |each: &Reason| each.is_like(first);
                let classes = answer.classes.iter().filter(|class| like(&class.refusals[0]));
                prop_assert_eq!(classes.map(|class| class.nodes.len()).sum::<usize>(), *count as usize);
            }
        }
    }

    #[test]
    fn every_remedy_places_the_workload_and_displaces_only_the_listed_ones(
        cluster in clusters(), record in records(),
    ) {
        let model = cluster.model();
        let before = plan(&model, &record);
        for answer in unplaced(&before, &record) {
            for VerifiedRemedy { remedy, node, displaced } in &answer.remedies {
                let Some((changed, pins)) = made(&cluster, &model, answer.workload, remedy) else { continue };
                prop_assert!(pins.is_empty() || cluster.replan == Replan::Keep);
                let changed_model = changed.model();
                let after = Plan::new(&changed_model, &record, &pins).expect("the moves hold");
                prop_assert_eq!(after.outcome.assignment.of(answer.workload), Some(*node), "{:?}", remedy);
                let lost = model.workload_ids().filter(|&each| {
                    before.outcome.assignment.of(each).is_some() && after.outcome.assignment.of(each).is_none()
                });
                prop_assert_eq!(&lost.collect::<Vec<_>>(), displaced);
            }
        }
    }

    #[test]
    fn every_proof_holds_in_every_assignment(cluster in clusters(), record in records()) {
        let (model, flat) = (cluster.model(), Flat::new(&cluster));
        let plan = plan(&model, &record);
        for answer in unplaced(&plan, &record) {
            let workload = answer.workload.index();
            let stays = flat.workloads[workload].1.stay;
            for proof in answer.proofs.iter().filter(|proof| !(proof.most == 0 && stays)) {
                prop_assert!(proof.set.contains(&answer.workload) && proof.most < proof.set.len() as u64);
                let mut most = 0;
                assignments(&flat, |seats| {
                    // A proof that nothing fits assumes that closed nodes are closed to this workload.
                    if proof.most == 0 && !is_on_an_open_node(&flat, seats, workload) {
                        return;
                    }
                    most = most.max(proof.set.iter().filter(|each| seats[each.index()].is_some()).count());
                });
                prop_assert!(most as u64 <= proof.most, "{most} of {proof:?}");
            }
        }
    }

    #[test]
    fn a_placed_workload_is_where_the_last_step_found_room(cluster in clusters(), record in records()) {
        let model = cluster.model();
        let plan = plan(&model, &record);
        let case = Context { plan: &plan, record: &record, pins: &[] };
        for workload in model.workload_ids() {
            let Answer::Placed(answer) = explain::workload(case, workload) else { continue };
            let explain::HowPlaced::Searched { steps, .. } = &answer.how else { continue };
            let (last, before) = steps.split_last().expect("its own node at least");
            prop_assert_eq!((last.node, &last.verdict), (answer.node, &explain::Verdict::Takes));
            prop_assert!(before.iter().all(|step| step.verdict != explain::Verdict::Takes && step.node != last.node));
        }
    }
}

/// Four nodes of 201 hold 100 workloads of 2 each; one more workload of 2 has no node in any order.
#[test]
fn fragmented_free_capacity_is_proven_to_be_unusable() {
    let text = std::fs::read_to_string(crate::support::case_folder("explain/fragmentation/lighthouse.toml"));
    let source = lighthouse::text::source::Source::new("lighthouse.toml", text.expect("a manifest"));
    let manifest = lighthouse::manifest::read(&[source]).expect("it is valid");
    let record = Record::default();
    let plan = plan(&manifest.model, &record);
    let answers = unplaced(&plan, &record);
    assert_eq!(answers.len(), 1);
    let [proof] = &answers[0].proofs[..] else { panic!("one proof") };
    let one = Quantity::parse("1G").expect("a quantity").0;
    let lighthouse::bounds::Rule::Pieces { each, .. } = proof.rule else { panic!("{proof:?}") };
    assert_eq!((proof.set.len(), proof.most, proof.nodes, each), (401, 400, 4, Some((100, one))));
    assert_eq!(answers[0].classes[0].nodes, manifest.model.node_ids().collect::<Vec<NodeId>>());
}
