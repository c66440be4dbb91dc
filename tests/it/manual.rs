//! Tests of the README and the manual: manifests are valid, samples are the binary's output, links lead somewhere.
//!
//! A comment before a block says how it is tested:
//!
//! - `manifest: NAME` becomes the manifest of the folder NAME; with `, invalid` it must have mistakes;
//! - `append: NAME` is added to that manifest;
//! - `fragment` or `fragment: NODE …` must be valid in a cluster with these nodes;
//! - `sample: NAME` is run in that folder, or in a copy of that example: standard output, then standard error;
//! - `script: NAME` is run by a test of its own.
//!
//! Folders last for one page. `UPDATE=1 cargo test --test it manual` writes the samples again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lighthouse::manifest;
use lighthouse::manual::TOPICS;
use lighthouse::text::diagnostic::{Paint, draw_all};
use lighthouse::text::source::Source;
use tempfile::TempDir;

use crate::schema::{from_toml, validate};
use crate::support::{below_root, copy, run, text};

/// A block of a page, with the comment before it.
struct Block<'t> {
    kind: &'t str,
    name: &'t str,
    content: &'t str,
    /// Position of the content in the page.
    start: usize,
}

/// Returns the blocks that have a comment.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let marks = page.match_indices("\n<!-- ").map(|(at, mark)| at + mark.len());
    marks.map(|at| block(page, at)).collect()
}

fn block(page: &str, at: usize) -> Block<'_> {
    let (comment, rest) = page[at..].split_once(" -->\n```").expect("a block follows the comment");
    let (_, rest) = rest.split_once('\n').expect("a block has lines");
    let start = page.len() - rest.len();
    let end = start + rest.find("```\n").expect("a block ends");
    let (kind, name) = comment.split_once(": ").unwrap_or((comment, ""));
    Block { kind, name, content: &page[start..end], start }
}

/// Returns the path and text of the README and of every page of the manual.
fn pages() -> Vec<(PathBuf, String)> {
    let manual = TOPICS.iter().map(|topic| below_root(&format!("src/manual/{}.md", topic.name)));
    let paths = [below_root("README.md")].into_iter().chain(manual);
    paths.map(|path| (path.clone(), fs::read_to_string(&path).expect("a page"))).collect()
}

fn is_valid(manifest: &str) -> bool {
    let sources = [Source::new("lighthouse.toml", manifest)];
    manifest::read(&sources).map_err(|found| print(&draw_all(&found, &sources, Paint::Plain))).is_ok()
}

#[expect(clippy::print_stderr, reason = "a failing test shows the mistakes")]
fn print(text: &str) {
    eprintln!("{text}");
}

/// Folders in which samples run; a sample sees what earlier ones left there.
#[derive(Default)]
struct Folders(BTreeMap<String, TempDir>);

