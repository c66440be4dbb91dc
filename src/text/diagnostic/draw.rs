//! Draws diagnostics in the style of rustc: message, excerpt, caret, notes and help.
//!
//! `annotate-snippets` does the drawing. It gets single lines that are already cut and escaped, because it does not
//! escape everything and is slow with whole files.

use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::{Excerpt, excerpt, window};
use super::{Diagnostic, Findings, Label, Severity, count};
use crate::text::escape::visible;
use crate::text::source::{Source, Span};

/// Maximum length of a drawn message, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024;

/// Maximum number of drawn messages; the rest are counted.
pub const MAX_MESSAGES: usize = 100;

/// Maximum length of a message, note or label, in characters.
const MAX_SENTENCE_CHARS: usize = 1_000;

/// Maximum length of a file name, in characters.
const MAX_PATH_CHARS: usize = 300;

/// Maximum number of notes, of help texts and of labels of a diagnostic.
const MAX_PARTS: usize = 4;

/// Whether to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// Draws all findings: up to a hundred messages, each with an empty line after it, then the number of the others.
pub fn draw_all(findings: &Findings, sources: &[Source], paint: Paint) -> String {
    let mut text = String::new();
    let mut left = [findings.errors(), findings.warnings()];
    for diagnostic in findings.iter().take(MAX_MESSAGES) {
        left[diagnostic.severity as usize] -= 1;
        text.push_str(&draw(diagnostic, sources, paint));
        text.push('\n');
    }
    let [errors, warnings] = left;
    if errors + warnings > 0 {
        text.extend(["and ", &more(errors, warnings), "\n\n"]);
    }
    text
}

/// Returns "37 more errors, 1 more warning".
fn more(errors: usize, warnings: usize) -> String {
    count(errors, warnings).replace(" error", " more error").replace(" warning", " more warning")
}

