//! Plan and apply for placement: where every workload of a cluster manifest should run, and why.
//!
//! # Data flow
//!
//! ```text
//! text -> manifest -> Model --+
//!                             +--> place -> Outcome -> plan -> render -> page
//! text -> state ----> Record -+                         |
//!                                                       +--> Record -> state -> store
//! ```
//!
//! Data flows one way; [`watch`] starts again when a file has changed. The rooms that decide are pure: they see values,
//! never files, a clock or random numbers, and they cannot fail. A workload without a node is an outcome, not an error.
//! Only [`store`] touches the disk; it moves bytes and knows no model. Printing and exit codes belong to the program,
//! `src/bin/lighthouse`.
//!
//! # Invariants
//!
//! - Amounts are exact ([`quantity`]): nothing is rounded, and no float decides.
//! - The same input gives the same bytes. Nothing that is shown or decided depends on the order of a hash map.
//! - [`verify`] judges every assignment before it is shown or saved, and shares no code with [`place`].
//! - A mistake in a manifest is a [`diagnostic`](text::diagnostic) with a position; a manifest with mistakes is never
//!   planned.
//! - The state is replaced as a whole or not at all, and only by the process that holds its lock.
//! - Everything that reaches a terminal passes through [`escape`](text::escape).
//!
//! # Rooms, in reading order
//!
//! Each room may use the rooms above it in this table, unless the walls in `tests/it/tidy.rs` say otherwise.
//!
//! | room | what it is for |
//! |---|---|
//! | [`quantity`] | exact decimals with units |
//! | [`text`] | source positions, diagnostics and their drawing, escaping, counting words, suggestions |
//! | [`parallel`] | work on several threads with the result of one |
//! | [`model`] | nodes, workloads, groups, rubric, sizes, names, the record, who inherits which record; edits as an overlay |
//! | [`store`] | files, folders and locks |
//! | [`state`] | placement state and saved plan: versioned text to values and back, digests |
//! | [`manifest`] | text to model, and every mistake on the way; `lint` warns, `fast` reads long texts in pieces |
//! | [`import`] | what other tools know about running workloads, as records |
//! | [`rules`] | may it run there? attach, hold, groups, selectors; one `Reason` for every "no" |
//! | [`verify`] | the independent judge of an assignment |
//! | [`bounds`] | what no order of placing could achieve: proofs |
//! | [`place`] | the strategies: workload order, node order, search, reconcile with the record; `index` and `tally` |
//! | [`plan`] | recorded against wanted: changes with their reasons |
//! | [`scenario`] | plans of edited clusters |
//! | [`explain`] | why here, why not there, what would help: answers as data |
//! | [`watch`] | when to plan again |
//! | [`render`] | pages: `phrase` (one sentence per value), text, JSON, Markdown, GitHub, diff |
//! | [`manual`] | the manual, one page per topic, for the forge, rustdoc and `lighthouse help` |
//!
//! # Where to find
//!
//! | question | file |
//! |---|---|
//! | the loop that places one workload after the other | `src/place/first_fit.rs` |
//! | in which order a strategy takes workloads, and tries nodes | `src/place/workload_order.rs`, `src/place/node_order.rs` |
//! | which recorded placements stay | `src/place/reconcile.rs` |
//! | a rule of placement: its check, and its reason | `src/rules/attach.rs`, `src/rules/reason.rs` |
//! | ... and where else a rule is known | `src/rules/refusal.rs`, `src/place/reconcile.rs`, `src/place/tally/`, `src/bounds/`, `src/verify/` |
//! | the sentence for a reason | `src/render/phrase/reason.rs` |
//! | an output format | a file in `src/render/`, `src/bin/lighthouse/args.rs`, `src/bin/lighthouse/commands/plan.rs` |
//! | how the state file is replaced | `src/store/local/replace.rs`; the rename is in `temporary.rs` beside it |
//!
//! # As a library
//!
//! Without the default feature `cli` the crate is the engine alone, with three small dependencies: no files, no JSON,
//! no command line. [`prelude`] has the names that most programs need.
//!
//! ```
//! use lighthouse::prelude::{Model, NodeTable, Start, Strategy, WorkloadTable, place};
//!
//! let mut model = Model::new(Strategy::Prioritized, &[])?;
//! model.add_nodes(NodeTable { name: "harbor".into(), ..NodeTable::default() })?;
//! model.add_workloads(WorkloadTable { name: "boat".into(), replicas: Some(2), ..WorkloadTable::default() })?;
//! let outcome = place(&model, &Start::default())?;
//! assert!(model.workload_ids().all(|workload| outcome.assignment.of(workload).is_some()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bounds;
pub mod explain;
#[cfg(feature = "cli")]
pub mod import;
#[cfg(feature = "cli")]
pub mod manifest;
pub mod manual;
pub mod model;
pub mod parallel;
pub mod place;
pub mod plan;
pub mod quantity;
#[cfg(feature = "cli")]
pub mod render;
pub mod rules;
pub mod scenario;
#[cfg(feature = "cli")]
pub mod state;
#[cfg(feature = "cli")]
pub mod store;
#[cfg(feature = "cli")]
pub mod text;
pub mod verify;
#[cfg(feature = "cli")]
pub mod watch;

/// The names that a program needs to plan a cluster of its own.
pub mod prelude {
    pub use crate::model::{
        Assignment, Model, NodeId, NodeTable, Offer, Record, Replan, Requirement, Strategy, WorkloadId, WorkloadTable,
    };
    pub use crate::place::{Outcome, Start, place};
    pub use crate::plan::Plan;
    pub use crate::quantity::{Capacity, Family, Quantity};
}
