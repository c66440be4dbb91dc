//! Working thread: reads, plans and applies, one job at a time.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use lighthouse::text::diagnostic::Diagnostic;
use lighthouse::watch::{FileWatcher, WatchError};

use super::messages::{Job, Message, Outcome};
use super::pass::Planner;
use super::paths::Paths;
use super::snapshot::{Snapshot, take_snapshot};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// State of the working thread.
pub(crate) struct Worker {
    /// Paths to read.
    pub(crate) paths: Paths,
    /// Plans and applies.
    pub(crate) planner: Planner,
    /// Receives warnings.
    pub(crate) terminal: Terminal,
    /// Whether file notifications are turned off.
    pub(crate) poll: bool,
    /// Last error of the file watcher, so that it is reported once.
    pub(crate) watch_error: Option<WatchError>,
}

impl Worker {
    /// Reads the files. Notifications are set up first, so that no later change is missed.
    fn read(&mut self, watcher: &mut FileWatcher) -> Snapshot {
        self.paths.enter_start_folder();
        if !self.poll {
            let error = watcher.watch(self.paths.watch_folders()).err();
            if error != self.watch_error
                && let Some(error) = &error
            {
                let help = "without file notifications, the files are polled every 5 s";
                self.terminal.report(&Diagnostic::warning(error.to_string()).help(help));
            }
            self.watch_error = error;
        }
        take_snapshot(&self.paths)
    }
}

/// Starts the thread, and returns the sender of its jobs. Results go to the inbox.
pub(crate) fn start(mut worker: Worker, inbox: Sender<Message>) -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    let thread = thread::Builder::new().spawn(move || {
        let notifications = inbox.clone();
        let mut watcher = FileWatcher::new(move || drop(notifications.send(Message::FilesChanged)));
        for job in jobs {
            let message = match job {
                Job::Read => Message::Snapshot(Box::new(worker.read(&mut watcher))),
                Job::Pass(request) => Message::PassEnded(Box::new(catch_panic(|| worker.planner.pass(*request)))),
            };
            if inbox.send(message).is_err() {
                return;
            }
        }
    });
    thread.map(|_| sender)
}

/// Turns a panic into an outcome, so that no manifest ends the watch. The panic itself is on standard error.
fn catch_panic(pass: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(pass)).unwrap_or_else(|_| {
        Outcome::invalid(Failure::error("planning panicked").help("this is a bug in lighthouse: please report it"))
    })
}
