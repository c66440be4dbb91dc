//! Checks names.
//!
//! A name is a text of 1 to 253 characters, including a number at its end, without control and format characters and
//! without white space at either end: names are shown in lines and tables and become file names of other tools.

use super::shape::Text;
use crate::model::names::MAX_NAME_CHARS;
use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::{is_hidden, visible};

/// Checks a name of `what`, such as "a node", to which a number adds up to `suffix` characters. Reports mistakes.
pub(crate) fn check(name: Text<'_>, what: &str, suffix: usize, findings: &mut Findings) -> bool {
    match fault(name.value, what, suffix) {
        None => true,
        Some((message, label)) => {
            findings.push(Diagnostic::error(message).at(name.span, label));
            false
        }
    }
}

/// Returns the message and the label of a mistake.
fn fault(name: &str, what: &str, suffix: usize) -> Option<(String, String)> {
    if name.len() + suffix <= MAX_NAME_CHARS && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    if name.is_empty() {
        return Some((format!("the name of {what} is empty"), String::new()));
    }
    if let Some(hidden) = name.chars().find(|&c| is_hidden(c)) {
        let label = format!("U+{:04X} is a control or format character", u32::from(hidden));
        return Some((format!("the name of {what} contains `{}`", visible(&hidden.to_string())), label));
    }
    if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Some((format!("the name of {what} begins or ends with white space"), String::new()));
    }
    // A name has no more characters than bytes, so only long names are counted.
    let length = name.len() + suffix;
    if length > MAX_NAME_CHARS && name.chars().count() + suffix > MAX_NAME_CHARS {
        let number = if suffix > 0 { " with its number" } else { "" };
        let length = name.chars().count() + suffix;
        let message = format!("the name of {what} has {length} characters{number}; the limit is {MAX_NAME_CHARS}");
        return Some((message, String::new()));
    }
    None
}

/// Returns the number of characters that the largest number below `count` adds to a name.
pub(crate) fn suffix(count: Option<u32>) -> usize {
    count.map_or(0, |count| 2 + count.saturating_sub(1).checked_ilog10().unwrap_or(0) as usize)
}

/// Formats "replica 2 of 3"; empty without a number.
pub(crate) fn which(word: &str, number: Option<u32>, count: Option<u32>) -> String {
    match (number, count) {
        (Some(number), Some(count)) => format!("{word} {number} of {count}"),
        _ => String::new(),
    }
}

/// Returns the number that was appended to `name` to make `expanded`.
pub(crate) fn number_of(name: &str, expanded: &str) -> Option<u32> {
    expanded.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged() {
        assert_eq!(fault("rack ä/東 *#", "a node", 0), None);
        assert_eq!(fault(&"ä".repeat(253), "a node", 0), None);
        let message = |name: &str, suffix| fault(name, "a node", suffix).map(|(message, _)| message);
        assert_eq!(message("", 0).as_deref(), Some("the name of a node is empty"));
        assert_eq!(message("a ", 0).as_deref(), Some("the name of a node begins or ends with white space"));
        assert_eq!(message("\u{3000}a", 0).as_deref(), Some("the name of a node begins or ends with white space"));
        assert_eq!(message("a\u{2028}", 0).as_deref(), Some("the name of a node contains `\\u{2028}`"));
        let long = "the name of a node has 254 characters with its number; the limit is 253";
        assert_eq!(message(&"x".repeat(252), 2).as_deref(), Some(long));
    }

    #[test]
    fn numbers_take_room() {
        assert_eq!([None, Some(0), Some(1), Some(10), Some(11), Some(101)].map(suffix), [0, 2, 2, 2, 3, 4]);
    }

    #[test]
    fn a_number_is_found_again() {
        assert_eq!(number_of("web", "web-12"), Some(12));
        assert_eq!(number_of("web", "web"), None);
    }
}
