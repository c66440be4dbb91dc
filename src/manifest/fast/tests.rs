//! Reading in pieces gives the same model and the same findings at the same spans as reading whole.
//!
//! Generated documents consist of valid lines, lines that only look valid, and damage. `PROPTEST_CASES` sets the number
//! of cases; if it is set the seed is random, otherwise fixed.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed};

use super::*;
use crate::manifest::read_with;

/// Lines of a node, after its name.
const OF_NODES: [&str; 12] = [
    "resources = { cpu = 16, mem = \"64Gi\", ssd = 0 }",
    "resources = {cpu=1.50,mem =\"2G\" , \"odd name\" = -3}",
    "  resources = { gpu = inf, \"tpu\" = -inf } # [[nodes]]",
    "resources = { b = 1, a = 2, \"\" = 3 }",
    "resources = { cpu = 0x10, mem = 1e3, disk = 1_000 }",
    "resources = { cpu = 1, mem = { x = 1 } }",
    "wards = [\"gpu-only\", \"b\",]",
    "wards = ['gpu-only', \"\\u0041\"]",
    "labels = { rack = \"A7\", \"row\" = \"ä東\" }",
    "labels = { rack = 'A8' }",
    "count = 3",
    "was = \"old\"",
];

/// Lines of a workload, after its name.
const OF_WORKLOADS: [&str; 20] = [
    "requirements = { cpu = \"500m\", mem = \"1.5Gi\", ssd = 0 }",
    "requirements = { mem = 7, cpu = +2.25 }\t# cpu",
    "requirements = {}",
    "requirements = { gpu = \"1\" }",
    "requirements = { cpu = \"1.5.2\" }",
    "requirements = { cpu = 1,\n mem = 2 }",
    "immunities = [ \"gpu-only\" ]",
    "immunities = []",
    "aversion_groups = [\"web\", \"db\"]",
    "aversion_groups = [\n  \"web\",\n]",
    "affinity_groups = [\"shop\"]",
    "labels = { compose = \"stacks/web.yml\" }",
    "only_on = { rack = [\"A7\", \"A8\"], name = \"n1\" }",
    "never_on = { rack = \"A9\" }",
    "priority = -10",
    "priority = +07",
    "stay = true",
    "stay = false",
    "replicas = 2",
    "was = \"older\"",
];

/// Lines for any position, valid or not.
const ANYWHERE: [&str; 44] = [
    "",
    "# [[workloads]]",
    "\t # a comment \u{7f}",
    "[[nodes]]",
    "[[workloads]]",
    "[[workloads]] # again",
    "[[workloads]]x",
    "  [[workloads]]",
    "[[ workloads ]]",
    "[[\"workloads\"]]",
    "[[workloads.x]]",
    "[workloads]",
    "[nodes]",
    "[workloads.labels]\na = \"b\"",
    "[workloads.requirements]\ncpu = 1",
    "[nodes.resources]\ncpu = 4",
    "[nodes.labels]\nrack = \"A7\"",
    "[drain]\nn1 = \"repair\"",
    "[cordon]",
    "[aversion_groups.web]\nmax = 2",
    "[aversion_groups]\ndb = { over = \"rack\", hard = true }",
    "[affinity_groups.shop]\nover = \"row\"",
    "[rubric]\nmem = \"1 per Gi\"",
    "[guards]\nmax_moves = 3",
    "[x]",
    "x = 1",
    "count = 1",
    "replicas = 1",
    "name = \"again\"",
    "labels.rack = \"A7\"",
    "requirements.cpu = 2",
    "workloads = [{ name = \"inline\" }]",
    "nodes = []",
    "strategy = \"prioritized\"",
    "was = \"\"\"\n[[workloads]]\nname = \"inner\"\n\"\"\"",
    "was = '''\n[[nodes]]\n'''",
    "labels = { a = \"\"\"\n[[workloads]]\n\"\"\" }",
    "immunities = [\n[[workloads]]\n]",
    "\"\"\"",
    "name = \"not ended",
    "name = 5",
    "{ ]",
    "stay = trueish",
    "priority = 1979-05-27",
];

const HEADS: [&str; 8] = [
    "strategy = \"prioritized\"\n",
    "strategy = \"bin-pack\"\n[rubric]\ncpu = 1\nmem = \"0.5 per Gi\"\n",
    "cluster = \"prod\"\nstrategy = \"round-robin\"\nreplan = \"fresh\"\n[aversion_groups.web]\nhard = true\n",
    "strategy = \"prioritized\"\naversion_groups = { db = {} }\ndrain = { n0 = \"old\" }\n",
    "",
    "strategy = \"prioritised\"\n",
    "strategy = \"prioritized\"\nnodes = [{ name = \"static\" }]\n",
    "strategy = \"prioritized\"\nlineage = \"x\"\nserial = 1\n",
];

