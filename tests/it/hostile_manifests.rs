//! Hostile manifests do no harm: `check` and `plan` neither panic nor end with an unexpected exit code, messages stay
//! within their bounds, and no stream has characters that control a terminal.
//!
//! The exact messages are sessions of `tests/cases/invalid-manifest`.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::process::Output;

use lighthouse::manifest;
use lighthouse::model::Record;
use lighthouse::plan::Plan;
use lighthouse::render::plan_github;
use lighthouse::text::diagnostic::{MAX_MESSAGE_BYTES, MAX_MESSAGES};
use lighthouse::text::escape::is_hidden;
use lighthouse::text::source::Source;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::library_run::{is_printable, run_through};
use crate::support::{case_folder, cases, folders_in, lighthouse, run, text};

const STRATEGY: &str = "strategy = \"prioritized\"\n";

/// Characters that control a terminal or mislead a reader.
const HIDDEN: [char; 14] = [
    '\u{1}',
    '\u{8}',
    '\u{1b}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{200b}',
    '\u{200e}',
    '\u{2028}',
    '\u{202e}',
    '\u{2066}',
    '\u{feff}',
    '\u{e0041}',
];

fn home(manifest: &[u8]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("lighthouse.toml"), manifest).expect("written");
    home
}

/// Asserts what holds for any input.
#[track_caller]
fn is_harmless(output: &Output, what: &str) {
    assert_eq!(harm(output), None, "{what}: {:?}", output.status);
}

/// Returns what is harmful about an output.
fn harm(output: &Output) -> Option<String> {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let longest = err.split("\n\n").map(str::len).max().unwrap_or_default();
    let is_long = |line: &str| line.starts_with("::") && line.len() > MAX_MESSAGE_BYTES;
    let has_hidden = |stream: &str| stream.chars().any(|c| c != '\n' && is_hidden(c));
    match output.status.code() {
        _ if err.contains("panicked") => Some(format!("a panic: {err}")),
        _ if err.len() > 2 * MAX_MESSAGES * (MAX_MESSAGE_BYTES + 1) + 500 => Some(format!("{} bytes", err.len())),
        _ if longest > MAX_MESSAGE_BYTES + 1 => Some(format!("a message of {longest} bytes")),
        _ if out.lines().any(is_long) => Some("a long annotation".to_owned()),
        _ if has_hidden(out) || has_hidden(err) => Some(format!("a hidden character: {out:?} {err:?}")),
        Some(0 | 1 | 3) => None,
        code => Some(format!("the code {code:?}: {err}")),
    }
}

#[test]
#[cfg(unix)]
fn control_harmful_output_is_caught() {
    use std::os::unix::process::ExitStatusExt;
    let ended = |status, out: &str, err: &str| {
        let (stdout, stderr) = (out.as_bytes().to_vec(), err.as_bytes().to_vec());
        harm(&Output { status: std::process::ExitStatus::from_raw(status), stdout, stderr })
    };
    let (message, error) = ("x".repeat(MAX_MESSAGE_BYTES), 1 << 8);
    for code in [0, 1, 3] {
        assert_eq!(ended(code << 8, "a plan\n", &format!("{message}\n\n{message}\n")), None);
    }
    let crowd = format!("{message}\n\n").repeat(2 * MAX_MESSAGES + 1);
    for (what, harm) in [
        ("a signal", ended(11, "", "")),
        ("a code that is not meant", ended(101 << 8, "", "")),
        ("a panic", ended(error, "", "thread 'main' panicked at src/x.rs:1:1")),
        ("a long message", ended(error, "", &format!("short\n\n{message}xx\n"))),
        ("too many messages", ended(error, "", &crowd)),
        ("a long annotation", ended(error, &format!("::error::{message}\n"), "")),
    ] {
        assert!(harm.is_some(), "{what}");
    }
    for c in HIDDEN.into_iter().chain(['\0', '\t', '\r', '\u{80}', '\u{9f}', '\u{2029}', '\u{2069}']) {
        let name = format!("a{c}b");
        assert!(ended(0, &name, "").is_some() && ended(error, "", &name).is_some(), "{c:?} on a stream");
        assert!(catch_unwind(|| is_printable(&name)).is_err(), "{c:?} on a page");
    }
}

