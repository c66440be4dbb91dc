//! Exit codes, the same in every command.
//!
//! The numbers are a contract with scripts. If two codes apply, the command ends with the more serious one.

use std::process::ExitCode;

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// An error in the manifest, the state, a file or a name.
    Error = 1,
    /// There are changes, and `--detailed-exitcode` is given.
    Changes = 2,
    /// At least one workload is unplaced.
    Unplaced = 3,
    /// Refused: a stale plan, a guard, or the user's answer; nothing is broken.
    Refused = 4,
    /// Another apply holds the lock.
    Locked = 5,
    /// Saved, but the disk did not confirm that the state is durable.
    Unconfirmed = 6,
    /// The command line is wrong.
    Usage = 64,
    /// Ended by SIGINT.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

/// Meaning of each code, for the help.
const MEANINGS: [(Exit, &str); 10] = [
    (Exit::Done, "success; `plan` also if there are changes"),
    (Exit::Error, "error in the manifest, the state, a file or a name"),
    (Exit::Changes, "only with --detailed-exitcode: there are changes"),
    (Exit::Unplaced, "a workload is unplaced; `apply` has saved the rest"),
    (Exit::Refused, "refused: stale plan, another cluster, a guard, or declined"),
    (Exit::Locked, "another apply holds the lock"),
    (Exit::Unconfirmed, "saved, but the disk did not confirm that the state is durable"),
    (Exit::Usage, "usage error, or no terminal to ask on and no --yes"),
    (Exit::Interrupted, "interrupted"),
    (Exit::Terminated, "terminated"),
];

impl Exit {
    /// Returns the more serious of two codes: 3 outranks 2, and every other failure outranks 3. Of two equally serious
    /// codes, the first stays.
    #[must_use]
    pub(crate) fn and(self, other: Exit) -> Exit {
        if other.severity() > self.severity() { other } else { self }
    }

    fn severity(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Changes => 1,
            Exit::Unplaced => 2,
            _ => 3,
        }
    }

    /// Returns each code with its meaning.
    pub(crate) fn meanings() -> impl Iterator<Item = (u8, &'static str)> {
        MEANINGS.iter().map(|(exit, meaning)| (*exit as u8, *meaning))
    }

    /// Returns the table of codes for the help.
    pub(crate) fn table() -> String {
        let lines = Self::meanings().map(|(code, meaning)| format!("  {code:<4} {meaning}\n"));
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
    fn every_failure_outranks_3_and_3_outranks_2() {
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
