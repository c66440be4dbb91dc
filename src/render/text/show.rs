//! Renders a state or a saved plan for people, and a state for shell scripts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::model::{Model, Recorded};
use crate::render::text::rows::{Widths, saved_rows};
use crate::state::{SavedPlan, State};
use crate::text::count::counted;
use crate::text::escape::{escape_hidden, visible};

/// Workload with its description.
type Line = (String, String);

/// Returns a state grouped by node, or one node of it. Labels are shown if the manifest is at hand.
pub fn show(state: &State, model: Option<&Model>, node: Option<&str>) -> String {
    let mut on = BTreeMap::<&str, Vec<Line>>::new();
    if let Some(node) = node {
        on.entry(node).or_default();
    }
    for each in state.record.placements.iter().filter(|each| node.is_none_or(|node| *each.node == *node)) {
        on.entry(&each.node).or_default().push((visible(&each.workload).into_owned(), said(each, model)));
    }
    let mut page = if node.is_none() { heading(state, on.len()) } else { String::new() };
    for (name, lines) in on {
        push_section(&mut page, &visible(name), &lines);
    }
    if node.is_none() && !state.record.evicted.is_empty() {
        push_section(&mut page, "evicted, no node has them now", &evicted(state));
    }
    page
}

/// Returns a state as lines of workload, TAB, node, sorted by workload; if a node is given, only its lines.
///
/// Deploy scripts read this, and `adopt` takes it. The format is the same with and without a node: `cut -f 1` is the
/// workload, `cut -f 2` the node. Names may contain blanks but no TAB. An evicted workload has no line, because it
/// should run nowhere.
pub fn show_lines(state: &State, node: Option<&str>) -> String {
    let placements = state.record.placements.iter().filter(|each| node.is_none_or(|node| *each.node == *node));
    let mut page = String::new();
    for each in placements {
        writeln!(page, "{}\t{}", escape_hidden(&each.workload), escape_hidden(&each.node)).expect("a string takes all");
    }
    page
}

/// Returns a saved plan as `plan` showed it, with one line for each unplaced workload.
pub fn show_saved(plan: &SavedPlan) -> String {
    let mut page = saved_heading(plan);
    let rows = saved_rows(plan);
    if !rows.is_empty() {
        page.push('\n');
    }
    let widths = Widths::of(&rows);
    for row in &rows {
        writeln!(page, "  {}{}", row.head(&widths), row.tail(&widths)).expect("a string takes all");
    }
    page
}

/// Returns a heading such as `prod, serial 7: 3 workloads on 2 nodes, 1 evicted`.
fn heading(state: &State, nodes: usize) -> String {
    let cluster = state.cluster.as_deref().map_or(String::new(), |name| format!("{}, ", visible(name)));
    let workloads = counted(state.record.placements.len(), "workload");
    let evicted = match state.record.evicted.len() {
        0 => String::new(),
        count => format!(", {count} evicted"),
    };
    let cursor = state.record.cursor.as_deref();
    let cursor = cursor.map_or(String::new(), |node| format!("; round robin goes on after {}", visible(node)));
    format!("{cluster}serial {}: {workloads} on {}{evicted}{cursor}\n", state.serial, counted(nodes, "node"))
}

fn push_section(page: &mut String, title: &str, lines: &[Line]) {
    if !page.is_empty() {
        page.push('\n');
    }
    let width = lines.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    writeln!(page, "{title}").expect("a string takes all");
    if lines.is_empty() {
        page.push_str("  nothing\n");
    }
    for (name, said) in lines {
        let blanks = if said.is_empty() { 0 } else { width - name.width() + 2 };
        writeln!(page, "  {name}{}{said}", " ".repeat(blanks)).expect("a string takes all");
    }
}

/// Returns a description such as `cpu 500m, mem 1.5Gi; app=shop`.
fn said(placement: &Recorded, model: Option<&Model>) -> String {
    let shown = placement.requirements.iter();
    let amounts = shown.map(|(resource, amount, family)| format!("{} {}", visible(resource), amount.display(*family)));
    let parts = [amounts.collect::<Vec<_>>().join(", "), labels(&placement.workload, model).unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn labels(workload: &str, model: Option<&Model>) -> Option<String> {
    let model = model?;
    let labels = &model.workload_table(model.workload_named(workload)?).labels;
    let mut texts = labels.iter().map(|&(label, value)| (model.text(label), model.text(value))).collect::<Vec<_>>();
    texts.sort_unstable();
    let shown = texts.into_iter().map(|(label, value)| format!("{}={}", visible(label), visible(value)));
    Some(shown.collect::<Vec<_>>().join(", "))
}

fn evicted(state: &State) -> Vec<Line> {
    let evicted = state.record.evicted.iter();
    evicted.map(|(name, last)| (visible(name).into_owned(), format!("was on {}", visible(last)))).collect()
}

/// Returns the cluster of the plan and the flags that it was made with.
fn saved_heading(plan: &SavedPlan) -> String {
    let cluster = plan.cluster.as_deref().map_or(String::new(), |name| format!(" for {}", visible(name)));
    let state = plan.serial.map_or("no state".to_owned(), |serial| format!("serial {serial}"));
    let fresh = if plan.flags.fresh { ", --fresh" } else { "" };
    let moves =
        plan.flags.moves.iter().map(|(workload, node)| format!(", --move {}={}", visible(workload), visible(node)));
    let changes = counted(plan.changes.len(), "change");
    let unplaced = plan.unplaced.len();
    format!("plan{cluster} against {state}{fresh}{}: {changes}, {unplaced} unplaced\n", moves.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::render::fixture;

    #[test]
    fn a_state_is_shown_by_node() {
        let expected = "prod, serial 7: 2 workloads on 2 nodes, 1 evicted\n\ngone\n  old\n\nnas\n  web-0  cpu 500m; app=shop\n\n\
                        evicted, no node has them now\n  train  was on nas\n";
        assert_eq!(show(&fixture::state(), Some(&fixture::cluster().0), None), expected);
        assert_eq!(show(&fixture::state(), None, Some("nas")), "nas\n  web-0  cpu 500m\n");
        assert_eq!(show(&fixture::state(), None, Some("x\n")), "x\\n\n  nothing\n");
    }

    #[test]
    fn lines_are_workload_tab_node() {
        let mut state = fixture::state();
        assert_eq!(show_lines(&state, None), "old\tgone\nweb-0\tnas\n");
        assert_eq!(show_lines(&state, Some("nas")), "web-0\tnas\n");
        state.record.placements[0].workload = Arc::from("a b\n\tc\u{202e}");
        assert_eq!(show_lines(&state, Some("gone")), "a b\\n\\tc\\u{202e}\tgone\n");
    }

    #[test]
    fn a_saved_plan_is_shown_as_it_was() {
        let expected = "plan for prod against serial 7, --move web-0=rack-0: 1 change, 1 unplaced\n\n\
                        \x20 > web-0  nas -> rack-0  requested with --move\n\
                        \x20 ! train  unplaced       2 of 2 nodes lack `gpu`\n";
        assert_eq!(show_saved(&fixture::saved_plan()), expected);
    }
}
