//! Message and advice of each error.

use super::*;

const LAST_COMMIT: &str = "restore the file from the last commit (`git checkout -- FILE`), then apply; if \
    there is none, `lighthouse adopt` records where workloads run";
const CHOICE: &str = "after a merge, keep the side that matches what runs; if the content is right, record it with \
    `lighthouse adopt FILE`; otherwise restore the file from the last commit (`git checkout -- FILE`)";

fn message() -> String {
    "`a\u{1b}b`".to_owned()
}

/// Returns the position of the first byte of a line.
fn location(line: usize) -> Location {
    Location::of("\n".repeat(10).as_bytes(), line - 1..line)
}

#[test]
fn every_error_has_its_message_and_advice() {
    for (error, text, way_out) in [
        (Error::Empty, "it is empty", LAST_COMMIT),
        (Error::NotUtf8 { at: location(2) }, "line 2 is not UTF-8", LAST_COMMIT),
        (
            Error::ConflictMarkers { at: location(7) },
            "line 7 is a merge conflict marker",
            "keep the side that matches what runs (`git checkout --ours FILE` or `--theirs`), then apply; to keep \
             lines of both sides, merge by hand, then run `lighthouse adopt FILE`",
        ),
        (
            Error::NewerFormat { format: 3 },
            "it has format 3, but this version of lighthouse reads only up to 1",
            "use the version of lighthouse that wrote it, or a newer one",
        ),
        (
            Error::Syntax { at: Some(location(4)), message: message() },
            r"line 4 is not valid TOML: `a\u{1b}b`",
            LAST_COMMIT,
        ),
        (
            Error::UnknownField { at: Some(location(4)), message: message() },
            r"line 4 is not understood by this version: `a\u{1b}b`",
            CHOICE,
        ),
        (Error::Invalid { at: Some(location(4)), message: message() }, r"line 4 is invalid: `a\u{1b}b`", CHOICE),
        (Error::Invalid { at: None, message: message() }, r"it is invalid: `a\u{1b}b`", CHOICE),
        (
            Error::PlacedAndEvicted { workload: "a\u{1b}".to_owned() },
            r"workload `a\u{1b}` is both placed and evicted",
            CHOICE,
        ),
        (Error::CutOff, "it is cut off: its last line does not end in a line break", LAST_COMMIT),
        (Error::NoDigest, "it has no digest: it was cut off or written by hand", LAST_COMMIT),
        (
            Error::LineEndings,
            "its line endings were converted to CRLF",
            "add `*.state.toml -text -merge` to `.gitattributes`, then restore the file from the last commit \
             (`git checkout -- FILE`)",
        ),
        (Error::WrongDigest, "its digest is wrong: it was edited by hand, cut off, or changed by a merge", CHOICE),
    ] {
        assert_eq!((error.to_string().as_str(), error.way_out()), (text, way_out));
    }
}

#[test]
fn a_message_of_the_parser_is_shortened() {
    assert_eq!((truncate("äb"), truncate(&"ä".repeat(400))), ("äb".to_owned(), "ä".repeat(300)));
}
