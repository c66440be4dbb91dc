//! Checks the walls between the rooms of `src/`: which rooms, packages and parts of the standard library each may use;
//! and the form of every file.
//!
//! The walls are read off the text of a file, without comments and unit tests. A change of a wall is a change of
//! `ROOMS` here and of the map in `src/lib.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{below_root, files_below};

/// Maximum number of characters in a line.
const MAX_WIDTH: usize = 120;
/// Maximum number of lines in a file of `src/`.
const MAX_LINES: usize = 450;
/// Maximum number of lines in other files.
const MAX_TEST_LINES: usize = 500;

/// Name of a room, other rooms that it may use, and packages that it may use.
type Room = (&'static str, &'static [&'static str], &'static [&'static str]);

const ROOMS: [Room; 17] = [
    ("text", &[], &["annotate_snippets", "strsim", "unicode_width"]),
    ("quantity", &[], &["ethnum"]),
    ("parallel", &[], &[]),
    ("manual", &[], &[]),
    ("model", &["quantity"], &["ethnum", "hashbrown", "rustc_hash"]),
    ("store", &["text"], &["rustix", "tempfile"]),
    ("state", &["model", "quantity", "text"], &["getrandom", "rustc_hash", "schemars", "serde", "sha2", "toml"]),
    ("manifest", &["model", "parallel", "quantity", "text"], &["memchr", "rustc_hash", "schemars", "serde", "toml"]),
    ("import", &["manifest", "model", "text"], &["rustc_hash"]),
    ("rules", &["model", "quantity"], &["ethnum", "rustc_hash"]),
    ("verify", &["model", "quantity"], &[]),
    ("bounds", &["model", "quantity", "rules"], &["rustc_hash"]),
    ("place", &["model", "parallel", "quantity", "rules"], &["ethnum", "rustc_hash"]),
    ("plan", &["manifest", "model", "place", "quantity", "rules", "text"], &["rustc_hash"]),
    ("scenario", &["model", "place", "rules"], &[]),
    ("explain", &["bounds", "model", "parallel", "place", "plan", "quantity", "rules", "scenario"], &["rustc_hash"]),
    ("watch", &["state", "store", "text"], &["notify"]),
];

/// `render` sees every value, and nothing that reads or writes files.
const RENDER: Room = (
    "render",
    &[
        "bounds", "explain", "manifest", "model", "parallel", "place", "plan", "quantity", "rules", "scenario",
        "state", "text",
    ],
    &["anstyle", "rustc_hash", "schemars", "serde", "serde_json", "similar", "unicode_width"],
);

/// The binary uses the public library.
const BIN: Room = (
    "bin",
    &[
        "explain", "import", "manifest", "manual", "model", "parallel", "place", "plan", "quantity", "render", "rules",
        "scenario", "state", "store", "text", "verify", "watch",
    ],
    &[
        "anstream",
        "anstyle",
        "clap",
        "clap_complete",
        "clap_mangen",
        "httparse",
        "humantime",
        "signal_hook",
        "terminal_size",
        "tracing",
        "tracing_subscriber",
    ],
);

/// Modules of the standard library that have effects, and the rooms that may use them.
const EFFECTS: [(&str, &[&str]); 8] = [
    ("std::fs", &["store"]),
    // `render` opens nothing; it writes into the writer that it is given.
    ("std::io", &["store", "render", "bin"]),
    ("std::env", &["bin"]),
    ("std::process", &["store", "bin"]),
    // The protocol of `watch` counts in durations; the time is passed in.
    ("std::time", &["store", "watch", "bin"]),
    ("std::thread", &["parallel", "store", "bin"]),
    ("std::net", &["bin"]),
    ("std::os", &["store", "bin"]),
];

fn rooms() -> Vec<Room> {
    ROOMS.into_iter().chain([RENDER, BIN]).collect()
}

/// Returns the text of every Rust file, with its path from the root.
fn rust_files() -> Vec<(PathBuf, String)> {
    let root = below_root("");
    let files = ["src", "tests", "examples"].iter().flat_map(|folder| files_below(&root.join(folder), ".rs"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        (path.strip_prefix(&root).expect("it is below").to_owned(), text)
    };
    files.map(read).collect()
}

/// Returns the room of a file; `None` for `lib.rs` and for tests.
fn room_of(path: &Path) -> Option<String> {
    if path.ends_with("tests.rs") {
        return None;
    }
    let mut parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    let room = (parts.next()? == "src").then(|| parts.next()).flatten()?;
    Some(room.trim_end_matches(".rs").to_owned()).filter(|room| room != "lib")
}

/// Returns the text of a file without comments and unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the text after each occurrence of `words` that begins a path.
fn after<'t>(code: &'t str, words: &str) -> Vec<&'t str> {
    let begins = |at: usize| !code[..at].ends_with(|c| is_part_of_name(c) || c == ':' || c == '.');
    code.match_indices(words).filter(|&(at, _)| begins(at)).map(|(at, _)| &code[at + words.len()..]).collect()
}

/// Returns the first names after `crate::`, including each name of a group in braces.
fn named_after(code: &str, words: &str) -> BTreeSet<String> {
    after(code, words).into_iter().flat_map(first_names).collect()
}

fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![first_name(path)] };
    let (mut depth, mut names) = (0, vec![first_name(group)]);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> String {
    path.trim_start().chars().take_while(|&c| is_part_of_name(c)).collect()
}

/// Returns the packages of `Cargo.toml` that a file names.
fn packages(code: &str) -> BTreeSet<String> {
    let manifest: toml::Table = fs::read_to_string(below_root("Cargo.toml")).expect("a file").parse().expect("TOML");
    let names = manifest["dependencies"].as_table().expect("a table").keys().map(|name| name.replace('-', "_"));
    names.filter(|name| !after(code, &format!("{name}::")).is_empty()).collect()
}

/// Returns what a file of a room names although it may not.
fn breaches(room: &str, code: &str) -> Vec<String> {
    let Some(&(_, rooms, allowed)) = rooms().iter().find(|(name, ..)| *name == room) else {
        return vec!["a room without walls".to_owned()];
    };
    let library = if room == "bin" { "lighthouse::" } else { "crate::" };
    let foreign = named_after(code, library).into_iter().filter(|name| name != room && !rooms.contains(&&**name));
    let mut found: Vec<_> = foreign.map(|name| format!("the room `{name}`")).collect();
    let foreign = packages(code).into_iter().filter(|name| !allowed.contains(&&**name));
    found.extend(foreign.map(|name| format!("the package `{name}`")));
    let effects = EFFECTS.iter().filter(|(module, rooms)| !rooms.contains(&room) && !after(code, module).is_empty());
    found.extend(effects.map(|(module, _)| format!("`{module}`")));
    found
}

#[test]
fn every_file_stays_within_the_walls_of_its_room() {
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        let Some(room) = room_of(&path) else { continue };
        let breaches = breaches(&room, &code(&text));
        found.extend(breaches.iter().map(|what| format!("{} names {what}", path.display())));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn breaches_of_the_walls_are_detected() {
    for (room, code, what) in [
        ("place", "use crate::manifest::Manifest;", "the room `manifest`"),
        ("verify", "use crate::{\n    model::Model,\n    place::{self, Engine},\n};", "the room `place`"),
        ("verify", "fn f() { crate::rules::attach::attach() }", "the room `rules`"),
        ("place", "use serde::Serialize;", "the package `serde`"),
        ("state", "fn f() { std::fs::read(\"x\"); }", "`std::fs`"),
        ("plan", "use std::time::Instant;", "`std::time`"),
        ("bin", "use lighthouse::{bounds, state};", "the room `bounds`"),
        ("bin", "let x: toml::Table = y;", "the package `toml`"),
        ("attic", "", "a room without walls"),
    ] {
        assert_eq!(breaches(room, code), [what], "{code}");
    }
    assert_eq!(breaches("place", "use crate::model::{Model, NodeId};\nuse self::toml::x;"), Vec::<String>::new());
}

#[test]
fn the_map_shows_every_room_and_every_wall() {
    let map = fs::read_to_string(below_root("src/lib.rs")).expect("a file");
    let (words, modules) = map.split_once("\npub mod ").expect("modules");
    let modules: BTreeSet<_> = format!("\npub mod {modules}").lines().filter_map(module).collect();
    let table: Vec<_> = words.lines().filter(|line| line.starts_with("//! | [`")).collect();
    for room in &modules {
        assert!(table.iter().any(|row| row.contains(&format!("[`{room}`]"))), "`{room}` is not on the map");
    }
    let walls: BTreeSet<_> = rooms().iter().map(|(room, ..)| (*room).to_owned()).filter(|room| room != "bin").collect();
    assert_eq!(modules, walls);
}

fn module(line: &str) -> Option<String> {
    // A module with a body, such as the prelude, is no room.
    Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())
}

#[test]
fn every_file_begins_with_its_purpose() {
    let silent: Vec<_> =
        rust_files().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn no_file_is_too_long_and_no_line_too_wide() {
    let mut found = Vec::new();
    for (path, text) in rust_files() {
        if text.lines().count() > if path.starts_with("src") { MAX_LINES } else { MAX_TEST_LINES } {
            found.push(format!("{} has {} lines", path.display(), text.lines().count()));
        }
        for (number, line) in (1..).zip(text.lines()) {
            found.extend(fault(line).map(|fault| format!("{}:{number} {fault}", path.display())));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// Returns what is wrong with a line. Only rows of tables and lines with text for users may be wide.
fn fault(line: &str) -> Option<&'static str> {
    let shown = line.starts_with("//! | ") || line.contains('"') || line.ends_with('\\');
    let later = ["TODO", "FIXME"].iter().any(|word| line.contains(word)) && !line.contains("\"FIXME\"");
    match line {
        _ if line.chars().count() > MAX_WIDTH && !shown => Some("is wide"),
        _ if line.contains('\t') => Some("has a tab"),
        _ if line.ends_with(' ') => Some("ends in white space"),
        _ if later => Some("puts something off"),
        _ => None,
    }
}

#[test]
fn faulty_lines_are_detected() {
    assert_eq!(fault(&"x".repeat(121)), Some("is wide"));
    assert_eq!(fault("\tx"), Some("has a tab"));
    assert_eq!(fault("x "), Some("ends in white space"));
    assert_eq!(fault(&["// TO", "DO: later"].concat()), Some("puts something off"));
    assert_eq!(fault("    let x = 1;"), None);
}
