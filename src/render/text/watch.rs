//! Output of `watch` for people: the changes since the plan that was shown last.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::plan::Plan;
use crate::render::text::plan::row;
use crate::render::text::rows::{Row, Widths, rows};
use crate::render::{Origin, Paint, PlanCause, Trigger, phrase};
use crate::text::escape::visible;

/// Indentation of rows: below the text beside a time of day, and a little to the right.
const INDENT: &str = "             ";

/// Rows of the plan that was shown last.
#[derive(Clone, Debug, Default)]
pub struct ShownPlan(Option<Vec<Row>>);

impl ShownPlan {
    /// Notes that the plan was applied: only its unplaced workloads remain.
    pub fn applied(&mut self) {
        self.0.iter_mut().for_each(|rows| rows.retain(Row::is_unplaced));
    }

    /// Returns the cause of a plan in one line, and below it the rows that are new since the plan that was shown last.
    /// From now on this plan is the one that was shown last.
    pub fn news(&mut self, plan: &Plan<'_>, origin: &Origin, cause: PlanCause<'_>, paint: Paint) -> String {
        let rows = rows(plan);
        let (new, gone) = match &self.0 {
            None => (rows.clone(), Vec::new()),
            Some(last) => (without(&rows, last), without(last, &rows)),
        };
        let ending = match (&self.0, new.is_empty() && gone.is_empty()) {
            (None, _) => "",
            (Some(_), true) => "; nothing new",
            (Some(_), false) => "; since the last plan",
        };
        let mut page = format!("{}: {}{ending}\n", describe(cause, origin), phrase::short_summary(&plan.summary));
        let widths = Widths::of(&new);
        for each in &new {
            writeln!(page, "{INDENT}{}", row(each, &widths, paint)).expect("writing to a string cannot fail");
        }
        for row in &gone {
            let widths = Widths::default();
            page.extend([INDENT, "no longer: ", &row.head(&widths), row.tail(&widths).trim_end(), "\n"]);
        }
        self.0 = Some(rows);
        page
    }
}

/// Returns the rows that are not among others.
fn without(rows: &[Row], others: &[Row]) -> Vec<Row> {
    let others: HashSet<&Row> = others.iter().collect();
    rows.iter().filter(|row| !others.contains(row)).cloned().collect()
}

/// Returns what happened, in one phrase.
fn describe(cause: PlanCause<'_>, origin: &Origin) -> String {
    let manifest = visible(&origin.manifest);
    match (cause.trigger, cause.changed) {
        (Trigger::Start, _) | (Trigger::Change, []) => format!("planned {manifest}{}", serial(origin)),
        (Trigger::Signal, _) => format!("SIGHUP: planned {manifest}{}", serial(origin)),
        (Trigger::Change, [one]) => format!("{} changed", visible(one)),
        (Trigger::Change, [one, more @ ..]) => format!("{} and {} more changed", visible(one), more.len()),
    }
}

fn serial(origin: &Origin) -> String {
    origin.serial.map_or_else(|| " (no state)".to_owned(), |serial| format!(" (serial {serial})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    #[test]
    fn only_new_and_gone_rows_are_shown() {
        let (model, record) = fixture::cluster();
        let plan = Plan::new(&model, &record, &[]).expect("a plan");
        let origin = Origin { manifest: "x.toml".to_owned(), state: None, serial: Some(7) };
        let mut shown = ShownPlan::default();
        let mut news =
            |plan: &Plan<'_>, trigger, changed| shown.news(plan, &origin, PlanCause { trigger, changed }, Paint::Plain);
        let first = news(&plan, Trigger::Start, &[]);
        assert!(first.starts_with("planned x.toml (serial 7): ") && first.lines().count() > 1, "{first}");
        let changed = ["x.toml".to_owned(), "x.d/y.toml".to_owned()];
        let second = news(&plan, Trigger::Change, &changed);
        assert!(second.starts_with("x.toml and 1 more changed: ") && second.ends_with("; nothing new\n"), "{second}");
        let mut less = plan.clone();
        let gone = less.changes.remove(0);
        let third = news(&less, Trigger::Signal, &[]);
        assert!(third.starts_with("SIGHUP: planned x.toml (serial 7): "), "{third}");
        assert_eq!(third.lines().count(), 2);
        assert!(third.contains("   no longer: ") && third.contains(&*gone.workload), "{third}");
        assert_eq!(news(&plan, Trigger::Start, &[]).lines().count(), 2);
    }
}
