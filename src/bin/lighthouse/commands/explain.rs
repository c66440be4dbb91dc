//! `explain`: says why a workload is where it is, why not elsewhere, and what would help.

use lighthouse::explain::{self, Answer, Context};
use lighthouse::render::{Setting, explain_json, explain_text};
use lighthouse::text::escape::shell_word;

use crate::args::{ExplainArgs, ExplainFormat, Global};
use crate::failure::Failure;
use crate::planning::{self, Basis, unknown};
use crate::progress::Progress;
use crate::terminal::Terminal;

/// Plans, and explains the workload, the node or the cluster.
pub(crate) fn run(global: &Global, args: &ExplainArgs, terminal: Terminal) -> Result<String, Failure> {
    let basis = planning::read(global, &args.start, terminal)?;
    let plan = basis.plan()?;
    let pins = basis.pins();
    let progress = Progress::start("looking for what would help", terminal.quiet);
    let answer = answer(&basis, Context { plan: &plan, record: basis.record(), pins: &pins }, args)?;
    drop(progress);
    let (origin, apply) = (basis.origin(), apply_command(global, args));
    let setting = Setting {
        plan: &plan,
        manifest: &basis.manifest,
        sources: &basis.sources,
        origin: &origin,
        apply: &apply,
        columns: terminal.columns(),
    };
    Ok(match args.format {
        ExplainFormat::Text => explain_text(&answer, setting),
        ExplainFormat::Json => explain_json(&answer, setting),
    })
}

fn answer(basis: &Basis, case: Context<'_>, args: &ExplainArgs) -> Result<Answer, Failure> {
    let model = &basis.manifest.model;
    match (&args.workload, &args.node) {
        (Some(name), _) => {
            let names = model.workloads().iter().map(|each| &*each.name);
            let workload = model.workload_named(name).ok_or_else(|| match model.node_named(name) {
                Some(_) => unknown("workload", name, []).help(format!("it is a node: `--node {}`", shell_word(name))),
                None => unknown("workload", name, names),
            })?;
            Ok(explain::workload(case, workload))
        }
        (None, Some(name)) => {
            let names = model.nodes().iter().map(|each| &*each.name);
            let node = model.node_named(name).ok_or_else(|| match model.workload_named(name) {
                Some(_) => unknown("node", name, []).help("it is a workload: omit `--node`"),
                None => unknown("node", name, names),
            })?;
            Ok(Answer::Node(explain::node(case, node)))
        }
        (None, None) => Ok(Answer::Cluster(explain::cluster(case))),
    }
}

/// Returns the `apply` command with the flags of this call, for suggestions.
fn apply_command(global: &Global, args: &ExplainArgs) -> String {
    let files = [("-f", &global.manifest), ("--state", &global.state)];
    let files =
        files.into_iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?.to_string_lossy().into_owned())));
    let moves = args.start.moves.iter().map(|pair| ("--move", pair.clone()));
    let flags = files.chain(moves).map(|(flag, value)| format!(" {flag} {}", shell_word(&value)));
    std::iter::once("lighthouse apply".to_owned()).chain(flags).collect()
}
