//! `plan`: shows where each workload would run, and what that changes.

use lighthouse::plan::Plan;
use lighthouse::render::{Paint, plan_diff, plan_github, plan_markdown, write_plan_json, write_plan_text};
use lighthouse::state::Lineage;

use crate::args::{Global, PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::planning::{self, Basis};
use crate::saved_plan;
use crate::terminal::Terminal;
use crate::writing;

/// Plans, saves the plan if `--out` is given, and shows it.
pub(crate) fn run(global: &Global, args: &PlanArgs, terminal: Terminal) -> Result<Output, Failure> {
    let mut basis = planning::read(global, &args.planning.start, terminal)?;
    if matches!(args.format, PlanFormat::Json | PlanFormat::Diff) {
        // These formats quote no line of the manifest.
        basis.forget_texts();
    }
    let plan = basis.plan()?;
    if let Some(path) = &args.out {
        saved_plan::save(&basis, &plan, path)?;
    }
    Ok(Output { text: show(&basis, &plan, args.format, terminal)?, exit: exit(&plan, args) })
}

/// Returns the page, or prints it while it is rendered and returns nothing: text and JSON may be large.
fn show(basis: &Basis, plan: &Plan<'_>, format: PlanFormat, terminal: Terminal) -> Result<String, Failure> {
    let (origin, locate) = (basis.origin(), |workload| basis.line(workload));
    let (warnings, sources) = (&basis.manifest.warnings, &basis.sources);
    let printed = match format {
        PlanFormat::Text => {
            let paint = if terminal.out_coloured { Paint::Coloured } else { Paint::Plain };
            terminal.print_through(|out| write_plan_text(out, plan, &origin, &locate, paint))
        }
        PlanFormat::Json => terminal.print_through(|out| write_plan_json(out, plan, warnings, sources)),
        PlanFormat::Markdown => return Ok(plan_markdown(plan, &origin, &locate, (warnings, sources))),
        PlanFormat::Diff => return diff(basis, plan),
        PlanFormat::Github => return Ok(plan_github(plan, &basis.manifest, sources)),
    };
    printed.map(|()| String::new()).map_err(|error| Failure::output(&error))
}

/// Returns the lines of the state file that an apply would change.
fn diff(basis: &Basis, plan: &Plan<'_>) -> Result<String, Failure> {
    let state_file = &basis.state_file;
    let before = state_file.bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let record = plan.record();
    if state_file.state.as_ref().map_or(record.is_empty(), |state| state.record == record) {
        return Ok(String::new());
    }
    // The first apply draws a lineage at random; here it is zero, so that the same plan has the same diff.
    let lineage = state_file.state.as_ref().map_or(Lineage::from_bytes([0; 16]), |state| state.lineage.clone());
    let after = writing::next_state(state_file, plan.model, record, lineage)?.text();
    Ok(plan_diff(&before, &after, &basis.origin().state.unwrap_or_else(|| "state".to_owned())))
}

fn exit(plan: &Plan<'_>, args: &PlanArgs) -> Exit {
    let changes = if args.detailed_exitcode && plan.summary.has_changes() { Exit::Changes } else { Exit::Done };
    let unplaced = plan.summary.unplaced > 0 && !args.planning.allow_unplaced;
    changes.and(if unplaced { Exit::Unplaced } else { Exit::Done })
}
