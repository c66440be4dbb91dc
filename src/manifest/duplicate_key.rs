//! Finds the first occurrence of a duplicate key.
//!
//! The TOML crate reports the second occurrence only. The text is parsed again with the second key renamed: then both
//! keys are in the same table.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Returns the range of the first key; `second` is the range of the second.
pub(crate) fn first(text: &str, second: &Range<usize>) -> Option<Range<usize>> {
    let written = format!("{} = 0", text.get(second.clone())?);
    let written = DeTable::parse(&written).ok()?;
    let (key, _) = written.get_ref().iter().next()?;
    let other = unused(text);
    let renamed = format!("{}{other}{}", &text[..second.start], &text[second.end..]);
    let (root, _) = DeTable::parse_recoverable(&renamed);
    let span = beside(root.get_ref(), &other, key.get_ref())?;
    (span.end <= second.start).then_some(span)
}

/// Makes a name that does not occur in the text.
fn unused(text: &str) -> String {
    let mut name = "second".to_owned();
    while text.contains(&name) {
        name.push('-');
    }
    name
}

/// Finds the range of a key in the table that also has the key `other`.
fn beside(table: &DeTable<'_>, other: &str, key: &str) -> Option<Range<usize>> {
    if table.keys().any(|each| each.get_ref() == other) {
        return table.keys().find(|each| each.get_ref() == key).map(toml::Spanned::span);
    }
    table.values().find_map(|value| within(value.get_ref(), other, key))
}

fn within(value: &DeValue<'_>, other: &str, key: &str) -> Option<Range<usize>> {
    match value {
        DeValue::Table(table) => beside(table, other, key),
        DeValue::Array(values) => values.iter().find_map(|value| within(value.get_ref(), other, key)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the offset of the first key; `<` and `>` enclose the second.
    fn first_of(text: &str) -> Option<usize> {
        let start = text.find('<').expect("a key");
        let end = text.find('>').expect("its end") - 1;
        first(&text.replace(['<', '>'], ""), &(start..end)).map(|span| span.start)
    }

    #[test]
    fn the_first_key_is_in_the_same_table() {
        for (before, first, between) in [
            ("", "a", " = 1\n<a> = 2"),
            ("", "\"a\"", " = 1\n<a> = 2"),
            ("", "a", " = 1\nb = { a = 1 }\n<'a'> = 2"),
            ("x = { a = 1 }\ny = { ", "a", " = 1, <a> = 2 }"),
            ("[[n]]\na = 1\n[[n]]\n", "a", " = 1\nl = { a = 1 }\n<a> = 2"),
            ("[[n]]\na = 1\n[n.l]\n", "a", " = 1\n<a> = 2\n[[n]]\na = 2"),
            ("[", "a", "]\nb = 1\n[x]\na = 1\n[<a>]\nb = 2"),
            ("[x.", "a", "]\nb = 1\n[a]\n[x.<a>]"),
            ("x.", "a", " = 1\nx.<a> = 2"),
            ("", "second", " = 1\n<second> = 2"),
        ] {
            let text = format!("{before}{first}{between}");
            assert_eq!(first_of(&text), Some(before.len()), "{text}");
        }
    }
}
