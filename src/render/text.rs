//! A plan for people: what changes, why, and what is left over; aligned, and coloured on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::rows::{Mark, Row, Widths, rows};
use super::{Origin, Paint};
use crate::count::counted;
use crate::escape::{shell_word, visible};
use crate::model::{Model, WorkloadId};
use crate::plan::{Plan, Summary};

/// The whole page.
pub fn plan(plan: &Plan<'_>, origin: &Origin, paint: Paint) -> String {
    let mut page = heading(plan.model, origin);
    page.push('\n');
    let rows = rows(plan);
    if !rows.is_empty() {
        page.push('\n');
        let widths = Widths::of(&rows);
        write_rows(&mut page, "  ", &rows, &widths, paint);
        if let Some(first) = plan.unplaced.first() {
            let margin = " ".repeat(2 + Row::margin(&widths));
            writeln!(page, "{margin}{}", hint(plan.model, first.workload)).expect("a string takes all");
        }
        page.push('\n');
    }
    page.push_str(&summary(plan));
    page.push('\n');
    page
}

/// What is planned, and against what; one line.
pub(super) fn heading(model: &Model, origin: &Origin) -> String {
    let size = format!(
        "{}, {}, {}",
        counted(model.nodes().len(), "node"),
        counted(model.workloads().len(), "workload"),
        model.strategy().name()
    );
    let manifest = visible(&origin.manifest);
    match (&origin.state, origin.serial) {
        (Some(state), Some(serial)) => format!("{manifest} ({size}) against {} (serial {serial})", visible(state)),
        (Some(state), None) => format!("{manifest} ({size}); no state at {}: everything is new", visible(state)),
        (None, _) => format!("{manifest} ({size}); no state: everything is new"),
    }
}

/// Where more is told of a workload without a place.
pub(super) fn hint(model: &Model, workload: WorkloadId) -> String {
    let name = model.workload_name(workload);
    let dashes = if name.starts_with('-') { "-- " } else { "" };
    format!("`lighthouse explain {dashes}{}` says what would help", shell_word(name))
}

/// The rows below each other, each after this indent.
pub(super) fn write_rows(page: &mut String, indent: &str, rows: &[Row], widths: &Widths, paint: Paint) {
    for row in rows {
        let (head, tail) = (row.head(widths), row.tail(widths));
        let (on, off) = match paint {
            Paint::Coloured => (style(row.mark).render().to_string(), style(row.mark).render_reset().to_string()),
            Paint::Plain => (String::new(), String::new()),
        };
        writeln!(page, "{indent}{on}{head}{off}{tail}").expect("a string takes all");
    }
}

fn style(mark: Mark) -> Style {
    let colour = match mark {
        Mark::Place => AnsiColor::Green,
        Mark::Move => AnsiColor::Cyan,
        Mark::Update => AnsiColor::Yellow,
        Mark::Remove | Mark::Alarm => AnsiColor::Red,
    };
    colour.on_default()
}

/// `Plan: 2 to place, 1 to evict; 1 unplaced, 55 stay. 1 averse pair shares a node. 9 of 12 nodes in use.`
pub(super) fn summary(plan: &Plan<'_>) -> String {
    let totals = &plan.summary;
    let used = plan.model.node_ids().filter(|&node| !plan.outcome.engine.occupancy().on(node).is_empty()).count();
    let nodes = counted(plan.model.nodes().len(), "node");
    format!("{}; {}.{} {used} of {nodes} in use.", changes(totals), rest(totals), pairs(totals.averse_pairs))
}

/// `2 to place, 1 to evict; 1 unplaced, 55 stay`
pub(super) fn in_short(totals: &Summary) -> String {
    let kinds = kinds(totals);
    let kinds = if kinds.is_empty() { "nothing changes".to_owned() } else { kinds };
    format!("{kinds}; {}", rest(totals))
}

fn changes(totals: &Summary) -> String {
    let kinds = kinds(totals);
    if kinds.is_empty() { "Nothing changes".to_owned() } else { format!("Plan: {kinds}") }
}

/// `2 to place, 1 to evict`, or nothing.
fn kinds(totals: &Summary) -> String {
    let kinds = [
        (totals.place, "place"),
        (totals.moved, "move"),
        (totals.rename, "rename"),
        (totals.update, "update"),
        (totals.evict, "evict"),
        (totals.remove, "remove"),
    ];
    let some = kinds.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, verb)| format!("{count} to {verb}")).collect::<Vec<_>>().join(", ")
}

fn rest(totals: &Summary) -> String {
    let stay = format!("{} stay", totals.keep);
    if totals.unplaced == 0 { stay } else { format!("{} unplaced, {stay}", totals.unplaced) }
}

fn pairs(averse_pairs: u64) -> String {
    match averse_pairs {
        0 => String::new(),
        1 => " 1 averse pair shares a node.".to_owned(),
        pairs => format!(" {pairs} averse pairs share a node."),
    }
}
