//! Standard output and standard error.
//!
//! Standard output carries the result, written once. Everything else goes to standard error. Colour is decided for each
//! stream. A closed pipe is not an error, as the reader wants no more; a full disk is an error.

use std::env;
use std::io::{self, BufRead, BufWriter, IsTerminal, StdoutLock, Write};

use lighthouse::text::diagnostic::{Diagnostic, Paint, Severity, draw};
use lighthouse::text::source::Source;

use crate::args::Color;
use crate::failure::{Failure, Refusal};

/// Buffer size for output that is written while it is rendered, in bytes.
const BUFFER_SIZE: usize = 64 << 10;

/// Width of a terminal that does not report its own.
const DEFAULT_COLUMNS: usize = 80;

/// Standard output behind a buffer.
pub(crate) type Buffered = BufWriter<StdoutLock<'static>>;

/// Settings of the two streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    /// Whether standard output is coloured.
    pub(crate) out_coloured: bool,
    /// Whether standard error is coloured.
    pub(crate) err_coloured: bool,
    /// Whether warnings and progress are suppressed.
    pub(crate) quiet: bool,
}

/// Reader of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// Still reads.
    Present,
    /// Has closed the pipe.
    Gone,
}

impl Terminal {
    /// Decides about colour for each stream.
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        let color = with_environment(color, env_text("NO_COLOR").as_deref(), env_text("CLICOLOR_FORCE").as_deref());
        let dumb = env_text("TERM").is_some_and(|term| term == "dumb");
        let coloured = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !dumb,
        };
        Self {
            out_coloured: coloured(io::stdout().is_terminal()),
            err_coloured: coloured(io::stderr().is_terminal()),
            quiet,
        }
    }

    /// Returns the width of standard output if it is a terminal.
    #[expect(clippy::unused_self, reason = "it is the terminal's width")]
    pub(crate) fn columns(self) -> Option<usize> {
        let stdout = io::stdout();
        let known =
            terminal_size::terminal_size_of(&stdout).map(|(terminal_size::Width(columns), _)| usize::from(columns));
        stdout.is_terminal().then(|| known.filter(|&columns| columns > 0).unwrap_or(DEFAULT_COLUMNS))
    }

    /// Writes a text to standard output.
    pub(crate) fn print(self, text: &str) -> io::Result<()> {
        self.print_to_reader(text).map(|_| ())
    }

    /// Writes a text to standard output and returns whether the reader is still there.
    #[expect(clippy::unused_self, reason = "all output goes through the terminal")]
    pub(crate) fn print_to_reader(self, text: &str) -> io::Result<Reader> {
        let mut out = io::stdout().lock();
        reader_after(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
    }

    /// Writes to standard output while the text is rendered, through one buffer.
    #[expect(clippy::unused_self, reason = "all output goes through the terminal")]
    pub(crate) fn print_through(self, write: impl FnOnce(&mut Buffered) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(BUFFER_SIZE, io::stdout().lock());
        reader_after(write(&mut out).and_then(|()| out.flush())).map(|_| ())
    }

    /// Writes to standard error, even if quiet. A failed write is ignored, as there is no other place to report it.
    #[expect(clippy::unused_self, reason = "all output goes through the terminal")]
    pub(crate) fn eprint(self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Asks a question; every answer but `yes` is a refusal.
    pub(crate) fn confirm(self, question: &str) -> Result<(), Failure> {
        self.eprint(&format!("{question} Type `yes` to confirm: "));
        let mut answer = String::new();
        io::stdin()
            .lock()
            .read_line(&mut answer)
            .map_err(|error| Failure::error(format!("the answer cannot be read: {error}")))?;
        if answer.trim() == "yes" {
            return Ok(());
        }
        Err(Failure::refused(Refusal::Declined, "declined; nothing was written"))
    }

    /// Returns how messages on standard error are drawn.
    pub(crate) fn paint(self) -> Paint {
        if self.err_coloured { Paint::Coloured } else { Paint::Plain }
    }

    /// Reports an error, or a warning unless quiet, that points into no text.
    pub(crate) fn report(self, found: &Diagnostic) {
        self.report_in(found, &[]);
    }

    /// Reports an error, or a warning unless quiet, that points into these texts.
    pub(crate) fn report_in(self, found: &Diagnostic, sources: &[Source]) {
        if !self.quiet || found.severity == Severity::Error {
            self.eprint(&draw(found, sources, self.paint()));
        }
    }
}

/// Converts a closed pipe to [`Reader::Gone`].
fn reader_after(written: io::Result<()>) -> io::Result<Reader> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        written => written.map(|()| Reader::Present),
    }
}

/// Fails if there is no terminal to ask on.
pub(crate) fn require_terminal() -> Result<(), Failure> {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage("there is no terminal to ask on").help("`--yes` goes on without asking"))
}

/// Returns the choice of colour: the flag outranks `NO_COLOR`, which outranks `CLICOLOR_FORCE`.
fn with_environment(color: Color, no_color: Option<&str>, force: Option<&str>) -> Color {
    match color {
        Color::Auto if no_color.is_some() => Color::Never,
        Color::Auto if force.is_some_and(|value| value != "0") => Color::Always,
        _ => color,
    }
}

/// Returns the value of a variable that is set and not empty.
fn env_text(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_outranks_no_color_which_outranks_clicolor_force() {
        for (flag, no_color, force, expected) in [
            (Color::Always, Some("1"), None, Color::Always),
            (Color::Never, None, Some("1"), Color::Never),
            (Color::Auto, Some("1"), Some("1"), Color::Never),
            (Color::Auto, None, Some("1"), Color::Always),
            (Color::Auto, None, Some("0"), Color::Auto),
            (Color::Auto, None, None, Color::Auto),
        ] {
            assert_eq!(with_environment(flag, no_color, force), expected, "{flag:?} {no_color:?} {force:?}");
        }
    }
}
