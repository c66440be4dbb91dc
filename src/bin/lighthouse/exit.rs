//! Exit codes, the same in every command.
//!
//! The numbers are part of the contract. Where two things are to be told by one number, the worse one is.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Done = 0,
    /// Manifest, state, files, names.
    Error = 1,
    /// There are changes, and the exit code was to say so.
    Changes = 2,
    /// Something is unplaced.
    Unplaced = 3,
    /// Not done, for a reason that is not a mistake.
    Refused = 4,
    /// Another apply holds the lock.
    Locked = 5,
    /// Saved, but it may not last.
    Unconfirmed = 6,
    /// The command line is wrong.
    Usage = 64,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

/// What each code means, for the help.
const MEANINGS: [(Exit, &str); 10] = [
    (Exit::Done, "done; `plan` also when there are changes"),
    (Exit::Error, "error: manifest, state, files, an unknown name"),
    (Exit::Changes, "only with --detailed-exitcode: there are changes"),
    (Exit::Unplaced, "something is unplaced; `apply` has saved the rest"),
    (Exit::Refused, "refused: stale plan, another cluster, a guard, declined"),
    (Exit::Locked, "another apply holds the lock"),
    (Exit::Unconfirmed, "saved, but the disk did not confirm that it will last"),
    (Exit::Usage, "usage error, or no terminal to ask on and no --yes"),
    (Exit::Interrupted, "interrupted"),
    (Exit::Terminated, "terminated"),
];

impl Exit {
    /// The one to end with when both have come up: whatever is no success outranks 3, and 3 outranks 2. Among equals
    /// the earlier one stays.
    #[must_use]
    pub(crate) fn and(self, other: Exit) -> Exit {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Changes => 1,
            Exit::Unplaced => 2,
            _ => 3,
        }
    }

    /// The table of the help.
    pub(crate) fn table() -> String {
        let lines = MEANINGS.iter().map(|(exit, meaning)| format!("  {:<4} {meaning}\n", *exit as u8));
        std::iter::once("Exit codes:\n".to_owned()).chain(lines).collect()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_no_success_outranks_3_and_3_outranks_2() {
        for worse in [Exit::Error, Exit::Refused, Exit::Locked, Exit::Unconfirmed, Exit::Usage] {
            assert_eq!(Exit::Unplaced.and(worse), worse);
            assert_eq!(worse.and(Exit::Unplaced), worse);
        }
        assert_eq!(Exit::Changes.and(Exit::Unplaced), Exit::Unplaced);
        assert_eq!(Exit::Unplaced.and(Exit::Changes), Exit::Unplaced);
        assert_eq!(Exit::Done.and(Exit::Changes), Exit::Changes);
        assert_eq!(Exit::Unconfirmed.and(Exit::Error), Exit::Unconfirmed);
    }
}
