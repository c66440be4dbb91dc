//! Bytes to text: what a manifest's bytes must be before anything can be read in them.
//!
//! UTF-8 with one byte order mark at most, no NUL, and within the budgets. Whatever else is wrong with a text is a
//! matter of its grammar.

use crate::text::diagnostic::{Diagnostic, Findings};
use crate::text::escape::quoted;
use crate::text::source::{Source, Span};

/// All texts of a manifest together have at most so many bytes.
pub const MAX_TEXT_BYTES: u64 = 512 << 20;

/// A text that cannot be read in pieces has at most so many bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

const BOM: char = '\u{feff}';

/// The byte order mark in other encodings, the longer first.
const OTHER_MARKS: [(&[u8], &str); 4] =
    [(b"\xff\xfe\0\0", "UTF-32"), (b"\0\0\xfe\xff", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];

/// Whether the texts are small enough to be read; findings say which are not.
pub(crate) fn within_budget(sources: &[Source], findings: &mut Findings) -> bool {
    let size = |source: &Source| source.bytes().len() as u64;
    let total: u64 = sources.iter().map(size).sum();
    if total > MAX_TEXT_BYTES {
        findings.push(Diagnostic::error(format!(
            "the manifest has {total} bytes of text in all; the limit is {MAX_TEXT_BYTES} (512 MiB)"
        )));
    }
    findings.errors() == 0
}

/// A text that is too long to be read as a whole, and where it turned out that it cannot be read in pieces.
pub(crate) fn too_long(source: &Source, span: Option<Span>) -> Diagnostic {
    let (name, bytes) = (quoted(source.name()), source.bytes().len());
    let fault = Diagnostic::error(format!(
        "{name} has {bytes} bytes of text; the limit for one file is {MAX_FILE_BYTES} (64 MiB)"
    ));
    let fault = fault.note("longer ones are read in pieces, which begin with `[[nodes]]` or `[[workloads]]` on a line");
    match span {
        Some(span) => fault.at(span, "what begins here cannot be read by itself"),
        None => fault,
    }
}

/// The text of a source and the offset at which it begins, after a byte order mark.
pub(crate) fn decode<'s>(file: u32, source: &'s Source, findings: &mut Findings) -> Option<(&'s str, u32)> {
    match decoded(source.bytes()) {
        Ok(text) => Some(text),
        Err(Fault { at, length, says }) => {
            let span = Span { file, start: offset(at), end: offset(at + length) };
            findings.push(says.at(span, ""));
            None
        }
    }
}

/// What is wrong, from which byte on and for how many.
struct Fault {
    at: usize,
    length: usize,
    says: Box<Diagnostic>,
}

fn fault(at: usize, length: usize, says: Diagnostic) -> Fault {
    Fault { at, length, says: Box::new(says) }
}

fn decoded(bytes: &[u8]) -> Result<(&str, u32), Fault> {
    if let Some((mark, encoding)) = OTHER_MARKS.into_iter().find(|(mark, _)| bytes.starts_with(mark)) {
        let says = Diagnostic::error(format!("the file is {encoding}, not UTF-8"));
        return Err(fault(0, mark.len(), says.help("save it as UTF-8")));
    }
    // To ask whether there is one takes a fraction of the time of looking where.
    if bytes.contains(&0) {
        let at = bytes.iter().position(|&byte| byte == 0).unwrap_or_default();
        return Err(fault(at, 1, nul(bytes, at)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!("byte 0x{:02x} at offset {at} is not UTF-8", bytes[at]);
        let length = error.error_len().unwrap_or(bytes.len() - at);
        fault(at, length, Diagnostic::error(message).help("save the file as UTF-8"))
    })?;
    let Some(rest) = text.strip_prefix(BOM) else { return Ok((text, 0)) };
    if rest.starts_with(BOM) {
        return Err(fault(
            3,
            3,
            Diagnostic::error("the file begins with two byte order marks").help("leave one or none"),
        ));
    }
    Ok((rest, 3))
}

fn nul(bytes: &[u8], at: usize) -> Diagnostic {
    let says = Diagnostic::error(format!("there is a NUL byte at offset {at}"));
    // ASCII in UTF-16 has a NUL in every other byte, in UTF-32 more.
    match bytes.get(at + 2) {
        Some(0) if at < 2 => says.note("the file looks like UTF-16 or UTF-32").help("save it as UTF-8"),
        _ => says.help("it should be text: take the NUL out"),
    }
}

/// Budgets keep every offset far below 2³².
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (usize, usize, String) {
        let Err(fault) = decoded(bytes) else { panic!("it is no text") };
        (fault.at, fault.length, fault.says.message)
    }

    #[test]
    fn one_byte_order_mark_is_skipped() {
        assert_eq!(decoded(b"\xef\xbb\xbfa").ok(), Some(("a", 3)));
        assert_eq!(refused(b"\xef\xbb\xbf\xef\xbb\xbf"), (3, 3, "the file begins with two byte order marks".into()));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(refused(b"a\xffb"), (1, 1, "byte 0xff at offset 1 is not UTF-8".into()));
        assert_eq!(refused(b"a\xe6\x9d"), (1, 2, "byte 0xe6 at offset 1 is not UTF-8".into()));
        assert_eq!(refused(b"\xff\xfea\0"), (0, 2, "the file is UTF-16, not UTF-8".into()));
        assert_eq!(refused(b"\xff\xfe\0\0a\0\0\0"), (0, 4, "the file is UTF-32, not UTF-8".into()));
        assert_eq!(refused(b"\0\0\xfe\xff\0\0\0a"), (0, 4, "the file is UTF-32, not UTF-8".into()));
        assert_eq!(refused(b"a\0b\0"), (1, 1, "there is a NUL byte at offset 1".into()));
    }
}
