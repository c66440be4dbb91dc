//! A plan for people: what changes, why, and what is left over; aligned, and coloured on a terminal.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::model::Model;
use crate::plan::{Plan, Summary};
use crate::render::text::rows::{KINDS, Mark, Row, Widths, change_rows};
use crate::render::text::unplaced::notices;
use crate::render::{Locate, Origin, Paint};
use crate::text::count::counted;
use crate::text::escape::visible;

/// The whole page.
///
/// # Panics
/// Never: every text is valid UTF-8.
pub fn plan(plan: &Plan<'_>, origin: &Origin, locate: Locate<'_>, paint: Paint) -> String {
    let mut page = Vec::new();
    write_plan(&mut page, plan, origin, locate, paint).expect("memory takes everything");
    String::from_utf8(page).expect("it is all text")
}

/// Writes what [`plan`] gives, of which little is ever there at once.
pub fn write_plan(
    out: &mut impl Write,
    plan: &Plan<'_>,
    origin: &Origin,
    locate: Locate<'_>,
    paint: Paint,
) -> io::Result<()> {
    writeln!(out, "{}", heading(plan.model, origin))?;
    if !plan.changes.is_empty() {
        writeln!(out)?;
        let widths = Widths::of_changes(plan);
        for each in change_rows(plan, &KINDS) {
            writeln!(out, "  {}", row(&each, &widths, paint))?;
        }
    }
    if !plan.unplaced.is_empty() {
        writeln!(out)?;
        for line in notices(plan).iter().flat_map(|notice| notice.lines(plan, locate)) {
            let style = if line.starts_with('!') { style(Mark::Alarm, paint) } else { Style::new() };
            writeln!(out, "  {style}{line}{style:#}")?;
        }
    }
    if !plan.changes.is_empty() || !plan.unplaced.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", summary(plan))
}

/// What is planned, and against what; one line.
pub(crate) fn heading(model: &Model, origin: &Origin) -> String {
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

/// A row, its sign and name in their colour.
pub(crate) fn row(row: &Row, widths: &Widths, paint: Paint) -> impl Display {
    let style = style(row.mark, paint);
    fmt::from_fn(move |page| write!(page, "{style}{}{style:#}{}", row.head(widths), row.tail(widths)))
}

fn style(mark: Mark, paint: Paint) -> Style {
    let colour = match mark {
        Mark::Place => AnsiColor::Green,
        Mark::Move => AnsiColor::Cyan,
        Mark::Update => AnsiColor::Yellow,
        Mark::Remove | Mark::Alarm => AnsiColor::Red,
    };
    match paint {
        Paint::Coloured => colour.on_default(),
        Paint::Plain => Style::new(),
    }
}

/// `Plan: 2 to place, 1 to evict; 1 unplaced, 55 stay. 1 averse pair shares a node. 9 of 12 nodes in use.`
pub(crate) fn summary(plan: &Plan<'_>) -> String {
    let totals = &plan.summary;
    let used = plan.model.node_ids().filter(|&node| !plan.outcome.engine.occupancy().on(node).is_empty()).count();
    let nodes = counted(plan.model.nodes().len(), "node");
    format!("{}; {}.{} {used} of {nodes} in use.", changes(totals), rest(totals), pairs(totals.averse_pairs))
}

/// `2 to place, 1 to evict; 1 unplaced, 55 stay`
pub(crate) fn in_short(totals: &Summary) -> String {
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
