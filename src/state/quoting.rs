//! Writes names and texts as TOML: a bare key if possible, otherwise a basic string.

use std::fmt::{self, Write};

/// Displays a name as a TOML key: bare if possible, otherwise quoted.
pub(super) struct TomlKey<'a>(pub(super) &'a str);

/// Displays a text as a TOML basic string.
pub(super) struct TomlString<'a>(pub(super) &'a str);

impl fmt::Display for TomlKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = !self.0.is_empty() && self.0.bytes().all(is_bare);
        if bare { f.write_str(self.0) } else { TomlString(self.0).fmt(f) }
    }
}

impl fmt::Display for TomlString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for part in self.0.split_inclusive(needs_escape) {
            let escaped = part.chars().next_back().filter(|c| needs_escape(*c));
            f.write_str(&part[..part.len() - escaped.map_or(0, char::len_utf8)])?;
            match escaped {
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

/// Whether a byte is allowed in a bare key.
pub(super) fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_bare_if_toml_allows_it() {
        assert_eq!(TomlKey("rack-a_0").to_string(), "rack-a_0");
        for (name, quoted) in [("", r#""""#), ("a.b", r#""a.b""#), ("ä", r#""ä""#), ("a\"\\\u{7f}", r#""a\"\\\u007F""#)]
        {
            assert_eq!(TomlKey(name).to_string(), quoted);
        }
    }

    proptest! {
        #[test]
        fn a_written_key_and_string_read_back_unchanged(name in any::<String>(), text in any::<String>()) {
            let written = format!("{} = {}\n", TomlKey(&name), TomlString(&text));
            let table: toml::Table = toml::from_str(&written).expect("TOML");
            prop_assert_eq!(table.get(&name).and_then(toml::Value::as_str), Some(text.as_str()));
        }
    }
}
