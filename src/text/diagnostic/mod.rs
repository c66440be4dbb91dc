//! A message tied to the text it is about.
//!
//! A diagnostic is data: what is wrong, where, and what would help. [`Findings`] collects them, however many there are,
//! in little memory; [`draw`] makes them text for people. Other renderers write the same data as JSON or annotations.
//! Nothing here is printed, and nothing in the data is escaped: that is done where it is drawn.

mod draw;
mod excerpt;

pub use draw::{MAX_MESSAGE_BYTES, MAX_MESSAGES, Paint, draw, draw_all};

use crate::text::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be planned.
    Error,
    /// Legal, and usually a slip.
    Warning,
}

impl Severity {
    /// The word that opens the message.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A span, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands beside the caret; may be empty.
    pub text: String,
}

/// One thing found in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong: one line, no final stop.
    pub message: String,
    /// Where it is; some things are nowhere, such as what is missing from an empty set of files.
    pub primary: Option<Label>,
    /// Other spans that matter, in other files too.
    pub secondary: Vec<Label>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error that is nowhere yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A warning that is nowhere yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Diagnostic { severity, message, primary: None, secondary: Vec::new(), notes: Vec::new(), help: Vec::new() }
    }

    /// Says where it is.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds another span that matters.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    fn key(&self) -> (Severity, Option<Span>, &str) {
        (self.severity, self.primary.as_ref().map(|label| label.span), &self.message)
    }
}

/// Diagnostics beyond this many of one severity are counted, not kept.
const MOST_KEPT: usize = 1_000;

/// Everything that was found: the first of each severity in order of span, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: [Vec<Diagnostic>; 2],
    counts: [usize; 2],
}

impl Findings {
    /// Adds one. Past a thousand of a severity only the first by span are kept.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let severity = diagnostic.severity as usize;
        self.counts[severity] += 1;
        self.kept[severity].push(diagnostic);
        if self.kept[severity].len() >= 2 * MOST_KEPT {
            self.sort();
            self.kept[severity].truncate(MOST_KEPT);
        }
    }

    /// Adds those of others that are wanted.
    pub fn extend_where(&mut self, others: Findings, wanted: impl Fn(&Diagnostic) -> bool) {
        for (severity, kept) in others.kept.into_iter().enumerate() {
            // What was not kept cannot be asked, so it counts.
            self.counts[severity] += others.counts[severity] - kept.len();
            kept.into_iter().filter(&wanted).for_each(|diagnostic| self.push(diagnostic));
        }
    }

    /// Puts them in order: errors first, each severity by file and span.
    pub fn sort(&mut self) {
        for kept in &mut self.kept {
            kept.sort_by(|a, b| a.key().cmp(&b.key()));
        }
    }

    /// Those that were kept, errors first.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter().flatten()
    }

    /// How many errors there were, also those that were not kept.
    pub fn errors(&self) -> usize {
        self.counts[Severity::Error as usize]
    }

    /// How many warnings there were, also those that were not kept.
    pub fn warnings(&self) -> usize {
        self.counts[Severity::Warning as usize]
    }

    /// There is so much already that advice for more, which may cost time to find, would not be read.
    pub fn are_many(&self) -> bool {
        self.counts.iter().any(|&count| count >= MAX_MESSAGES)
    }

    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.counts == [0, 0]
    }

    /// `2 errors, 1 warning`; empty when nothing was found.
    pub fn count(&self) -> String {
        count(self.errors(), self.warnings())
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

/// `2 errors, 1 warning`, leaving out what there is none of.
pub fn count(errors: usize, warnings: usize) -> String {
    let mut parts = Vec::new();
    for (number, word) in [(errors, "error"), (warnings, "warning")] {
        match number {
            0 => {}
            1 => parts.push(format!("1 {word}")),
            _ => parts.push(format!("{number} {word}s")),
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_words() {
        assert_eq!(count(0, 0), "");
        assert_eq!(count(1, 2), "1 error, 2 warnings");
        assert_eq!(count(2, 0), "2 errors");
    }

    #[test]
    fn the_first_by_place_are_kept() {
        let mut findings = Findings::default();
        for start in (0..10_000).rev() {
            let span = Span { file: 0, start, end: start };
            findings.push(Diagnostic::error(format!("number {start}")).at(span, ""));
        }
        findings.push(Diagnostic::warning("loose"));
        findings.sort();
        assert_eq!((findings.errors(), findings.warnings()), (10_000, 1));
        assert!(findings.iter().take(1_000).enumerate().all(|(at, found)| found.message == format!("number {at}")));
    }
}
