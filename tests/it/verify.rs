//! The judge names the rule that an assignment breaks, the workload, and the resource or group.

use lighthouse::manifest;
use lighthouse::model::Assignment;
use lighthouse::text::source::Source;
use lighthouse::verify::judge;

const MANIFEST: &str = r#"
strategy = "prioritized"
[[nodes]]
name = "a"
resources = { cpu = 4, mem = inf }
labels = { rack = "r1" }
[[nodes]]
name = "b"
resources = { cpu = -1 }
labels = { rack = "r2" }
wards = ["night"]
[[nodes]]
name = "c"
resources = { cpu = 4 }
[[workloads]]
name = "x"
requirements = { cpu = 2, mem = 1 }
aversion_groups = ["apart"]
affinity_groups = ["close"]
[[workloads]]
name = "y"
requirements = { cpu = 2 }
aversion_groups = ["apart"]
affinity_groups = ["close"]
only_on = { rack = "r1" }
[[workloads]]
name = "z"
requirements = { cpu = 1 }
immunities = ["cpu", "night"]
never_on = { name = "c" }
[aversion_groups.apart]
over = "rack"
hard = true
[affinity_groups.close]
over = "rack"
hard = true
"#;

/// Returns the violations if `x`, `y` and `z` are on these nodes; a dash means unplaced.
fn violations(more: &str, nodes: &str) -> Vec<String> {
    let sources = [Source::new("x.toml", format!("{MANIFEST}{more}"))];
    let model = manifest::read(&sources).expect("it is valid").model;
    let assignment = Assignment(nodes.split(' ').map(|node| model.node_named(node)).collect());
    judge(&model, &assignment).iter().map(ToString::to_string).collect()
}

#[test]
fn a_valid_assignment_has_no_violations() {
    // These include a node that is filled exactly, and one below zero whose workload is immune.
    for nodes in ["- - -", "a - -", "- a -", "- - b", "a - b", "a - a"] {
        assert_eq!(violations("", nodes), Vec::<String>::new(), "{nodes}");
    }
    assert_eq!(violations("[drain]\nb = \"old\"\n", "a - -"), Vec::<String>::new());
}

#[test]
fn every_broken_rule_is_named() {
    for (more, nodes, expected) in [
        (
            "",
            "- b -",
            &[
                "`y` is on a node that is short of `cpu`",
                "`y` is on a node that is short of `night`",
                "`y` may not be on its node by `rack`",
            ][..],
        ),
        (
            "",
            "c - -",
            &[
                "`x` lacks `mem` on its node",
                "`x` is on a node that is no place of `apart`",
                "`x` is on a node that is no place of `close`",
            ],
        ),
        ("", "a a -", &["too many of hard group `apart` are in `r1`"]),
        (
            "",
            "b a -",
            &[
                "`x` lacks `mem` on its node",
                "`x` is on a node that is short of `cpu`",
                "`x` is on a node that is short of `night`",
                "the members of hard group `close` are in several places",
            ],
        ),
        (
            "[[workloads]]\nname = \"v\"\nrequirements = { cpu = 3 }\n",
            "a - - a",
            &["`x` is on a node that is short of `cpu`", "`v` is on a node that is short of `cpu`"],
        ),
        ("", "- - c", &["`z` may not be on its node by `name`"]),
        ("[drain]\nb = \"old\"\n", "- - b", &["`z` is on a drained node"]),
    ] {
        assert_eq!(violations(more, nodes), expected, "{nodes}");
    }
}
