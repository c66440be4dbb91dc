//! `man`: manual pages in roff.

use clap::CommandFactory;
use clap_mangen::roff::{Roff, bold, roman};
use lighthouse::text::escape::quoted;

use crate::after_help::ENVIRONMENT;
use crate::args::Args;
use crate::exit::Exit;
use crate::failure::Failure;

const VERSION: &str = concat!("lighthouse ", env!("CARGO_PKG_VERSION"));

/// Returns the page of a command, or of lighthouse itself.
pub(crate) fn run(command: Option<&str>) -> Result<String, Failure> {
    let mut program = Args::command();
    program.build();
    let page = match command {
        None => program.after_help("").after_long_help(""),
        Some(name) => find_command(&program, name)?,
    };
    let mut roff = Vec::new();
    let man = clap_mangen::Man::new(page).source(VERSION).manual("lighthouse");
    man.render(&mut roff).map_err(|error| Failure::output(&error))?;
    Ok(String::from_utf8_lossy(&roff).into_owned() + &shared_sections().to_roff())
}

/// Returns the sections that every page ends with.
fn shared_sections() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["ENVIRONMENT"]);
    for (name, effect) in ENVIRONMENT {
        roff.control("TP", []).text([bold(name)]).text([roman(effect)]);
    }
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in Exit::meanings() {
        roff.control("TP", []).text([bold(code.to_string())]).text([roman(meaning)]);
    }
    roff
}

fn find_command(program: &clap::Command, name: &str) -> Result<clap::Command, Failure> {
    let found = program.find_subcommand(name).ok_or_else(|| {
        let names: Vec<_> = program.get_subcommands().map(|command| format!("`{}`", command.get_name())).collect();
        Failure::usage(format!("there is no command {}", quoted(name)))
            .help(format!("the commands are {}", names.join(", ")))
    })?;
    Ok(found.clone())
}
