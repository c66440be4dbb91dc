//! SHA-256 digests, and the seal: a line in a text with the digest of all its other lines.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::error::Error;

/// A SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Computes the digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_parts(&[bytes])
    }

    /// Computes the digest of the text that `write` writes, without storing the text.
    pub(super) fn of_written(write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> Self {
        let mut hasher = Hasher(Sha256::new());
        write(&mut hasher).expect("writing to a hasher cannot fail");
        Self(hasher.0.finalize().into())
    }

    fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Error for a text that is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDigestError;

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a digest: expected `sha256:` and 64 lower-case hexadecimal digits")
    }
}

impl FromStr for Digest {
    type Err = ParseDigestError;

    /// Accepts only the text that `Display` writes, so that equal digests have equal texts.
    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64).ok_or(ParseDigestError)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = nibble(pair[0])? * 16 + nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, ParseDigestError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseDigestError),
    }
}

/// Hashes text as it is written.
struct Hasher(Sha256);

impl fmt::Write for Hasher {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// Beginning of the line with a text's own digest.
const LINE_PREFIX: &str = "digest = ";

/// Joins two parts, each of whole lines, with the line of their digest between them.
pub(super) fn seal(before: &str, after: &str) -> String {
    let digest = Digest::of_parts(&[before.as_bytes(), after.as_bytes()]);
    format!("{before}{}{after}", line_of(digest))
}

/// Checks a text against the digest that it contains, which covers every line except its own.
pub(super) fn check_seal(text: &str) -> Result<(), Error> {
    let start = line_start(text).ok_or(Error::NoDigest)?;
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length + 1);
    let (before, line, after) = (&text[..start], &text[start..end], &text[end..]);
    if line_of(Digest::of_parts(&[before.as_bytes(), after.as_bytes()])) == line {
        return Ok(());
    }
    // Git and editors on Windows convert line endings; such a file needs other advice than an edited one.
    let with_lf = |part: &str| part.replace("\r\n", "\n").into_bytes();
    let unconverted = Digest::of_parts(&[&with_lf(before), &with_lf(after)]);
    Err(if line_of(unconverted).trim_end() == line.trim_end() { Error::LineEndings } else { Error::WrongDigest })
}

/// Whether a text contains a digest of itself.
pub(super) fn is_sealed(text: &str) -> bool {
    line_start(text).is_some()
}

/// Returns the start of the digest's line, which precedes all tables.
fn line_start(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take_while(|line| !line.starts_with('[')) {
        if line.starts_with(LINE_PREFIX) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn line_of(digest: Digest) -> String {
    format!("{LINE_PREFIX}\"{digest}\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_parses_only_in_the_form_it_is_written() {
        let digest = Digest::of(b"abc");
        let text = digest.to_string();
        assert_eq!(text, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(text.parse(), Ok(digest));
        for wrong in [text.to_uppercase(), text.replace("ba", "Ba"), format!("{text}0"), text.replace("sha256:", "")] {
            assert_eq!(wrong.parse::<Digest>(), Err(ParseDigestError), "{wrong}");
        }
        assert_eq!(
            ParseDigestError.to_string(),
            "not a digest: expected `sha256:` and 64 lower-case hexadecimal digits"
        );
    }

    #[test]
    fn converted_line_endings_are_distinguished_from_changed_content() {
        let sealed = seal("a = 1\n", "b = 2\n");
        assert_eq!(check_seal(&sealed), Ok(()));
        assert_eq!(check_seal(&sealed.replace('\n', "\r\n")), Err(Error::LineEndings));
        assert_eq!(check_seal(&sealed.replace("= 2", "= 3")), Err(Error::WrongDigest));
        assert_eq!(check_seal("a = 1\n"), Err(Error::NoDigest));
        assert_eq!(check_seal(&sealed.replace("a = 1", "[a]")), Err(Error::NoDigest));
    }
}
