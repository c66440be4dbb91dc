//! Files and locks: which kinds of files are read, what a replacement preserves, and which process may write.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lighthouse::store::{
    Error, Input, Kind, LockedStore, Saved, create_new, lock, read, read_manifest, state_beside, write_output,
};
use tempfile::TempDir;

const BUDGET: u64 = 1 << 20;
const NOW: Duration = Duration::ZERO;
/// Wait for a lock. A released lock may live on for a moment in a child process that another test has just started.
const SOON: Duration = Duration::from_secs(20);

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn locked(state: &Path) -> LockedStore {
    lock(state, "the test", SOON).expect("the lock")
}

fn put(state: &Path, before: Option<&[u8]>, after: &[u8]) {
    let saved = locked(state).replace(before, after).expect("replaced");
    assert!(matches!(saved, Saved::Durable));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").mode() & 0o7777
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// Returns the names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

/// Reads a manifest and returns the names of its files relative to its folder.
fn gathered(main: &Path) -> Vec<String> {
    let sources = read_manifest(&Input::of(main), None, BUDGET).expect("a manifest");
    let folder = main.parent().expect("a folder");
    let relative = |name: &str| Path::new(name).strip_prefix(folder).expect("inside").display().to_string();
    sources.iter().map(|source| relative(source.name())).collect()
}

#[test]
fn drop_ins_follow_in_bytewise_order_of_path_components() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    for name in ["x.d/a", "x.d/b.d", "x.d/.hidden", "elsewhere"] {
        fs::create_dir_all(at(name)).expect("a folder");
    }
    for name in [
        "x.toml",
        "x.d/a.toml",
        "x.d/a/z.toml",
        "x.d/B.toml",
        "x.d/.dot.toml",
        "x.d/.hidden/a.toml",
        "x.d/note.md",
        "x.d/b.d/c.toml",
        "elsewhere/far.toml",
        "elsewhere/near.toml",
    ] {
        fs::write(at(name), name).expect("a file");
    }
    symlink("../elsewhere", at("x.d/c.toml")).expect("a link");
    symlink("../elsewhere/near.toml", at("x.d/near.toml")).expect("a link");
    let expected = ["x.toml", "x.d/B.toml", "x.d/a/z.toml", "x.d/a.toml", "x.d/b.d/c.toml", "x.d/near.toml"];
    assert_eq!(gathered(&at("x.toml")), expected);
}

#[test]
fn a_linked_folder_of_drop_ins_belongs_to_its_manifest() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("teams")).expect("a folder");
    fs::write(at("teams/a.toml"), "").expect("a file");
    fs::write(at("x.toml"), "").expect("a file");
    symlink("teams", at("x.d")).expect("a link");
    assert_eq!(gathered(&at("x.toml")), ["x.toml", "x.d/a.toml"]);
}

#[test]
fn drop_ins_need_a_folder_and_an_unreadable_one_is_an_error() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::write(at("x.toml"), "").expect("a file");
    assert_eq!(gathered(&at("x.toml")), ["x.toml"]);
    fs::write(at("x.d"), "no folder").expect("a file");
    assert_eq!(gathered(&at("x.toml")), ["x.toml"]);
    fs::remove_file(at("x.d")).expect("removed");
    symlink("x.d", at("x.d")).expect("a link");
    assert!(read_manifest(&Input::of(&at("x.toml")), None, BUDGET).is_err());
}

#[test]
fn a_missing_file_differs_from_an_unreadable_one() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    assert!(read(&at("x"), BUDGET).expect("nothing is there").is_none());
    symlink("loop", at("loop")).expect("a link");
    assert!(matches!(read(&at("loop"), BUDGET), Err(Error::Io { .. })));
    fs::write(at("file"), "").expect("a file");
    assert!(matches!(lock(&at("file/x"), "the test", NOW), Err(Error::Io { .. })));
}

#[test]
fn a_drop_in_that_is_a_dangling_link_is_an_error() {
    let home = folder();
    fs::write(home.path().join("x.toml"), "").expect("a file");
    fs::create_dir(home.path().join("x.d")).expect("a folder");
    symlink("gone.toml", home.path().join("x.d/a.toml")).expect("a link");
    let error = read_manifest(&Input::of(&home.path().join("x.toml")), None, BUDGET).expect_err("an error");
    assert!(error.to_string().ends_with("x.d/a.toml`: no such file or directory"), "{error}");
}

