//! Decodes a manifest's bytes: UTF-8, at most one byte order mark, no NUL, within the size limits.

use std::ops::Range;

use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};

/// Maximum size of all files of a manifest together, in bytes.
pub const MAX_TEXT_BYTES: u64 = 512 << 20;

/// Maximum size of a file that cannot be split into pieces, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

const BOM: char = '\u{feff}';

/// Byte order marks of other encodings, longer ones first.
const OTHER_MARKS: [(&[u8], &str); 4] =
    [(b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];

/// Decoded text, or a part of it, with its position in the sources.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment<'s> {
    /// Index of the source. The main file is 0; drop-ins follow.
    pub(crate) file: u32,
    /// Offset in the source at which the text starts.
    pub(crate) base: u32,
    pub(crate) text: &'s str,
}

impl Fragment<'_> {
    /// Returns the part of the text that `range` covers.
    pub(crate) fn part(self, range: Range<usize>) -> Self {
        Fragment { file: self.file, base: self.base + offset(range.start), text: &self.text[range] }
    }

    /// Converts a range of the text to a span of the source.
    pub(crate) fn span(&self, range: Range<usize>) -> Span {
        Span { file: self.file, start: self.base + offset(range.start), end: self.base + offset(range.end) }
    }
}

/// Reports manifests that are too large. Returns whether the sources are within the limit.
pub(crate) fn within_limit(sources: &[Source], findings: &mut Findings) -> bool {
    let size = |source: &Source| source.bytes().len() as u64;
    let total: u64 = sources.iter().map(size).sum();
    if total > MAX_TEXT_BYTES {
        findings.push(Diagnostic::error(format!(
            "the files of the manifest have {total} bytes in total; the limit is {MAX_TEXT_BYTES} (512 MiB)"
        )));
    }
    findings.errors() == 0
}

/// Error for a file above the limit that cannot be split; `span` is where splitting failed.
pub(crate) fn too_long(source: &Source, span: Option<Span>) -> Diagnostic {
    let (name, bytes) = (quoted(source.name()), source.bytes().len());
    let fault = Diagnostic::error(format!(
        "{name} has {bytes} bytes of text; the limit for one file is {MAX_FILE_BYTES} (64 MiB)"
    ));
    let fault = fault.note("a longer file must be valid when split before lines with `[[nodes]]` or `[[workloads]]`");
    match span {
        Some(span) => fault.at(span, "the part that begins here cannot be read on its own"),
        None => fault,
    }
}

/// Decodes a source and skips its byte order mark. Reports bytes that are not text.
pub(crate) fn decode<'s>(file: u32, source: &'s Source, findings: &mut Findings) -> Option<Fragment<'s>> {
    match decode_bytes(source.bytes()) {
        Ok(text) => {
            let base = offset(source.bytes().len() - text.len());
            Some(Fragment { file, base, text })
        }
        Err(DecodeError { at, length, diagnostic }) => {
            let span = Span { file, start: offset(at), end: offset(at + length) };
            findings.push(diagnostic.at(span, ""));
            None
        }
    }
}

/// Error in a range of bytes.
struct DecodeError {
    at: usize,
    length: usize,
    diagnostic: Box<Diagnostic>,
}

impl DecodeError {
    fn new(at: usize, length: usize, diagnostic: Diagnostic) -> Self {
        Self { at, length, diagnostic: Box::new(diagnostic) }
    }
}

fn decode_bytes(bytes: &[u8]) -> Result<&str, DecodeError> {
    if let Some((mark, encoding)) = OTHER_MARKS.into_iter().find(|(mark, _)| bytes.starts_with(mark)) {
        let fault = Diagnostic::error(format!("the file is {encoding}, not UTF-8"));
        return Err(DecodeError::new(0, mark.len(), fault.help("save it as UTF-8")));
    }
    // `contains` takes a fraction of the time of `position`, and valid files have no NUL.
    if bytes.contains(&0) {
        let at = bytes.iter().position(|&byte| byte == 0).unwrap_or_default();
        return Err(DecodeError::new(at, 1, nul(bytes, at)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("byte 0x{:02x} at offset {at} is not UTF-8", bytes[at]);
        let length = error.error_len().unwrap_or(bytes.len() - at);
        DecodeError::new(at, length, Diagnostic::error(message).help("save the file as UTF-8"))
    })?;
    let Some(rest) = text.strip_prefix(BOM) else { return Ok(text) };
    if rest.starts_with(BOM) {
        let fault = Diagnostic::error("the file begins with two byte order marks");
        return Err(DecodeError::new(3, 3, fault.help("remove at least one of them")));
    }
    Ok(rest)
}

fn nul(bytes: &[u8], at: usize) -> Diagnostic {
    let fault = Diagnostic::error(format!("there is a NUL byte at offset {at}"));
    // ASCII text in UTF-16 has a NUL in every second byte, in UTF-32 more.
    match bytes.get(at + 2) {
        Some(0) if at < 2 => fault.note("the file looks like UTF-16 or UTF-32").help("save it as UTF-8"),
        _ => fault.help("a manifest is text; remove the NUL byte"),
    }
}

/// Converts a byte offset. The size limits keep every offset far below 2³².
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (usize, usize, String) {
        let Err(fault) = decode_bytes(bytes) else { panic!("it is text") };
        (fault.at, fault.length, fault.diagnostic.message)
    }

    #[test]
    fn one_byte_order_mark_is_skipped() {
        let source = Source::new("a.toml", b"\xef\xbb\xbfa".as_slice());
        let fragment = decode(0, &source, &mut Findings::default()).expect("it is text");
        assert_eq!((fragment.text, fragment.base), ("a", 3));
        assert_eq!(refused(b"\xef\xbb\xbf\xef\xbb\xbf"), (3, 3, "the file begins with two byte order marks".into()));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert_eq!(refused(b"a\xffb"), (1, 1, "byte 0xff at offset 1 is not UTF-8".into()));
        assert_eq!(refused(b"a\xe6\x9d"), (1, 2, "byte 0xe6 at offset 1 is not UTF-8".into()));
        assert_eq!(refused(b"\xff\xfea\0"), (0, 2, "the file is UTF-16, not UTF-8".into()));
        assert_eq!(refused(b"\xff\xfe\0\0a\0\0\0"), (0, 4, "the file is UTF-32, not UTF-8".into()));
        assert_eq!(refused(b"\0\0\xfe\xff\0\0\0a"), (0, 4, "the file is UTF-32, not UTF-8".into()));
        assert_eq!(refused(b"a\0b\0"), (1, 1, "there is a NUL byte at offset 1".into()));
    }
}
