//! Diagnostics: messages about spans of the sources.
//!
//! A diagnostic is data: a message, labels, notes and help. [`Findings`] collects any number of them in bounded memory,
//! and [`draw`] formats them for people; renderers write the same data as JSON or annotations. Nothing in the data is
//! escaped, which is left to the drawing.

mod draw;
mod excerpt;

pub use draw::{MAX_MESSAGE_BYTES, MAX_MESSAGES, Paint, draw, draw_all};

use crate::text::source::Span;

/// Severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The manifest cannot be planned.
    Error,
    /// Legal, and usually a mistake.
    Warning,
}

impl Severity {
    /// Returns the word in front of the message.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A span with a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The marked span.
    pub span: Span,
    /// The text beside the caret; may be empty.
    pub text: String,
}

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The message: one line without a final full stop.
    pub message: String,
    /// The main span; absent if the message is not about a text.
    pub primary: Option<Label>,
    /// Further spans, possibly in other files.
    pub secondary: Vec<Label>,
    /// Explanations.
    pub notes: Vec<String>,
    /// Advice.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Makes an error without a span.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// Makes a warning without a span.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Diagnostic { severity, message, primary: None, secondary: Vec::new(), notes: Vec::new(), help: Vec::new() }
    }

    /// Sets the main span.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Adds a further span.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds an explanation.
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

/// Maximum number of diagnostics of each severity that are kept; further ones are only counted.
const MAX_KEPT: usize = 1_000;

/// Diagnostics: the first of each severity by span, and the number of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: [Vec<Diagnostic>; 2],
    counts: [usize; 2],
}

impl Findings {
    /// Adds a diagnostic. Past a thousand of a severity only the first by span are kept.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let severity = diagnostic.severity as usize;
        self.counts[severity] += 1;
        self.kept[severity].push(diagnostic);
        if self.kept[severity].len() >= 2 * MAX_KEPT {
            self.sort();
            self.kept[severity].truncate(MAX_KEPT);
        }
    }

    /// Adds the diagnostics of `others` for which `wanted` holds.
    pub fn extend_where(&mut self, others: Findings, wanted: impl Fn(&Diagnostic) -> bool) {
        for (severity, kept) in others.kept.into_iter().enumerate() {
            // Diagnostics that were not kept cannot be tested, so all of them are counted.
            self.counts[severity] += others.counts[severity] - kept.len();
            kept.into_iter().filter(&wanted).for_each(|diagnostic| self.push(diagnostic));
        }
    }

    /// Sorts the diagnostics: errors first, then by file and span.
    pub fn sort(&mut self) {
        for kept in &mut self.kept {
            kept.sort_by(|a, b| a.key().cmp(&b.key()));
        }
    }

    /// Returns the kept diagnostics, errors first.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter().flatten()
    }

    /// Returns the number of errors, including those that were not kept.
    pub fn errors(&self) -> usize {
        self.counts[Severity::Error as usize]
    }

    /// Returns the number of warnings, including those that were not kept.
    pub fn warnings(&self) -> usize {
        self.counts[Severity::Warning as usize]
    }

    /// Returns whether there are more findings than are shown, so that costly suggestions can be left out.
    pub fn are_many(&self) -> bool {
        self.counts.iter().any(|&count| count >= MAX_MESSAGES)
    }

    /// Returns whether there are no findings.
    pub fn is_empty(&self) -> bool {
        self.counts == [0, 0]
    }

    /// Returns "2 errors, 1 warning"; empty if there are no findings.
    pub fn count(&self) -> String {
        count(self.errors(), self.warnings())
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }
}

/// Returns "2 errors, 1 warning", without zero counts.
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
