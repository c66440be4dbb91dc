//! Spans, and what to say of keys and values that should not be there.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::DeValue;

use super::{Value, Walk};
use crate::manifest::keys::SHARED_KEYS;
use crate::manifest::list::list_all;
use crate::manifest::shape::{At, Text};
use crate::text::diagnostic::Diagnostic;
use crate::text::escape::quoted;
use crate::text::source::Span;
use crate::text::suggestion::nearest;

/// Keys of one kind of table that users try in another, each with the right one.
const MISPLACED: [(&str, &str); 4] =
    [("count", "replicas"), ("replicas", "count"), ("resources", "requirements"), ("requirements", "resources")];

impl Walk<'_> {
    pub(crate) fn span<T>(&self, value: &Spanned<T>) -> Span {
        self.text.span(value.span())
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
            None => fault.at(key.span, "").note(format!("{table} has the keys {}", list_all(known))),
        });
        self.note_bad_key(meant.unwrap_or_default());
    }

    /// Remembers a name or strategy that is there but wrong, so that it is not reported as missing.
    fn note_bad_key(&mut self, key: &str) {
        self.bad_names += usize::from(key == "name");
        self.bad_strategies += usize::from(key == "strategy");
    }

    pub(crate) fn not_in_drop_in(&mut self, key: Text<'_>) {
        let fault = Diagnostic::error(format!("`{}` is not allowed in a drop-in", key.value));
        let fault = fault.at(key.span, "").note(format!("a drop-in may contain only {}", list_all(&SHARED_KEYS)));
        self.findings.push(fault.help("move it to the main file"));
    }

    pub(crate) fn single_brackets(&mut self, key: Text<'_>, value: &Value<'_>) {
        let fault = Diagnostic::error(format!("`{}` must be an array of tables", key.value));
        let fault = fault.at(self.span(value), "this is a single table");
        self.findings.push(fault.help(format!("write `[[{}]]` before each of them", key.value)));
    }

    /// Reports a value of a wrong type. Returns `None` in the place of the value.
    pub(crate) fn wrong<T>(&mut self, key: Text<'_>, value: &Value<'_>, expected: &str) -> Option<T> {
        let fault = Diagnostic::error(format!("{} must be {expected}", quoted(key.value)));
        let fault = fault.at(self.span(value), format!("this is {}", kind(value.get_ref())));
        let unquoted =
            value.get_ref().as_str().filter(|text| text.parse::<i64>().is_ok() || text.parse::<bool>().is_ok());
        self.findings.push(match unquoted {
            Some(text) => fault.help(format!("write `{text}` without quotes")),
            None => fault,
        });
        self.note_bad_key(key.value);
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
