//! Lists of names in messages: `a`, `b` and `c`.

use crate::text::escape::quoted;

/// Maximum number of names in a list; the rest are counted.
const MAX_LISTED: usize = 8;

/// Lists names in backticks, sorted by bytes; of many names, the first few and the number of the others.
pub(crate) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    join(&names, MAX_LISTED)
}

/// Lists all names in backticks, in the given order.
pub(crate) fn list_all(names: &[&str]) -> String {
    join(names, names.len())
}

fn join(names: &[&str], max: usize) -> String {
    let shown = if names.len() > max { max } else { names.len().saturating_sub(1) };
    let mut text = names[..shown].iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    match &names[shown..] {
        [] => {}
        [last] if shown == 0 => text = quoted(last),
        [last] => text.extend([" and ", &quoted(last)]),
        rest => text.extend([" and ", &rest.len().to_string(), " more"]),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["b", "a", "b"]), "`a` and `b`");
        assert_eq!(list(["c", "b", "a"]), "`a`, `b` and `c`");
    }

    #[test]
    fn many_names_are_counted() {
        let names = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        assert_eq!(list(names[..9].to_vec()), "`0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` and `8`");
        assert_eq!(list(names), "`0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` and 2 more");
    }
}
