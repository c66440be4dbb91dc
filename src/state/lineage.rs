//! The lineage of a state: drawn once, at random, and kept for ever.

use std::fmt;

/// Which states descend from one first apply.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lineage(String);

impl Lineage {
    /// A new lineage, which nobody has drawn before.
    ///
    /// # Panics
    /// Where the system has no random numbers.
    pub fn draw() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the system has random numbers");
        Self::from_bytes(bytes)
    }

    /// The lineage of these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// The lineage of a text: some letters, digits and hyphens.
    pub(super) fn of_text(text: String) -> Option<Self> {
        let fine =
            (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        fine.then_some(Self(text))
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
