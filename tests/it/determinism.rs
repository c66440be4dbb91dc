//! The same input gives the same bytes: in every process and environment, in debug and release builds, and for every
//! order of parts whose order has no meaning.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use lighthouse::manifest;
use lighthouse::model::Record;
use lighthouse::plan::Plan;
use lighthouse::render::plan_json;
use lighthouse::state::{self, Flags, Lineage, State, manifest_digest};
use lighthouse::text::source::Source;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::{below_root, binary, cases, copy, has, repetitions, text};

/// Environment variables, with values, that must not affect the output.
const VARIABLES: [(&str, &[&str]); 10] = [
    ("LANG", &["C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.eucJP"]),
    ("LC_ALL", &["POSIX", "ar_EG.UTF-8", "nonsense"]),
    ("TZ", &["UTC", "Asia/Kathmandu", "America/St_Johns", ":/nowhere"]),
    ("HOME", &["/", "/nowhere", ""]),
    ("COLUMNS", &["1", "80", "100000", "x"]),
    ("TERM", &["dumb", "xterm-256color", "vt52"]),
    ("RUST_BACKTRACE", &["full", "0"]),
    ("RUST_LOG", &["trace"]),
    ("RUST_MIN_STACK", &["300000", "100000000"]),
    ("PATH", &["", "/nowhere"]),
];

/// Makes a folder with an example and a state.
fn home() -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    copy(&below_root("examples/three-racks"), home.path());
    let manifest = fs::read_to_string(home.path().join("lighthouse.toml")).expect("a manifest");
    let record = Record { cursor: None, ..planned(&[Source::new("lighthouse.toml", manifest)]).1 };
    let state = State { cluster: None, lineage: Lineage::from_bytes([3; 16]), serial: 1, record };
    fs::write(home.path().join("lighthouse.state.toml"), state.text()).expect("written");
    home
}

/// Returns everything that a program prints, for every command and format, and the state after an apply.
fn bytes(program: &[&Path], home: &Path, number: usize) -> Vec<u8> {
    let copied = tempfile::Builder::new().prefix(&"x".repeat(1 + number % 40)).tempdir().expect("a folder");
    copy(home, copied.path());
    let mut all = Vec::new();
    for arguments in [
        "check",
        "plan",
        "plan --format json",
        "plan --format markdown",
        "plan --format diff",
        "plan --format github",
        "explain",
        "apply --yes",
        "show --format json",
    ] {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).args(arguments.split(' '));
        command.current_dir(copied.path()).env_clear().stdin(Stdio::null());
        for (at, (name, values)) in VARIABLES.iter().enumerate() {
            // Each environment has another value or none; the divisor makes the combinations differ, too.
            if let Some(value) = values.get((number + number / (at + 3)) % (values.len() + 1)) {
                command.env(name, value);
            }
        }
        let output = command.output().expect("started");
        all.extend(output.stdout);
        all.extend(output.stderr);
        all.push(u8::try_from(output.status.code().expect("it ends by itself")).expect("a code"));
    }
    all.extend(fs::read(copied.path().join("lighthouse.state.toml")).expect("a state"));
    all
}

/// Returns the output in the first environment, and the first output that differs in one of the others.
fn outputs(environments: usize, program: &[&Path]) -> (Vec<u8>, Option<Vec<u8>>) {
    let home = home();
    let first = bytes(program, home.path(), 0);
    let other = (1..environments).map(|number| bytes(program, home.path(), number)).find(|other| *other != first);
    (first, other)
}

#[test]
fn every_environment_gives_the_same_output() {
    let (first, other) = outputs(repetitions(8, 112), &[&binary()]);
    assert!(first.len() > 10_000);
    let shown = other.as_deref().map(String::from_utf8_lossy);
    assert!(shown.is_none(), "{}\n{}", String::from_utf8_lossy(&first), shown.unwrap_or_default());
}

