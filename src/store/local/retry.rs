//! Retries system calls that a signal interrupted.
//!
//! The standard library retries reads, writes and syncs, but neither calls on paths nor locks.

use std::io;

/// Repeats `call` until its result is anything but "interrupted".
pub(super) fn retry_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::retry_interrupted;

    #[test]
    fn only_interrupted_calls_are_retried() {
        let mut results = vec![Err(io::ErrorKind::NotFound), Err(io::ErrorKind::Interrupted)];
        let result: io::Result<()> =
            retry_interrupted(|| results.pop().expect("a result for each call").map_err(io::Error::from));
        assert_eq!(result.expect_err("not found").kind(), io::ErrorKind::NotFound);
    }
}
