//! `watch`: plans again whenever the content of the files changes, until a signal ends it.
//!
//! The deciding thread receives changes, signals and results in one inbox, asks the library's protocol for the next
//! step, and reports. The working thread reads, plans and applies, one job at a time. So a signal is answered at once,
//! even during a plan. A pass that is nearly done may finish; one that is cut short leaves the old state or the new
//! one.

mod http;
mod messages;
mod pass;
mod paths;
mod reporter;
mod snapshot;
mod status_board;
mod worker;

use std::io;
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use lighthouse::render::Trigger;
use lighthouse::text::diagnostic::Severity;
use lighthouse::watch::{Moment, Next, Notice, Pace, PassResult, Protocol, Removals, Verdict};

use crate::args::{Global, WatchArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::signals::{self, Signal};
use crate::terminal::{Reader, Terminal};
use messages::{Job, Message, Outcome, Problem, Request};
use pass::Planner;
use paths::Paths;
use reporter::{RecoveredPlan, Reporter};
use snapshot::Snapshot;
use status_board::StatusBoard;
use worker::Worker;

/// Time that a pass may take to finish after a signal.
const GRACE: Duration = Duration::from_millis(500);

/// Time after a signal at which the process ends in any case.
const DEADLINE: Duration = Duration::from_millis(900);

/// Watches until a signal ends it, or with `--once` until the first report.
pub(crate) fn run(global: &Global, args: &WatchArgs, terminal: Terminal) -> Result<Exit, Failure> {
    let paths = Paths::find(global, args)?;
    let (inbox, messages) = channel();
    let signal_inbox = inbox.clone();
    signals::listen(move |signal| forward(signal, &signal_inbox))
        .map_err(|error| Failure::system("cannot handle signals", &error))?;
    let board = Arc::new(Mutex::new(StatusBoard::new()));
    let listening = args.listen.map(|address| http::start(address, &board)).transpose()?;
    let reporter = Reporter::new(args.format, terminal);
    let planner = Planner::new(paths.clone(), args.apply, reporter, terminal);
    let worker = Worker { paths: paths.clone(), planner, terminal, poll: args.poll, watch_error: None };
    let jobs = worker::start(worker, inbox).map_err(|error| Failure::system("cannot start a thread", &error))?;
    let pace = Pace { settle: args.debounce, cap: args.debounce.max(Pace::default().cap), ..Pace::default() };
    let watch = Watch {
        protocol: Protocol::new(pace),
        start: Instant::now(),
        trigger: Some(Trigger::Start),
        problem: None,
        in_pass: false,
        jobs,
        paths,
        reporter,
        terminal,
        board,
        once: args.once,
    };
    watch.run(&messages, listening.as_deref())
}

/// Passes a signal on. After an end signal, ends the process even if a thread is stuck, such as on a full pipe.
fn forward(signal: Signal, inbox: &Sender<Message>) {
    let _ = inbox.send(Message::Signal(signal));
    if signal == Signal::End {
        thread::sleep(DEADLINE);
        process::exit(i32::from(Exit::Done as u8));
    }
}

/// State of the deciding thread.
struct Watch {
    protocol: Protocol,
    start: Instant,
    /// Trigger of the next pass; `None` if it is a change.
    trigger: Option<Trigger>,
    /// Problem of the last pass, until it is reported.
    problem: Option<Problem>,
    /// Whether a pass is in progress.
    in_pass: bool,
    jobs: Sender<Job>,
    paths: Paths,
    reporter: Reporter,
    terminal: Terminal,
    board: Arc<Mutex<StatusBoard>>,
    once: bool,
}

/// End of the watch.
enum End {
    Exit(Exit),
    Failure(Failure),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl Watch {
    fn run(mut self, messages: &Receiver<Message>, listening: Option<&str>) -> Result<Exit, Failure> {
        match self.decide(messages, listening) {
            Ok(never) => match never {},
            Err(End::Exit(exit)) => Ok(exit),
            Err(End::Failure(failure)) => Err(failure),
        }
    }

    fn decide(
        &mut self,
        messages: &Receiver<Message>,
        listening: Option<&str>,
    ) -> Result<std::convert::Infallible, End> {
        self.print(&self.reporter.opening(listening))?;
        loop {
            self.board(StatusBoard::beat);
            match self.protocol.next(self.now()) {
                Next::Read => self.send(Job::Read)?,
                Next::Wait(until) => match messages.recv_timeout(until.saturating_sub(self.now())) {
                    Ok(message) => self.receive(message, messages)?,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Err(worker_lost().into()),
                },
            }
        }
    }

    fn receive(&mut self, message: Message, messages: &Receiver<Message>) -> Result<(), End> {
        match message {
            Message::FilesChanged => self.protocol.files_changed(self.now()),
            Message::Signal(Signal::Replan) => {
                self.trigger = Some(Trigger::Signal);
                self.protocol.request_plan();
            }
            Message::Signal(Signal::End) => return Err(self.finish(messages)),
            Message::Snapshot(snapshot) => self.handle_snapshot(*snapshot)?,
            Message::PassEnded(outcome) => self.handle_outcome(*outcome)?,
        }
        Ok(())
    }

    /// Does what the protocol decides about a snapshot.
    fn handle_snapshot(&mut self, snapshot: Snapshot) -> Result<(), End> {
        match self.protocol.seen(snapshot.digest, self.now()) {
            Verdict::Nothing => Ok(()),
            Verdict::Recovered => {
                self.board(StatusBoard::succeed);
                self.print(&self.reporter.recovered(RecoveredPlan::Unchanged))?;
                self.write_status();
                Ok(())
            }
            Verdict::ReportFailure => self.report_problem(),
            Verdict::Pass(removals) => {
                // The plan of deferred content was reported when the content was new.
                let trigger = match removals {
                    Removals::Allowed => None,
                    Removals::Deferred => Some(self.trigger.take().unwrap_or(Trigger::Change)),
                };
                self.in_pass = true;
                self.send(Job::Pass(Box::new(Request { snapshot, trigger, removals })))
            }
        }
    }

    /// Reports a pass as the protocol decides.
    fn handle_outcome(&mut self, outcome: Outcome) -> Result<(), End> {
        self.in_pass = false;
        let notice = self.protocol.ended(outcome.result, self.now());
        let is_deferred = outcome.result == PassResult::Deferred;
        if notice == Notice::Recovered {
            self.print(&self.reporter.recovered(RecoveredPlan::New))?;
        }
        self.print_outcome(&outcome)?;
        if let Some(facts) = &outcome.facts {
            self.board(|board| board.plan(facts));
        }
        self.problem = outcome.problem;
        match notice {
            Notice::Nothing => Ok(()),
            Notice::Failure => self.report_problem(),
            Notice::Good | Notice::Recovered => {
                self.board(StatusBoard::succeed);
                self.write_status();
                if self.once && !is_deferred { Err(End::Exit(outcome.exit)) } else { Ok(()) }
            }
        }
    }

    /// Reports the problem of the last pass, once.
    fn report_problem(&mut self) -> Result<(), End> {
        let Some(problem) = self.problem.take() else { return Ok(()) };
        let has_plan = status_board::lock(&self.board).has_plan();
        self.board(|board| board.fail(&problem.failure.message));
        self.print(&self.reporter.problem(&problem, has_plan))?;
        self.write_status();
        if self.once { Err(End::Exit(problem.failure.exit)) } else { Ok(()) }
    }

    /// Ends after a signal. A pass in progress is reported if it ends in time; a state is never half written.
    fn finish(&mut self, messages: &Receiver<Message>) -> End {
        let until = Instant::now() + GRACE;
        while self.in_pass {
            match messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::PassEnded(outcome)) => {
                    if let Err(end @ End::Failure(_)) = self.handle_outcome(*outcome) {
                        return end;
                    }
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        End::Exit(Exit::Done)
    }

    fn now(&self) -> Moment {
        self.start.elapsed()
    }

    fn send(&self, job: Job) -> Result<(), End> {
        self.jobs.send(job).map_err(|_| worker_lost().into())
    }

    fn print(&self, text: &str) -> Result<(), End> {
        self.print_or(text, Failure::output)
    }

    /// Prints the text of a pass. If that fails after a save, the error says that the state is saved.
    fn print_outcome(&self, outcome: &Outcome) -> Result<(), End> {
        let failure = if outcome.saved { Failure::output_after_saving } else { Failure::output };
        self.print_or(&outcome.text, failure)
    }

    fn print_or(&self, text: &str, failure: fn(&io::Error) -> Failure) -> Result<(), End> {
        if text.is_empty() {
            return Ok(());
        }
        match self.terminal.print_to_reader(text) {
            Ok(Reader::Present) => Ok(()),
            // With `--once`, the exit code still tells the result.
            Ok(Reader::Gone) if self.once => Ok(()),
            Ok(Reader::Gone) => Err(End::Exit(Exit::Done)),
            Err(error) => Err(failure(&error).into()),
        }
    }

    fn board(&self, change: impl FnOnce(&mut StatusBoard)) {
        change(&mut status_board::lock(&self.board));
    }

    /// Writes the status file. A failed write is a warning.
    fn write_status(&self) {
        let status = status_board::lock(&self.board).status();
        if let Err(failure) = self.paths.write_status(&status) {
            let (warning, sources) = failure.into_diagnostic(Severity::Warning);
            self.terminal.report_in(&warning, &sources);
        }
    }
}

/// Creates the error for a working thread that has ended, which it never should.
fn worker_lost() -> Failure {
    Failure::error("the working thread has ended unexpectedly").help("this is a bug in lighthouse: please report it")
}