const DAMAGE: [&str; 16] =
    ["\n", "\r", "\"", "'", "[", "]", "[[", "{", "}", "=", ",", "#", "\\", "\u{0}", "\u{feff}", "[[nodes]]\n"];

/// Generates a table, mostly with a name, and some lines.
fn table() -> impl Strategy<Value = String> {
    let name = |letter: &'static str| {
        prop_oneof![
            30 => (0..40_u8).prop_map(move |number| format!("name = \"{letter}{number}\"\n")),
            1 => Just("name = \"\\t\"\n".to_owned()),
            1 => Just("name = 'literal'\n".to_owned()),
            1 => Just(String::new()),
        ]
    };
    let lines = |of: &'static [&'static str]| {
        let line = prop_oneof![40 => select(of), 1 => select(&ANYWHERE[..])];
        prop::collection::vec(line, 0..4).prop_map(|lines| lines.iter().flat_map(|line| [line, "\n"]).collect())
    };
    prop_oneof![
        2 => (name("n"), lines(&OF_NODES)).prop_map(|(name, rest): (_, String)| format!("[[nodes]]\n{name}{rest}\n")),
        3 => (name("w"), lines(&OF_WORKLOADS)).prop_map(|(name, rest): (_, String)| format!("[[workloads]]\n{name}{rest}")),
    ]
}

/// Generates a text that is mostly a valid manifest.
fn text() -> impl Strategy<Value = String> {
    let head = prop_oneof![8 => select(&HEADS[..4]), 1 => select(&HEADS[4..])];
    let odd = prop::collection::vec((any::<Index>(), select(&ANYWHERE[..])), 0..2);
    let odd = prop_oneof![2 => Just(Vec::new()), 1 => odd];
    let damage = prop::collection::vec((any::<Index>(), 0_usize..4, select(&DAMAGE[..])), 1..3);
    let damage = prop_oneof![4 => Just(Vec::new()), 1 => damage];
    let ends = prop_oneof![4 => Just("\n"), 1 => Just("\r\n")];
    let begin = prop_oneof![8 => Just(""), 1 => Just("\u{feff}")];
    (head, prop::collection::vec(table(), 0..8), odd, damage, ends, begin).prop_map(
        |(head, mut tables, odd, damage, end, begin)| {
            for (at, line) in odd {
                tables.insert(at.index(tables.len() + 1), format!("{line}\n"));
            }
            let text = format!("{begin}{head}{}", tables.concat()).replace('\n', end);
            damage.into_iter().fold(text, |text, (at, cut, put)| damaged(&text, at.index(text.len() + 1), cut, put))
        },
    )
}

fn damaged(text: &str, at: usize, cut: usize, put: &str) -> String {
    let at = text.floor_char_boundary(at);
    let end = text.floor_char_boundary((at + cut).min(text.len()));
    format!("{}{put}{}", &text[..at], &text[end.max(at)..])
}

const WHOLE: SplitOptions = SplitOptions { split_above: usize::MAX, max_whole: usize::MAX, piece_bytes: 1, threads: 1 };

fn in_pieces(piece_bytes: usize, threads: usize) -> SplitOptions {
    SplitOptions { split_above: 0, max_whole: usize::MAX, piece_bytes, threads }
}

/// Prints everything that is read. Hash maps print alike because they are filled alike.
fn printed(texts: &[String], options: SplitOptions) -> String {
    let sources: Vec<_> = texts.iter().map(|text| Source::new("lighthouse.toml", text.as_bytes())).collect();
    format!("{:#?}", read_with(&sources, options))
}

/// Returns whether a main file is read in pieces.
fn is_read_in_pieces(text: &str, piece: usize) -> bool {
    let source = Source::new("lighthouse.toml", text.as_bytes());
    let text = Fragment { file: 0, base: 0, text };
    matches!(in_pieces(piece, 1).read(&source, text, Pieces::read_main), Ok(SplitRead::Done(_)))
}

fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    Config { cases: asked.unwrap_or(20_000), failure_persistence: None, rng_seed, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn reading_in_pieces_equals_reading_whole(
        main in text(),
        drop_in in prop_oneof![3 => Just(None), 1 => text().prop_map(Some)],
        piece in 1_usize..200,
        threads in prop_oneof![12 => Just(1), 2 => Just(2), 1 => Just(16)],
    ) {
        let texts: Vec<_> = [Some(main), drop_in].into_iter().flatten().collect();
        prop_assert_eq!(printed(&texts, in_pieces(piece, threads)), printed(&texts, WHOLE));
    }
}

#[test]
fn valid_texts_are_read_in_pieces() {
    let head = "strategy = \"prioritized\"\n";
    let node = "[[nodes]]\nname = \"n\"\nresources = { cpu = 1 }\n[nodes.labels]\nrack = \"A\"\n\n";
    let workload = "[[workloads]] # one\nname = 'w'\nimmunities = [\n  \"x\",\n]\n[workloads.requirements]\ncpu = 1\n";
    for text in [
        [head, node, workload].concat(),
        [head, workload, node].concat(),
        [head, "[aversion_groups.web]\nmax = 2\n", node, workload, "[drain]\nn = \"old\"\n"].concat(),
        [head, node, workload].concat().replace('\n', "\r\n"),
    ] {
        assert!(is_read_in_pieces(&text, 1), "{text}");
    }
}

#[test]
fn texts_that_break_a_rule_are_read_whole() {
    let (head, node) = ("strategy = \"prioritized\"\n", "[[nodes]]\nname = \"n\"\n");
    let workload = "[[workloads]]\nname = \"w\"\n";
    for text in [
        [head, "nodes = [{ name = \"a\" }]\n", workload].concat(),
        [head, "[[ nodes ]]\nname = \"a\"\n", node].concat(),
        [head, node, "labels = { x = \"\"\"\n", workload, "\"\"\" }\n"].concat(),
        [head, node, "[drain]\nn = \"a\"\n", workload, "[drain.x]\n"].concat(),
        [head, node, workload, "[rubric]\ncpu = 1\n"].concat(),
        [head, node, workload, "[nodes.labels]\nrack = \"A\"\n"].concat(),
        [head, node, node].concat(),
        [head, node, "naem = 1\n"].concat(),
    ] {
        assert_eq!(is_read_in_pieces(&text, 1), text.matches("name = \"n\"").count() == 2, "{text}");
    }
}

#[test]
fn common_tables_are_read_without_a_tree() {
    for (table, is_common) in [
        ("[[workloads]]\nname = \"w\"\nrequirements = { cpu = \"500m\", mem = 1.5 }\n", true),
        ("[[workloads]] # w\r\n\r\n  name = \"w\" # w\r\nstay = true\r\npriority = 0", true),
        ("[[workloads]]\nname = \"a\\\"\"", false),
        ("[[workloads]]\nname = \"\"\"a\"\"\"", false),
        ("[[workloads]]\nname = \"a\"\nname = \"a\"", false),
        ("[[workloads]]\nlabels = { a = \"1\", a = \"1\" }", false),
        ("[[workloads]]\npriority = 01", false),
        ("[[workloads]]\npriority = 1.", false),
        ("[[workloads]]\nreplicas = 1:00", false),
        ("[[workloads]]\nstay = true # \u{1}", false),
        ("[[workloads]]\nstay = true\r", false),
    ] {
        let text = Fragment { file: 0, base: 0, text: table };
        assert_eq!(scan::scan(text, PieceKind::Workloads).is_some(), is_common, "{table:?}");
    }
}

#[test]
fn a_text_above_the_limit_is_read_in_pieces_or_refused() {
    let limit = SplitOptions { split_above: 0, max_whole: 60, piece_bytes: 1, threads: 1 };
    let many = |table: &str| format!("strategy = \"prioritized\"\n{}", [table, &table.replace('1', "2")].concat());
    let messages = |text: &str| match read_with(&[Source::new("a.toml", text)], limit) {
        Ok(manifest) => vec![manifest.model.nodes().len().to_string()],
        Err(findings) => findings.iter().map(|found| found.message.clone()).collect(),
    };
    assert_eq!(messages(&many("[[nodes]]\nname = \"n1\"\n")), ["2"]);
    assert_eq!(messages(&many("[[nodes]]\nname = \"n1 \"\n"))[0], "the name of a node begins or ends with white space");
    for text in [many("[[nodes]]\nname = \"n1\"\nx = 1\n"), "#".repeat(61)] {
        let size = text.len();
        let message = format!("`a.toml` has {size} bytes of text; the limit for one file is 67108864 (64 MiB)");
        assert_eq!(messages(&text), [message]);
    }
}