impl Folders {
    fn get(&mut self, name: &str) -> &Path {
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

/// Runs the commands of a sample, and returns them with their output.
fn transcript(home: &Path, sample: &str) -> String {
    let mut shown = String::new();
    for line in sample.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let arguments = line.strip_prefix("lighthouse ").unwrap_or_else(|| panic!("`{line}` is another program"));
        let output = run(home, &arguments.split(' ').collect::<Vec<_>>());
        shown.extend(["$ ", line, "\n", text(&output.stdout), text(&output.stderr)]);
    }
    shown
}

/// Returns the page with every sample run again.
fn with_samples_run(page: &str) -> String {
    let (mut folders, mut written, mut copied) = (Folders::default(), String::new(), 0);
    for Block { kind, name, content, start } in blocks(page) {
        let folder = folders.get(name.split(", ").next().unwrap_or_default());
        let manifest = folder.join("lighthouse.toml");
        match kind {
            "manifest" => fs::write(manifest, content).expect("written"),
            "append" => {
                let text = fs::read_to_string(&manifest).expect("a manifest") + "\n" + content;
                fs::write(manifest, text).expect("written");
            }
            "sample" => {
                written += &page[copied..start];
                written += &transcript(folder, content);
                copied = start + content.len();
            }
            _ => {}
        }
    }
    written + &page[copied..]
}

#[test]
fn every_manifest_is_valid() {
    for (path, page) in pages() {
        let mut manifests = BTreeMap::new();
        for Block { kind, name, content, .. } in blocks(&page) {
            let node = |node| format!("[[nodes]]\nname = \"{node}\"\n");
            let manifest = match kind {
                "manifest" => content.to_owned(),
                "append" => format!("{}\n{content}", manifests[name]),
                "fragment" => {
                    let nodes: String = name.split_whitespace().map(node).collect();
                    format!("strategy = \"prioritized\"\n{content}\n{nodes}")
                }
                _ => continue,
            };
            let is_broken = name.ends_with(", invalid");
            assert_eq!(is_valid(&manifest), !is_broken, "{}: {content}", path.display());
            if !is_broken {
                validate("manifest", &from_toml(content), content);
            }
            manifests.insert(name, manifest);
        }
    }
}

#[test]
fn every_sample_is_what_the_binary_prints() {
    let mut stale = Vec::new();
    for (path, page) in pages() {
        let written = with_samples_run(&page);
        if page != written {
            let line = page.lines().zip(written.lines()).find(|(old, new)| old != new);
            stale.push(format!("{}: {line:?}", path.display()));
            if std::env::var_os("UPDATE").is_some() {
                fs::write(&path, &written).expect("written");
            }
        }
    }
    assert!(
        stale.is_empty() || std::env::var_os("UPDATE").is_some(),
        "`UPDATE=1 cargo test --test it manual` writes the samples again: {stale:#?}"
    );
}

#[test]
fn every_block_names_its_language() {
    for (path, page) in pages() {
        let fences = page.lines().filter(|line| line.starts_with("```"));
        let untagged = fences.step_by(2).any(|fence| fence == "```");
        assert!(!untagged, "rustdoc would compile a block of {}", path.display());
    }
}

#[test]
fn the_readme_opens_with_a_manifest_of_ten_lines_and_its_plan() {
    let (_, readme) = pages().remove(0);
    let blocks = blocks(&readme);
    assert_eq!((blocks[0].kind, blocks[0].content.lines().count()), ("manifest", 10));
    assert!(blocks[1].kind == "sample" && blocks[1].content.starts_with("$ lighthouse plan\n"));
    assert!(readme.lines().count() <= 250, "the manual has room for the rest");
}

#[test]
fn every_page_and_every_example_is_linked() {
    let (_, readme) = pages().remove(0);
    for topic in &TOPICS {
        assert!(readme.contains(&format!("(src/manual/{}.md)", topic.name)), "{}", topic.name);
    }
    let index = fs::read_to_string(below_root("examples/README.md")).expect("a page");
    for entry in fs::read_dir(below_root("examples")).expect("a folder") {
        let name = entry.expect("it can be read").file_name().into_string().expect("text");
        assert!(name == "README.md" || index.contains(&format!("({name}")), "`{name}` is not among the examples");
    }
}

#[test]
fn every_link_leads_to_a_file() {
    let more = ["examples/README.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md", "CHANGELOG.md"];
    let more = more.map(below_root).map(|path| (path.clone(), fs::read_to_string(path).expect("a page")));
    for (path, page) in pages().into_iter().chain(more) {
        let folder = path.parent().expect("a folder");
        let inline = page.match_indices("](").map(|(at, mark)| &page[at + mark.len()..]);
        let targets = inline.filter_map(|rest| rest.split(')').next());
        let definitions = page.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
        for target in targets.chain(definitions.map(|(_, target)| target)) {
            assert!(target.contains("://") || folder.join(target).exists(), "{}: `{target}`", path.display());
        }
        for topic in TOPICS.iter().filter(|topic| page.contains(&format!("[{}]", topic.name))) {
            let definition = format!("\n[{}]: {}.md\n", topic.name, topic.name);
            let is_inline = page.contains(&format!("[{}](", topic.name));
            assert!(is_inline || page.contains(&definition), "{}: no link for [{}]", path.display(), topic.name);
        }
    }
}

#[cfg(target_os = "linux")]
mod scripts {
    //! The scripts of the manual, run with tools that record what they are asked.

    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Output};

