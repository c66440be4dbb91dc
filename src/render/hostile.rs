//! Every Unicode scalar value, and names that try to be something else, through every page.

use std::sync::Arc;

use super::fixture::{HOSTILE, every_character, names, saved_plan, state};
use super::*;
use crate::model::{Record, Recorded};
use crate::plan::Plan;
use crate::quantity::Family;
use crate::state::{SavedChange, SavedPlan, State};
use crate::text::diagnostic::Findings;
use crate::text::escape::is_hidden;

fn all_names() -> Vec<String> {
    let mut names = every_character();
    names.extend(HOSTILE.map(str::to_owned));
    names
}

/// A state in which every name is a workload, a node and a resource.
fn hostile_state(names: &[String]) -> State {
    let recorded = |name: &String| {
        let name: Arc<str> = name.as_str().into();
        Recorded {
            workload: Arc::clone(&name),
            node: Arc::clone(&name),
            requirements: vec![(name, 1.into(), Family::Plain)],
        }
    };
    let evicted = names.iter().map(|name| (format!("{name}!").into(), name.as_str().into())).collect();
    let record =
        Record { placements: names.iter().map(recorded).collect(), evicted, cursor: Some(names[0].as_str().into()) };
    State { cluster: Some(names[0].clone()), record, ..state() }
}

/// A saved plan in which every text is each of the names.
fn hostile_plan(names: &[String]) -> SavedPlan {
    let change = |name: &String| SavedChange {
        workload: name.clone(),
        kind: "evict".to_owned(),
        from: Some(name.clone()),
        to: Some(name.clone()),
        reasons: vec![name.clone()],
    };
    let pairs = || names.iter().map(|name| (name.clone(), name.clone())).collect::<Vec<_>>();
    let mut plan = saved_plan();
    plan.flags.moves = pairs();
    SavedPlan {
        cluster: Some(names[0].clone()),
        changes: names.iter().map(change).collect(),
        unplaced: pairs(),
        ..plan
    }
}

fn assert_shown(page: &str, lines: usize) {
    assert!(!page.chars().any(|c| c != '\n' && is_hidden(c)));
    assert!(!page.lines().any(|line| line.trim_start().starts_with("::")) && !page.contains("##["));
    assert_eq!(page.lines().count(), lines);
}

#[test]
fn pages_for_people_show_no_hidden_character() {
    let all = all_names();
    let model = names(all.iter().map(String::as_str));
    let plan = Plan::new(&model, &Record::default(), &[]).expect("a plan");
    let origin = Origin { manifest: all[0].clone(), state: Some(all[0].clone()), serial: Some(1) };
    assert_shown(&plan_text(&plan, &origin, &|_| None, Paint::Plain), all.len() + 4);
    let state = hostile_state(&all);
    assert_shown(&show_text(&state, Some(&model), None), 1 + 3 * all.len() + 2 + all.len());
    assert_shown(&saved_text(&hostile_plan(&all)), 2 + 2 * all.len());
    let texts = all.iter().map(|name| name.replace('\n', "")).collect::<Vec<_>>().join("\n");
    assert_shown(&plan_diff("", &texts, &all[0]), 3 + all.len() + 1);
}

#[test]
fn watch_tells_of_every_name_in_lines_of_its_own() {
    let all = all_names();
    let model = names(all.iter().map(String::as_str));
    let plan = Plan::new(&model, &Record::default(), &[]).expect("a plan");
    let origin = Origin { manifest: all[0].clone(), state: Some(all[0].clone()), serial: Some(1) };
    let news = ShownPlan::default().news(
        &plan,
        &origin,
        PlanCause { trigger: Trigger::Change, changed: &all[..1] },
        Paint::Plain,
    );
    assert_shown(&news, 1 + all.len());
    for name in &all {
        let refused = Refused { code: "x", message: name };
        for line in [watch_error("t", name, Some(name), None), watch_refused("t", refused, Some(name))] {
            assert_shown(&line, 1);
            let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            assert!(value.to_string().contains(&serde_json::to_string(name).expect("JSON")));
        }
    }
}

#[test]
fn lines_have_two_fields_whatever_the_names() {
    let all = all_names();
    let lines = show_lines(&hostile_state(&all), None);
    assert!(!lines.chars().any(|c| !matches!(c, '\n' | '\t') && is_hidden(c)));
    assert_eq!(lines.lines().count(), all.len());
    assert!(lines.lines().all(|line| line.matches('\t').count() == 1));
}

#[test]
fn programs_read_every_name_as_it_is() {
    let all = all_names();
    let model = names(all.iter().map(String::as_str));
    let plan = Plan::new(&model, &Record::default(), &[]).expect("a plan");
    let ending = Ending { applied: false, serial: None, refused: Some(Refused { code: "x", message: &all[0] }) };
    let applied = apply_json(&plan, &Findings::default(), &[], ending);
    let (state, saved) = (hostile_state(&all), hostile_plan(&all));
    let pages = [
        (plan_json(&plan, &Findings::default(), &[]), "/changes", "workload"),
        (applied, "/changes", "workload"),
        (saved_json(&saved), "/changes", "workload"),
        (show_json(&state, Some(&model), None), "/nodes", "name"),
    ];
    for (page, list, field) in pages {
        assert_eq!(page.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&page).expect("JSON");
        let list = value.pointer(list).and_then(serde_json::Value::as_array).expect("a list");
        let mut read = list.iter().filter_map(|each| each[field].as_str()).collect::<Vec<_>>();
        let mut wanted = all.iter().map(String::as_str).collect::<Vec<_>>();
        read.sort_unstable();
        wanted.sort_unstable();
        assert!(read == wanted);
    }
}
