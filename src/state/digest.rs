//! Digests: of any bytes, and of a text that carries its own.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::error::Error;

/// A SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_parts(&[bytes])
    }

    /// The digest of what `write` writes, without keeping it.
    pub(super) fn of_written(write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> Self {
        let mut hasher = Hasher(Sha256::new());
        write(&mut hasher).expect("a hasher takes everything");
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

/// The text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADigest;

impl fmt::Display for NotADigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a digest: `sha256:` and 64 hexadecimal digits in lower case")
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    /// Reads exactly what `Display` writes, so that equal digests are equal texts.
    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64).ok_or(NotADigest)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
            *byte = nibble(pair[0])? * 16 + nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, NotADigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotADigest),
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

/// How the line of a text's own digest begins.
const LINE: &str = "digest = ";

/// A text whose digest stands between its two parts, which are whole lines.
pub(super) fn seal(before: &str, after: &str) -> String {
    let digest = Digest::of_parts(&[before.as_bytes(), after.as_bytes()]);
    format!("{before}{}{after}", line_of(digest))
}

/// Checks a text against the digest in it, which is of all bytes but its own line.
pub(super) fn check_seal(text: &str) -> Result<(), Error> {
    let start = line_start(text).ok_or(Error::NoDigest)?;
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length + 1);
    let (before, line, after) = (&text[..start], &text[start..end], &text[end..]);
    if line_of(Digest::of_parts(&[before.as_bytes(), after.as_bytes()])) == line {
        return Ok(());
    }
    let unix = |part: &str| part.replace("\r\n", "\n").into_bytes();
    let with_unix_ends = Digest::of_parts(&[&unix(before), &unix(after)]);
    Err(if line_of(with_unix_ends).trim_end() == line.trim_end() { Error::LineEnds } else { Error::WrongDigest })
}

/// Whether there is a digest to check a text against.
pub(super) fn is_sealed(text: &str) -> bool {
    line_start(text).is_some()
}

/// Where the digest's line starts; it stands before all tables.
fn line_start(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take_while(|line| !line.starts_with('[')) {
        if line.starts_with(LINE) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn line_of(digest: Digest) -> String {
    format!("{LINE}\"{digest}\"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_only_what_it_writes() {
        let digest = Digest::of(b"abc");
        let text = digest.to_string();
        assert_eq!(text, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(text.parse(), Ok(digest));
        for wrong in [text.to_uppercase(), text.replace("ba", "Ba"), format!("{text}0"), text.replace("sha256:", "")] {
            assert_eq!(wrong.parse::<Digest>(), Err(NotADigest), "{wrong}");
        }
        assert_eq!(NotADigest.to_string(), "not a digest: `sha256:` and 64 hexadecimal digits in lower case");
    }

    #[test]
    fn changed_line_ends_are_told_from_changed_content() {
        let sealed = seal("a = 1\n", "b = 2\n");
        assert_eq!(check_seal(&sealed), Ok(()));
        assert_eq!(check_seal(&sealed.replace('\n', "\r\n")), Err(Error::LineEnds));
        assert_eq!(check_seal(&sealed.replace("= 2", "= 3")), Err(Error::WrongDigest));
        assert_eq!(check_seal("a = 1\n"), Err(Error::NoDigest));
        assert_eq!(check_seal(&sealed.replace("a = 1", "[a]")), Err(Error::NoDigest));
    }
}
