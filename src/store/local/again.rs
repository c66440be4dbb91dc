//! Calls again what a signal interrupted.
//!
//! The standard library does so for reads, writes and syncs, but not for calls on paths and not for locks.

use std::io;

/// The first answer of `call` that is not "interrupted".
pub(super) fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::again;

    #[test]
    fn an_interrupted_call_is_made_again_and_any_other_error_is_not() {
        let mut answers = vec![Err(io::ErrorKind::NotFound), Err(io::ErrorKind::Interrupted)];
        let answer: io::Result<()> = again(|| answers.pop().expect("asked too often").map_err(io::Error::from));
        assert_eq!(answer.expect_err("not found").kind(), io::ErrorKind::NotFound);
    }
}
