//! `man`: the manual pages, in roff.

use clap::CommandFactory;

use crate::args::Args;
use crate::failure::Failure;

const VERSION: &str = concat!("lighthouse ", env!("CARGO_PKG_VERSION"));

/// The page of a command, or of the whole.
pub(crate) fn run(command: Option<&str>) -> Result<String, Failure> {
    let mut whole = Args::command();
    whole.build();
    let page = match command {
        None => whole.clone(),
        Some(name) => page_of(&whole, name)?,
    };
    let mut roff = Vec::new();
    let pages = clap_mangen::Man::new(page).source(VERSION).manual("lighthouse");
    pages.render(&mut roff).map_err(|error| Failure::output(&error))?;
    Ok(String::from_utf8_lossy(&roff).into_owned())
}

fn page_of(whole: &clap::Command, name: &str) -> Result<clap::Command, Failure> {
    let found = whole.find_subcommand(name).ok_or_else(|| {
        let names: Vec<_> = whole.get_subcommands().map(|each| format!("`{}`", each.get_name())).collect();
        Failure::usage(format!("there is no command {}", lighthouse::text::escape::quoted(name)))
            .help(format!("commands are {}", names.join(", ")))
    })?;
    Ok(found.clone())
}
