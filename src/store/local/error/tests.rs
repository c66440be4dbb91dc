//! Tests of every error message of the store.

use std::error::Error as _;

use super::*;

fn io(code: i32) -> Error {
    Error::io(Operation::Write, Path::new("a/b.toml"))(io::Error::from_raw_os_error(code))
}

#[test]
fn a_message_names_operation_path_and_cause() {
    use Operation::{Create, Inspect, List, Lock, Open, Permit, Read, Remove, Replace, Sync, Write};
    for (operation, text) in [
        (Inspect, "inspect"),
        (Open, "open"),
        (Read, "read"),
        (List, "list"),
        (Create, "create a file beside"),
        (Write, "write"),
        (Permit, "set the mode of"),
        (Sync, "sync"),
        (Replace, "replace"),
        (Lock, "lock"),
        (Remove, "remove"),
    ] {
        let error = Error::io(operation, Path::new("a/b.toml"))(io::ErrorKind::PermissionDenied.into());
        assert_eq!(error.to_string(), format!("cannot {text} `a/b.toml`: permission denied"));
    }
    assert_eq!(io(13).to_string(), "cannot write `a/b.toml`: permission denied");
    assert_eq!(io(13).source().map(ToString::to_string), Some(io::Error::from_raw_os_error(13).to_string()));
}

#[test]
fn errors_of_the_disk_have_advice() {
    for (kind, advice) in [
        (io::ErrorKind::StorageFull, Some("free some space on this disk, then try again")),
        (io::ErrorKind::QuotaExceeded, Some("free some of your quota on this disk, then try again")),
        (io::ErrorKind::FileTooLarge, Some("raise the file size limit (`ulimit -f`), then try again")),
        (
            io::ErrorKind::ReadOnlyFilesystem,
            Some("this disk is read-only: use `--state` to name a file on another one"),
        ),
        (io::ErrorKind::PermissionDenied, None),
    ] {
        assert_eq!(Error::io(Operation::Write, Path::new("x"))(kind.into()).advice(), advice);
    }
    assert_eq!(Error::Changed("x".into()).advice(), None);
}

#[test]
fn every_other_error_has_a_message() {
    let not_a_file = |kind| Error::NotAFile { path: "x".into(), kind };
    for (error, text) in [
        (
            Error::NoManifest { in_git: true },
            "no `lighthouse.toml` in this folder or in any parent up to the root of the Git checkout",
        ),
        (
            Error::NoManifest { in_git: false },
            "no `lighthouse.toml` in this folder; parents are searched only inside a Git checkout",
        ),
        (not_a_file(Kind::Folder), "`x` is a folder, not a regular file"),
        (not_a_file(Kind::Pipe), "`x` is a named pipe, not a regular file"),
        (not_a_file(Kind::Device), "`x` is a device, not a regular file"),
        (not_a_file(Kind::Socket), "`x` is a socket, not a regular file"),
        (not_a_file(Kind::Link), "`x` is a symbolic link, not a regular file"),
        (not_a_file(Kind::Other), "`x` is a special file, not a regular file"),
        (Error::LinkLoop("x".into()), "the symbolic links at `x` form a loop"),
        (Error::TooLarge { path: "x".into(), limit: (3 << 20) - 1 }, "`x` is too large: the limit is 3 MiB in total"),
        (
            Error::StateIsManifest { state: "x".into(), manifest: "y".into() },
            "the state `x` is the same file as the manifest `y`",
        ),
        (
            Error::StateAmongDropIns { state: "x".into(), folder: "y".into() },
            "the state `x` would be read as a drop-in: it is in `y`",
        ),
        (Error::AmongDropIns { path: "x".into(), folder: "y".into() }, "`x` would be read as a drop-in: it is in `y`"),
        (Error::WouldReplace("x".into()), "refusing to overwrite `x`: it is the manifest, the state or its lock"),
        (Error::Held { state: "x".into(), holder: None }, "another apply holds the lock of `x`"),
        (
            Error::Held { state: "x".into(), holder: Some("process 1\u{1b}".to_owned()) },
            r"another apply holds the lock of `x`: process 1\u{1b}",
        ),
        (Error::Changed("x".into()), "the state `x` has changed since it was read"),
    ] {
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none());
    }
}

#[test]
fn control_characters_in_paths_are_escaped() {
    let error = Error::NotAName(PathBuf::from("a\u{1b}[2K\r\u{202e}\u{9b}b"));
    assert_eq!(error.to_string(), r"`a\u{1b}[2K\r\u{202e}\u{9b}b` does not end in a file name");
}