    use super::*;
    use crate::support::{binary, has};

    const MANIFEST: &str = "strategy = \"prioritized\"\n[[nodes]]\nname = \"here\"\n[[nodes]]\nname = \"there\"\n\
        [[workloads]]\nname = \"stays\"\nlabels = { compose = \"stays.yml\" }\n\
        [[workloads]]\nname = \"moved\"\nlabels = { compose = \"moved.yml\" }\n\
        [[workloads]]\nname = \"new\"\nlabels = { compose = \"new.yml\" }\n";

    /// Runs a script on the node `here`, with `stays` and `new` recorded there and `moved` elsewhere.
    fn run_script(name: &str, tool: &str, listing: &str, with_state: bool) -> (Output, Vec<String>) {
        let home = tempfile::tempdir().expect("a folder");
        let tools = home.path().join("tools");
        fs::create_dir(&tools).expect("a folder");
        symlink(binary(), tools.join("lighthouse")).expect("a link");
        let asked = home.path().join("asked");
        let fake = format!(
            "#!/bin/sh\ncase \"$*\" in *ls*|*list-units*) printf '%s' '{listing}' ;; \
             *) echo \"$*\" >> {} ;; esac\n",
            asked.display()
        );
        for (tool, does) in [(tool, fake.as_str()), ("hostname", "#!/bin/sh\necho here\n")] {
            fs::write(tools.join(tool), does).expect("written");
            fs::set_permissions(tools.join(tool), fs::Permissions::from_mode(0o755)).expect("executable");
        }
        fs::write(home.path().join("lighthouse.toml"), MANIFEST).expect("written");
        let pairs = ["adopt", "--yes", "stays=here", "new=here", "moved=there"];
        assert!(run(home.path(), &pairs).status.success());
        if !with_state {
            fs::write(home.path().join("lighthouse.state.toml"), "broken").expect("written");
        }
        let (_, page) = pages().into_iter().find(|(path, _)| path.ends_with("following-the-state.md")).expect("a page");
        let blocks = blocks(&page);
        let script = blocks.iter().find(|block| block.kind == "script" && block.name == name).expect("a script");
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        let output = bash.args(["-c", script.content]).current_dir(home.path()).env("PATH", path).output();
        let asked = fs::read_to_string(asked).unwrap_or_default();
        (output.expect("it runs"), asked.lines().map(str::to_owned).collect())
    }

    #[test]
    fn the_compose_script_stops_only_projects_that_it_started() {
        if !has(&["jq", "--version"]) {
            return;
        }
        let listing = "a-stranger\nlighthouse-moved\nlighthouse-stays\n";
        let (output, asked) = run_script("up", "docker", listing, true);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let up = |name: &str| {
            format!("compose --project-name lighthouse-{name} --file {name}.yml up --detach --remove-orphans")
        };
        let down = "compose --project-name lighthouse-moved down".to_owned();
        assert_eq!(asked, [down, up("new"), up("stays")]);
    }

    #[test]
    fn the_shell_script_stops_only_its_units() {
        let listing =
            "workload@moved.service loaded active running x\nworkload@stays.service loaded active running x\n";
        let (output, asked) = run_script("converge", "systemctl", listing, true);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(asked, ["stop workload@moved", "start workload@new"]);
    }

    #[test]
    fn a_state_that_cannot_be_read_stops_nothing() {
        for (name, tool, listing) in
            [("up", "docker", "lighthouse-stays\n"), ("converge", "systemctl", "workload@stays.service x\n")]
        {
            let (output, asked) = run_script(name, tool, listing, false);
            assert!(!output.status.success() && asked.is_empty(), "{name}: {asked:?}");
        }
    }
}
