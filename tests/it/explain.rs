//! The answers of `explain` for every case of `tests/cases/explain`: their JSON follows the schema, and every
//! suggestion is carried out and places the workload.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::schema::validate;
use crate::support::{case_folder, commands, folders_in, home_of, json, lighthouse, run, text, words};

/// Returns the cases of the area `explain`.
fn folders() -> Vec<PathBuf> {
    folders_in(&case_folder("explain"))
}

/// Returns the answers of a case's session as JSON, without commands that end with an error.
fn answers(folder: &Path, home: &Path) -> Vec<Value> {
    let explained = commands(folder).into_iter().filter(|words| words[0] == "explain");
    let answers = explained.filter_map(|mut words| {
        words.splice(1..1, ["--format".to_owned(), "json".to_owned()]);
        let output = lighthouse(home).args(&words).output().expect("it runs");
        (output.status.code() == Some(0)).then(|| json(&output))
    });
    answers.collect()
}

#[test]
fn every_answer_follows_the_schema() {
    let mut kinds = Vec::new();
    for folder in folders() {
        for answer in answers(&folder, home_of(&folder).path()) {
            validate("explain", &answer, &folder.display().to_string());
            kinds.push(answer["kind"].as_str().expect("a kind").to_owned());
        }
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["cluster", "node", "placed", "unplaced"]);
}

#[test]
fn every_suggestion_places_the_workload_when_it_is_carried_out() {
    let mut carried_out = Vec::new();
    for folder in folders() {
        for answer in answers(&folder, home_of(&folder).path()) {
            for way in answer["ways"].as_array().into_iter().flatten() {
                let home = home_of(&folder);
                let plan = carry_out(home.path(), way);
                let name = answer["workload"].as_str().expect("a name");
                assert_eq!(plan["placements"][name], way["node"], "{}: {}", folder.display(), way["text"]);
                let displaced = way["displaced"].as_array().expect("a list");
                assert!(displaced.iter().all(|name| plan["placements"][name.as_str().expect("a name")].is_null()));
                carried_out.push(way["kind"].as_str().expect("a kind").to_owned());
            }
        }
    }
    carried_out.sort();
    carried_out.dedup();
    assert_eq!(
        carried_out,
        ["ask", "immunity", "move", "offer", "open", "priority"],
        "each kind is suggested somewhere"
    );
}

/// Carries out a suggestion, by editing the manifest or by the flags of its command, and plans.
fn carry_out(home: &Path, way: &Value) -> Value {
    let mut arguments = vec!["plan".to_owned(), "--format".to_owned(), "json".to_owned()];
    if way["kind"] == "move" {
        let words = words(way["text"].as_str().expect("a command"));
        assert_eq!(words[..2], ["lighthouse", "apply"]);
        arguments.extend_from_slice(&words[2..]);
    } else {
        edit(home, &way["edit"]);
    }
    json(&lighthouse(home).args(&arguments).output().expect("it runs"))
}

/// Edits the lines that an answer points to: changes an amount in its line, or adds a line to the table.
fn edit(home: &Path, edit: &Value) {
    let place = &edit["place"];
    let path = home.join(place["file"].as_str().expect("a file"));
    let line = usize::try_from(place["line"].as_u64().expect("a line")).expect("a small number") - 1;
    let mut lines: Vec<_> = fs::read_to_string(&path).expect("a manifest").lines().map(str::to_owned).collect();
    let key = edit["key"].as_str().expect("a key");
    for amount in edit["amounts"].as_array().expect("a list") {
        let (resource, after) = (amount["resource"].as_str().expect("a name"), &amount["after"]);
        let key = if resource.contains(' ') { format!("{resource:?}") } else { resource.to_owned() };
        let old = &mut lines[line];
        match old.find(&format!("{key} = ")) {
            Some(at) => {
                let from = at + key.len() + 3;
                let to = from + old[from..].find([',', ' ', '}']).unwrap_or(old.len() - from);
                old.replace_range(from..to, &after.to_string());
            }
            None => *old = old.replacen("{ ", &format!("{{ {key} = {after}, "), 1),
        }
    }
    if ["cordon", "drain"].contains(&edit["table"].as_str().expect("a table")) {
        assert!(lines[line].starts_with(&format!("{key} = ")), "it is that line");
        lines.remove(line);
    }
    if let Some(immunity) = edit["immunity"].as_str() {
        assert_eq!((key, lines[line].as_str()), ("immunities", "[[workloads]]"), "there is none yet");
        lines.insert(line + 1, format!("immunities = [{immunity:?}]"));
    }
    if let Some(priority) = edit["priority"].as_i64() {
        assert_eq!((key, lines[line].as_str()), ("priority", "[[workloads]]"), "there is none yet");
        lines.insert(line + 1, format!("priority = {priority}"));
    }
    fs::write(path, lines.join("\n")).expect("written");
}

/// A plan repeats the head of the explanation of each unplaced workload and names the command for the rest.
#[test]
fn a_plan_shows_the_first_lines_of_each_explanation() {
    let mut shown = 0;
    for folder in folders() {
        let home = home_of(&folder);
        let plan = json(&run(home.path(), &["plan", "--format", "json"]));
        for (format, below) in [("text", "\n    "), ("markdown", "\n  ")] {
            let output = run(home.path(), &["plan", "--format", format]);
            let page = text(&output.stdout);
            for unplaced in plan["unplaced"].as_array().expect("a list") {
                let name = unplaced["workload"].as_str().expect("a name");
                let output = run(home.path(), &["explain", "--", name]);
                let head = text(&output.stdout).lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>();
                assert!((2..=3).contains(&head.len()), "{head:?}");
                let command = if name.starts_with('-') { format!("-- {name}") } else { name.to_owned() };
                let command = format!("`lighthouse explain {command}` says what would help\n");
                let in_full = page.contains(&format!("! {}{below}{command}", head.join(below)));
                assert_ne!(in_full, alike(page).contains(&name), "{name} in {page}");
                shown += usize::from(in_full);
            }
        }
    }
    assert!(shown >= 2 * 10, "{shown}");
}

/// Returns the names that a page lists as having the same explanation as another workload.
fn alike(page: &str) -> Vec<&str> {
    let lines = page.lines().filter(|line| line.contains(": same reasons as "));
    let names = lines.filter_map(|line| line.split_once(" unplaced")).flat_map(|(names, _)| names.split(' '));
    names.map(|name| name.trim_end_matches(',')).collect()
}

#[test]
fn the_same_question_gives_the_same_answer() {
    for folder in folders() {
        let home = home_of(&folder);
        assert_eq!(answers(&folder, home.path()), answers(&folder, home.path()), "{}", folder.display());
    }
}
