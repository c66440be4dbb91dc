//! The thread that works: it looks, plans and applies, one thing at a time.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use lighthouse::render::{Shown, Trigger};
use lighthouse::state::Lineage;
use lighthouse::text::diagnostic::Diagnostic;
use lighthouse::watch::{Blind, Content, Sentry};

use super::Message;
use super::look::{Look, look};
use super::pass::Outcome;
use super::scene::Scene;
use super::voice::Voice;
use crate::args::WatchArgs;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// What there is to do.
pub(crate) enum Job {
    Look,
    Pass {
        look: Box<Look>,
        /// What it is shown as; a pass that was put off is not shown again.
        trigger: Option<Trigger>,
        /// What it removes may go.
        steady: bool,
    },
}

/// What it remembers from one job to the next.
pub(crate) struct Worker {
    pub(crate) scene: Scene,
    pub(crate) apply: bool,
    pub(crate) voice: Voice,
    pub(crate) terminal: Terminal,
    poll: bool,
    /// Why it last saw nothing coming.
    blind: Option<Blind>,
    /// The content of the last pass.
    pub(crate) content: Option<Content>,
    /// The last plan that was shown.
    pub(crate) shown: Shown,
    /// The state that it last wrote or found in order.
    pub(crate) known: Option<(Lineage, u64)>,
}

impl Worker {
    pub(crate) fn new(scene: Scene, args: &WatchArgs, voice: Voice, terminal: Terminal) -> Self {
        Self {
            scene,
            apply: args.apply,
            voice,
            terminal,
            poll: args.poll,
            blind: None,
            content: None,
            shown: Shown::default(),
            known: None,
        }
    }

    /// Looks, once word of what happens from now on is sure to come.
    fn look(&mut self, sentry: &mut Sentry) -> Look {
        self.scene.enter();
        if !self.poll {
            let blind = sentry.watch(self.scene.surroundings()).err();
            if blind != self.blind
                && let Some(blind) = &blind
            {
                let help = "without word of changes it looks every five seconds";
                self.terminal.report(&Diagnostic::warning(blind.to_string()).help(help));
            }
            self.blind = blind;
        }
        look(&self.scene)
    }
}

/// Starts the thread. What comes of a job goes to the inbox.
pub(crate) fn start(mut worker: Worker, inbox: Sender<Message>) -> io::Result<Sender<Job>> {
    let (jobs, todo) = channel();
    let thread = thread::Builder::new().spawn(move || {
        let stir = inbox.clone();
        let mut sentry = Sentry::new(move || drop(stir.send(Message::Stir)));
        for job in todo {
            let message = match job {
                Job::Look => Message::Seen(Box::new(worker.look(&mut sentry))),
                Job::Pass { look, trigger, steady } => {
                    Message::Ended(Box::new(survive(|| worker.pass(*look, trigger, steady))))
                }
            };
            if inbox.send(message).is_err() {
                return;
            }
        }
    });
    thread.map(|_| jobs)
}

/// No content ends a watch, not even one that finds a mistake in lighthouse. The panic itself is on standard error.
fn survive(pass: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(pass)).unwrap_or_else(|_| {
        let failure = Failure::error("planning has panicked").help("this is a mistake in lighthouse: please report it");
        Outcome::broken(failure)
    })
}
