//! `schema`: the JSON Schema of what people and programs write and read.

use lighthouse::{manifest, render, state};

use crate::args::Document;

/// The schema of a document.
pub(crate) fn run(what: Document) -> String {
    let schema = match what {
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