#[test]
fn the_budget_holds_for_all_files_together() {
    let home = folder();
    fs::write(home.path().join("x.toml"), [b'#'; 60]).expect("a file");
    fs::create_dir(home.path().join("x.d")).expect("a folder");
    fs::write(home.path().join("x.d/a.toml"), [b'#'; 40]).expect("a file");
    let main = Input::of(&home.path().join("x.toml"));
    assert!(read_manifest(&main, None, 100).is_ok());
    let error = read_manifest(&main, None, 99).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { limit: 99, .. }), "{error}");
}

#[test]
fn a_large_sparse_file_is_refused_before_memory_is_allocated() {
    let home = folder();
    let sparse = home.path().join("x.toml");
    fs::File::create(&sparse).expect("a file").set_len(1 << 40).expect("a hole");
    assert!(matches!(read(&sparse, BUDGET), Err(Error::TooLarge { .. })));
}

#[test]
fn a_pipe_socket_folder_or_device_is_refused_at_once() {
    let home = folder();
    let pipe = home.path().join("pipe");
    fifo(&pipe);
    let linked = home.path().join("linked");
    symlink(&pipe, &linked).expect("a link");
    let socket = home.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    for (path, expected) in [
        (pipe.as_path(), Kind::Pipe),
        (&linked, Kind::Pipe),
        (&socket, Kind::Socket),
        (home.path(), Kind::Folder),
        (Path::new("/dev/zero"), Kind::Device),
        (Path::new("/dev/null"), Kind::Device),
    ] {
        let as_manifest = read_manifest(&Input::of(path), None, BUDGET).expect_err("no file");
        assert!(matches!(as_manifest, Error::NotAFile { kind, .. } if kind == expected), "{as_manifest}");
        let as_state = read(path, BUDGET).expect_err("no file");
        assert!(matches!(as_state, Error::NotAFile { kind, .. } if kind == expected), "{as_state}");
    }
}

#[test]
fn a_pipe_or_device_is_not_overwritten() {
    let home = folder();
    let pipe = home.path().join("pipe");
    fifo(&pipe);
    let error = locked(&pipe).replace(None, b"new").expect_err("no file");
    assert!(matches!(error, Error::NotAFile { kind: Kind::Pipe, .. }), "{error}");
    assert!(matches!(write_output(&pipe, b"new", &[]), Err(Error::NotAFile { .. })));
    assert!(fs::metadata(&pipe).expect("a pipe").file_type().is_fifo());
    assert!(matches!(write_output(Path::new("/dev/null"), b"new", &[]), Err(Error::NotAFile { .. })));
    assert!(fs::metadata("/dev/null").expect("a device").file_type().is_char_device());
    assert_eq!(names(home.path()), [".pipe.lock", "pipe"]);
}

#[test]
fn a_pipe_from_the_shell_is_read_as_a_manifest() {
    let (read_end, mut write_end) = std::io::pipe().expect("a pipe");
    std::io::Write::write_all(&mut write_end, b"strategy").expect("written");
    drop(write_end);
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&read_end);
    let input = Input::File(PathBuf::from(format!("/dev/fd/{descriptor}")));
    assert!(!input.has_place());
    let sources = read_manifest(&input, None, BUDGET).expect("read");
    assert_eq!(sources[0].bytes(), b"strategy");
}

#[test]
fn a_manifest_that_is_the_state_is_an_error() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("x.d")).expect("a folder");
    fs::write(at("x.toml"), "").expect("a file");
    fs::write(at("x.d/a.toml"), "").expect("a file");
    fs::hard_link(at("x.toml"), at("hard")).expect("a link");
    symlink("x.toml", at("soft")).expect("a link");
    let with = |state: &str| read_manifest(&Input::of(&at("x.toml")), Some(&at(state)), BUDGET);
    for state in ["x.toml", "hard", "soft"] {
        assert!(matches!(with(state), Err(Error::StateIsManifest { .. })), "{state}");
    }
    for state in ["x.d/a.toml", "x.d/new.toml"] {
        assert!(matches!(with(state), Err(Error::StateAmongDropIns { .. })), "{state}");
    }
    for state in ["x.state.toml", "x.d/.new.toml", "x.d/state"] {
        assert!(with(state).is_ok(), "{state}");
    }
}

#[test]
fn a_missing_state_reads_as_none() {
    let home = folder();
    let link = home.path().join("link");
    symlink("gone", &link).expect("a link");
    assert_eq!(read(&home.path().join("no"), BUDGET).expect("none"), None);
    assert_eq!(read(&link, BUDGET).expect("none"), None);
    assert_eq!(read(&home.path().join("no/folder"), BUDGET).expect("none"), None);
}

#[test]
fn a_first_state_has_the_mode_that_the_umask_gives() {
    let home = folder();
    let (state, plain) = (home.path().join("x.state.toml"), home.path().join("plain"));
    fs::write(&plain, "").expect("a file");
    put(&state, None, b"one");
    assert_eq!(mode(&state), mode(&plain));
}

