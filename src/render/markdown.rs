//! A plan as a comment on a pull request.
//!
//! The first line is a marker by which a pipeline finds its earlier comment. Every text that a manifest can choose
//! stands in a fence or in a code span, both closed by more backticks than it has in a row: nothing in there is
//! Markdown, HTML, a mention or a link. A comment has a largest size, so lines are bounded and the last ones are left
//! out, the alarming ones last of all.

use crate::plan::Plan;
use crate::render::json::findings::position;
use crate::render::text::rows::{KINDS, Widths, change_rows};
use crate::render::text::unplaced::unplaced_groups;
use crate::render::{Locate, Origin, phrase};
use crate::text::count::counted;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::visible;
use crate::text::source::Source;

/// The longest comment; GitHub takes 65,536 characters, and leaves room for what a pipeline adds.
const MOST: usize = 60_000;

/// Lines are cut here, so that one of them cannot fill the comment.
const LONGEST_LINE: usize = 1_000;

/// So many warnings are listed; the rest is counted.
const MOST_WARNINGS: usize = 20;

/// Longer names of clusters do not go into the marker.
const LONGEST_MARKED: usize = 100;

/// The whole comment.
pub fn plan(
    plan: &Plan<'_>,
    origin: &Origin,
    locate: Locate<'_>,
    (warnings, sources): (&Findings, &[Source]),
) -> String {
    page(plan, origin, locate, (warnings, sources), MOST)
}

fn page(
    plan: &Plan<'_>,
    origin: &Origin,
    locate: Locate<'_>,
    (warnings, sources): (&Findings, &[Source]),
    most: usize,
) -> String {
    let head = format!(
        "{}\n\n**{}**\n\n{}\n",
        marker(plan.model.cluster.as_deref()),
        phrase::summary(plan),
        code_span(&cut(&phrase::heading(plan.model, origin)))
    );
    let warned = warned(warnings, sources);
    let room = most.saturating_sub(length(&head) + length(&warned));
    format!("{head}{}{warned}", details(plan, locate, room))
}

/// The comment that no reader sees, with the cluster's name where that is plain.
fn marker(cluster: Option<&str>) -> String {
    let plain = |name: &&str| {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        name.len() <= LONGEST_MARKED && name.chars().all(fine) && !name.contains("--")
    };
    cluster
        .filter(plain)
        .map_or("<!-- lighthouse plan -->".to_owned(), |name| format!("<!-- lighthouse plan: {name} -->"))
}

/// The changes, folded.
fn details(plan: &Plan<'_>, locate: Locate<'_>, room: usize) -> String {
    let lines = lines(plan, locate);
    if lines.is_empty() {
        return String::new();
    }
    let fence = fence(&lines);
    let open = format!("\n<details>\n<summary>{}</summary>\n\n{fence}diff\n", title(plan));
    let close = format!("{fence}\n\n</details>\n");
    let room = room.saturating_sub(length(&open) + length(&close) + length(&left_out(lines.len(), lines.len())));
    let shown = fitting(&lines, room);
    let left = if shown < lines.len() { left_out(lines.len() - shown, lines.len()) } else { String::new() };
    format!("{open}{}{close}{left}", joined(&lines[..shown]))
}

/// What stands on the fold.
fn title(plan: &Plan<'_>) -> String {
    let changes = counted(plan.changes.len(), "change");
    if plan.unplaced.is_empty() { changes } else { format!("{changes}, {} unplaced", plan.unplaced.len()) }
}

/// What was evicted, what has no place, then all other changes: the last lines may be left out.
fn lines(plan: &Plan<'_>, locate: Locate<'_>) -> Vec<String> {
    let (others, evictions) = KINDS.split_at(KINDS.len() - 1);
    let widths = Widths::of_changes(plan);
    let rows = |kinds| change_rows(plan, kinds).map(|row| format!("{}{}", row.head(&widths), row.tail(&widths)));
    let unplaced = unplaced_groups(plan).into_iter().flat_map(|group| group.lines(plan, locate));
    rows(evictions).chain(unplaced).chain(rows(others)).map(|line| cut(&line)).collect()
}

/// How many of the lines fit.
fn fitting(lines: &[String], room: usize) -> usize {
    let ends = lines.iter().scan(0, |end, line| {
        *end += length(line) + 1;
        Some(*end)
    });
    ends.take_while(|&end| end <= room).count()
}

fn left_out(left: usize, all: usize) -> String {
    format!("\n**{left} of {all} lines are left out here**; `lighthouse plan` shows them all.\n")
}

/// The warnings, a line each.
fn warned(warnings: &Findings, sources: &[Source]) -> String {
    let count = warnings.warnings();
    if count == 0 {
        return String::new();
    }
    let mut lines = warnings.iter().take(MOST_WARNINGS).map(|found| warning(found, sources)).collect::<Vec<_>>();
    if count > lines.len() {
        lines.push(format!("and {} more", count - lines.len()));
    }
    let fence = fence(&lines);
    format!("\n{}:\n\n{fence}text\n{}{fence}\n", counted(count, "warning"), joined(&lines))
}

/// `cluster.toml:14:28: workload ...`.
fn warning(found: &Diagnostic, sources: &[Source]) -> String {
    let (file, line, column) = found.primary.as_ref().map(|label| position(label, sources)).unwrap_or_default();
    let place = file.zip(line).zip(column).map(|((file, line), column)| format!("{file}:{line}:{column}: "));
    cut(&visible(&format!("{}{}", place.unwrap_or_default(), found.message)))
}

/// A text between more backticks than it has in a row, on one line.
fn code_span(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    // One blank on each side is taken off again; without them a backtick at an end would lengthen the delimiter.
    if text.starts_with('`') || text.ends_with('`') {
        format!("{ticks} {text} {ticks}")
    } else {
        format!("{ticks}{text}{ticks}")
    }
}

fn fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The line, or its beginning.
fn cut(line: &str) -> String {
    let mut room = LONGEST_LINE;
    let end = line.char_indices().find_map(|(at, c)| {
        let over = c.len_utf16() > room;
        room = room.saturating_sub(c.len_utf16());
        over.then_some(at)
    });
    end.map_or_else(|| line.to_owned(), |end| format!("{}...", &line[..end]))
}

/// Characters in UTF-16: never fewer than GitHub counts, which is in code points where it stores a comment.
fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests;
