//! The README: its manifests are valid, and its samples are what the binary prints.
//!
//! A comment before a block says what is done with it. `manifest: NAME` is the manifest of the folder NAME from here on
//! (with `, invalid` it has mistakes to show); `fragment` or `fragment: NODE …` is part of one, for a cluster that has
//! these nodes; `sample: NAME` is run in that folder, or in a copy of that example. Standard output comes before
//! standard error. `UPDATE=1 cargo test readme` writes the samples anew: read what changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use lighthouse::manifest;
use lighthouse::text::diagnostic::{Paint, draw_all};
use lighthouse::text::source::Source;
use tempfile::TempDir;

use crate::schema::{from_toml, validate};
use crate::support::{below_root, copy, run, text};

/// A block of the README with the comment before it.
struct Block<'t> {
    kind: &'t str,
    about: &'t str,
    content: &'t str,
}

/// The blocks that have a comment, each with where its content begins.
fn blocks(readme: &str) -> Vec<(usize, Block<'_>)> {
    let marks = readme.match_indices("\n<!-- ").map(|(at, mark)| at + mark.len());
    marks.map(|at| block(readme, at)).collect()
}

fn block(readme: &str, at: usize) -> (usize, Block<'_>) {
    let (comment, rest) = readme[at..].split_once(" -->\n```").expect("a block follows the comment");
    let (_, rest) = rest.split_once('\n').expect("a block has lines");
    let start = readme.len() - rest.len();
    let end = start + rest.find("```\n").expect("a block ends");
    let (kind, about) = comment.split_once(": ").unwrap_or((comment, ""));
    (start, Block { kind, about, content: &readme[start..end] })
}

fn readme() -> String {
    fs::read_to_string(below_root("README.md")).expect("a file")
}

/// Reads a manifest, and says whether it is valid.
fn is_valid(manifest: &str) -> bool {
    let sources = [Source::new("lighthouse.toml", manifest)];
    manifest::read(&sources)
        .map_err(|found| eprintln_all(&draw_all(&found, &sources, Paint::Plain)))
        .is_ok_and(|_| true)
}

#[expect(clippy::print_stderr, reason = "it is what a failing test has to say")]
fn eprintln_all(text: &str) {
    eprintln!("{text}");
}

/// The folders that samples run in: what an earlier sample left is there for the next.
#[derive(Default)]
struct Folders(BTreeMap<String, TempDir>);

impl Folders {
    fn of(&mut self, name: &str) -> &Path {
        let new = || {
            let home = tempfile::tempdir().expect("a folder");
            if name.starts_with("examples/") {
                copy(&below_root(name), home.path());
            }
            home
        };
        self.0.entry(name.to_owned()).or_insert_with(new).path()
    }
}

/// What a sample shows, when its commands are run.
fn played(home: &Path, sample: &str) -> String {
    let (mut shown, mut code) = (String::new(), None);
    for line in sample.lines().filter_map(|line| line.strip_prefix("$ ")) {
        shown.extend(["$ ", line, "\n"]);
        if line == "echo $?" {
            shown.extend([code.map_or_else(String::new, |code: i32| code.to_string()).as_str(), "\n"]);
            continue;
        }
        let arguments = line.strip_prefix("lighthouse ").unwrap_or_else(|| panic!("`{line}` is not ours"));
        let output = run(home, &arguments.split(' ').collect::<Vec<_>>());
        shown += text(&output.stdout);
        shown += text(&output.stderr);
        code = output.status.code();
    }
    shown
}

#[test]
fn every_manifest_is_valid() {
    let readme = readme();
    let mut seen = 0;
    for (_, Block { kind, about, content }) in blocks(&readme) {
        let manifest = match kind {
            "manifest" => content.to_owned(),
            "fragment" => {
                let nodes = about.split_whitespace().map(|node| format!("[[nodes]]\nname = \"{node}\"\n"));
                format!("strategy = \"prioritized\"\n{}{content}", nodes.collect::<String>())
            }
            _ => continue,
        };
        seen += 1;
        assert_eq!(is_valid(&manifest), !about.ends_with(", invalid"), "{content}");
        if !about.ends_with(", invalid") {
            validate("manifest", &from_toml(content), content);
        }
    }
    assert!(seen >= 8, "some are not marked");
}

#[test]
fn every_sample_is_what_is_printed() {
    let readme = readme();
    let (mut folders, mut written, mut copied) = (Folders::default(), String::new(), 0);
    for (start, Block { kind, about, content }) in blocks(&readme) {
        let (name, _) = about.split_once(", ").unwrap_or((about, ""));
        match kind {
            "manifest" => fs::write(folders.of(name).join("lighthouse.toml"), content).expect("written"),
            "sample" => {
                written += &readme[copied..start];
                written += &played(folders.of(name), content);
                copied = start + content.len();
            }
            _ => {}
        }
    }
    written += &readme[copied..];
    if std::env::var_os("UPDATE").is_some() {
        fs::write(below_root("README.md"), &written).expect("written");
    }
    let wrong = readme.lines().zip(written.lines()).find(|(there, now)| there != now);
    assert!(readme == written, "`UPDATE=1 cargo test readme` writes the samples anew; first: {wrong:#?}");
}

#[test]
fn it_opens_with_a_manifest_of_ten_lines_and_its_plan() {
    let readme = readme();
    let blocks = blocks(&readme);
    assert_eq!((blocks[0].1.kind, blocks[0].1.content.lines().count()), ("manifest", 10));
    assert!(blocks[1].1.kind == "sample" && blocks[1].1.content.starts_with("$ lighthouse plan\n"));
}

#[test]
fn every_example_and_every_link_is_there() {
    let readme = readme();
    for entry in fs::read_dir(below_root("examples")).expect("a folder") {
        let name = entry.expect("it can be read").file_name().into_string().expect("text");
        assert!(readme.contains(&format!("(examples/{name}")), "`{name}` is not among the examples");
    }
    let headings: Vec<_> = readme.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
    for (at, _) in readme.match_indices("](") {
        let target = readme[at + 2..].split(')').next().expect("a target");
        match target.strip_prefix('#') {
            Some(heading) => assert!(headings.iter().any(|each| each == heading), "no heading `{heading}`"),
            None if target.contains("://") => {}
            None => assert!(below_root(target).exists(), "no file `{target}`"),
        }
    }
}

/// The name under which a heading is linked to.
fn anchor(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    words.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
}