/// Replaces the binary by programs that print their folder, their process or a variable.
#[test]
fn control_a_program_that_prints_its_environment_is_caught() {
    let shell = |script: &str| outputs(8, &["/bin/sh", "-c", script].map(Path::new)).1.is_some();
    assert!(!shell("echo always the same"));
    for script in ["pwd", "echo $$", "exit ${COLUMNS:-0}", "echo $$ >> lighthouse.state.toml"] {
        assert!(shell(script), "{script}");
    }
    for (name, _) in VARIABLES {
        assert!(shell(&format!("echo ${name}")), "{name}");
    }
}

/// Returns a manifest so long that it is read in pieces, one on each processor, with an unplaced workload.
fn long_manifest() -> String {
    let mut text = "strategy = \"prioritized\"\n".to_owned();
    for number in 0..600 {
        let cpu = 1 + number % 7;
        writeln!(text, "[[nodes]]\nname = \"n{number}\"\nresources = {{ cpu = {cpu}, mem = \"8Gi\" }}").expect("text");
    }
    for number in 0..2000 {
        let cpu = 1 + number % 3;
        writeln!(text, "[[workloads]]\nname = \"w{number}\"\nrequirements = {{ cpu = {cpu}, mem = \"1Gi\" }}")
            .expect("text");
    }
    text + "[[workloads]]\nname = \"late\"\nrequirements = { cpu = 3 }\ndisk = 1\n"
}

/// Manifests are read, and remedies tried, on as many threads as there are processors. The laws of reading in pieces
/// try sixteen.
#[test]
fn any_number_of_processors_gives_the_same_output() {
    if !has(&["taskset", "-c", "0", "true"]) {
        return;
    }
    let home = tempfile::tempdir().expect("a folder");
    let manifest = long_manifest();
    assert!(manifest.len() > 2 * (64 << 10), "{} bytes are read as a whole", manifest.len());
    fs::write(home.path().join("bad.toml"), &manifest).expect("a manifest");
    fs::write(home.path().join("good.toml"), manifest.replace("disk = 1\n", "")).expect("a manifest");
    let run_on = |processors: &[&str], arguments: &str| {
        let words: Vec<_> = processors.iter().map(Path::new).map(Path::to_owned).chain([binary()]).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments.split(' ')).current_dir(home.path()).stdin(Stdio::null());
        let output = command.output().expect("started");
        (output.status.code(), output.stdout, output.stderr)
    };
    for (arguments, code) in
        [("check -f bad.toml", 1), ("plan -f good.toml --format json", 3), ("explain -f good.toml late", 0)]
    {
        let one = run_on(&["taskset", "-c", "0"], arguments);
        assert_eq!(one.0, Some(code), "{arguments}: {}", text(&one.2));
        for _ in 0..repetitions(4, 100) {
            assert!(run_on(&[], arguments) == one, "{arguments}");
        }
    }
}

/// With `BINARY=target/release/lighthouse` the two are of different builds.
#[test]
fn the_binary_prints_what_the_library_renders() {
    let home = home();
    for name in ["everything", "fresh", "moving", "prioritized", "round-robin"] {
        let file = below_root("tests/fuzz/seeds/manifest").join(name).with_extension("toml");
        fs::copy(file, home.path().join("x.toml")).expect("copied");
        let mut command = Command::new(binary());
        let output = command.args(["plan", "-f", "x.toml", "--format", "json"]).current_dir(home.path()).output();
        let sources = [Source::new("x.toml", fs::read(home.path().join("x.toml")).expect("a manifest"))];
        let manifest = manifest::read(&sources).expect("it is valid");
        let plan = Plan::new(&manifest.model, &Record::default(), &[]).expect("nothing is pinned");
        assert_eq!(text(&output.expect("started").stdout), plan_json(&plan, &manifest.warnings, &sources), "{name}");
    }
}