/// Runs the commands that read a manifest and returns their exit codes.
#[track_caller]
fn goes_through(folder: &Path, file: &str, what: &str) -> Vec<Option<i32>> {
    let commands = [&["check"][..], &["check", "--format", "github"], &["plan"]];
    let runs = commands.map(|command| run(folder, &[command, &["-f", file]].concat()));
    for output in &runs {
        is_harmless(output, what);
    }
    runs.iter().map(|output| output.status.code()).collect()
}

#[test]
fn every_manifest_case_is_shown_safely() {
    for (kind, valid) in [("valid-manifest", true), ("invalid-manifest", false)] {
        for folder in folders_in(&case_folder(kind)) {
            let what = folder.display().to_string();
            let codes = goes_through(&folder, "lighthouse.toml", &what);
            assert!(if valid { codes[0] == Some(0) } else { codes == [Some(1); 3] }, "{what}: {codes:?}");
        }
    }
}

#[test]
fn hidden_characters_are_escaped_wherever_they_are_written() {
    for c in HIDDEN {
        let escaped = format!("\\U{:08X}", u32::from(c));
        for written in [c.to_string(), escaped] {
            let places = [
                format!("{STRATEGY}[[nodes]]\nname = \"a{written}b\"\n"),
                format!("{STRATEGY}[[nodes]]\nname = \"a\"\nresources = {{ \"c{written}pu\" = 1 }}\n"),
                format!("{STRATEGY}[[nodes]]\nname = \"a\"\n\"co{written}unt\" = 1\n"),
                format!("{STRATEGY}[[nodes]]\nname = \"a\"\nresources = {{ mem = \"1{written}Gi\" }}\n"),
                format!("{STRATEGY}[[nodes]]\nname = \"a\"\nlabels = {{ rack = \"{written}[31m\" }}\n"),
                format!("{STRATEGY}[[workloads]]\nname = \"w\"\nonly_on = {{ \"ra{written}ck\" = \"A{written}\" }}\n"),
                format!("{STRATEGY}[[nodes]]\nname = \"a\"\n[drain]\na = \"gone{written}\"\n"),
                format!("{STRATEGY}cluster = \"{written}\"\n"),
                format!("strategy = \"bin{written}pack\"\n"),
                format!("{STRATEGY}# {written}\n[[nodes]]\nnaem = \"a\" # {written}\n"),
                format!("{STRATEGY}{written} = 1\n"),
                format!("{STRATEGY}cluster = {written}\n"),
            ];
            for manifest in places {
                goes_through(home(manifest.as_bytes()).path(), "lighthouse.toml", &manifest.escape_debug().to_string());
            }
        }
    }
}

#[test]
fn file_names_are_shown_escaped() {
    let home = home(STRATEGY.as_bytes());
    let drop_ins = home.path().join("lighthouse.d");
    fs::create_dir(&drop_ins).expect("a folder");
    let written = fs::write(drop_ins.join("\u{1b}[31m\n\u{202e}x.toml"), "[[nodes]]\nnaem = 1\n");
    if written.is_err() {
        return; // some systems have no such names
    }
    assert_eq!(goes_through(home.path(), "lighthouse.toml", "a drop-in"), [Some(1); 3]);
    for file in ["\u{1b}[31m.toml", "a\nb.toml", "\u{202e}.toml"] {
        goes_through(home.path(), file, file);
    }
}

