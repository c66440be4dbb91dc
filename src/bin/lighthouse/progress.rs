//! Progress line on a terminal while something takes long.
//!
//! Work that ends within 300 ms shows nothing, and so does standard error that is not a terminal. The line is erased
//! when the work ends.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Delay before the line appears.
const DELAY: Duration = Duration::from_millis(300);

/// Shows a progress line, after the delay, until it is dropped.
pub(crate) struct Progress {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the delay.
    pub(crate) fn start(what: &'static str, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self { end: None, thread: None };
        }
        let (end, ended) = mpsc::channel();
        let thread = Builder::new().spawn(move || {
            if ended.recv_timeout(DELAY) == Err(RecvTimeoutError::Timeout) {
                write_now(&format!("{what} …"));
                let _ = ended.recv();
                write_now("\r\u{1b}[K");
            }
        });
        // Without a thread there is no progress line, and the work goes on.
        Self { end: Some(end), thread: thread.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        // Wait, so that the line is erased before anything else is written.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Writes to standard error at once; a failed write is ignored.
fn write_now(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
