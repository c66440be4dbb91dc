//! Names in a row: `a`, `b` and `c`.

use crate::text::escape::quoted;

/// More names than this are counted.
const MOST_LISTED: usize = 8;

/// The names in backticks, bytewise sorted, the last after "and"; of many, the first and how many more there are.
pub(crate) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    row(&names, MOST_LISTED)
}

/// All of the names in backticks, as they come.
pub(crate) fn listed(names: &[&str]) -> String {
    row(names, names.len())
}

fn row(names: &[&str], most: usize) -> String {
    let shown = if names.len() > most { most } else { names.len().saturating_sub(1) };
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
