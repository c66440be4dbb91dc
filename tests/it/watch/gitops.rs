//! The files of `examples/gitops`: their scripts and commands run unchanged, with real Git and stand-ins for the forge.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::git::{clones, commit, git, push, try_git};
use super::{Watching, manifest, write};

use crate::support::{below_root, binary, has, run, text};

/// Returns the script number `number` of a pipeline file after a line.
fn script(file: &str, after: &str, number: usize) -> String {
    let text = fs::read_to_string(below_root("examples/gitops").join(file)).expect("a file");
    let lines: Vec<_> = text.lines().skip_while(|line| line.trim() != after).collect();
    let opens = |line: &&str| line.trim_end().ends_with("run: |") || line.trim() == "- |";
    let begins = lines.iter().enumerate().filter(|(_, line)| opens(line)).nth(number).expect("a script").0;
    let depth = |line: &str| line.len() - line.trim_start().len();
    let within = |line: &&&str| line.trim().is_empty() || depth(line) > depth(lines[begins]);
    let body = lines[begins + 1..].iter().take_while(within);
    body.map(|line| line.trim_start_matches("          ")).collect::<Vec<_>>().join("\n")
}

/// Folder with `lighthouse` and stand-ins for the tools of a forge, which log their arguments.
struct Forge {
    tools: PathBuf,
}

