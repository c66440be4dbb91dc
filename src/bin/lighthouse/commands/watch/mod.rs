//! `watch`: plans again whenever the content changes, until it is told to end.
//!
//! One thread decides: it hears of changes, signals and results in one inbox, asks the library's protocol what to do,
//! and says what came of it. Another works: it looks, plans and applies, one thing at a time. So a signal is answered
//! at once, also in the middle of a plan. A pass that is nearly done is waited for, and none is ever torn: a state is
//! replaced whole or not at all.

mod board;
mod listen;
mod look;
mod pass;
mod scene;
mod voice;
mod worker;

use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use lighthouse::render::Trigger;
use lighthouse::text::diagnostic::Severity;
use lighthouse::watch::{Ending, Moment, Next, Pace, Protocol, Verdict, Word};

use crate::args::{Global, WatchArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::signals::{self, Signal};
use crate::terminal::Terminal;
use board::Board;
use look::Look;
use pass::{Outcome, Trouble};
use scene::Scene;
use voice::Voice;
use worker::{Job, Worker};

/// So long a pass that is under way at the end is waited for.
const GRACE: Duration = Duration::from_millis(500);

/// So long after a signal it ends in any case.
const LAST: Duration = Duration::from_millis(900);

/// What comes in.
enum Message {
    /// Something happened to a file.
    Stir,
    Signal(Signal),
    Seen(Box<Look>),
    Ended(Box<Outcome>),
}

/// Watches until a signal, or with `--once` until something was said.
pub(crate) fn run(global: &Global, args: &WatchArgs, terminal: Terminal) -> Result<Exit, Failure> {
    let scene = Scene::find(global, args)?;
    let (inbox, messages) = channel();
    let tell = inbox.clone();
    signals::listen(move |signal| answer(signal, &tell))
        .map_err(|error| Failure::system("cannot listen to signals", &error))?;
    let board = Arc::new(Mutex::new(Board::new()));
    let listening = args.listen.map(|address| listen::start(address, &board)).transpose()?;
    let voice = Voice::new(args.format, terminal);
    let jobs = worker::start(Worker::new(scene.clone(), args, voice, terminal), inbox)
        .map_err(|error| Failure::system("cannot start a thread to plan on", &error))?;
    let pace = Pace { settle: args.debounce, cap: args.debounce.max(Pace::default().cap), ..Pace::default() };
    let watch = Watch {
        protocol: Protocol::new(pace),
        start: Instant::now(),
        trigger: Some(Trigger::Start),
        trouble: None,
        working: false,
        jobs,
        scene,
        voice,
        terminal,
        board,
        once: args.once,
    };
    watch.live(&messages, listening.as_deref())
}

/// Passes a signal on. The end does not depend on anybody who may be stuck, as on a reader that has stopped to read.
fn answer(signal: Signal, inbox: &Sender<Message>) {
    let _ = inbox.send(Message::Signal(signal));
    if signal == Signal::End {
        thread::sleep(LAST);
        process::exit(i32::from(Exit::Done as u8));
    }
}

/// The deciding thread.
struct Watch {
    protocol: Protocol,
    start: Instant,
    /// What the next pass was asked by; nothing when it is another content.
    trigger: Option<Trigger>,
    /// What was wrong at the last pass, as long as it may have to be said.
    trouble: Option<Trouble>,
    /// A pass is under way.
    working: bool,
    jobs: Sender<Job>,
    scene: Scene,
    voice: Voice,
    terminal: Terminal,
    board: Arc<Mutex<Board>>,
    once: bool,
}

/// The end: nobody reads any more, or the work of `--once` is done.
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
    fn live(mut self, messages: &Receiver<Message>, listening: Option<&str>) -> Result<Exit, Failure> {
        match self.go_on(messages, listening) {
            Ok(never) => match never {},
            Err(End::Exit(exit)) => Ok(exit),
            Err(End::Failure(failure)) => Err(failure),
        }
    }

    fn go_on(
        &mut self,
        messages: &Receiver<Message>,
        listening: Option<&str>,
    ) -> Result<std::convert::Infallible, End> {
        self.say(&self.voice.opening(listening))?;
        loop {
            self.board(Board::beat);
            match self.protocol.next(self.now()) {
                Next::Look => self.send(Job::Look)?,
                Next::Rest(until) => match messages.recv_timeout(until.saturating_sub(self.now())) {
                    Ok(message) => self.hear(message, messages)?,
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return Err(lost().into()),
                },
            }
        }
    }

    fn hear(&mut self, message: Message, messages: &Receiver<Message>) -> Result<(), End> {
        match message {
            Message::Stir => self.protocol.stir(self.now()),
            Message::Signal(Signal::Again) => {
                self.trigger = Some(Trigger::Signal);
                self.protocol.ask();
            }
            Message::Signal(Signal::End) => return Err(self.leave(messages)),
            Message::Seen(look) => self.judge(look)?,
            Message::Ended(outcome) => self.conclude(*outcome)?,
        }
        Ok(())
    }

    /// What to do about what was seen.
    fn judge(&mut self, look: Box<Look>) -> Result<(), End> {
        match self.protocol.seen(look.digest, self.now()) {
            Verdict::Nothing => Ok(()),
            Verdict::Recovered => {
                self.board(Board::succeed);
                self.say(&self.voice.recovered(true))?;
                self.keep_status();
                Ok(())
            }
            Verdict::Complain => self.complain(),
            Verdict::Pass { steady } => {
                // A content that was put off was shown when it was new.
                let trigger = if steady { None } else { Some(self.trigger.take().unwrap_or(Trigger::Change)) };
                self.working = true;
                self.send(Job::Pass { look, trigger, steady })
            }
        }
    }

    /// What to say of a pass.
    fn conclude(&mut self, outcome: Outcome) -> Result<(), End> {
        self.working = false;
        let word = self.protocol.ended(outcome.ending, self.now());
        let goes_on = outcome.ending == Ending::Held;
        if word == Word::Recovered {
            self.say(&self.voice.recovered(false))?;
        }
        self.say_of(&outcome.said, outcome.saved)?;
        if let Some(facts) = &outcome.facts {
            self.board(|board| board.plan(facts));
        }
        self.trouble = outcome.trouble;
        match word {
            Word::Nothing => Ok(()),
            Word::Failure => self.complain(),
            Word::Good | Word::Recovered => {
                self.board(Board::succeed);
                self.keep_status();
                if self.once && !goes_on { Err(End::Exit(outcome.exit)) } else { Ok(()) }
            }
        }
    }

    /// Says what was wrong.
    fn complain(&mut self) -> Result<(), End> {
        let Some(trouble) = self.trouble.take() else { return Ok(()) };
        let has_plan = board::lock(&self.board).has_plan();
        self.board(|board| board.fail(&trouble.failure.message));
        self.say(&self.voice.trouble(&trouble, has_plan))?;
        self.keep_status();
        if self.once { Err(End::Exit(trouble.failure.exit)) } else { Ok(()) }
    }

    /// The end by a signal. What is being saved is told of when it is soon done; the write protocol holds in any case.
    fn leave(&mut self, messages: &Receiver<Message>) -> End {
        let until = Instant::now() + GRACE;
        while self.working {
            match messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Message::Ended(outcome)) => {
                    if let Err(end @ End::Failure(_)) = self.conclude(*outcome) {
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
        self.jobs.send(job).map_err(|_| lost().into())
    }

    fn say(&self, text: &str) -> Result<(), End> {
        self.say_of(text, false)
    }

    /// Says what came of a pass.
    fn say_of(&self, text: &str, saved: bool) -> Result<(), End> {
        if text.is_empty() {
            return Ok(());
        }
        match self.terminal.print_on(text) {
            Ok(true) => Ok(()),
            // How the one pass ends is told by the exit code, too.
            Ok(false) if self.once => Ok(()),
            Ok(false) => Err(End::Exit(Exit::Done)),
            Err(error) if saved => Err(Failure::output_after_saving(&error).into()),
            Err(error) => Err(Failure::output(&error).into()),
        }
    }

    fn board(&self, change: impl FnOnce(&mut Board)) {
        change(&mut board::lock(&self.board));
    }

    /// Writes the status file. That it cannot be written is no reason to stop.
    fn keep_status(&self) {
        let status = board::lock(&self.board).status();
        if let Err(failure) = self.scene.write_status(&status) {
            let (warning, sources) = failure.said_as(Severity::Warning);
            self.terminal.report_in(&warning, &sources);
        }
    }
}

/// The working thread is gone, which it never should be.
fn lost() -> Failure {
    Failure::error("the work has ended unexpectedly").help("this is a mistake in lighthouse: please report it")
}
