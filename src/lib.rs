//! Plan and apply for placement: where every workload of a cluster manifest should run, and why.
//!
//! # The way of the data
//!
//! ```text
//! text -> manifest -> Model ─┐
//!                            ├─> place -> Outcome -> plan -> render -> a page
//! text -> state ---> Record ─┘                        │
//!                                                     └-> Record -> state -> store
//! ```
//!
//! It flows one way, and with [`watch`] again whenever a text has changed. What decides is pure: [`place`] and [`plan`]
//! see values only, no files, no clock, no chance, and cannot fail; a workload without a node is an outcome. What
//! touches the disk is [`store`] alone, which moves bytes and knows no model. Printing and exit codes are the binary's.
//!
//! # What always holds
//!
//! - Amounts are exact ([`quantity`]): nothing is rounded, no float decides.
//! - The same input gives the same bytes; nothing shown or decided comes in the order of a hash map.
//! - [`verify`] judges every assignment before it is shown or saved, and shares no code with [`place`].
//! - A mistake in a manifest is a [`diagnostic`](text::diagnostic) with a place; a manifest with one is never planned.
//! - The state is replaced whole or not at all, and only by who holds its lock.
//! - What reaches a terminal went through [`escape`](text::escape).
//!
//! # The rooms, in reading order
//!
//! | room | what it is for |
//! |---|---|
//! | [`text`] | source positions, diagnostics and their drawing, escaping, counting words, suggestions |
//! | [`quantity`] | exact decimals with units |
//! | [`model`] | nodes, workloads, groups, rubric, sizes, names, the record and who inherits which part of it |
//! | [`manifest`] | text to model, and every mistake on the way |
//! | [`import`] | what others know about running workloads, as records |
//! | [`rules`] | may it run there? attach, hold, groups, selectors |
//! | [`place`] | the strategies: workload order, node order, search, reconcile with the record |
//! | [`verify`] | the independent judge of an assignment |
//! | [`bounds`] | what cannot be, whatever the order: proofs |
//! | [`plan`] | recorded against wanted: changes with reasons |
//! | [`scenario`] | plans of edited clusters |
//! | [`explain`] | why here, why not there, what would help: answers as data |
//! | [`render`] | pages: phrases, text, JSON, Markdown, GitHub, diff |
//! | [`state`] | state and saved plan: versioned text to values and back |
//! | [`store`] | files and locks |
//! | [`watch`] | when to plan again |
//! | [`parallel`] | two things at once |
//!
//! # As a library
//!
//! Without the default feature `cli` the crate is the engine alone, with three small dependencies: no files, no JSON, no
//! command line. [`prelude`] has the names that most programs need.
//!
//! ```
//! use lighthouse::model::{Model, NodeTable, Strategy, WorkloadTable};
//! use lighthouse::place::Engine;
//!
//! let mut model = Model::new(Strategy::Prioritized, &[])?;
//! model.add_nodes(NodeTable { name: "harbor".into(), ..NodeTable::default() })?;
//! model.add_workloads(WorkloadTable { name: "boat".into(), replicas: Some(2), ..WorkloadTable::default() })?;
//! let placed = Engine::new(&model).assign(&model, model.workload_ids());
//! assert!(placed.iter().all(|(_, node)| node.is_some()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bounds;
pub mod explain;
#[cfg(feature = "cli")]
pub mod import;
#[cfg(feature = "cli")]
pub mod manifest;
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
