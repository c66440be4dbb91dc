//! Names and texts as TOML writes them: bare where that is possible, else as a basic string.

use std::fmt::{self, Write};

/// A key.
pub(super) struct Key<'a>(pub(super) &'a str);

/// A string.
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = !self.0.is_empty() && self.0.bytes().all(is_bare);
        if bare { f.write_str(self.0) } else { Text(self.0).fmt(f) }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for part in self.0.split_inclusive(needs_escape) {
            let special = part.chars().next_back().filter(|c| needs_escape(*c));
            f.write_str(&part[..part.len() - special.map_or(0, char::len_utf8)])?;
            match special {
                Some(quote @ ('"' | '\\')) => write!(f, "\\{quote}")?,
                Some(control) => write!(f, "\\u{:04X}", u32::from(control))?,
                None => {}
            }
        }
        f.write_char('"')
    }
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || c.is_control()
}

/// Whether a byte may stand in a key without quotes.
pub(super) fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_bare_where_it_can_be() {
        assert_eq!(Key("rack-a_0").to_string(), "rack-a_0");
        for (name, quoted) in [("", r#""""#), ("a.b", r#""a.b""#), ("ä", r#""ä""#), ("a\"\\\u{7f}", r#""a\"\\\u007F""#)]
        {
            assert_eq!(Key(name).to_string(), quoted);
        }
    }

    proptest! {
        #[test]
        fn toml_reads_back_what_is_written(name in any::<String>(), text in any::<String>()) {
            let written = format!("{} = {}\n", Key(&name), Text(&text));
            let table: toml::Table = toml::from_str(&written).expect("TOML");
            prop_assert_eq!(table.get(&name).and_then(toml::Value::as_str), Some(text.as_str()));
        }
    }
}
