//! Result of a command: text for standard output, and the exit code.

use crate::exit::Exit;

/// Text that is still to be printed, and the exit code.
#[derive(Debug)]
pub(crate) struct Output {
    /// Text for standard output; empty if everything is printed already.
    pub(crate) text: String,
    /// Exit code, unless printing the text fails.
    pub(crate) exit: Exit,
}

impl Output {
    /// Output of a command that did all it was asked for.
    pub(crate) fn done(text: String) -> Self {
        Self { text, exit: Exit::Done }
    }

    /// Output of a command that has printed everything itself.
    pub(crate) fn printed(exit: Exit) -> Self {
        Self { text: String::new(), exit }
    }
}
