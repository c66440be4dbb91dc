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
//! - [`check`] judges every assignment before it is shown or saved, and shares no code with [`place`].
//! - A mistake in a manifest is a [`diagnostic`](text::diagnostic) with a place; a manifest with one is never planned.
//! - The state is replaced whole or not at all, and only by who holds its lock.
//! - What reaches a terminal went through [`escape`](text::escape).
//!
//! # The rooms, in reading order
//!
//! | room | what it is for |
//! |---|---|
//! | [`quantity`], [`names`], [`score`], [`model`] | the words of the manifest, as values |
//! | [`text`] | source positions, diagnostics and their drawing, escaping, counting words, suggestions |
//! | [`parallel`] | two things at once |
//! | [`manifest`] | text to model, and every mistake on the way |
//! | [`adoption`] | lines that say what runs where already, to pairs |
//! | [`place`] | the engine: rules, strategies, who may stay, who refused |
//! | [`check`], [`disagreement`] | the judge, and what is wrong before there is a plan to judge |
//! | [`plan`] | what changes, as data |
//! | [`proof`], [`why`] | what cannot be, whatever the order; why here, why not there, what would help |
//! | [`explain`] | the sentences for all of that |
//! | [`state`], [`store`] | the record as text, and its way to the disk and back |
//! | [`render`] | the same plan for people and for programs |
//! | [`watch`] | when to plan again: the protocol, and word of changed files |
//!
//! # As a library
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

pub mod quantity;

pub mod model;

pub mod text;

pub mod parallel;

pub mod manifest;

pub mod import;

pub mod rules;

pub mod place;

pub mod scenario;

pub mod verify;

pub mod plan;

pub mod bounds;

pub mod explain;

pub mod state;

pub mod store;

pub mod render;

pub mod watch;
