//! `apply`: makes the plan the placement state.
//!
//! With `--yes` or a saved plan the lock comes first. Otherwise the plan is shown, the question asked, and then the
//! lock taken; a state that has changed meanwhile is not overwritten. The manifest is read once: what was shown is
//! applied.

use lighthouse::plan::Plan;
use lighthouse::render::{Ending, Paint, Refused, apply_json, plan_text, refused_json};
use lighthouse::state::Lineage;
use lighthouse::store::LockedStore;

use crate::args::{ApplyArgs, ApplyFormat, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::guards;
use crate::planning::{self, Basis};
use crate::saved_plan;
use crate::terminal::{Terminal, can_ask};
use crate::writing;

/// What came of an apply that was not refused.
pub(crate) struct Applied {
    /// The serial of the state now; none while there is no state.
    pub(crate) serial: Option<u64>,
    /// Whether there was something to save.
    pub(crate) saved: bool,
    /// What is said of it.
    message: String,
    /// Whether the reviewed plan had been applied before: what it left unplaced was told then.
    earlier: bool,
    pub(crate) exit: Exit,
}

/// Plans or takes the reviewed plan, shows it, asks, and writes the state.
pub(crate) fn run(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let done = match &args.plan {
        Some(path) => apply_reviewed(global, args, path, terminal),
        None if args.writing.yes => apply_at_once(global, args, terminal),
        None => apply_after_asking(global, args, terminal),
    };
    done.map_err(|failure| with_document(failure, args.format))
}

/// A refusal has its JSON also where there is no plan to tell of.
fn with_document(mut failure: Failure, format: ApplyFormat) -> Failure {
    if let (ApplyFormat::Json, Some(refusal), None) = (format, failure.refusal, &failure.output) {
        let refused = Refused { code: refusal.code(), message: &failure.message };
        failure.output = Some(refused_json(failure.serial, refused));
    }
    failure
}

fn apply_at_once(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<(String, Exit), Failure> {
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    let basis = planning::read(global, &args.planning.start, terminal)?;
    let plan = basis.plan()?;
    let applied = guards::check(&basis, &plan, args.limits())
        .and_then(|()| write(&basis, &plan, &locked, basis.lineage(), terminal));
    report(&basis, &plan, args, (&page(&basis, &plan, terminal), terminal), applied)
}

fn apply_after_asking(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<(String, Exit), Failure> {
    can_ask()?;
    let basis = planning::read(global, &args.planning.start, terminal)?;
    let plan = basis.plan()?;
    let page = page(&basis, &plan, terminal);
    match args.format {
        ApplyFormat::Text => terminal.print(&page).map_err(|error| Failure::output(&error))?,
        ApplyFormat::Json => terminal.say(&page),
    }
    let applied = guards::check(&basis, &plan, args.limits())
        .and_then(|()| if plan.summary.has_changes() { terminal.confirm("Apply this plan?") } else { Ok(()) })
        .and_then(|()| writing::lock(global, args.writing.lock_timeout))
        .and_then(|locked| write(&basis, &plan, &locked, basis.lineage(), terminal));
    report(&basis, &plan, args, ("", terminal), applied)
}

/// Applies exactly the plan that was reviewed, or nothing.
fn apply_reviewed(
    global: &Global,
    args: &ApplyArgs,
    path: &std::path::Path,
    terminal: Terminal,
) -> Result<(String, Exit), Failure> {
    let saved = saved_plan::read(path)?;
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    let basis = planning::read_reviewed(global, &saved.flags, terminal)?;
    if saved_plan::is_applied(&basis, &saved)? {
        let (serial, exit) = (basis.recorded.serial(), writing::exit(locked.sync()?, terminal));
        let message = "Already applied. Nothing was started or stopped.\n".to_owned();
        let applied = Applied { serial, saved: false, message, earlier: true, exit };
        return report(&basis, &basis.plan()?, args, ("", terminal), Ok(applied));
    }
    let plan = basis.plan()?;
    let applied = saved_plan::same_result(&basis, &plan, &saved)
        .and_then(|()| guards::check(&basis, &plan, args.limits()))
        .and_then(|()| write(&basis, &plan, &locked, saved.lineage.clone(), terminal));
    report(&basis, &plan, args, (&page(&basis, &plan, terminal), terminal), applied)
}

/// Writes the state, unless nothing in it changes: then what is there is made to last.
pub(crate) fn write(
    basis: &Basis,
    plan: &Plan<'_>,
    locked: &LockedStore,
    lineage: Lineage,
    terminal: Terminal,
) -> Result<Applied, Failure> {
    let record = plan.record();
    let before = basis.recorded.state.as_ref();
    if before.map_or(record.is_empty(), |state| state.record == record) {
        basis.recorded.still_there(locked)?;
        let (serial, exit) = (basis.recorded.serial(), writing::exit(locked.sync()?, terminal));
        let message = match before {
            None if plan.summary.unplaced > 0 => "Nothing could be placed: there is no state to save yet.\n",
            _ => "Nothing changed, and nothing was started or stopped.\n",
        };
        let message = message.to_owned();
        return Ok(Applied { serial, saved: false, message, earlier: false, exit });
    }
    let (serial, exit) = writing::save(&basis.recorded, &basis.manifest.model, record, lineage, locked, terminal)?;
    let message = format!("Saved {} (serial {serial}). Nothing was started or stopped.\n", basis.recorded.name());
    Ok(Applied { serial: Some(serial), saved: true, message, earlier: false, exit })
}

/// What is printed at the end, and the exit code.
fn report(
    basis: &Basis,
    plan: &Plan<'_>,
    args: &ApplyArgs,
    (page, terminal): (&str, Terminal),
    applied: Result<Applied, Failure>,
) -> Result<(String, Exit), Failure> {
    let json = |applied, serial, refused| {
        let ending = Ending { applied, serial, refused };
        apply_json(plan, &basis.manifest.warnings, &basis.sources, ending)
    };
    match applied {
        Ok(applied) => {
            let text = match args.format {
                ApplyFormat::Text => format!("{page}{}", applied.message),
                ApplyFormat::Json => json(true, applied.serial, None),
            };
            let unplaced = !applied.earlier && plan.summary.unplaced > 0 && !args.planning.allow_unplaced;
            let exit = if unplaced { Exit::Unplaced } else { Exit::Done }.and(applied.exit);
            if applied.saved { writing::tell(&text, exit, terminal) } else { Ok((text, exit)) }
        }
        Err(mut failure) => {
            failure.output = match (args.format, failure.refusal) {
                (ApplyFormat::Text, _) => Some(page.to_owned()),
                (ApplyFormat::Json, None) => None,
                (ApplyFormat::Json, Some(refusal)) => {
                    let serial = basis.recorded.serial();
                    Some(json(false, serial, Some(Refused { code: refusal.code(), message: &failure.message })))
                }
            };
            Err(failure)
        }
    }
}

fn page(basis: &Basis, plan: &Plan<'_>, terminal: Terminal) -> String {
    let paint = if terminal.out_coloured { Paint::Coloured } else { Paint::Plain };
    plan_text(plan, &basis.origin(), &|workload| basis.line(workload), paint)
}
