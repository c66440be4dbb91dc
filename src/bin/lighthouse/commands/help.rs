//! `help`: lists commands and topics, or prints the help of a command or a page of the manual.

use clap::{CommandFactory, Parser};
use lighthouse::manual::{self, TOPICS, Topic};
use lighthouse::text::suggestion;

use crate::args::Args;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Returns the help of a command, a page of the manual, or, without a word, the list of both. A word that names both a
/// command and a topic gives both.
pub(crate) fn run(word: Option<&str>, terminal: Terminal) -> Result<String, Failure> {
    let Some(word) = word else { return Ok(format!("{}\n{}", help_of(None, terminal), topics())) };
    let commands = command_names();
    let is_command = commands.iter().any(|name| name == word);
    match (is_command, manual::find(word)) {
        (true, None) => Ok(help_of(Some(word), terminal)),
        (true, Some(topic)) => Ok(format!("{}\n{}", help_of(Some(word), terminal), topic.plain_text())),
        (false, Some(topic)) => Ok(topic.plain_text()),
        (false, None) => {
            let names = commands.iter().map(String::as_str).chain(TOPICS.iter().map(|topic| topic.name));
            let unknown = suggestion::unknown("command or topic", word, names);
            let help = unknown.help.unwrap_or_else(|| "`lighthouse help` lists commands and topics".to_owned());
            Err(Failure::usage(unknown.message).help(help))
        }
    }
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
