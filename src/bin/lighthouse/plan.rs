//! `plan`: where everything would go, and what that changes.

use lighthouse::plan::Plan;
use lighthouse::render::{Paint, plan_json, plan_text};

use crate::args::{Global, PlanArgs, PlanFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::planning::{self, Basis};
use crate::saved_plan;
use crate::terminal::Terminal;

/// Plans, saves the plan where that is wanted, and shows it.
pub(crate) fn run(global: &Global, args: &PlanArgs, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let basis = planning::read(global, &args.planning, terminal)?;
    let plan = basis.plan()?;
    if let Some(path) = &args.out {
        saved_plan::save(&basis, &plan, path)?;
    }
    Ok((show(&basis, &plan, args.format, terminal), exit(&plan, args)))
}

fn show(basis: &Basis, plan: &Plan<'_>, format: PlanFormat, terminal: Terminal) -> String {
    let paint = if terminal.out_coloured { Paint::Coloured } else { Paint::Plain };
    match format {
        PlanFormat::Text => plan_text(plan, &basis.origin(), paint),
        PlanFormat::Json => plan_json(plan, &basis.warnings, &basis.sources),
    }
}

fn exit(plan: &Plan<'_>, args: &PlanArgs) -> Exit {
    let changes = if args.detailed_exitcode && plan.summary.has_changes() { Exit::Changes } else { Exit::Done };
    let unplaced = plan.summary.unplaced > 0 && !args.planning.allow_unplaced;
    changes.and(if unplaced { Exit::Unplaced } else { Exit::Done })
}
