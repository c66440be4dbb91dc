//! Values of each type. A value of another type is reported and left out.

use toml::de::{DeTable, DeValue};

use super::{Value, Walk};
use crate::manifest::keys::Amounts;
use crate::manifest::quantities::Amount;
use crate::manifest::shape::{At, Pairs, Text, Written};
use crate::text::diagnostic::Diagnostic;
use crate::text::escape::quoted;
use crate::text::source::Span;

impl<'d> Walk<'d> {
    pub(crate) fn string(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => Some(self.at(value, &**text)),
            _ => self.wrong(key, value, "a string"),
        }
    }

    pub(crate) fn boolean(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong(key, value, "`true` or `false`"),
        }
    }

    pub(crate) fn integer(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<i64>> {
        let DeValue::Integer(integer) = value.get_ref() else {
            return self.wrong(key, value, "an integer");
        };
        let Ok(whole) = i64::from_str_radix(integer.as_str(), integer.radix()) else {
            let fault = Diagnostic::error(format!("{} is out of range", quoted(key.value)));
            self.findings.push(fault.at(self.span(value), "must fit in 64 bits"));
            return None;
        };
        Some(self.at(value, whole))
    }

    pub(crate) fn strings(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Text<'d>> {
        match value.get_ref() {
            DeValue::Array(values) => values.iter().filter_map(|value| self.element(key, value)).collect(),
            _ => self.wrong(key, value, "an array of strings").unwrap_or_default(),
        }
    }

    pub(crate) fn element(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => Some(self.at(value, &**text)),
            _ => self.wrong(key, value, "an array of strings"),
        }
    }

    pub(crate) fn entries<'v, 'i>(&mut self, key: Text<'d>, value: &'v Value<'i>) -> Vec<(Text<'v>, &'v Value<'i>)>
    where
        'v: 'd,
    {
        match value.get_ref() {
            DeValue::Table(table) => table.iter().map(|(key, value)| (self.key(key), value)).collect(),
            _ => self.wrong(key, value, "a table").unwrap_or_default(),
        }
    }

    pub(crate) fn strings_by_name(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Pairs<'d, Text<'d>> {
        let entries = self.entries(key, value);
        entries.into_iter().filter_map(|(key, value)| Some((key, self.string(key, value)?))).collect()
    }

    pub(crate) fn selectors(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Pairs<'d, Vec<Text<'d>>> {
        let entries = self.entries(key, value);
        entries.into_iter().map(|(key, value)| (key, self.one_or_more(key, value))).collect()
    }

    pub(crate) fn one_or_more(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Vec<Text<'d>> {
        match value.get_ref() {
            DeValue::String(text) => vec![self.at(value, &**text)],
            DeValue::Array(values) => values.iter().filter_map(|value| self.element(key, value)).collect(),
            _ => self.wrong(key, value, "a string or an array of strings").unwrap_or_default(),
        }
    }

    pub(crate) fn amounts(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<Amounts<'d>>> {
        let DeValue::Table(table) = value.get_ref() else {
            return self.wrong(key, value, "a table of quantities");
        };
        let mut amounts = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key = self.key(key);
            let written = self.amount(key, value);
            amounts.extend(written.map(|At { span, value }| (key, At { span, value: Amount::new(value) })));
        }
        Some(self.at(value, amounts))
    }

    /// Takes a number's text from the source: a parsed binary float is not what was written.
    pub(crate) fn amount(&mut self, key: Text<'d>, value: &'d Value<'_>) -> Option<At<Written<'d>>> {
        let written = match value.get_ref() {
            DeValue::Integer(_) | DeValue::Float(_) => Written::Number(self.text.text.get(value.span())?),
            DeValue::String(text) => Written::Text(text),
            _ => return self.wrong(key, value, "a quantity, such as `2`, `0.5` or `\"64Gi\"`"),
        };
        Some(self.at(value, written))
    }

    pub(crate) fn tables<'i>(
        &mut self,
        key: Text<'d>,
        value: &'d Value<'i>,
    ) -> impl Iterator<Item = (Span, &'d DeTable<'i>)> + use<'d, 'i> {
        let mut tables = Vec::new();
        match value.get_ref() {
            DeValue::Array(values) => {
                for value in values {
                    match value.get_ref() {
                        DeValue::Table(table) => tables.push((self.span(value), table)),
                        _ => self.wrong(key, value, "an array of tables").unwrap_or_default(),
                    }
                }
            }
            DeValue::Table(_) => self.single_brackets(key, value),
            _ => self.wrong(key, value, "an array of tables").unwrap_or_default(),
        }
        tables.into_iter()
    }

    pub(crate) fn tables_by_name<'i, T>(
        &mut self,
        key: Text<'d>,
        value: &'d Value<'i>,
        read: fn(&mut Self, &'d DeTable<'i>) -> T,
    ) -> Pairs<'d, T> {
        let entries = self.entries(key, value);
        let tables = entries.into_iter().filter_map(|(key, value)| match value.get_ref() {
            DeValue::Table(table) => Some((key, read(self, table))),
            _ => self.wrong(key, value, "a table"),
        });
        tables.collect()
    }
}
