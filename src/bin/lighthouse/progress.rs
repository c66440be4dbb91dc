//! A word on a terminal while something takes its time.
//!
//! Nothing is said of what is done within 300 ms, nor where standard error is no terminal. The line is taken away
//! again.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How long people do not notice that they wait.
const PATIENCE: Duration = Duration::from_millis(300);

/// Says what is done, from when it is late until this value is dropped.
pub(crate) struct Progress {
    end: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn start(what: &'static str, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self { end: None, teller: None };
        }
        let (end, ended) = mpsc::channel();
        let teller = Builder::new().spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                tell(&format!("{what} …"));
                let _ = ended.recv();
                tell("\r\u{1b}[K");
            }
        });
        // Where there is no thread for it, nothing is said.
        Self { end: Some(end), teller: teller.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.end.take());
        // The line is gone before anything else is said.
        let _ = self.teller.take().map(JoinHandle::join);
    }
}

/// Where standard error cannot be written there is nobody to tell.
fn tell(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}