/// Draws one diagnostic; the text ends with a newline.
pub fn draw(diagnostic: &Diagnostic, sources: &[Source], paint: Paint) -> String {
    let renderer = match paint {
        Paint::Plain => Renderer::plain(),
        Paint::Coloured => Renderer::styled(),
    };
    let blocks = blocks(diagnostic, sources);
    // Lines are already cut, so the renderer must not cut them.
    let mut text = renderer.term_width(usize::MAX / 2).render(&[group(diagnostic, &blocks)]);
    for block in &blocks {
        remove_excerpt_position(&mut text, &block.path());
    }
    bound(&mut text, paint);
    text.push('\n');
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, blocks: &[Block<'a>]) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(sentence(&diagnostic.message)));
    group = group.elements(blocks.iter().map(Block::snippet));
    for note in diagnostic.notes.iter().take(MAX_PARTS) {
        group = group.element(Level::NOTE.no_name().message(sentence(note)));
    }
    for help in diagnostic.help.iter().take(MAX_PARTS) {
        group = group.element(Level::HELP.message(sentence(help)));
    }
    group
}

/// An excerpt with its labels: those on the same line that fit in its window.
struct Block<'a> {
    source: &'a Source,
    line: Range<usize>,
    window: Range<usize>,
    labels: Vec<(&'a Label, AnnotationKind)>,
}

/// Returns the excerpt of the primary label, then those of the others in order.
fn blocks<'a>(diagnostic: &'a Diagnostic, sources: &'a [Source]) -> Vec<Block<'a>> {
    let primary = diagnostic.primary.iter().map(|label| (label, AnnotationKind::Primary));
    let secondary = diagnostic.secondary.iter().map(|label| (label, AnnotationKind::Context));
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for (label, kind) in primary.chain(secondary).take(MAX_PARTS) {
        let Some(source) = sources.get(label.span.file as usize) else { continue };
        match blocks.iter_mut().find(|block| block.holds(source, label.span)) {
            Some(block) => block.labels.push((label, kind)),
            None => blocks.push(Block::new(source, label, kind)),
        }
    }
    blocks
}

impl<'a> Block<'a> {
    fn new(source: &'a Source, label: &'a Label, kind: AnnotationKind) -> Self {
        let line = source.line_range(source.line(label.span.start));
        let window = window(source.bytes(), line.clone(), (label.span.start as usize).clamp(line.start, line.end));
        Block { source, line, window, labels: vec![(label, kind)] }
    }

    fn holds(&self, source: &Source, span: Span) -> bool {
        std::ptr::eq(self.source, source) && self.window.contains(&(span.start as usize))
    }

    /// Returns file, line and column, such as `teams/web.toml:2:8`.
    fn path(&self) -> String {
        let position = self.source.position(self.labels[0].0.span.start);
        let name = cut(&visible(self.source.name()), MAX_PATH_CHARS);
        format!("{name}:{}:{}", position.line, position.column)
    }

    fn snippet(&self) -> Snippet<'a, Annotation<'a>> {
        let spans: Vec<_> = self.labels.iter().map(|(label, _)| self.clip(label.span)).collect();
        let Excerpt { text, spans } = excerpt(self.source.bytes(), &self.line, &self.window, &spans);
        let annotations = self.labels.iter().zip(spans).map(|(&(label, kind), span)| {
            let text = Some(sentence(&label.text)).filter(|text| !text.is_empty());
            kind.span(span).label(text)
        });
        let line = self.source.line(self.labels[0].0.span.start);
        Snippet::source(text).line_start(line).path(self.path()).annotations(annotations)
    }

    /// Returns the part of a span that is inside the window.
    fn clip(&self, span: Span) -> Range<usize> {
        let start = (span.start as usize).clamp(self.window.start, self.window.end);
        start..(span.end as usize).clamp(start, self.window.end)
    }
}

/// Removes the line and column that the renderer appends to a path, which already ends with the position in the file:
/// the renderer knows only the position in the excerpt, and always prints it.
fn remove_excerpt_position(text: &mut String, path: &str) {
    let Some(end) = text.find(&format!("{path}:")).map(|start| start + path.len()) else { return };
    let added = text[end..].find(|c: char| c != ':' && !c.is_ascii_digit()).unwrap_or(text.len() - end);
    text.replace_range(end..end + added, "");
}

/// Escapes and cuts a text.
fn sentence(text: &str) -> String {
    cut(&visible(text), MAX_SENTENCE_CHARS)
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Cuts a drawn message to 16 KiB.
fn bound(text: &mut String, paint: Paint) {
    const END: &str = "...";
    const PLAIN_AGAIN: &str = "\u{1b}[0m";
    let most = MAX_MESSAGE_BYTES - END.len() - PLAIN_AGAIN.len() - 1;
    if text.len() <= most {
        return;
    }
    text.truncate(text.floor_char_boundary(most));
    text.push_str(END);
    if paint == Paint::Coloured {
        text.push_str(PLAIN_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(file: u32, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).expect("a small test");
        Span { file, start: offset(start), end: offset(end) }
    }

    fn find(source: &Source, file: u32, needle: &str) -> Span {
        let text = String::from_utf8_lossy(source.bytes());
        let start = text.find(needle).expect("it is there");
        span(file, start, start + needle.len())
    }

    fn plain(diagnostic: &Diagnostic, sources: &[Source]) -> String {
        draw(diagnostic, sources, Paint::Plain)
    }

    #[test]
    fn a_message_with_label_note_and_help() {
        let source = Source::new("lighthouse.toml", "\n\nrequirements = { cpu = 2, gpu = 1 }\n");
        let diagnostic = Diagnostic::warning("workload `billing` requires `gpu`, which no node offers")
            .at(find(&source, 0, "gpu"), "")
            .note("nodes offer `cpu`, `disk` and `mem`")
            .help("add `gpu` to a node, or drop the requirement");
        assert_eq!(
            plain(&diagnostic, &[source]),
            "\
warning: workload `billing` requires `gpu`, which no node offers
 --> lighthouse.toml:3:27
  |
3 | requirements = { cpu = 2, gpu = 1 }
  |                           ^^^
  |
  = nodes offer `cpu`, `disk` and `mem`
  = help: add `gpu` to a node, or drop the requirement
"
        );
    }

    #[test]
    fn places_in_two_files() {
        let sources = [
            Source::new("teams/web.toml", "[[workloads]]\nname = \"web\"\nreplicas = 3\n"),
            Source::new("teams/api.toml", "\r\n\t# 東\r\n\tname = \"web-1\"\r\n"),
        ];
        let diagnostic = Diagnostic::error("workload `web-1` is named twice")
            .at(find(&sources[0], 0, "\"web\""), "replica 1 of 3")
            .also(find(&sources[1], 1, "\"web-1\""), "named first here");
        assert_eq!(
            plain(&diagnostic, &sources),
            "\
error: workload `web-1` is named twice
 --> teams/web.toml:2:8
  |
2 | name = \"web\"
  |        ^^^^^ replica 1 of 3
  |
 ::: teams/api.toml:3:9
  |
3 |     name = \"web-1\"
  |            ------- named first here
"
        );
    }

    #[test]
    fn two_labels_on_one_line_share_it() {
        let source = Source::new("a.toml", "東 = 1, 東 = 2");
        let diagnostic = Diagnostic::error("twice").at(span(0, 9, 12), "again").also(span(0, 0, 3), "first");
        assert_eq!(
            plain(&diagnostic, &[source]),
            "\
error: twice
 --> a.toml:1:8
  |
1 | 東 = 1, 東 = 2
  | --      ^^ again
  | |
  | first
"
        );
    }

    #[test]
    fn a_message_without_a_place() {
        assert_eq!(plain(&Diagnostic::error("no files"), &[]), "error: no files\n");
    }

    #[test]
    fn hidden_characters_are_escaped() {
        let source = Source::new("a\u{202e}\n.toml", "# \u{1b}]0;x\u{7} \u{9b} \u{200b} \u{2028}\r x\u{7f}");
        let diagnostic = Diagnostic::error("bad\nname\u{1b}").at(span(0, 0, 3), "\u{feff}").help("\r");
        assert_eq!(
            plain(&diagnostic, &[source]),
            "\
error: bad\\nname\\u{1b}
 --> a\\u{202e}\\n.toml:1:1
  |
1 | # \\u{1b}]0;x\\u{7} \\u{9b} \\u{200b} \\u{2028}\\r x\\u{7f}
  | ^^^^^^^^ \\u{feff}
  |
  = help: \\r
"
        );
    }

    #[test]
    fn a_message_is_bounded() {
        let source = Source::new("\u{202e}".repeat(10_000), "\u{e0001}".repeat(3_000_000));
        let long = "\u{e0001}".repeat(10_000);
        let mut diagnostic = Diagnostic::error(&long);
        diagnostic = diagnostic.at(span(0, 4_000, 4_000_000), &long).also(span(0, 5_000_000, 6_000_000), &long);
        for _ in 0..100 {
            diagnostic = diagnostic.note(&long).help(&long);
        }
        for paint in [Paint::Plain, Paint::Coloured] {
            assert!(draw(&diagnostic, std::slice::from_ref(&source), paint).len() <= MAX_MESSAGE_BYTES);
        }
    }

    #[test]
    fn messages_past_a_hundred_are_counted() {
        let mut findings = Findings::default();
        for _ in 0..137 {
            findings.push(Diagnostic::error("no"));
        }
        findings.push(Diagnostic::warning("well"));
        let text = draw_all(&findings, &[], Paint::Plain);
        assert_eq!(text.matches("error: no\n\n").count(), 100);
        assert!(text.ends_with("\n\nand 37 more errors, 1 more warning\n\n"));
    }
}
