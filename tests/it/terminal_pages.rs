//! Pages on a terminal fit its width and have bars and colours; pages in a pipe are plain.

use std::process::Stdio;

use unicode_width::UnicodeWidthStr;

use crate::support::{Pty, case_folder, compare, home_of, lighthouse, run, text};

/// Returns what a command shows on a terminal of this width.
fn shown(folder: &str, arguments: &[&str], columns: u16) -> String {
    let home = home_of(&case_folder(folder));
    let pty = Pty::of_width(columns);
    let mut command = lighthouse(home.path());
    let mut child = command.args(arguments).stdout(pty.end()).stderr(Stdio::null()).spawn().expect("it runs");
    // The command still holds the program's end of the terminal, and the screen ends only when all are closed.
    drop(command);
    let screen = pty.screen();
    child.wait().expect("it ends");
    let bytes = screen.into_iter().flatten().collect::<Vec<_>>();
    text(&bytes).replace("\r\n", "\n")
}

/// Returns what a command prints into a pipe.
fn piped(folder: &str, arguments: &[&str]) -> String {
    let home = home_of(&case_folder(folder));
    text(&run(home.path(), arguments).stdout).to_owned()
}

fn words(page: &str) -> Vec<&str> {
    page.split_whitespace().collect()
}

const QUESTIONS: [(&str, &[&str]); 4] = [
    ("explain/fragmentation", &["explain", "vm-400"]),
    ("explain/short-of-memory", &["explain", "train"]),
    ("explain/short-of-memory", &["explain"]),
    ("explain/why-here", &["explain", "web-4"]),
];

#[test]
fn an_explanation_is_as_wide_as_the_terminal() {
    for (folder, arguments) in QUESTIONS {
        let plain = piped(folder, arguments);
        for columns in [40, 80, 200] {
            let page = shown(folder, arguments, columns);
            assert_eq!(words(&page), words(&plain), "{folder} on {columns}");
            let wide = page.lines().find(|line| line.width() > usize::from(columns));
            assert_eq!(wide, None, "{folder} on {columns}");
        }
        assert!(shown(folder, arguments, 200).lines().count() <= shown(folder, arguments, 40).lines().count());
    }
    let (folder, arguments) = QUESTIONS[0];
    assert!(piped(folder, arguments).lines().any(|line| line.width() > 180), "piped, a line is one line");
    assert!(shown(folder, arguments, 200).lines().any(|line| line.width() > 150), "a wide terminal is used");
}

/// One column is of no use to people, but the program must end and lose nothing.
#[test]
fn one_column_shows_every_word() {
    for (folder, arguments) in QUESTIONS {
        let page = shown(folder, arguments, 1);
        assert_eq!(words(&page), words(&piped(folder, arguments)), "{folder}");
        assert!(page.lines().count() > piped(folder, arguments).lines().count(), "{folder}");
    }
}

/// The golden file shows where lines are broken.
#[test]
fn pages_of_one_column_match_the_golden_file() {
    let mut page = String::new();
    for arguments in [&["plan"][..], &["explain"], &["explain", "train"], &["explain", "--node", "rack-b-1"]] {
        page.extend(["$ lighthouse ", &arguments.join(" "), "\n"]);
        page += &shown("explain/short-of-memory", arguments, 1);
    }
    compare(&case_folder("terminal/one-column/expected.txt"), &page);
}

#[test]
fn an_unknown_width_counts_as_80_columns() {
    let (folder, arguments) = QUESTIONS[0];
    assert_eq!(shown(folder, arguments, 0), shown(folder, arguments, 80));
}

#[test]
fn bars_are_drawn_on_terminals_only() {
    let (folder, arguments) = ("explain/short-of-memory", ["explain", "--node", "rack-b-1"]);
    let (page, plain) = (shown(folder, &arguments, 80), piped(folder, &arguments));
    assert!(page.contains("\n  mem  ██████░░░░░░░░░░░░░░  60Gi of 180Gi, 120Gi free\n"), "{page}");
    assert!(plain.contains("\n  mem  60Gi of 180Gi, 120Gi free\n") && plain.is_ascii(), "{plain}");
    let without = words(&page).into_iter().filter(|word| !word.contains(['█', '░'])).collect::<Vec<_>>();
    assert_eq!(without, words(&plain));
}

#[test]
fn colours_change_no_word_of_a_plan() {
    let (folder, arguments) = ("explain/short-of-memory", ["plan"]);
    let (page, plain) = (shown(folder, &arguments, 80), piped(folder, &arguments));
    assert!(page.contains("\n  \u{1b}[31m! train is unplaced "), "{page:?}");
    assert_eq!(page.replace("\u{1b}[31m", "").replace("\u{1b}[0m", ""), plain);
}
