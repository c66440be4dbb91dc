//! The lineage of a state: a random identity, drawn at the first apply and kept from then on.

use std::fmt;

/// Identity shared by all states that descend from the same first apply.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lineage(String);

impl Lineage {
    /// Draws a new, unique lineage.
    ///
    /// # Panics
    /// If the system has no source of random numbers.
    pub fn draw() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the system has random numbers");
        Self::from_bytes(bytes)
    }

    /// Returns these bytes as a lineage, in hexadecimal.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Accepts 1 to 64 ASCII letters, digits and hyphens.
    pub(super) fn from_text(text: String) -> Option<Self> {
        let is_valid =
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_valid.then_some(Self(text))
    }

    /// Returns the lineage as it stands in a state.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
