//! `show`: a state or a saved plan, for people, for programs, or in lines for a deploy script.

use std::path::{Path, PathBuf};

use lighthouse::manifest::MAX_TEXT_BYTES;
use lighthouse::model::Model;
use lighthouse::render::{saved_json, saved_text, show_json, show_lines, show_text};
use lighthouse::state::{self, SavedPlan, State};
use lighthouse::store;
use lighthouse::text::escape::quoted;

use crate::args::{Global, ShowArgs, ShowFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::{manifest_input, read_manifest, state_path};
use crate::planning::unknown;

/// Shows a file, or the state of the manifest.
pub(crate) fn run(global: &Global, args: &ShowArgs) -> Result<(String, Exit), Failure> {
    let path = match &args.file {
        Some(path) => path.clone(),
        None => recorded_path(global)?,
    };
    let missing = || Failure::error(format!("there is no state {}", quoted(&path.to_string_lossy())));
    let bytes = store::read(&path, MAX_TEXT_BYTES)?
        .ok_or_else(|| missing().help("`lighthouse apply` writes one, and `lighthouse adopt` records what runs"))?;
    if is_saved_plan(&bytes) { show_plan(&path, &bytes, args) } else { show_state(global, &path, &bytes, args) }
}

/// Where the state of the manifest is.
fn recorded_path(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(path) = &global.state {
        return Ok(path.clone());
    }
    state_path(global, &manifest_input(global)?)
        .ok_or_else(|| Failure::usage("a manifest from standard input has no state beside it").help("name the file"))
}

/// Only a saved plan names the manifest that it was made from.
fn is_saved_plan(bytes: &[u8]) -> bool {
    let head = bytes.split(|&byte| byte == b'\n').take_while(|line| !line.starts_with(b"["));
    head.into_iter().any(|line| line.starts_with(b"manifest = "))
}

fn show_plan(path: &Path, bytes: &[u8], args: &ShowArgs) -> Result<(String, Exit), Failure> {
    let saved = SavedPlan::parse(bytes).map_err(|error| Failure::unreadable("plan", path, bytes, &error))?;
    let text = match args.format {
        _ if args.node.is_some() => return Err(Failure::usage("`--node` is for a state, and this is a saved plan")),
        ShowFormat::Lines => return Err(Failure::usage("lines are for a state, and this is a saved plan")),
        ShowFormat::Text => saved_text(&saved),
        ShowFormat::Json => saved_json(&saved),
    };
    let changes = args.detailed_exitcode && !saved.changes.is_empty();
    Ok((text, if changes { Exit::Changes } else { Exit::Done }))
}

fn show_state(global: &Global, path: &Path, bytes: &[u8], args: &ShowArgs) -> Result<(String, Exit), Failure> {
    let state = state::parse(bytes).map_err(|error| Failure::unreadable_state(path, bytes, &error))?;
    let model = read_manifest(global).ok().and_then(|read| read.manifest.ok()).map(|manifest| manifest.model);
    let node = args.node.as_deref();
    if let Some(node) = node {
        known(node, &state, model.as_ref())?;
    }
    let text = match args.format {
        ShowFormat::Text => show_text(&state, model.as_ref(), node),
        ShowFormat::Json => show_json(&state, model.as_ref(), node),
        ShowFormat::Lines => show_lines(&state, node),
    };
    Ok((text, Exit::Done))
}

/// A node that neither manifest nor state names is a slip: to a deploy script, nothing to run would look the same.
fn known(node: &str, state: &State, model: Option<&Model>) -> Result<(), Failure> {
    let recorded = state.record.placements.iter().map(|placement| &*placement.node);
    let declared = model.into_iter().flat_map(Model::nodes).map(|node| &*node.name);
    let names = recorded.chain(declared).collect::<Vec<_>>();
    if names.contains(&node) { Ok(()) } else { Err(unknown("node", node, names)) }
}