#[test]
fn a_replaced_state_keeps_mode_and_owner() {
    let home = folder();
    let state = home.path().join("x.state.toml");
    put(&state, None, b"one");
    for wanted in [0o600, 0o640, 0o666, 0o444] {
        fs::set_permissions(&state, fs::Permissions::from_mode(wanted)).expect("a mode");
        let before = fs::read(&state).expect("a state");
        put(&state, Some(&before), format!("{wanted:o}").as_bytes());
        assert_eq!(mode(&state), wanted);
    }
    if std::os::unix::fs::chown(&state, Some(12345), Some(54321)).is_ok() {
        put(&state, Some(b"444"), b"two");
        let about = fs::metadata(&state).expect("a state");
        assert_eq!((about.uid(), about.gid()), (12345, 54321));
    }
}

#[test]
fn a_linked_state_is_written_and_locked_at_the_target() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("real")).expect("a folder");
    symlink("real/x", at("link")).expect("a link");
    put(&at("link"), None, b"one");
    put(&at("link"), Some(b"one"), b"two");
    assert!(fs::symlink_metadata(at("link")).expect("a link").is_symlink());
    assert_eq!(fs::read(at("real/x")).expect("a state"), b"two");
    assert_eq!(names(&at("real")), [".x.lock", "x"]);
    let _held = locked(&at("link"));
    assert!(matches!(lock(&at("real/x"), "other", NOW), Err(Error::Held { .. })));
}

#[test]
fn a_state_that_changed_since_it_was_read_is_not_replaced() {
    let home = folder();
    let state = home.path().join("x");
    for (before, now) in [(None, "new"), (Some("old"), "old and more"), (Some("old"), "odd"), (Some("old"), "ol")] {
        fs::write(&state, now).expect("a state");
        let error = locked(&state).replace(before.map(str::as_bytes), b"next").expect_err("changed");
        assert!(matches!(error, Error::Changed(_)), "{error}");
        assert_eq!(fs::read_to_string(&state).expect("a state"), now);
    }
    fs::remove_file(&state).expect("removed");
    assert!(matches!(locked(&state).replace(Some(b"old"), b"next"), Err(Error::Changed(_))));
    assert_eq!(names(home.path()), [".x.lock"]);
}

#[test]
fn a_state_whose_link_changed_since_it_was_read_is_not_replaced() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    symlink("a", at("link")).expect("a link");
    let store = locked(&at("link"));
    fs::remove_file(at("link")).expect("removed");
    symlink("b", at("link")).expect("a link");
    assert!(matches!(store.replace(None, b"next"), Err(Error::Changed(_))));
    assert_eq!(names(home.path()), [".a.lock", "link"]);
}

#[test]
fn a_link_planted_under_the_name_of_the_lock_is_not_followed() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::write(at("victim"), "precious").expect("a file");
    symlink("victim", at(".x.lock")).expect("a link");
    let error = lock(&at("x"), "the test", NOW).expect_err("a link");
    assert!(matches!(error, Error::NotAFile { kind: Kind::Link, .. }), "{error}");
    assert_eq!(fs::read(at("victim")).expect("a file"), b"precious");
    fs::remove_file(at(".x.lock")).expect("removed");
    fifo(&at(".x.lock"));
    assert!(matches!(lock(&at("x"), "the test", NOW), Err(Error::NotAFile { kind: Kind::Pipe, .. })));
}

#[test]
fn a_second_writer_is_told_who_holds_the_lock() {
    let home = folder();
    let state = home.path().join("x");
    let held = lock(&state, "process 1, since noon", NOW).expect("the lock");
    let start = Instant::now();
    let error = lock(&state, "process 2", Duration::from_millis(60)).expect_err("held");
    assert!(start.elapsed() >= Duration::from_millis(60));
    assert!(error.to_string().ends_with("x`: process 1, since noon"), "{error}");
    drop(held);
    let mut next = lock(&state, "process 3", SOON).expect("the lock");
    assert!(next.read(BUDGET).expect("no state").is_none());
    let waiting = std::thread::spawn({
        let state = state.clone();
        move || lock(&state, "process 4", SOON).map(drop)
    });
    std::thread::sleep(Duration::from_millis(50));
    next = {
        drop(next);
        waiting.join().expect("no panic").expect("the lock");
        locked(&state)
    };
    drop(next);
}

#[test]
fn a_removed_lock_file_neither_blocks_nor_admits_a_writer() {
    let home = folder();
    let state = home.path().join("x");
    let _gone = locked(&state);
    fs::remove_file(home.path().join(".x.lock")).expect("removed");
    let _held = locked(&state);
    assert!(matches!(lock(&state, "other", NOW), Err(Error::Held { .. })));
}

