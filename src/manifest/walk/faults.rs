//! Spans, and what to say of keys and values that should not be there.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::DeValue;

use super::{SHARED, Value, Walk};
use crate::manifest::bytes::offset;
use crate::manifest::list::listed;
use crate::manifest::shape::{At, Text};
use crate::text::diagnostic::Diagnostic;
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::nearest;

/// Keys of one kind of table that people look for in another.
const MISPLACED: [(&str, &str); 4] =
    [("count", "replicas"), ("replicas", "count"), ("resources", "requirements"), ("requirements", "resources")];

impl Walk<'_> {
    pub(crate) fn span<T>(&self, value: &Spanned<T>) -> Span {
        let span = value.span();
        Span { file: self.file, start: self.base + offset(span.start), end: self.base + offset(span.end) }
    }

    pub(crate) fn at<T, V>(&self, value: &Spanned<T>, read: V) -> At<V> {
        At { span: self.span(value), value: read }
    }

    pub(crate) fn key<'v>(&self, key: &'v Spanned<Cow<'_, str>>) -> Text<'v> {
        self.at(key, &**key.get_ref())
    }

    pub(crate) fn unknown(&mut self, key: Text<'_>, known: &[&str], table: &str) {
        let fault = Diagnostic::error(format!("unknown key {} in {table}", quoted(key.value)));
        let misplaced = MISPLACED.iter().find(|(wrong, right)| *wrong == key.value && known.contains(right));
        let meant = misplaced.map(|(_, right)| *right).or_else(|| nearest(key.value, known.iter().copied()));
        self.findings.push(match meant {
            Some(meant) => fault.at(key.span, format!("did you mean `{meant}`?")),
            None => fault.at(key.span, "").note(format!("{table} has {}", listed(known))),
        });
        self.spoil(meant.unwrap_or_default());
    }

    pub(crate) fn spoil(&mut self, key: &str) {
        self.spoilt_names += usize::from(key == "name");
        self.spoilt_strategies += usize::from(key == "strategy");
    }

    pub(crate) fn not_in_drop_in(&mut self, key: Text<'_>) {
        let fault = Diagnostic::error(format!("`{}` cannot stand in a drop-in", key.value));
        let fault = fault.at(key.span, "").note(format!("drop-ins hold {} only", listed(&SHARED)));
        self.findings.push(fault.help("move it to the main file"));
    }

    pub(crate) fn single_brackets(&mut self, key: Text<'_>, value: &Value<'_>) {
        let fault = Diagnostic::error(format!("`{}` must be an array of tables", key.value));
        let fault = fault.at(self.span(value), "this is a single table");
        self.findings.push(fault.help(format!("write `[[{}]]`, once for each", key.value)));
    }

    /// Reports a value of a wrong type; there is nothing to go on with.
    pub(crate) fn wrong<T>(&mut self, key: Text<'_>, value: &Value<'_>, expected: &str) -> Option<T> {
        let fault = Diagnostic::error(format!("{} must be {expected}", quoted(key.value)));
        let fault = fault.at(self.span(value), format!("this is {}", kind(value.get_ref())));
        let unquoted =
            value.get_ref().as_str().filter(|text| text.parse::<i64>().is_ok() || text.parse::<bool>().is_ok());
        self.findings.push(match unquoted {
            Some(text) => fault.help(format!("write `{text}` without quotes")),
            None => fault,
        });
        self.spoil(key.value);
        None
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
