//! Where text leaves the program.
//!
//! Standard output carries what was asked for, written once. Everything else goes to standard error. Colour is decided
//! for each of the two. A reader that has gone away wants nothing more, so a closed pipe is no error; a full disk is
//! one.

use std::env;
use std::io::{self, BufRead, BufWriter, IsTerminal, StdoutLock, Write};

use lighthouse::text::diagnostic::{Diagnostic, Paint, Severity, draw};
use lighthouse::text::source::Source;

use crate::args::Color;
use crate::failure::{Failure, Refusal};

/// What is printed while it is made leaves in parts of so many bytes.
const BUFFER: usize = 64 << 10;

/// Standard output behind a buffer.
pub(crate) type Buffered = BufWriter<StdoutLock<'static>>;

/// How wide a terminal is that does not say.
const USUAL_COLUMNS: usize = 80;

/// The two streams, and how they look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether standard output is coloured.
    pub(crate) out_coloured: bool,
    /// Whether standard error is coloured.
    pub(crate) err_coloured: bool,
    /// Whether only errors are said.
    pub(crate) quiet: bool,
}

impl Terminal {
    /// Decides the colours.
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        let wish = Wish::of(color, env_text("NO_COLOR").as_deref(), env_text("CLICOLOR_FORCE").as_deref());
        let dumb = env_text("TERM").is_some_and(|term| term == "dumb");
        let coloured = |is_terminal: bool| match wish {
            Wish::Always => true,
            Wish::Never => false,
            Wish::OnTerminal => is_terminal && !dumb,
        };
        Self {
            out_coloured: coloured(io::stdout().is_terminal()),
            err_coloured: coloured(io::stderr().is_terminal()),
            quiet,
        }
    }

    /// How wide standard output is, where it is a terminal.
    #[expect(clippy::unused_self, reason = "it is the terminal's width")]
    pub(crate) fn columns(self) -> Option<usize> {
        let stdout = io::stdout();
        let known =
            terminal_size::terminal_size_of(&stdout).map(|(terminal_size::Width(columns), _)| usize::from(columns));
        stdout.is_terminal().then(|| known.filter(|&columns| columns > 0).unwrap_or(USUAL_COLUMNS))
    }

    /// Writes standard output, whole.
    pub(crate) fn print(self, text: &str) -> io::Result<()> {
        self.print_on(text).map(|_| ())
    }

    /// Writes standard output, and says whether there still is somebody to read more.
    #[expect(clippy::unused_self, reason = "who writes has decided how")]
    pub(crate) fn print_on(self, text: &str) -> io::Result<bool> {
        let mut out = io::stdout().lock();
        is_read(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Writes standard output while it is made, through one buffer.
    #[expect(clippy::unused_self, reason = "who writes has decided how")]
    pub(crate) fn print_through(self, write: impl FnOnce(&mut Buffered) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
        is_read(write(&mut out).and_then(|()| out.flush())).map(|_| ())
    }

    /// Writes to standard error, even when quiet. Where that fails there is nobody left to tell.
    #[expect(clippy::unused_self, reason = "who writes has decided how")]
    pub(crate) fn say(self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Asks; anything but a yes is a refusal.
    pub(crate) fn confirm(self, question: &str) -> Result<(), Failure> {
        self.say(&format!("{question} Only `yes` is taken for one: "));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::error(format!("no answer: {error}")))?;
        if answer.trim() == "yes" {
            return Ok(());
        }
        Err(Failure::refused(Refusal::Declined, "declined; nothing was written"))
    }

    /// How messages on standard error are drawn.
    pub(crate) fn paint(self) -> Paint {
        if self.err_coloured { Paint::Coloured } else { Paint::Plain }
    }

    /// Says an error or a warning that is about no place in a manifest; a warning not when quiet.
    pub(crate) fn report(self, found: &Diagnostic) {
        self.report_in(found, &[]);
    }

    /// Says one finding about some texts; a warning not when quiet.
    pub(crate) fn report_in(self, found: &Diagnostic, sources: &[Source]) {
        if !self.quiet || found.severity == Severity::Error {
            self.say(&draw(found, sources, self.paint()));
        }
    }
}

/// Whether there was somebody to read what was written.
fn is_read(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        written => written.map(|()| true),
    }
}

/// Makes sure that somebody is there to answer.
pub(crate) fn can_ask() -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage("there is no terminal to ask on").help("`--yes` goes on without asking"))
}

/// What is wanted, whatever the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Always,
    Never,
    OnTerminal,
}

impl Wish {
    fn of(color: Color, no_color: Option<&str>, force: Option<&str>) -> Self {
        match color {
            Color::Always => Self::Always,
            Color::Never => Self::Never,
            Color::Auto if no_color.is_some() => Self::Never,
            Color::Auto if force.is_some_and(|value| value != "0") => Self::Always,
            Color::Auto => Self::OnTerminal,
        }
    }
}

/// A variable that is set to something.
fn env_text(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_outranks_no_color_outranks_force_outranks_the_terminal() {
        for (color, no_color, force, wish) in [
            (Color::Always, Some("1"), None, Wish::Always),
            (Color::Never, None, Some("1"), Wish::Never),
            (Color::Auto, Some("1"), Some("1"), Wish::Never),
            (Color::Auto, None, Some("1"), Wish::Always),
            (Color::Auto, None, Some("0"), Wish::OnTerminal),
            (Color::Auto, None, None, Wish::OnTerminal),
        ] {
            assert_eq!(Wish::of(color, no_color, force), wish, "{color:?} {no_color:?} {force:?}");
        }
    }
}
