//! `schema`: JSON Schemas of the manifest, the state, and the JSON output of commands.

use lighthouse::{manifest, render, state};

use crate::args::Document;

/// Returns the schema of a document.
pub(crate) fn run(document: Document) -> String {
    let schema = match document {
        Document::Manifest => manifest::schema(),
        Document::Plan => render::plan_schema(),
        Document::Check => render::check_schema(),
        Document::Apply => render::apply_schema(),
        Document::Show => render::show_schema(),
        Document::Explain => render::explain_schema(),
        Document::Watch => render::watch_schema(),
        Document::Status => render::watch_status_schema(),
        Document::State => state::schema(),
    };
    format!("{:#}\n", schema.as_value())
}
