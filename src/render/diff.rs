//! A plan as a unified diff of the state file: what a commit of it would show.
//!
//! Lines of a state begin with names that occur once, so the lines that both sides have once are anchors and the time
//! is close to linear, however much changes. The diff is for eyes: hidden characters are spelled out, so it is no
//! patch.

use std::fmt::Write as _;

use similar::{Algorithm, TextDiff};

use crate::text::escape::visible;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The unified diff from one text of the state called `name` to another; no text is a file that is not there.
/// The same text has an empty diff.
pub fn plan(before: &str, after: &str, name: &str) -> String {
    let old = before.split_inclusive('\n').collect::<Vec<_>>();
    let new = after.split_inclusive('\n').collect::<Vec<_>>();
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_slices(&old, &new);
    let mut page = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if page.is_empty() {
            page = format!("--- {}\n+++ {}\n", side("a", name, before), side("b", name, after));
        }
        writeln!(page, "{}", hunk.header()).expect("a string takes all");
        for change in hunk.iter_changes() {
            push_line(&mut page, &change.tag().to_string(), change.value());
        }
    }
    page
}

/// The name of a side, as Git writes it.
fn side(letter: &str, name: &str, text: &str) -> String {
    if text.is_empty() { "/dev/null".to_owned() } else { format!("{letter}/{}", visible(name.trim_start_matches('/'))) }
}

fn push_line(page: &mut String, sign: &str, line: &str) {
    page.push_str(sign);
    page.push_str(&visible(line.strip_suffix('\n').unwrap_or(line)));
    page.push('\n');
    if !line.ends_with('\n') {
        page.push_str("\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_same_text_has_no_diff() {
        assert_eq!(plan("a\n", "a\n", "x"), "");
        assert_eq!(plan("", "", "x"), "");
    }

    #[test]
    fn a_diff_has_names_and_context() {
        let (before, after) = ("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5x\n6\n7\n8\n9\n");
        let diff = plan(before, after, "/srv/c.state.toml");
        let expected =
            "--- a/srv/c.state.toml\n+++ b/srv/c.state.toml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+5x\n 6\n 7\n 8\n";
        assert_eq!(diff, expected);
    }

    #[test]
    fn a_new_state_comes_from_nowhere() {
        assert_eq!(
            plan("", "a\nb", "x"),
            "--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n"
        );
    }

    #[test]
    fn hidden_characters_are_spelled_out() {
        let diff = plan("a\u{202e}\r\n", "\u{1b}[2K\n", "x\n+++ b/y");
        let expected = "--- a/x\\n+++ b/y\n+++ b/x\\n+++ b/y\n@@ -1 +1 @@\n-a\\u{202e}\\r\n+\\u{1b}[2K\n";
        assert_eq!(diff, expected);
    }

    /// A state of a hundred thousand workloads, on nodes that `node` chooses; none where it chooses none.
    fn state(node: impl Fn(u32) -> Option<u32>) -> String {
        let mut text = String::new();
        for workload in 0..100_000 {
            if let Some(node) = node(workload) {
                writeln!(text, "web-{workload:06} = {{ node = \"rack-{node}\", requirements = {{ cpu = \"1\" }} }}")
                    .expect("a string takes all");
            }
        }
        text
    }

    #[test]
    fn a_hundred_thousand_lines_are_quick_whatever_changes() {
        let before = state(|workload| Some(workload % 997));
        let others = [
            ("one", state(|workload| Some(workload % 997 + u32::from(workload == 50_000)))),
            ("all", state(|workload| Some(workload % 997 + 1))),
            ("every second", state(|workload| Some(workload % 997 + workload % 2))),
            ("some, by chance", state(|workload| Some(workload % 997 + workload.wrapping_mul(2_654_435_761) % 3))),
            ("half gone", state(|workload| (workload % 2 == 0).then_some(workload % 997))),
            ("first half gone", state(|workload| (workload > 50_000).then_some(workload % 997))),
        ];
        for (what, after) in others {
            let start = Instant::now();
            let diff = plan(&before, &after, "x");
            assert!(!diff.is_empty());
            // Far above what it takes; what is quadratic takes minutes.
            assert!(start.elapsed() < Duration::from_secs(20), "{what}: {:?}", start.elapsed());
        }
    }
}
