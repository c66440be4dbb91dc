//! Every text about a state or a saved plan, and the way out of each.

use super::*;

const LAST_COMMIT: &str = "take the file from the last commit (`git checkout -- FILE`), then apply; without one, \
    `lighthouse adopt` records where things run";
const EITHER: &str = "if a merge did it, take the side that your machines follow; if its content is right, \
    `lighthouse adopt FILE` records it; else take the file from the last commit (`git checkout -- FILE`)";

fn message() -> String {
    "`a\u{1b}b`".to_owned()
}

/// The first bytes of a line.
fn spot(line: usize) -> Spot {
    Spot::of("\n".repeat(10).as_bytes(), line - 1..line)
}

#[test]
fn every_error_has_its_text_and_its_way_out() {
    for (error, text, way_out) in [
        (Error::Empty, "it is empty", LAST_COMMIT),
        (Error::NotUtf8 { at: spot(2) }, "line 2 is not UTF-8", LAST_COMMIT),
        (
            Error::ConflictMarkers { at: spot(7) },
            "line 7 is the marker of a merge conflict",
            "take the side that your machines follow (`git checkout --ours FILE` or `--theirs`), then apply; to keep \
             lines of both sides, merge by hand and `lighthouse adopt FILE`",
        ),
        (
            Error::NewerFormat { format: 3 },
            "it has format 3, and this version reads up to 1",
            "use the version of lighthouse that wrote it, or a newer one",
        ),
        (Error::Syntax { at: Some(spot(4)), message: message() }, r"line 4 is not TOML: `a\u{1b}b`", LAST_COMMIT),
        (
            Error::UnknownField { at: Some(spot(4)), message: message() },
            r"line 4 is a field that this version does not know: `a\u{1b}b`",
            EITHER,
        ),
        (Error::Invalid { at: Some(spot(4)), message: message() }, r"line 4 is wrong: `a\u{1b}b`", EITHER),
        (Error::Invalid { at: None, message: message() }, r"it is wrong: `a\u{1b}b`", EITHER),
        (
            Error::PlacedAndEvicted { workload: "a\u{1b}".to_owned() },
            r"workload `a\u{1b}` is both placed and evicted",
            EITHER,
        ),
        (Error::CutOff, "it is cut off: its last line has no end", LAST_COMMIT),
        (Error::NoDigest, "it has no digest, so it is cut off or was written by hand", LAST_COMMIT),
        (
            Error::LineEnds,
            "its ends of lines were changed (CR LF)",
            "add `*.state.toml -text -merge` to `.gitattributes` and take the file from the last commit again \
             (`git checkout -- FILE`)",
        ),
        (
            Error::WrongDigest,
            "its digest is wrong, so it was edited by hand, cut off, or merged without a conflict",
            EITHER,
        ),
    ] {
        assert_eq!((error.to_string().as_str(), error.way_out()), (text, way_out));
    }
}

#[test]
fn a_message_from_elsewhere_is_cut() {
    assert_eq!((cut("äb"), cut(&"ä".repeat(400))), ("äb".to_owned(), "ä".repeat(300)));
}