#[test]
fn files_of_dead_writers_are_removed_under_the_lock() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::write(at("victim"), "precious").expect("a file");
    fs::write(at(".x.aaaaaaaaaaaa.tmp"), "half").expect("a file");
    symlink("victim", at(".x.bbbbbbbbbbbb.tmp")).expect("a link");
    fs::create_dir(at(".x.cccccccccccc.tmp")).expect("a folder");
    fs::write(at(".x.mine.tmp"), "not ours").expect("a file");
    let store = locked(&at("x"));
    assert_eq!(store.leftovers().len(), 1);
    assert_eq!(names(home.path()), [".x.cccccccccccc.tmp", ".x.lock", ".x.mine.tmp", "victim"]);
    assert_eq!(fs::read(at("victim")).expect("a file"), b"precious");
}

#[test]
fn syncing_changes_nothing() {
    let home = folder();
    let state = home.path().join("x");
    assert!(matches!(locked(&state).sync(), Ok(Saved::Durable)));
    put(&state, None, b"one");
    let before = fs::metadata(&state).expect("a state");
    assert!(matches!(locked(&state).sync(), Ok(Saved::Durable)));
    let after = fs::metadata(&state).expect("a state");
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[test]
fn an_output_never_becomes_a_drop_in() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    fs::create_dir_all(at("x.d/a")).expect("folders");
    fs::write(at("x.toml"), "one").expect("a file");
    symlink("x.d/a", at("link")).expect("a link");
    for name in ["x.d/plan.toml", "x.d/a/plan.toml", "link/plan.toml"] {
        let error = write_output(&at(name), b"plan", &[&at("x.toml")]).expect_err("refused");
        assert!(matches!(error, Error::AmongDropIns { .. }), "{error}");
    }
    for name in ["x.d/plan.txt", "x.d/.plan.toml", "plan.toml"] {
        write_output(&at(name), b"plan", &[&at("x.toml")]).expect("written");
    }
}

#[test]
fn an_output_never_takes_the_place_of_manifest_or_state() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    let (manifest, state) = (at("x.toml"), state_beside(&at("x.toml")));
    fs::write(&manifest, "one").expect("a file");
    symlink("x.state.toml", at("link")).expect("a link");
    for path in [manifest.clone(), state.clone(), at("link"), at("./x.state.toml")] {
        let error = write_output(&path, b"plan", &[&manifest, &state]).expect_err("refused");
        assert!(matches!(error, Error::WouldReplace(_)), "{error}");
    }
    // A writer that waits for a replaced lock file would hold another lock than its owner.
    drop(locked(&state));
    let error = write_output(&at(".x.state.toml.lock"), b"plan", &[&manifest, &state]).expect_err("refused");
    assert!(matches!(error, Error::WouldReplace(_)), "{error}");
    fs::remove_file(at(".x.state.toml.lock")).expect("removed");
    write_output(&at("plan"), b"one", &[&manifest, &state]).expect("written");
    write_output(&at("plan"), b"two", &[&manifest, &state]).expect("written");
    assert_eq!(fs::read(at("plan")).expect("a plan"), b"two");
    assert_eq!(names(home.path()), ["link", "plan", "x.toml"]);
}

#[test]
fn a_new_file_replaces_nothing() {
    let home = folder();
    let at = |name: &str| home.path().join(name);
    symlink("nowhere", at("link")).expect("a link");
    assert!(create_new(&at("a"), b"one").expect("written"));
    assert!(!create_new(&at("a"), b"two").expect("there"));
    assert!(!create_new(&at("link"), b"two").expect("there"));
    assert_eq!(fs::read(at("a")).expect("a file"), b"one");
    assert_eq!(names(home.path()), ["a", "link"]);
}

#[test]
fn two_threads_lose_no_update() {
    let home = folder();
    let state = home.path().join("x");
    put(&state, None, b"0");
    let count = |state: &Path| {
        for _ in 0..100 {
            let store = lock(state, "a thread", Duration::from_mins(1)).expect("the lock");
            let before = store.read(BUDGET).expect("read").expect("a state");
            let number: u32 = String::from_utf8_lossy(&before).parse().expect("a number");
            assert!(matches!(store.replace(Some(&before), (number + 1).to_string().as_bytes()), Ok(Saved::Durable)));
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| count(&state));
        scope.spawn(|| count(&state));
    });
    assert_eq!(fs::read(&state).expect("a state"), b"200");
    assert_eq!(names(home.path()), [".x.lock", "x"]);
}
