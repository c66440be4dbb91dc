//! `show`: prints a state or a saved plan for people, for programs, or as lines for a deploy script.

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
use crate::output::Output;
use crate::planning::unknown;

/// Prints a file, or the state of the manifest.
pub(crate) fn run(global: &Global, args: &ShowArgs) -> Result<Output, Failure> {
    let path = match &args.file {
        Some(path) => path.clone(),
        None => default_path(global)?,
    };
    let missing = || Failure::error(format!("there is no state {}", quoted(&path.to_string_lossy())));
    let bytes = store::read(&path, MAX_TEXT_BYTES)?
        .ok_or_else(|| missing().help("`lighthouse apply` writes one; `lighthouse adopt` records what runs already"))?;
    if is_saved_plan(&bytes) { show_plan(&path, &bytes, args) } else { show_state(global, &path, &bytes, args) }
}

/// Returns where the state of the manifest is.
fn default_path(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(path) = &global.state {
        return Ok(path.clone());
    }
    state_path(global, &manifest_input(global)?).ok_or_else(|| {
        Failure::usage("a manifest from standard input has no state beside it")
            .help("`lighthouse show FILE` names the state")
    })
}

/// Returns whether this is a saved plan: unlike a state, it has the digest of a manifest.
fn is_saved_plan(bytes: &[u8]) -> bool {
    let head = bytes.split(|&byte| byte == b'\n').take_while(|line| !line.starts_with(b"["));
    head.into_iter().any(|line| line.starts_with(b"manifest = "))
}

fn show_plan(path: &Path, bytes: &[u8], args: &ShowArgs) -> Result<Output, Failure> {
    let saved = SavedPlan::parse(bytes).map_err(|error| Failure::unreadable("plan", path, bytes, &error))?;
    let text = match args.format {
        _ if args.node.is_some() => return Err(Failure::usage("`--node` needs a state, but this is a saved plan")),
        ShowFormat::Lines => return Err(Failure::usage("`--format lines` needs a state, but this is a saved plan")),
        ShowFormat::Text => saved_text(&saved),
        ShowFormat::Json => saved_json(&saved),
    };
    let changes = args.detailed_exitcode && !saved.changes.is_empty();
    Ok(Output { text, exit: if changes { Exit::Changes } else { Exit::Done } })
}

fn show_state(global: &Global, path: &Path, bytes: &[u8], args: &ShowArgs) -> Result<Output, Failure> {
    let state = state::parse(bytes).map_err(|error| Failure::unreadable_state(path, bytes, &error))?;
    let model = read_manifest(global).ok().and_then(|read| read.manifest.ok()).map(|manifest| manifest.model);
    let node = args.node.as_deref();
    if let Some(node) = node {
        check_node(node, &state, model.as_ref())?;
    }
    let text = match args.format {
        ShowFormat::Text => show_text(&state, model.as_ref(), node),
        ShowFormat::Json => show_json(&state, model.as_ref(), node),
        ShowFormat::Lines => show_lines(&state, node),
    };
    Ok(Output::done(text))
}

/// Fails if neither manifest nor state names the node. A mistyped node must not look like a node without workloads to a
/// deploy script.
fn check_node(node: &str, state: &State, model: Option<&Model>) -> Result<(), Failure> {
    let recorded = state.record.placements.iter().map(|placement| &*placement.node);
    let declared = model.into_iter().flat_map(Model::nodes).map(|node| &*node.name);
    let names = recorded.chain(declared).collect::<Vec<_>>();
    if names.contains(&node) { Ok(()) } else { Err(unknown("node", node, names)) }
}
