//! `help`: lists commands and topics, or prints the help of a command or a page of the manual.

use clap::{CommandFactory, Parser};
use lighthouse::manual::{TOPICS, Topic};
use lighthouse::text::suggestion;

use crate::args::Args;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Returns the help of a command, a page of the manual, or, without a word, the list of both.
pub(crate) fn run(word: Option<&str>, terminal: Terminal) -> Result<String, Failure> {
    let Some(word) = word else { return Ok(format!("{}\n{}", help_of(None, terminal), topics())) };
    let commands = command_names();
    if commands.iter().any(|name| name == word) {
        return Ok(help_of(Some(word), terminal));
    }
    if let Some(topic) = TOPICS.iter().find(|topic| topic.name == word) {
        return Ok(page(topic.text));
    }
    let names = commands.iter().map(String::as_str).chain(TOPICS.iter().map(|topic| topic.name));
    let (message, suggestion) = suggestion::unknown("command or topic", word, names);
    let help = suggestion.unwrap_or_else(|| "`lighthouse help` lists commands and topics".to_owned());
    Err(Failure::usage(message).help(help))
}

/// Returns exactly the text that `--help` prints for a command, or for the program.
fn help_of(command: Option<&str>, terminal: Terminal) -> String {
    let words = ["lighthouse"].into_iter().chain(command).chain(["--help"]);
    let Err(help) = Args::try_parse_from(words) else { return String::new() };
    crate::styled(&help, terminal.out_coloured)
}

fn command_names() -> Vec<String> {
    Args::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

/// Returns the list of topics, one a line.
fn topics() -> String {
    let width = TOPICS.iter().map(|topic| topic.name.len()).max().unwrap_or_default();
    let line = |topic: &Topic| format!("  {:<width$}  {}\n", topic.name, topic.title);
    let lines: String = TOPICS.iter().map(line).collect();
    format!("Topics of the manual (`lighthouse help TOPIC`):\n{lines}")
}

/// Returns the Markdown of a page without HTML comments, which are notes for tests.
fn page(markdown: &str) -> String {
    let mut rest = markdown;
    let mut text = String::new();
    while let Some((before, comment)) = rest.split_once("<!--") {
        text.push_str(before);
        let after = comment.split_once("-->").map_or("", |(_, after)| after);
        // A comment on lines of its own takes its line break with it.
        let is_own_line = text.is_empty() || text.ends_with('\n');
        rest = after.strip_prefix('\n').filter(|_| is_own_line).unwrap_or(after);
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_html_comments() {
        for (markdown, text) in [
            ("# A\n\nb\n", "# A\n\nb\n"),
            ("<!-- run -->\n# A\n<!-- two\nlines -->\nb\n", "# A\nb\n"),
            ("a <!-- note --> b\n", "a  b\n"),
            ("a\n<!-- never closed", "a\n"),
        ] {
            assert_eq!(page(markdown), text);
        }
    }

    #[test]
    fn no_topic_hides_behind_a_command() {
        let commands = command_names();
        for topic in &TOPICS {
            assert!(!commands.iter().any(|name| name == topic.name), "`help {}` prints the help", topic.name);
        }
    }
}