impl Forge {
    fn new(home: &Path) -> Self {
        let tools = home.join("tools");
        fs::create_dir(&tools).expect("a folder");
        symlink(binary(), tools.join("lighthouse")).expect("a link");
        // Each stores one comment under the number 7, and lists it on request.
        let gh =
            "case \"$*\" in *--jq*) cat $0.comments ;; *) echo \"7 $(head -n 1 comment.md)\" > $0.comments ;; esac\n";
        let curl = "case \"$*\" in *per_page*) cat $0.comments ;;\n*) jq -n --rawfile body comment.md '[{id: 7, $body}]' > $0.comments ;; esac\n";
        for (name, does) in [("gh", gh), ("curl", curl)] {
            let path = tools.join(name);
            write(&path, &format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> $0.asked\n{does}"));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
            write(&tools.join(format!("{name}.comments")), if name == "curl" { "[]" } else { "" });
        }
        Self { tools }
    }

    /// Runs a script as the runner of a forge does.
    fn run(&self, clone: &Path, script: &str, variables: &[(&str, &str)]) -> Output {
        let path = format!("{}:{}", self.tools.display(), std::env::var("PATH").unwrap_or_default());
        let mut bash = Command::new("bash");
        bash.args(["-e", "-o", "pipefail", "-c", script]).current_dir(clone).env_clear().stdin(Stdio::null());
        bash.env("PATH", path).env("HOME", &self.tools).env("LIGHTHOUSE_MANIFEST", "cluster/lighthouse.toml");
        bash.envs(variables.iter().copied()).output().expect("it runs")
    }

    fn asked(&self, tool: &str) -> Vec<String> {
        let asked = fs::read_to_string(self.tools.join(format!("{tool}.asked"))).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }
}

#[track_caller]
fn ends(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_pull_request_has_one_comment_with_its_plan() {
    if !has(&["git", "--version"]) || !has(&["jq", "--version"]) || !has(&["bash", "--version"]) {
        return;
    }
    let (folder, clones) = clones(&["author"]);
    let (author, forge) = (&clones[0], Forge::new(folder.path()));
    git(author, &["checkout", "-qb", "topic"]);
    let github = ["- name: plan", "- name: comment"].map(|name| script("github-pull-request.yml", name, 0));
    let gitlab = [0, 1].map(|number| script("gitlab-ci.yml", "plan:", number));
    let variables = [
        ("REPOSITORY", "us/cluster"),
        ("NUMBER", "3"),
        ("CI_API_V4_URL", "https://forge/api"),
        ("CI_PROJECT_ID", "5"),
        ("CI_MERGE_REQUEST_IID", "3"),
        ("GITLAB_WRITE_TOKEN", "x"),
    ];
    for workload in ["second", "third"] {
        push(author, workload);
        for step in github.iter().chain(&gitlab) {
            ends(&forge.run(author, step, &variables), 0);
        }
        assert!(fs::read_to_string(author.join("comment.md")).expect("a comment").contains(workload));
    }
    let writes = |tool, list| forge.asked(tool).into_iter().filter(|line| !line.contains(list)).collect::<Vec<_>>();
    let comments = "repos/us/cluster/issues";
    let new = format!("api {comments}/3/comments -F body=@comment.md");
    let again = format!("api --method PATCH {comments}/comments/7 -F body=@comment.md");
    assert_eq!(writes("gh", "--jq"), [new, again]);
    let notes = writes("curl", "per_page");
    assert!(notes[0].contains("--request POST") && notes[0].ends_with("merge_requests/3/notes"), "{notes:?}");
    assert!(notes[1].contains("--request PUT") && notes[1].ends_with("merge_requests/3/notes/7"), "{notes:?}");
    // A plan with unplaced workloads is a plan; a broken manifest is an error.
    let path = author.join("cluster/lighthouse.toml");
    write(&path, &manifest("fourth").replace("cpu = 1", "cpu = 9"));
    ends(&forge.run(author, &github[0], &[]), 0);
    write(&path, "broken");
    ends(&forge.run(author, &github[0], &[]), 1);
    ends(&forge.run(author, &gitlab[0], &[]), 1);
}

/// The watch of another clone sees the change, and plans saved before are stale.
#[test]
fn a_merged_change_is_applied_and_committed() {
    if !has(&["git", "--version"]) || !has(&["bash", "--version"]) {
        return;
    }
    let (folder, clones) = clones(&["author", "merger", "other"]);
    let [author, merger, other] = clones.as_slice() else { panic!("three clones") };
    let forge = Forge::new(folder.path());
    let cluster = |clone: &Path| clone.join("cluster");
    let origin = folder.path().canonicalize().expect("a path").join("origin.git");
    let variables = [
        ("BRANCH", "main"),
        ("CI_COMMIT_BRANCH", "main"),
        ("GITLAB_WRITE_TOKEN", "x"),
        ("CI_SERVER_HOST", "forge"),
        ("CI_PROJECT_PATH", "us/cluster"),
    ];
    let here = format!("url.{}.insteadOf", origin.display());
    git(merger, &["config", &here, "https://lighthouse:x@forge/us/cluster.git"]);
    let github = script("github-merge.yml", "- name: apply", 0);
    let gitlab = script("gitlab-ci.yml", "apply:", 0);
    assert_eq!(run(&cluster(other), &["plan", "--out", "../../saved.toml"]).status.code(), Some(0));

    git(author, &["checkout", "-qb", "topic"]);
    push(author, "second");
    git(author, &["push", "-q", "origin", "HEAD:main"]);
    git(merger, &["pull", "-q"]);
    ends(&forge.run(merger, &github, &variables), 0);
    assert_eq!(git(merger, &["log", "-1", "--format=%s", "origin/main"]), "placement: apply\n");
    ends(&forge.run(merger, &github, &variables), 0);
    assert_eq!(git(merger, &["log", "-1", "--format=%s", "HEAD~1"]), "second\n", "nothing new is no commit");

    let watching = Watching::start(&cluster(other), &[]);
    watching.plans("first");
    git(other, &["pull", "-q"]);
    let seen = watching.plans("second");
    assert_eq!(seen["plan"]["summary"]["keep"], 1, "{seen}");
    ends(&run(&cluster(other), &["apply", "../../saved.toml"]), 4);

    // With an unplaced workload the state is still saved and committed, and the job fails.
    write(&cluster(author).join("lighthouse.toml"), &manifest("third").replace("cpu = 1", "cpu = 9"));
    git(author, &["pull", "-q", "origin", "main"]);
    commit(author, "too large");
    git(author, &["push", "-q", "origin", "HEAD:main"]);
    ends(&forge.run(merger, &gitlab, &variables), 3);
    git(other, &["pull", "-q"]);
    assert_eq!(watching.plans("third")["plan"]["summary"]["unplaced"], 1);
    assert_eq!(git(other, &["log", "-1", "--format=%s"]), "placement: apply [skip ci]\n");
    assert_eq!(watching.end(), "");
}

/// Git does not merge states. The way out is to take the side that the machines follow.
#[test]
fn a_merge_conflict_in_the_state_can_be_resolved() {
    if !has(&["git", "--version"]) {
        return;
    }
    let (_folder, clones) = clones(&["one", "two"]);
    let [one, two] = clones.as_slice() else { panic!("two clones") };
    let apply = |clone: &Path, workload: &str| {
        write(&clone.join("cluster/lighthouse.toml"), &manifest(workload));
        ends(&run(&clone.join("cluster"), &["apply", "--yes"]), 0);
        commit(clone, workload);
    };
    apply(one, "second");
    git(one, &["push", "-q", "origin", "main"]);
    apply(two, "third");
    assert!(!try_git(two, &["pull", "-q"]).status.success(), "the states conflict");
    let state = "cluster/lighthouse.state.toml";
    git(two, &["checkout", "--theirs", "--", state]);
    git(two, &["checkout", "--ours", "--", "cluster/lighthouse.toml"]);
    commit(two, "the record that the machines follow, and the newer manifest");
    ends(&run(&two.join("cluster"), &["plan", "--detailed-exitcode"]), 2);
    ends(&run(&two.join("cluster"), &["apply", "--yes"]), 0);
    let bytes = |clone: &Path| fs::read_to_string(clone.join(state)).expect("a state");
    let lineage = |text: String| text.lines().find(|line| line.starts_with("lineage")).map(str::to_owned);
    assert_eq!(lineage(bytes(one)), lineage(bytes(two)));
    assert!(bytes(two).contains("serial = 2"));
}

/// Without `.gitattributes` Git merges two states without a conflict.
#[test]
fn a_clean_but_wrong_merge_of_states_is_detected() {
    if !has(&["git", "--version"]) {
        return;
    }
    let (_folder, clones) = clones(&["one", "two"]);
    let [one, two] = clones.as_slice() else { panic!("two clones") };
    let apply = |clone: &Path, grown: usize| {
        let table = |number| {
            let cpu = if number == grown { 150 } else { 100 };
            format!("[[workloads]]\nname = \"w{number}\"\nrequirements = {{ cpu = \"{cpu}m\" }}\n")
        };
        let tables = (10..30).map(table).collect::<String>();
        write(&clone.join("cluster/lighthouse.toml"), &format!("{}{tables}", manifest("first")));
        ends(&run(&clone.join("cluster"), &["apply", "--yes"]), 0);
        commit(clone, "applied");
    };
    fs::remove_file(one.join("cluster/.gitattributes")).expect("removed");
    apply(one, 0);
    git(one, &["push", "-q", "origin", "main"]);
    git(two, &["pull", "-q"]);
    apply(one, 15);
    git(one, &["push", "-q", "origin", "main"]);
    apply(two, 28);
    git(two, &["pull", "-q", "-X", "theirs"]);
    let plan = || run(&two.join("cluster"), &["plan", "--detailed-exitcode"]);
    ends(&plan(), 1);
    assert!(text(&plan().stderr).contains("its digest is wrong"), "{}", text(&plan().stderr));
    // After a person has checked the content, `adopt` accepts it.
    ends(&run(&two.join("cluster"), &["adopt", "--yes", "lighthouse.state.toml"]), 0);
    ends(&plan(), 0);
}

#[test]
fn the_pre_commit_hook_rejects_a_broken_manifest() {
    if !has(&["git", "--version"]) {
        return;
    }
    let (folder, clones) = clones(&["author"]);
    let (author, forge) = (&clones[0], Forge::new(folder.path()));
    fs::copy(below_root("examples/gitops/pre-commit"), author.join(".git/hooks/pre-commit")).expect("copied");
    let commit = "git -c user.name=Ada -c user.email=ada@example.org commit -qam change";
    let path = author.join("cluster/lighthouse.toml");
    write(&path, "broken");
    let output = forge.run(author, commit, &[]);
    assert!(!output.status.success() && text(&output.stderr).contains("lighthouse.toml"), "{}", text(&output.stderr));
    git(author, &["checkout", "-q", "--", "."]);
    // The hook looks at the staged content, not at the worktree.
    write(&path, &manifest("second"));
    ends(&forge.run(author, commit, &[]), 0);
}

/// Returns the arguments after `first`, each of which is on its own line, possibly with a backslash at the end.
fn words_after(file: &str, first: &str) -> Vec<String> {
    let text = fs::read_to_string(below_root("examples/gitops").join(file)).expect("a file");
    let (_, rest) = text.split_once(first).expect("it starts lighthouse");
    let lines = rest.trim_start().lines().map(|line| line.split(" #").next().unwrap_or_default().trim());
    let is_part = |line: &&str| line.starts_with("- ") || line.starts_with("--") || line.starts_with("watch");
    let words = lines.take_while(is_part).flat_map(|line| line.trim_start_matches("- ").split_whitespace());
    words.filter(|word| *word != "\\").map(str::to_owned).collect()
}

/// The paths in the files are replaced by paths below a temporary folder.
#[test]
fn systemd_unit_and_container_start_a_watch_that_applies() {
    for (file, first) in [
        ("lighthouse-watch.service", "ExecStart=/usr/local/bin/lighthouse"),
        ("compose.yaml", "image: lighthouse\n    command:\n"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().to_str().expect("text");
        for path in
            ["srv/cluster/current/cluster", "git/current/cluster", "var/lib/lighthouse", "run/lighthouse", "state"]
        {
            fs::create_dir_all(folder.path().join(path)).expect("folders");
        }
        let mut words = words_after(file, first);
        for word in &mut words {
            *word = word.replace("=/", &format!("={home}/")).replace(":9464", ":0");
            if word.starts_with('/') {
                word.insert_str(0, home);
            }
            if let Some(at) = word.find(home).filter(|_| word.ends_with("lighthouse.toml")) {
                write(Path::new(&word[at..]), &manifest("first"));
            }
        }
        assert!(words.iter().any(|word| word == "--apply") && words.len() >= 6, "{file}: {words:?}");
        words.push("--once".to_owned());
        ends(&run(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>()), 0);
        let state = ["var/lib/lighthouse", "state"].map(|at| folder.path().join(at).join("cluster.state.toml"));
        assert!(state.iter().any(|state| state.exists()), "{file}");
    }
}

#[test]
fn systemd_accepts_the_unit() {
    if !has(&["systemd-analyze", "--version"]) {
        return;
    }
    let unit = fs::read_to_string(below_root("examples/gitops/lighthouse-watch.service")).expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    let verified = |text: &str| {
        let path = folder.path().join("lighthouse-watch.service");
        write(&path, &text.replace("/usr/local/bin/lighthouse", binary().to_str().expect("text")));
        let output = Command::new("systemd-analyze").arg("verify").arg(&path).output().expect("it runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(verified(&unit), (true, String::new()));
    assert!(!verified(&unit.replace("ExecStart=", "ExecStrat=")).0, "a mistake is found");
}
