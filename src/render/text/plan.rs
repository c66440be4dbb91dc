//! Lays out a plan for people: changes with reasons, then unplaced workloads, then the summary.

use std::fmt::{self, Display};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::plan::Plan;
use crate::render::phrase;
use crate::render::text::rows::{KINDS, Mark, Row, Widths, change_rows};
use crate::render::text::unplaced::unplaced_groups;
use crate::render::{Locate, Origin, Paint};

/// Returns the whole page.
///
/// # Panics
/// Never: every text is valid UTF-8.
pub fn plan(plan: &Plan<'_>, origin: &Origin, locate: Locate<'_>, paint: Paint) -> String {
    let mut page = Vec::new();
    write_plan(&mut page, plan, origin, locate, paint).expect("memory takes everything");
    String::from_utf8(page).expect("all pieces are text")
}

/// Writes the page that [`plan()`] returns, line by line.
pub fn write_plan(
    out: &mut impl Write,
    plan: &Plan<'_>,
    origin: &Origin,
    locate: Locate<'_>,
    paint: Paint,
) -> io::Result<()> {
    writeln!(out, "{}", phrase::heading(plan.model, origin))?;
    if !plan.changes.is_empty() {
        writeln!(out)?;
        let widths = Widths::of_changes(plan);
        for each in change_rows(plan, &KINDS) {
            writeln!(out, "  {}", row(&each, &widths, paint))?;
        }
    }
    if !plan.unplaced.is_empty() {
        writeln!(out)?;
        for line in unplaced_groups(plan).iter().flat_map(|group| group.lines(plan, locate)) {
            let style = if line.starts_with('!') { style(Mark::Alarm, paint) } else { Style::new() };
            writeln!(out, "  {style}{line}{style:#}")?;
        }
    }
    if !plan.changes.is_empty() || !plan.unplaced.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", phrase::summary(plan))
}

/// Formats a row with its sign and name in colour.
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
