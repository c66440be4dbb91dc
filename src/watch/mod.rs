//! Plan again whenever the content changes, and never on a mere event.
//!
//! An event says that something happened, never what: editors, Git, Kubernetes and git-sync each change a file in their
//! own way, queues overflow, and a watch on a folder dies with it. So an event only says *when to look*. What is looked
//! at is bytes, and a digest of them decides ([`Content`]); a tick looks now and then although nothing was heard.
//!
//! [`Protocol`] is this as a state machine: time and what was seen are passed in, what to do next comes out. [`Sentry`]
//! is where events come from. Who reads, plans and writes, and on which thread, is the caller's business.

mod content;
mod protocol;
mod sentry;

pub use content::Content;
pub use protocol::{Ending, Moment, Next, Pace, Protocol, Verdict, Word};
pub use sentry::{Blind, Sentry};
