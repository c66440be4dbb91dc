//! The JSON Schemas are golden files in `schema/`, and accept every document that they describe.
//!
//! `UPDATE=1 cargo test schema` writes them again.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{below_root, case_folder, files_below, folders_in, json, run, text};

const DOCUMENTS: [&str; 9] = ["manifest", "state", "check", "plan", "apply", "show", "explain", "watch", "status"];

/// Panics with every error that the schema of a document finds in a value.
#[track_caller]
pub(crate) fn validate(document: &str, value: &Value, what: &str) {
    let errors: Vec<_> = validator(document).iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{what} is not what {document}.schema.json says: {errors:#?}");
}

/// Parses a manifest, a drop-in or a state and converts it to JSON. Infinity, which JSON lacks, becomes the largest
/// number.
pub(crate) fn from_toml(text: &str) -> Value {
    let table: toml::Table = text.trim_start_matches('\u{feff}').parse().expect("it is TOML");
    from_value(toml::Value::Table(table))
}

fn from_value(value: toml::Value) -> Value {
    match value {
        toml::Value::Float(number) => number.clamp(f64::MIN, f64::MAX).into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(from_value).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, from_value(value))).collect(),
    }
}

fn golden(document: &str) -> Value {
    let text = fs::read_to_string(below_root("schema").join(format!("{document}.schema.json"))).expect("a schema");
    serde_json::from_str(&text).expect("it is JSON")
}

fn validator(document: &str) -> Validator {
    jsonschema::validator_for(&golden(document)).expect("it is a schema")
}

#[test]
fn every_schema_matches_its_golden_file() {
    for document in DOCUMENTS {
        let output = run(Path::new("."), &["schema", document]);
        let path = below_root("schema").join(format!("{document}.schema.json"));
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(below_root("schema")).expect("a folder");
            fs::write(&path, &output.stdout).expect("written");
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        assert!(text(&output.stdout) == wanted, "{}: `UPDATE=1 cargo test schema` writes it again", path.display());
        assert_eq!((text(&output.stderr), output.status.code()), ("", Some(0)));
    }
    assert_eq!(files_below(&below_root("schema"), "").len(), DOCUMENTS.len());
}

#[test]
fn every_schema_is_a_valid_schema() {
    for document in DOCUMENTS {
        jsonschema::meta::validate(&golden(document)).expect(document);
    }
}

#[test]
fn the_manifest_schema_describes_every_key() {
    let schema = golden("manifest");
    let tables = schema["$defs"].as_object().expect("tables").values().chain([&schema]);
    for table in tables {
        let Some(keys) = table["properties"].as_object() else { continue };
        assert_eq!(table["additionalProperties"], json!(false), "{table}");
        for (key, about) in keys {
            assert!(about["description"].is_string(), "`{key}` has no description");
        }
    }
}

#[test]
fn the_manifest_schema_accepts_every_valid_manifest_and_every_example() {
    let folders = [case_folder("valid-manifest"), below_root("examples")];
    for path in folders.iter().flat_map(|folder| files_below(folder, ".toml")) {
        if path.to_string_lossy().ends_with(".state.toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        validate("manifest", &from_toml(&text), &path.display().to_string());
    }
}

#[test]
fn the_manifest_schema_refuses_invalid_manifests() {
    let schema = validator("manifest");
    for text in [
        "stratgy = \"bin-pack\"",
        "strategy = \"best-fit\"",
        "replan = \"sometimes\"",
        "cluster = \"\"",
        "[[nodes]]\ncount = 2",
        "[[nodes]]\nname = \"a\"\nreplicas = 2",
        "[[nodes]]\nname = \"a\"\ncount = -1",
        "[[nodes]]\nname = \"a\"\nresources = { cpu = true }",
        "[[nodes]]\nname = \"a\"\nresources = { mem = \"64 Gi\" }",
        "[[workloads]]\nrequirements = { cpu = 1 }",
        "[[workloads]]\nname = \"a\"\ncount = 2",
        "[[workloads]]\nname = \"a\"\nstay = \"yes\"",
        "[[workloads]]\nname = \"a\"\npriority = 1.5",
        "[[workloads]]\nname = \"a\"\nonly_on = { rack = 7 }",
        "[aversion_groups.a]\nmax = 0",
        "[affinity_groups.a]\nmax = 1",
        "[guards]\nmax_moves = -1",
        "[drain]\na = 1",
    ] {
        assert!(!schema.is_valid(&from_toml(text)), "{text}");
    }
}

#[test]
fn the_check_schema_accepts_the_findings_of_every_fixture() {
    for path in files_below(&case_folder(""), ".toml") {
        let output = run(path.parent().expect("a folder"), &["check", "--format", "json", "-f", &name(&path)]);
        validate("check", &json(&output), &path.display().to_string());
    }
}

#[test]
fn the_plan_schema_accepts_the_plan_of_every_valid_fixture() {
    let folder = case_folder("valid-manifest");
    for case in folders_in(&folder) {
        let output = run(&case, &["plan", "--format", "json"]);
        validate("plan", &json(&output), &case.display().to_string());
    }
}

#[test]
fn a_plan_without_one_of_its_keys_is_invalid() {
    let folder = below_root("examples/three-racks");
    let plan = json(&run(&folder, &["plan", "--format", "json"]));
    let schema = validator("plan");
    for part in plan.as_object().expect("an object").keys() {
        let mut less = plan.clone();
        less.as_object_mut().expect("an object").remove(part);
        assert!(!schema.is_valid(&less), "`{part}` may be missing");
    }
    let mut other = plan;
    other["changes"][0]["kind"] = json!("vanish");
    assert!(!schema.is_valid(&other), "the kinds of change are a closed set");
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}
