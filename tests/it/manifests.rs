//! Manifests that are valid, with their warnings, and manifests that are not, with every message.
//!
//! Each `tests/manifests/{valid,invalid}/NAME.toml` shows one point; `NAME.d` holds its drop-ins and `NAME.txt` the
//! messages as they are drawn. `LIGHTHOUSE_BLESS=1` writes the latter anew: read what changed.

use std::fs;
use std::path::{Path, PathBuf};

use lighthouse::manifest::{self, Manifest};
use lighthouse::text::diagnostic::{Findings, LONGEST_MESSAGE, MOST_MESSAGES, Paint, draw, draw_all};
use lighthouse::text::escape::is_hidden;
use lighthouse::text::source::Source;

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests").join(kind)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in files(folder) {
        if path.is_dir() {
            found.extend(toml_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found
}

/// The manifests of a kind, without their drop-ins.
fn fixtures(kind: &str) -> Vec<PathBuf> {
    let paths = files(&folder(kind));
    paths.into_iter().filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "toml")).collect()
}

fn sources(main: &Path) -> Vec<Source> {
    let mut paths = vec![main.to_owned()];
    let drop_ins = main.with_extension("d");
    if drop_ins.is_dir() {
        paths.extend(toml_files(&drop_ins));
    }
    let parent = main.parent().expect("it is in a folder");
    let name = |path: &Path| path.strip_prefix(parent).expect("it is below").display().to_string();
    paths.iter().map(|path| Source::new(name(path), fs::read(path).expect("it can be read"))).collect()
}

fn compare(main: &Path, shown: &str) {
    let golden = main.with_extension("txt");
    if std::env::var_os("LIGHTHOUSE_BLESS").is_some() {
        match shown {
            "" => drop(fs::remove_file(&golden)),
            _ => fs::write(&golden, shown).expect("it can be written"),
        }
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert!(expected == shown, "{} is not as expected, but:\n{shown}", golden.display());
}

#[test]
fn every_invalid_manifest_says_what_is_wrong() {
    for main in fixtures("invalid") {
        let sources = sources(&main);
        let findings = manifest::read(&sources).expect_err(&main.display().to_string());
        assert!(findings.errors() > 0);
        compare(&main, &draw_all(&findings, &sources, Paint::Plain));
    }
}

#[test]
fn every_valid_manifest_is_read() {
    for main in fixtures("valid") {
        let sources = sources(&main);
        match manifest::read(&sources) {
            Ok(manifest) => compare(&main, &draw_all(&manifest.warnings, &sources, Paint::Plain)),
            Err(findings) => panic!("{}:\n{}", main.display(), draw_all(&findings, &sources, Paint::Plain)),
        }
    }
}

#[test]
fn the_schema_accepts_every_valid_manifest() {
    let schema = serde_json::to_value(manifest::schema()).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    for path in toml_files(&folder("valid")) {
        let text = fs::read_to_string(&path).expect("it can be read");
        let value: toml::Table = text.trim_start_matches('\u{feff}').parse().expect("it is TOML");
        let errors: Vec<_> =
            validator.iter_errors(&json(toml::Value::Table(value))).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

/// JSON has no infinity; the schema sees numbers.
fn json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Float(number) => number.clamp(f64::MIN, f64::MAX).into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

fn read(text: impl Into<Vec<u8>>) -> Result<Manifest, String> {
    let sources = [Source::new("lighthouse.toml", text)];
    manifest::read(&sources).map_err(|findings| {
        check_bounds(&findings, &sources);
        draw_all(&findings, &sources, Paint::Plain)
    })
}

fn check_bounds(findings: &Findings, sources: &[Source]) {
    for diagnostic in findings.iter().take(MOST_MESSAGES) {
        let text = draw(diagnostic, sources, Paint::Plain);
        assert!(text.len() <= LONGEST_MESSAGE, "too long: {text}");
        let hidden = text.chars().find(|&c| c != '\n' && is_hidden(c));
        assert_eq!(hidden, None, "in {text:?}");
    }
    let all = draw_all(findings, sources, Paint::Coloured);
    assert!(all.len() <= MOST_MESSAGES * (LONGEST_MESSAGE + 1) + 200);
}

#[test]
fn places_of_tables_are_known() {
    let text =
        "strategy = \"prioritized\"\n\n[[nodes]]\nname = \"a\"\ncount = 2\n\n[[nodes]]\nresources = {}\nname = \"b\"\n";
    let manifest = read(text).expect("it is valid");
    let source = Source::new("", text);
    let node = manifest.model.node_named("b").expect("it is there");
    let places = manifest.node_places(node);
    assert_eq!(source.line(places.header.start), 7);
    assert_eq!(source.line(places.name.start), 9);
    assert_eq!(places.amounts.map(|place| source.line(place.start)), Some(8));
    let first = manifest.model.node_named("a-1").expect("it is there");
    assert_eq!(source.line(manifest.node_places(first).header.start), 3);
}

#[test]
fn a_hundred_thousand_nested_arrays_do_not_overflow_the_stack() {
    let strategy = "strategy = \"prioritized\"\n";
    let deep = [
        format!("{strategy}nodes = {}", "[".repeat(100_000)),
        format!("{strategy}nodes = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{strategy}nodes = {}", "{a=".repeat(100_000)),
        format!("{strategy}{}b = 1", "a.".repeat(100_000)),
        format!("{strategy}[{}b]", "a.".repeat(100_000)),
        format!("{strategy}[[{}b]]", "a.".repeat(100_000)),
        format!("{strategy}nodes = {}1{}", format!("{{{}b=", "a.".repeat(70)).repeat(70), "}".repeat(70)),
    ];
    for text in deep {
        let shown = read(text).expect_err("it is too deep");
        assert!(shown.contains("error: tables and arrays are nested too deep; the limit is 16\n"), "{shown}");
    }
}

#[test]
fn a_thousand_tables_of_a_million_are_refused_at_once() {
    let table = |number: usize| format!("[[workloads]]\nname = \"w{number}\"\nreplicas = 1000000\n");
    let text = format!("strategy = \"prioritized\"\n{}", (0..1_000).map(table).collect::<String>());
    let shown = read(text).expect_err("it is too much");
    assert_eq!(
        shown,
        "\
error: with these there are more than 10000000 workloads, which is the limit
  --> lighthouse.toml:33:8
   |
33 | name = \"w10\"
   |        ^^^^^

"
    );
}

#[test]
fn a_hundred_messages_are_drawn_and_the_rest_is_counted() {
    let text = format!("strategy = \"prioritized\"\n{}", "[[nodes]]\n".repeat(137));
    let shown = read(text).expect_err("no node has a name");
    assert_eq!(shown.matches("error: a node has no name\n").count(), 100);
    assert!(shown.ends_with("\nand 37 more errors\n\n"));
}

#[test]
fn many_mistakes_of_grammar_cost_little() {
    for piece in ["]", "= ", "[[", "a = \n", "\"", "a.", "{", ",", "\u{202e}", "'''"] {
        read(piece.repeat(300_000)).expect_err("it is no manifest");
    }
}
