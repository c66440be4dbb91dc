//! Order in which workloads leave a node in re-planning, and which of them return, in hand-written cases.

use lighthouse::model::{Model, Record, Recorded};
use lighthouse::place::Pin;
use lighthouse::plan::{ChangeKind, Plan};
use lighthouse::quantity::Family;
use lighthouse::render::phrase;

use super::cluster::{Amount, Cluster, Group, Nodes, Workloads};
use super::plan;

/// Parses the amounts of a line, such as `cpu=2`.
fn amounts(line: &'static str) -> impl Iterator<Item = (&'static str, i64)> {
    line.split(' ')
        .filter_map(|word| word.split_once('='))
        .map(|(name, amount)| (name, amount.parse().expect("digits")))
}

fn has(line: &str, word: &str) -> bool {
    line.split(' ').any(|each| each == word)
}

fn name(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

/// Parses nodes such as `n cpu=3`, and workloads such as `a cpu=2 stay`; the groups `apart` and `close` are hard.
fn cluster(nodes: &[&'static str], workloads: &[&'static str]) -> Cluster {
    let nodes = nodes.iter().map(|line| {
        let resources = amounts(line).map(|(name, amount)| (name, Amount::Finite(amount))).collect();
        Nodes { name: name(line), resources, ..Nodes::default() }
    });
    let workloads = workloads.iter().map(|line| Workloads {
        name: name(line),
        requirements: amounts(line).collect(),
        immunities: if has(line, "immune-to-mem") { ["mem"].into() } else { [].into() },
        averse: if has(line, "apart") { ["apart"].into() } else { [].into() },
        affine: if has(line, "close") { ["close"].into() } else { [].into() },
        stay: has(line, "stay"),
        ..Workloads::default()
    });
    let hard = Group { hard: true, ..Group::PLAIN };
    Cluster {
        nodes: nodes.collect(),
        workloads: workloads.collect(),
        aversion_groups: [("apart", hard)].into(),
        affinity_groups: [("close", hard)].into(),
        ..Cluster::empty()
    }
}

/// Parses a record of lines such as `a n cpu=2`: the workload, its node, and its requirements.
fn record(lines: &[&'static str]) -> Record {
    let mut placements = Vec::new();
    for line in lines {
        let requirements = amounts(line).map(|(name, amount)| (name.into(), amount.into(), Family::Plain)).collect();
        let node = line.split(' ').nth(1).unwrap_or_default();
        placements.push(Recorded { workload: name(line).into(), node: node.into(), requirements });
    }
    Record { placements, ..Record::default() }
}

/// Returns the workloads that leave their recorded node, each with the reasons.
fn leavers(cluster: &Cluster, lines: &[&'static str]) -> Vec<String> {
    let model = cluster.model();
    let plan = plan(&model, &record(lines));
    let left = plan.changes.iter().filter(|change| matches!(change.kind, ChangeKind::Move | ChangeKind::Evict));
    left.map(|change| format!("{}: {}", change.workload, phrase::change_reasons(&model, change))).collect()
}

#[test]
fn the_last_member_leaves_a_full_group_and_stay_remains() {
    for (workloads, leaver) in
        [(["a apart", "b apart"], "b"), (["a apart", "b apart stay"], "a"), (["a apart stay", "b apart"], "b")]
    {
        let expected = [format!("{leaver}: n is at the limit of group `apart`")];
        assert_eq!(leavers(&cluster(&["m", "n"], &workloads), &["a n", "b n"]), expected);
    }
}

#[test]
fn a_scattered_group_gathers_where_most_members_are_unless_one_has_stay() {
    for (first, expected) in [
        ("a close", &["a: m is away from group `close`"][..]),
        ("a close stay", &["b: n is away from group `close`", "c: n is away from group `close`"]),
    ] {
        let cluster = cluster(&["m", "n"], &[first, "b close", "c close"]);
        assert_eq!(leavers(&cluster, &["a m", "b n", "c n"]), expected);
    }
}

#[test]
fn workloads_with_stay_leave_last_in_a_shortage() {
    let cluster = cluster(&["m cpu=9", "n cpu=2"], &["a cpu=2", "s cpu=2 stay"]);
    let expected = ["a: n is short of cpu: 2 needed, 0 of 2 free, cpu 1 -> 2"];
    assert_eq!(leavers(&cluster, &["a n cpu=1", "s n cpu=1"]), expected);
}

/// All but `z` leave because of `cpu`; then `z` leaves because of `mem`, which makes room for one of the others.
#[test]
fn workloads_with_stay_return_first_and_grown_ones_last() {
    let nodes = ["m cpu=9", "n cpu=3 mem=4"];
    let last = "z: evicted: n is short of mem: 5 needed, 4 of 4 free, mem 4 -> 5";
    let crowd = cluster(&nodes, &["t cpu=2", "z cpu=2 mem=5 stay", "s cpu=2 stay"]);
    let expected = ["t: n is short of cpu: 2 needed, -1 of 3 free", last];
    assert_eq!(leavers(&crowd, &["s n cpu=2", "t n cpu=2", "z n cpu=2 mem=4"]), expected);
    let crowd = cluster(&nodes, &["x cpu=2", "y cpu=2", "z cpu=2 mem=5 stay"]);
    let expected = ["x: n is short of cpu: 2 needed, -1 of 3 free, cpu 1 -> 2", last];
    assert_eq!(leavers(&crowd, &["x n cpu=1", "y n cpu=2", "z n cpu=2 mem=4"]), expected);
}

#[test]
fn a_workload_that_left_no_longer_uses_capacity() {
    let crowd = cluster(&["m cpu=9 mem=9", "n cpu=2 mem=2"], &["a cpu=1 mem=3", "i cpu=2 immune-to-mem"]);
    let expected = ["a: n is short of mem: 3 needed, 2 of 2 free, mem 1 -> 3"];
    assert_eq!(leavers(&crowd, &["a n cpu=1 mem=1", "i n cpu=1"]), expected);
}

#[test]
fn an_evicted_workload_returns_to_its_last_node_before_it_goes_elsewhere() {
    let model = cluster(&["m cpu=2", "n cpu=2"], &["a cpu=2"]).model();
    for last in ["m", "n"] {
        let record = Record { evicted: vec![("a".into(), last.into())], ..Record::default() };
        assert_eq!(plan(&model, &record).record().placements[0].node.as_ref(), last);
    }
}

#[test]
fn a_requested_move_to_a_node_without_room_is_an_error() {
    let refused = |model: &Model| {
        let workload = model.workload_ids().next().expect("a workload");
        let pin = Pin { workload, node: model.node_named("n").expect("a node") };
        let error = Plan::new(model, &Record::default(), &[pin]).err()?;
        assert_eq!(error.to_string(), "the node does not hold the workload");
        Some(phrase::refused_move(model, &error))
    };
    assert_eq!(refused(&cluster(&["n cpu=2"], &["a cpu=2"]).model()), None);
    assert_eq!(
        refused(&cluster(&["n cpu=2"], &["a cpu=3"]).model()),
        Some("n is short of cpu: 3 needed, 2 of 2 free".into())
    );
}