/// Returns the plan of a manifest with the digest of its meaning, and its record, without positions in the text.
fn planned(sources: &[Source]) -> (String, Record) {
    let manifest = manifest::read(sources).expect("it is valid");
    let state = fs::read(below_root("tests/fuzz/seeds/state/everything.toml")).expect("a state");
    let record = state::parse(&state).expect("a state").record;
    let plan = Plan::new(&manifest.model, &record, &[]).expect("nothing is pinned");
    let page = plan_json(&plan, &lighthouse::text::diagnostic::Findings::default(), sources);
    (format!("{page}{}", manifest_digest(&manifest.model, &Flags::default())), plan.record())
}

/// Splits a manifest into tables, each with its lines.
fn tables(text: &str) -> Vec<Vec<&str>> {
    text.split("\n\n").map(|table| table.lines().collect()).collect()
}

/// Permutes the parts whose order has no meaning: the keys of a table; the tables of groups, drains, guards and the
/// rubric; under bin pack also nodes and workloads, which other strategies take in the order of the manifest.
fn permuted(tables: &[Vec<&str>], ranks: &[u32], ordered: bool) -> String {
    let mut ranks = ranks.iter().copied().cycle();
    let mut placed: Vec<(u32, String)> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let (head, keys) = table.split_at(usize::from(table[0].starts_with('[')));
        let mut keys: Vec<_> = keys.iter().map(|key| (ranks.next(), entries_permuted(key, ranks.next()))).collect();
        keys.sort();
        let keys = keys.into_iter().map(|(_, key)| key);
        let text = head.iter().map(|head| (*head).to_owned()).chain(keys).collect::<Vec<_>>().join("\n");
        let rank = match ranks.next() {
            _ if head.is_empty() => 0,
            // Ordered tables keep their order among themselves.
            _ if ordered && head[0].starts_with("[[") => u32::try_from(at).expect("few") << 20,
            rank => rank.unwrap_or_default().max(1),
        };
        placed.push((rank, text));
    }
    placed.sort_by_key(|(rank, _)| *rank);
    placed.into_iter().map(|(_, text)| text + "\n").collect()
}

/// Permutes the entries of an inline table or of a list.
fn entries_permuted(line: &str, rank: Option<u32>) -> String {
    let cut = [("= { ", " }"), ("= [", "]")].into_iter().find_map(|(open, close)| {
        let start = line.find(open)? + open.len();
        let end = line.strip_suffix(close)?.len();
        (!line[start..end].contains(['[', '{'])).then_some((start, end))
    });
    let Some((start, end)) = cut else { return line.to_owned() };
    let mut entries: Vec<_> = line[start..end].split(", ").collect();
    let turn = rank.unwrap_or_default() as usize;
    let first = turn % entries.len();
    entries.rotate_left(first);
    if turn & 64 == 64 {
        entries.reverse();
    }
    format!("{}{}{}", &line[..start], entries.join(", "), &line[end..])
}

/// Permutes nodes and workloads although the strategy takes them in the order of the manifest.
#[test]
fn control_a_significant_order_of_tables_changes_the_plan() {
    let text = fs::read_to_string(below_root("tests/fuzz/seeds/manifest/moving.toml")).expect("a manifest");
    let planned = |text: String| planned(&[Source::new("x.toml", text)]).0;
    let others = (1..20).map(|seed: u32| permuted(&tables(&text), &[seed * 7, seed * 5 % 11, seed * 3 % 7], false));
    assert!(others.map(planned).any(|other| other != planned(text.clone())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(10_000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reordering_unordered_parts_changes_nothing(
        ranks in prop::collection::vec(1..u32::MAX, 89),
        name in prop::sample::select(&["everything", "round-robin", "moving"][..]),
    ) {
        let path = below_root("tests/fuzz/seeds/manifest").join(name).with_extension("toml");
        let text = fs::read_to_string(path).expect("a manifest");
        let other = permuted(&tables(&text), &ranks, name != "everything");
        prop_assert_eq!(planned(&[Source::new("x.toml", other)]), planned(&[Source::new("x.toml", text)]));
    }
}
