//! The command line: parses arguments, runs the command, prints its output and returns the exit code.

mod after_help;
mod args;
mod clock;
mod commands;
mod environment;
mod exit;
mod failure;
mod guards;
mod inputs;
mod output;
mod planning;
mod progress;
mod saved_plan;
mod signals;
mod terminal;
mod writing;

use std::process::ExitCode;

use args::{Args, Color, Command};
use clap::Parser;
use commands::{adopt, apply, check, completions, explain, help, init, man, plan, schema, show, watch};
use exit::Exit;
use failure::Failure;
use lighthouse::text::diagnostic::Severity;
use lighthouse::text::escape::visible;
use output::Output;
use terminal::Terminal;

fn main() -> ExitCode {
    signals::turn_size_limit_into_error();
    match Args::try_parse() {
        Ok(args) => run(&args),
        Err(error) => report_usage(error),
    }
    .into()
}

fn run(args: &Args) -> Exit {
    let terminal = Terminal::new(args.global.color, args.global.quiet);
    environment::warn_of_unknown(terminal);
    environment::start_log(terminal, args.global.verbose);
    match dispatch(args, terminal) {
        Ok(output) => output.exit.and(print(terminal, &output.text)),
        Err(failure) => report(terminal, failure),
    }
}

fn dispatch(args: &Args, terminal: Terminal) -> Result<Output, Failure> {
    match &args.command {
        Command::Init => init::run(&args.global).map(Output::done),
        Command::Check { format } => check::run(&args.global, *format, terminal),
        Command::Plan(flags) => plan::run(&args.global, flags, terminal),
        Command::Apply(flags) => apply::run(&args.global, flags, terminal),
        Command::Adopt(flags) => adopt::run(&args.global, flags, terminal),
        Command::Show(flags) => show::run(&args.global, flags),
        Command::Explain(flags) => explain::run(&args.global, flags, terminal).map(Output::done),
        Command::Watch(flags) => watch::run(&args.global, flags, terminal).map(Output::printed),
        Command::Schema { document } => Ok(Output::done(schema::run(*document))),
        Command::Completions { shell } => Ok(Output::done(completions::run(*shell))),
        Command::Man { command } => man::run(command.as_deref()).map(Output::done),
        Command::Help { word } => help::run(word.as_deref(), terminal).map(Output::done),
        Command::Version => Ok(Output::done(concat!("lighthouse ", env!("CARGO_PKG_VERSION"), "\n").to_owned())),
    }
}

fn print(terminal: Terminal, text: &str) -> Exit {
    match terminal.print(text) {
        Ok(()) => Exit::Done,
        Err(error) => report(terminal, Failure::output(&error)),
    }
}

fn report(terminal: Terminal, mut failure: Failure) -> Exit {
    let mut exit = failure.exit;
    if let Some(text) = failure.output.take() {
        exit = exit.and(print(terminal, &text));
    }
    if !failure.message.is_empty() {
        let (error, sources) = failure.into_diagnostic(Severity::Error);
        terminal.report_in(&error, &sources);
    }
    exit
}

/// Prints help and version to standard output; every other answer of clap is a usage error.
fn report_usage(error: clap::Error) -> Exit {
    let error = with_visible_words(error);
    let terminal = Terminal::new(Color::Auto, false);
    if error.use_stderr() {
        terminal.eprint(&styled(&error, terminal.err_coloured));
        return Exit::Usage;
    }
    print(terminal, &styled(&error, terminal.out_coloured))
}

/// Renders an answer of clap, with or without colour.
fn styled(answer: &clap::Error, coloured: bool) -> String {
    let text = answer.render();
    if coloured { text.ansi().to_string() } else { text.to_string() }
}

/// Returns the same error for arguments with control characters escaped: clap quotes arguments as they are.
fn with_visible_words(error: clap::Error) -> clap::Error {
    let words = std::env::args_os().map(|word| visible(&word.to_string_lossy()).into_owned());
    Args::try_parse_from(words).err().unwrap_or(error)
}