#[test]
fn arguments_are_shown_escaped() {
    let home = home(STRATEGY.as_bytes());
    let word = "\u{1b}[31m\u{202e}x\u{7f}";
    for arguments in [
        &["plan", "--format", word][..],
        &["--color=always", "plan", "--format", word],
        &["plan", "--fo\u{202e}", word],
        &["apply", "--lock-timeout", word],
        &["watch", "--listen", word],
        &["completions", word],
        &["man", word],
        &[word],
    ] {
        let output = run(home.path(), arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let errors = text(&output.stderr);
        assert!(errors.contains("\\u{202e}") && !errors.contains("\u{1b}[31mx"), "{errors:?}");
        assert!(!errors.chars().any(|c| c != '\n' && c != '\u{1b}' && is_hidden(c)), "{errors:?}");
    }
}

#[test]
fn names_are_escaped_in_the_log() {
    let home = tempfile::tempdir().expect("a folder");
    let file = "\u{1b}[31m\u{202e}.toml";
    if fs::write(home.path().join(file), STRATEGY).is_ok() {
        let output = run(home.path(), &["-vvv", "plan", "-f", file]);
        is_harmless(&output, file);
        assert!(text(&output.stderr).contains("manifest is valid"));
    }
}

#[test]
fn large_and_deep_manifests_end_with_an_error() {
    let many = |piece: &str, times: usize| format!("{STRATEGY}{}", piece.repeat(times));
    for (what, manifest) in [
        ("a long line", format!("{STRATEGY}x = \"{}\"\n", "y".repeat(1 << 20))),
        ("a long name", format!("{STRATEGY}[[nodes]]\nname = \"{}\"\n", "n".repeat(1 << 20))),
        ("a long key", format!("{STRATEGY}{} = 1\n", "k".repeat(1 << 20))),
        ("a long number", format!("{STRATEGY}[[nodes]]\nname = \"a\"\ncount = {}\n", "9".repeat(1 << 16))),
        (
            "a long quantity",
            format!("{STRATEGY}[[nodes]]\nname = \"a\"\nresources = {{ c = 0.{}1 }}\n", "0".repeat(1 << 16)),
        ),
        ("a long key twice", format!("{STRATEGY}{0} = 1\n{0} = 2\n", "k".repeat(1 << 20))),
        (
            "many keys twice",
            format!("{STRATEGY}{}", (0..20_000).fold(String::new(), |text, n| text + &format!("k{} = {n}\n", n / 2))),
        ),
        ("many mistakes", many("[[nodes]]\nx = 1\n", 20_000)),
        ("many nodes of one name", many("[[nodes]]\nname = \"a\"\n", 5_000)),
        ("many warnings", many("[[workloads]]\nname = \"w\"\nreplicas = 0\nimmunities = [\"x\"]\n", 1)),
        ("many warnings of groups", {
            let group = |n| format!("[affinity_groups.empty-{n}]\nhard = true\n");
            let workload = |n| format!("[[workloads]]\nname = \"w-{n}\"\naffinity_groups = [\"of-{n}\"]\n");
            let tables = (0..15_000).map(group).chain((0..15_000).map(workload)).collect::<String>();
            format!("{STRATEGY}{tables}[[nodes]]\nname = \"n\"\n")
        }),
        ("much of nothing", "\n".repeat(1 << 20)),
        ("deep arrays", format!("{STRATEGY}x = {}", "[".repeat(200_000))),
        ("deep tables", format!("{STRATEGY}x = {}", "{a=".repeat(200_000))),
        ("a deep key", format!("{STRATEGY}{}b = 1", "a.".repeat(200_000))),
    ] {
        let home = home(manifest.as_bytes());
        let codes = goes_through(home.path(), "lighthouse.toml", what);
        let page = run(home.path(), &["check", "--format", "json"]).stdout;
        let page: serde_json::Value = serde_json::from_slice(&page).expect("JSON");
        let messages = page["diagnostics"].as_array().expect("a list");
        assert!(messages.iter().all(|each| each.to_string().len() <= MAX_MESSAGE_BYTES), "{what}");
        assert!(what.starts_with("many warnings") || codes == [Some(1); 3], "{what}: {codes:?}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    for bytes in
        [&b"\xff\xfe"[..], b"\0", b"strategy = \"\xc3\x28\"", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbb"]
    {
        let codes = goes_through(home(bytes).path(), "lighthouse.toml", &format!("{bytes:?}"));
        assert_eq!(codes, [Some(1); 3], "{bytes:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn too_many_tables_are_refused_before_memory_is_allocated() {
    let table = |number: usize| format!("[[workloads]]\nname = \"w{number}\"\nreplicas = 1000000\n");
    let million = (0..1_000).map(table).collect::<String>();
    for (what, tables) in [
        ("a thousand times a million", million.as_str()),
        ("10^12", "[[workloads]]\nname = \"w\"\nreplicas = 1000000000000\n"),
        ("2^63 - 1", "[[nodes]]\nname = \"n\"\ncount = 9223372036854775807\n"),
        ("2^63", "[[nodes]]\nname = \"n\"\ncount = 9223372036854775808\n"),
        ("one too many", "[[nodes]]\nname = \"n\"\ncount = 10000001\n"),
    ] {
        let home = home(format!("{STRATEGY}{tables}").as_bytes());
        for command in ["check", "plan"] {
            let output = within(200 << 10, home.path(), command);
            is_harmless(&output, what);
            assert_eq!(output.status.code(), Some(1), "{what}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn only_the_first_of_many_keys_nested_too_deep_is_reported() {
    let headers = (0..4_000).map(|number| format!("[a{number}{}]", ".a".repeat(100))).collect::<Vec<_>>();
    let output = run(home(format!("{STRATEGY}{}\n", headers.join("\n")).as_bytes()).path(), &["check"]);
    is_harmless(&output, "headers");
    let errors = text(&output.stderr);
    assert!(
        errors.starts_with("error: tables and arrays are nested too deep; the limit is 16\n --> lighthouse.toml:2:1\n")
    );
    assert_eq!((output.status.code(), errors.matches("error: ").count()), (Some(1), 1));
}

/// Ten million nodes are legal, but do not fit into the memory to which the tests above limit the program.
#[test]
#[cfg(target_os = "linux")]
fn control_the_memory_limit_has_an_effect() {
    let home = home(format!("{STRATEGY}[[nodes]]\nname = \"n\"\ncount = 10000000\n").as_bytes());
    assert!(!matches!(within(200 << 10, home.path(), "check").status.code(), Some(0 | 1 | 3)));
}

/// Runs a command with this many KiB of memory.
#[cfg(target_os = "linux")]
fn within(memory: usize, folder: &Path, command: &str) -> Output {
    let binary = lighthouse(folder).get_program().to_owned();
    let mut shell = std::process::Command::new("/bin/sh");
    shell.current_dir(folder).env_clear().arg("-c").arg(format!("ulimit -v {memory} && exec \"$0\" {command}"));
    shell.arg(binary).output().expect("it runs")
}

/// Renders every page of a manifest; none may have hidden characters.
fn is_shown_safely(manifest: &str) {
    run_through(&[Source::new("lighthouse.toml", manifest)], None, None);
}

#[test]
fn every_character_is_shown_safely_or_refused() {
    let legal = ('\0'..=char::MAX).filter(|c| !matches!(c, '\n' | '\r' | '"' | '\'' | '\\'));
    let (hidden, seen): (Vec<char>, Vec<char>) = legal.partition(|&c| is_hidden(c));
    // Names with hidden characters are refused; reasons and values show them escaped.
    for some in hidden.chunks(80) {
        for quote in ["\"", "'"] {
            let workload = |c: &char| format!("[[workloads]]\nname = {quote}a{c}b{quote}\n");
            is_shown_safely(&format!("{STRATEGY}{}", some.iter().map(workload).collect::<String>()));
            let all: String = some.iter().collect();
            is_shown_safely(&format!(
                "{STRATEGY}[[nodes]]\nname = \"n\"\n[drain]\nn = {quote}{all}{quote}\n\
                 [[workloads]]\nname = \"w\"\nlabels = {{ x = {quote}{all}{quote} }}\nonly_on = {{ x = {quote}{all}{quote} }}\n"
            ));
        }
    }
    let names: Vec<String> = seen.chunks(240).map(|some| format!("a{}b", some.iter().collect::<String>())).collect();
    for some in names.chunks(90) {
        let tables = some.iter().map(|name| {
            format!("[[workloads]]\nname = '{name}'\nrequirements = {{ '{name}' = 1 }}\nlabels = {{ '{name}' = '{name}' }}\n")
        });
        let manifest = format!("{STRATEGY}[[nodes]]\nname = '{}'\n{}", some[0], tables.collect::<String>());
        is_shown_safely(&manifest);
        annotations_name(some, &manifest);
    }
}

/// Asserts that the annotations of a plan that places nothing name exactly these workloads.
fn annotations_name(workloads: &[String], text: &str) {
    let sources = [Source::new("lighthouse.toml", text)];
    let manifest = manifest::read(&sources).expect("it is valid");
    let plan = Plan::new(&manifest.model, &Record::default(), &[]).expect("nothing is pinned");
    let mut wanted = workloads.to_vec();
    wanted.sort();
    assert!(annotated(&plan_github(&plan, &manifest, &sources)) == Some(wanted));
}

/// Returns the workloads that the errors of a page are about, sorted, as GitHub's runner reads them. Returns `None` if
/// an annotation is of another form.
fn annotated(page: &str) -> Option<Vec<String>> {
    let errors = page.lines().filter_map(|line| line.strip_prefix("::error "));
    let names = errors.map(|error| {
        let (properties, message) = error.split_once("::")?;
        let message = message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        let (name, _) = message.split_once(" is unplaced: ")?;
        properties.starts_with("file=lighthouse.toml,line=").then(|| name.to_owned())
    });
    let mut names = names.collect::<Option<Vec<_>>>()?;
    names.sort();
    Some(names)
}

#[test]
fn control_an_annotation_that_is_not_escaped_is_caught() {
    let page = |name: &str| format!("::error file=lighthouse.toml,line=1,col=1::{name} is unplaced: no room\n");
    assert_eq!(annotated(&page("a%25b")), Some(vec!["a%b".to_owned()]));
    for name in ["a%0Ab", "a%25b", "a\nb", "a\n::error file=lighthouse.toml,line=1::b"] {
        assert_ne!(annotated(&page(name)), Some(vec![name.to_owned()]));
    }
}

fn piece() -> impl Strategy<Value = String> {
    let piece = |text: &'static str| Just(text.to_owned());
    prop_oneof![
        piece("[[nodes]]\nname = \"n\"\n"),
        piece("[[workloads]]\nname = \"w\"\n"),
        piece("count = 3\n"),
        piece("replicas = 4\n"),
        piece("stay = true\n"),
        piece("[drain]\n\"n-1\" = \"\u{202e}\"\n"),
        piece("[aversion_groups.g]\nhard = true\nmax = 2\n"),
        piece("aversion_groups = [\"g\"]\n"),
        piece("affinity_groups = [\"g\", \"h\"]\n"),
        piece("only_on = { name = \"n-0\" }\n"),
        (0usize..9, any::<i64>()).prop_map(|(name, amount)| format!("resources = {{ r{name} = {amount} }}\n")),
        (0usize..9, any::<f64>()).prop_map(|(name, amount)| format!("requirements = {{ r{name} = {amount:?} }}\n")),
        ".{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_manifests_are_shown_safely(
        strategy in "bin-pack|prioritized|round-robin",
        pieces in prop::collection::vec(piece(), 0..24),
    ) {
        is_shown_safely(&format!("strategy = \"{strategy}\"\nrubric = {{ r1 = 1, r2 = -2 }}\n{}", pieces.concat()));
    }
}
