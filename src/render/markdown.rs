//! Renders a plan as a comment on a pull request.
//!
//! The first line is a marker by which a pipeline finds its earlier comment. Every text that a manifest can choose
//! stands in a fence or in a code span with more backticks than the text has in a row, so nothing in it becomes
//! Markdown, HTML, a mention or a link. The size of a comment is limited: long lines are cut, and surplus lines are
//! left out, the least alarming ones first.

use crate::plan::Plan;
use crate::render::json::findings::position;
use crate::render::text::rows::{KINDS, Widths, change_rows};
use crate::render::text::unplaced::unplaced_groups;
use crate::render::{Locate, Origin, phrase};
use crate::text::count::counted;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::visible;
use crate::text::source::Source;

/// Maximum size of the comment. GitHub takes 65,536 characters; the rest is for text that a pipeline adds.
const MOST: usize = 60_000;

/// Maximum length of a line, so that one line cannot fill the comment.
const LONGEST_LINE: usize = 1_000;

/// Maximum number of listed warnings; the rest is counted.
const MOST_WARNINGS: usize = 20;

/// Maximum length of a cluster name in the marker.
const LONGEST_MARKED: usize = 100;

/// Returns the whole comment.
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

/// Returns the invisible marker, with the name of the cluster if the name is short and plain.
fn marker(cluster: Option<&str>) -> String {
    let plain = |name: &&str| {
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        name.len() <= LONGEST_MARKED && name.chars().all(fine) && !name.contains("--")
    };
    cluster
        .filter(plain)
        .map_or("<!-- lighthouse plan -->".to_owned(), |name| format!("<!-- lighthouse plan: {name} -->"))
}

/// Returns the changes in a folded section.
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

/// Returns the title of the folded section.
fn title(plan: &Plan<'_>) -> String {
    let changes = counted(plan.changes.len(), "change");
    if plan.unplaced.is_empty() { changes } else { format!("{changes}, {} unplaced", plan.unplaced.len()) }
}

/// Returns evictions, unplaced workloads, then all other changes, because the last lines may be left out.
fn lines(plan: &Plan<'_>, locate: Locate<'_>) -> Vec<String> {
    let (others, evictions) = KINDS.split_at(KINDS.len() - 1);
    let widths = Widths::of_changes(plan);
    let rows = |kinds| change_rows(plan, kinds).map(|row| format!("{}{}", row.head(&widths), row.tail(&widths)));
    let unplaced = unplaced_groups(plan).into_iter().flat_map(|group| group.lines(plan, locate));
    rows(evictions).chain(unplaced).chain(rows(others)).map(|line| cut(&line)).collect()
}

/// Returns the number of lines that fit.
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

/// Returns the warnings, one line each.
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

/// Returns a warning such as `cluster.toml:14:28: workload ...`.
fn warning(found: &Diagnostic, sources: &[Source]) -> String {
    let (file, line, column) = found.primary.as_ref().map(|label| position(label, sources)).unwrap_or_default();
    let place = file.zip(line).zip(column).map(|((file, line), column)| format!("{file}:{line}:{column}: "));
    cut(&visible(&format!("{}{}", place.unwrap_or_default(), found.message)))
}

/// Returns a text as a code span on one line, with more backticks around it than it has in a row.
fn code_span(text: &str) -> String {
    let ticks = "`".repeat(longest_run(text) + 1);
    // Markdown removes one blank on each side; without them, a backtick at an end would lengthen the delimiter.
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

/// Returns the length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Returns the line, cut if it is too long.
fn cut(line: &str) -> String {
    let mut room = LONGEST_LINE;
    let end = line.char_indices().find_map(|(at, c)| {
        let over = c.len_utf16() > room;
        room = room.saturating_sub(c.len_utf16());
        over.then_some(at)
    });
    end.map_or_else(|| line.to_owned(), |end| format!("{}...", &line[..end]))
}

/// Returns the length in UTF-16 units, which is at least the number of code points that GitHub counts.
fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests;
