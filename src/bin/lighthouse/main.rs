//! The command line: who asked for what, and where it is done.

mod after_help;
mod args;
mod clock;
mod commands;
mod environment;
mod exit;
mod failure;
mod guards;
mod inputs;
mod planning;
mod progress;
mod saved_plan;
mod signals;
mod terminal;
mod writing;

use std::process::ExitCode;

use args::{Args, Color, Command};
use clap::Parser;
use commands::{adopt, apply, check, completions, explain, init, man, plan, schema, show, watch};
use exit::Exit;
use failure::Failure;
use lighthouse::text::diagnostic::Severity;
use lighthouse::text::escape::visible;
use terminal::Terminal;

fn main() -> ExitCode {
    signals::outlive_size_limits();
    match Args::try_parse() {
        Ok(args) => run(&args),
        Err(error) => explain_usage(error),
    }
    .into()
}

fn run(args: &Args) -> Exit {
    let terminal = Terminal::new(args.global.color, args.global.quiet);
    environment::warn_of_unknown(terminal);
    environment::start_log(terminal, args.global.verbose);
    match dispatch(args, terminal) {
        Ok((text, exit)) => exit.and(print(terminal, &text)),
        Err(failure) => fail(terminal, failure),
    }
}

/// What goes to standard output, and the exit code.
fn dispatch(args: &Args, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let done = |text| Ok((text, Exit::Done));
    match &args.command {
        Command::Init => done(init::run(&args.global)?),
        Command::Check { format } => check::run(&args.global, *format, terminal),
        Command::Plan(flags) => plan::run(&args.global, flags, terminal),
        Command::Apply(flags) => apply::run(&args.global, flags, terminal),
        Command::Adopt(flags) => adopt::run(&args.global, flags, terminal),
        Command::Show(flags) => show::run(&args.global, flags),
        Command::Explain(flags) => done(explain::run(&args.global, flags, terminal)?),
        Command::Watch(flags) => Ok((String::new(), watch::run(&args.global, flags, terminal)?)),
        Command::Schema { what } => done(schema::run(*what)),
        Command::Completions { shell } => done(completions::run(*shell)),
        Command::Man { command } => done(man::run(command.as_deref())?),
    }
}

fn print(terminal: Terminal, text: &str) -> Exit {
    match terminal.print(text) {
        Ok(()) => Exit::Done,
        Err(error) => fail(terminal, Failure::output(&error)),
    }
}

fn fail(terminal: Terminal, mut failure: Failure) -> Exit {
    let mut exit = failure.exit;
    if let Some(text) = failure.output.take() {
        exit = exit.and(print(terminal, &text));
    }
    if !failure.message.is_empty() {
        let (error, sources) = failure.said_as(Severity::Error);
        terminal.report_in(&error, &sources);
    }
    exit
}

/// Help and version go to standard output; anything else that clap says is a usage error.
fn explain_usage(error: clap::Error) -> Exit {
    let error = as_visible(error);
    let terminal = Terminal::new(Color::Auto, false);
    let text = error.render();
    if error.use_stderr() {
        terminal.say(&if terminal.err_coloured { text.ansi().to_string() } else { text.to_string() });
        return Exit::Usage;
    }
    print(terminal, &if terminal.out_coloured { text.ansi().to_string() } else { text.to_string() })
}

/// The same mistake of the same words with nothing hidden in them: clap shows words as they are.
fn as_visible(error: clap::Error) -> clap::Error {
    let words = std::env::args_os().map(|word| visible(&word.to_string_lossy()).into_owned());
    Args::try_parse_from(words).err().unwrap_or(error)
}
