//! Annotations of a pull request: the workflow commands of GitHub.
//!
//! A line that begins with `::` is a command, so no text may bring a line of its own: `%`, CR and LF are escaped
//! everywhere, `:` and `,` in properties too. Characters that cannot be seen are spelled out before that.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Findings, MOST_MESSAGES};
use crate::escape::visible;
use crate::source::{Place, Source};

/// One annotation for each finding, a hundred at most, then one that counts the rest.
pub fn findings(findings: &Findings, sources: &[Source]) -> String {
    let mut text: String = findings.iter().take(MOST_MESSAGES).map(|found| annotation(found, sources)).collect();
    let more = (findings.errors() + findings.warnings()).saturating_sub(MOST_MESSAGES);
    if more > 0 {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "::notice::and {more} more: {} in all", findings.count());
    }
    text
}

/// One finding as one line.
fn annotation(found: &Diagnostic, sources: &[Source]) -> String {
    let place = found.primary.as_ref().map(|label| properties(label.place, sources)).unwrap_or_default();
    format!("::{}{place}::{}\n", found.severity.word(), data(&message(found)))
}

/// All that is said of it, a line each.
fn message(found: &Diagnostic) -> String {
    let label = found.primary.iter().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let notes = found.notes.iter().map(String::as_str);
    let lines = std::iter::once(found.message.as_str()).chain(label).chain(notes);
    let mut text: Vec<String> = lines.map(|line| visible(line).into_owned()).collect();
    text.extend(found.help.iter().map(|help| format!("help: {}", visible(help))));
    text.join("\n")
}

fn properties(place: Place, sources: &[Source]) -> String {
    let Some(source) = sources.get(place.file as usize) else { return String::new() };
    let (start, end) = (source.position(place.start), source.position(place.end));
    let mut text = format!(" file={},line={},col={}", property(source.name()), start.line, start.column);
    // GitHub takes an end column only within one line.
    if end.line == start.line && end.column > start.column {
        // Writing into a string cannot fail.
        let _ = write!(text, ",endColumn={}", end.column);
    }
    text
}

/// Text of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_file_line_and_columns() {
        let sources = [Source::new("a,b:c.toml", "x\n  name = 1\n")];
        let found = Diagnostic::error("100% wrong").at(Place { file: 0, start: 4, end: 8 }, "").help("write, or: not");
        assert_eq!(
            annotation(&found, &sources),
            "::error file=a%2Cb%3Ac.toml,line=2,col=3,endColumn=7::100%25 wrong%0Ahelp: write, or: not\n"
        );
    }

    #[test]
    fn no_text_brings_a_line_of_its_own() {
        let text = annotation(&Diagnostic::warning("a\r\n::error::b"), &[]);
        assert_eq!(text, "::warning::a\\r\\n::error::b\n");
    }

    #[test]
    fn after_a_hundred_they_are_counted() {
        let mut many = Findings::default();
        many.extend((0..103).map(|number| Diagnostic::error(format!("number {number}"))));
        let text = findings(&many, &[]);
        assert_eq!(text.lines().last(), Some("::notice::and 3 more: 103 errors in all"));
        assert_eq!(text.lines().count(), 101);
    }
}
