//! Reading the lists that `adopt` takes, and recording them. Its messages are sessions of `tests/cases/adopt`.

use std::fs;

use lighthouse::import::listing::pairs;
use lighthouse::model::{Model, NodeTable, Record, Recorded, Strategy as Placing, WorkloadTable};
use lighthouse::render::show_lines;
use lighthouse::state::{Lineage, State};
use lighthouse::text::diagnostic::{Paint, draw_all};
use lighthouse::text::source::Source;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tempfile::TempDir;

use crate::support::{case_folder, run, text, transcript};

const STATE: &str = "lighthouse.state.toml";

fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::copy(case_folder("adopt/lighthouse.toml"), home.path().join("lighthouse.toml")).expect("copied");
    home
}

#[test]
fn adopting_a_workload_on_two_nodes_is_an_error() {
    let home = home();
    let (code, page) = transcript(home.path(), &["adopt", "db=rack a", "db=rack b", "--yes"]);
    let expected = "[standard error]\nerror: `db` is given two nodes\n[exit code 64]\n\n";
    assert_eq!((code, page.as_str()), (64, expected));
    assert_eq!(run(home.path(), &["adopt", "db=rack a", "db=rack a", "--yes"]).status.code(), Some(0));
}

#[test]
fn adopting_over_an_unreadable_state_begins_a_new_record_and_warns() {
    let home = home();
    fs::write(home.path().join(STATE), "").expect("written");
    fs::write(home.path().join("runs"), "db rack a\n").expect("written");
    let (code, page) = transcript(home.path(), &["adopt", "runs", "--yes"]);
    let expected = "\
Recorded 1 placement in `lighthouse.state.toml` (serial 1). Nothing was started or stopped.
[standard error]
warning: the state `lighthouse.state.toml` cannot be read: it is empty
 |
 = the new record contains the adopted placements and nothing else
 = help: restore the file from the last commit (`git checkout -- FILE`), then apply; if there is none, `lighthouse \
adopt` records where workloads run

";
    assert_eq!((code, page.as_str()), (0, expected));
}

#[test]
fn a_state_of_a_newer_version_is_never_replaced() {
    for bytes in [&b"<<<<<<< HEAD\nformat = 2\n=======\nformat = 1\n"[..], b"format = 2\n\xff\n", b"format = 2"] {
        let home = home();
        fs::write(home.path().join(STATE), bytes).expect("written");
        fs::write(home.path().join("runs"), "db rack a\n").expect("written");
        assert_eq!(run(home.path(), &["adopt", "runs", "--yes"]).status.code(), Some(1), "{bytes:?}");
        assert_eq!(fs::read(home.path().join(STATE)).expect("a state"), bytes);
    }
}

#[test]
fn a_long_list_of_mistakes_is_reported_within_bounds() {
    let home = home();
    let mut lines = (0..20_000).map(|number| format!("wbe-{number} rack a")).collect::<Vec<_>>();
    lines.push(format!("web-0{}rack a", " ".repeat(10 << 20)));
    lines.push(format!("wbe-0{}rack a", " ".repeat(10 << 20)));
    lines.push(format!("web-0 {}", "rack ".repeat(2 << 20)));
    lines.push("# wbe-0 rack a\n".repeat(200_000));
    fs::write(home.path().join("runs"), lines.join("\n")).expect("written");
    let output = run(home.path(), &["adopt", "runs", "--yes"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.ends_with("and 19902 more errors\n\n20002 errors; nothing was recorded\n"), "{errors}");
    assert!(errors.len() < 100_000, "{}", errors.len());
}

/// Draws a name that a manifest may have, with spaces and other characters that separate names in a list.
fn name() -> impl Strategy<Value = String> {
    "[ab#=:\u{e9}]([ab# =:\u{3000}\\[]{0,4}[ab#=])?"
}

/// Returns a model of workloads and nodes with these names.
fn model<'n>(workloads: impl IntoIterator<Item = &'n String>, nodes: impl IntoIterator<Item = &'n String>) -> Model {
    let mut model = Model::new(Placing::Prioritized, &[]).expect("a model");
    for node in nodes {
        model.add_nodes(NodeTable { name: node.clone(), ..NodeTable::default() }).expect("a node");
    }
    for workload in workloads {
        let table = WorkloadTable { name: workload.as_str().into(), ..WorkloadTable::default() };
        model.add_workloads(table).expect("a workload");
    }
    model
}

/// Pieces of valid and invalid lists.
const PIECES: [&str; 16] = [
    "a",
    "b",
    "web-0",
    "rack a",
    " ",
    "\t",
    "\n",
    "\r\n",
    "#",
    "=",
    "[[",
    "\u{3000}",
    "\u{202e}",
    "\u{1b}[2K",
    "\u{feff}",
    "\0",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_printed_by_show_are_adopted_unchanged(
        workloads in btree_set(name(), 1..6),
        nodes in btree_set(name(), 1..6),
        places in vec(any::<Index>(), 6),
    ) {
        let model = model(&workloads, &nodes);
        let nodes = nodes.iter().collect::<Vec<_>>();
        let lines = workloads.iter().zip(&places).map(|(workload, place)| (workload, *place.get(&nodes)));
        let recorded = |(workload, node): (&String, &&String)| Recorded {
            workload: workload.as_str().into(),
            node: node.as_str().into(),
            requirements: Vec::new(),
        };
        let placements = lines.clone().map(|(workload, node)| recorded((workload, &node))).collect();
        let record = Record { placements, ..Record::default() };
        let text = show_lines(&State { cluster: None, lineage: Lineage::draw(), serial: 1, record }, None);
        let read = pairs(&model, &Source::new("lines", text));
        let read = read.map_err(|found| TestCaseError::fail(format!("{found:?}")))?;
        let read = read.into_iter().map(|(workload, node)| (model.workload_name(workload), model.node_name(node)));
        let read = read.collect::<Vec<_>>();
        prop_assert_eq!(read, lines.map(|(workload, node)| (&**workload, &**node)).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_is_read_or_has_mistakes_that_can_be_shown(parts in vec(select(&PIECES[..]), 0..40)) {
        let names = ["a", "b", "web-0", "rack a"].map(str::to_owned);
        let sources = [Source::new("runs", parts.concat())];
        if let Err(found) = pairs(&model(&names, &names), &sources[0]) {
            prop_assert!(found.errors() > 0 && found.warnings() == 0);
            let length = u32::try_from(sources[0].bytes().len()).expect("short");
            let labels = found.iter().flat_map(|each| each.primary.iter().chain(&each.secondary));
            for place in labels.map(|label| label.span) {
                prop_assert!(place.start <= place.end && place.end <= length, "{place:?} of {length}");
            }
            prop_assert!(draw_all(&found, &sources, Paint::Plain).starts_with("error: "));
        }
    }
}
