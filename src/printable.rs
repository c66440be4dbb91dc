//! Foreign text in a message: what cannot be seen is written as an escape.

/// The text without control, format and other invisible characters, which could lie to a reader or command a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}
