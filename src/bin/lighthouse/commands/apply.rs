//! `apply`: saves the plan as the placement state.
//!
//! With `--yes` or a saved plan, the lock comes first. Otherwise the order is: show the plan, ask, lock, and refuse if
//! the state has changed meanwhile. The manifest is read once, so the plan that is shown is the plan that is applied.

use std::path::Path;

use lighthouse::plan::Plan;
use lighthouse::render::{Ending, Paint, Refused, apply_json, plan_text, refused_json};
use lighthouse::state::Lineage;
use lighthouse::store::LockedStore;

use crate::args::{ApplyArgs, ApplyFormat, Global};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::guards;
use crate::output::Output;
use crate::planning::{self, Basis};
use crate::saved_plan;
use crate::terminal::{Terminal, require_terminal};
use crate::writing;

/// Result of an apply that was not refused.
pub(crate) struct Applied {
    /// Serial of the state; `None` if there is still no state.
    pub(crate) serial: Option<u64>,
    /// Whether a new state was saved.
    pub(crate) saved: bool,
    /// Line for the user.
    message: &'static str,
    /// Whether the reviewed plan had been applied earlier: that run has reported what is unplaced.
    was_done_before: bool,
    /// Exit code of the save.
    pub(crate) exit: Exit,
}

/// A plan with the settings for reporting what became of it.
struct Report<'a> {
    basis: &'a Basis,
    plan: &'a Plan<'a>,
    args: &'a ApplyArgs,
    terminal: Terminal,
    /// Page that is still to be printed; empty if the plan has been shown.
    page: String,
}

/// Plans or takes the reviewed plan, shows it, asks, and writes the state.
pub(crate) fn run(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<Output, Failure> {
    let done = match &args.plan {
        Some(path) => apply_reviewed(global, args, path, terminal),
        None if args.writing.yes => apply_at_once(global, args, terminal),
        None => apply_after_asking(global, args, terminal),
    };
    done.map_err(|failure| with_json(failure, args.format))
}

/// Adds the JSON of a refusal that came before there was a plan.
fn with_json(mut failure: Failure, format: ApplyFormat) -> Failure {
    if let (ApplyFormat::Json, Some(refusal), None) = (format, failure.refusal, &failure.output) {
        let refused = Refused { code: refusal.code(), message: &failure.message };
        failure.output = Some(refused_json(failure.serial, refused));
    }
    failure
}

fn apply_at_once(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<Output, Failure> {
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    let basis = planning::read(global, &args.planning.start, terminal)?;
    let plan = basis.plan()?;
    let report = Report { basis: &basis, plan: &plan, args, terminal, page: page(&basis, &plan, terminal) };
    guards::check(&basis, &plan, args.limits())
        .and_then(|()| write(&basis, &plan, &locked, basis.lineage(), terminal))
        .map_err(|failure| report.refusal(failure))
        .and_then(|applied| report.success(&applied))
}

fn apply_after_asking(global: &Global, args: &ApplyArgs, terminal: Terminal) -> Result<Output, Failure> {
    require_terminal()?;
    let basis = planning::read(global, &args.planning.start, terminal)?;
    let plan = basis.plan()?;
    let page = page(&basis, &plan, terminal);
    match args.format {
        ApplyFormat::Text => terminal.print(&page).map_err(|error| Failure::output(&error))?,
        ApplyFormat::Json => terminal.eprint(&page),
    }
    let report = Report { basis: &basis, plan: &plan, args, terminal, page: String::new() };
    guards::check(&basis, &plan, args.limits())
        .and_then(|()| if plan.summary.has_changes() { terminal.confirm("Apply this plan?") } else { Ok(()) })
        .and_then(|()| writing::lock(global, args.writing.lock_timeout))
        .and_then(|locked| write(&basis, &plan, &locked, basis.lineage(), terminal))
        .map_err(|failure| report.refusal(failure))
        .and_then(|applied| report.success(&applied))
}

/// Applies exactly the plan that was reviewed, or nothing.
fn apply_reviewed(global: &Global, args: &ApplyArgs, path: &Path, terminal: Terminal) -> Result<Output, Failure> {
    let saved = saved_plan::read(path)?;
    let locked = writing::lock(global, args.writing.lock_timeout)?;
    let basis = planning::read_reviewed(global, &saved.flags, terminal)?;
    let is_applied = saved_plan::is_applied(&basis, &saved)?;
    let exit = if is_applied { writing::exit_after_save(locked.sync()?, terminal) } else { Exit::Done };
    let plan = basis.plan()?;
    let mut report = Report { basis: &basis, plan: &plan, args, terminal, page: String::new() };
    if is_applied {
        let message = "Already applied. Nothing was started or stopped.\n";
        let serial = basis.state_file.serial();
        return report.success(&Applied { serial, saved: false, message, was_done_before: true, exit });
    }
    report.page = page(&basis, &plan, terminal);
    saved_plan::check_same_result(&basis, &plan, &saved)
        .and_then(|()| guards::check(&basis, &plan, args.limits()))
        .and_then(|()| write(&basis, &plan, &locked, saved.lineage.clone(), terminal))
        .map_err(|failure| report.refusal(failure))
        .and_then(|applied| report.success(&applied))
}

/// Writes the state. If nothing in it changes, syncs the state that is there instead.
pub(crate) fn write(
    basis: &Basis,
    plan: &Plan<'_>,
    locked: &LockedStore,
    lineage: Lineage,
    terminal: Terminal,
) -> Result<Applied, Failure> {
    let record = plan.record();
    let before = basis.state_file.state.as_ref();
    if before.map_or(record.is_empty(), |state| state.record == record) {
        writing::check_unchanged(&basis.state_file, locked)?;
        let exit = writing::exit_after_save(locked.sync()?, terminal);
        let message = match before {
            None if plan.summary.unplaced > 0 => "Nothing could be placed, so there is no state to save.\n",
            _ => "Nothing changed, and nothing was started or stopped.\n",
        };
        return Ok(Applied { serial: basis.state_file.serial(), saved: false, message, was_done_before: false, exit });
    }
    let saved = writing::save(basis, record, lineage, locked, terminal)?;
    let message = "Nothing was started or stopped.\n";
    Ok(Applied { serial: Some(saved.serial), saved: true, message, was_done_before: false, exit: saved.exit })
}

impl Report<'_> {
    fn success(&self, applied: &Applied) -> Result<Output, Failure> {
        let text = match self.args.format {
            ApplyFormat::Text => format!("{}{}{}", self.page, self.saved_line(applied), applied.message),
            ApplyFormat::Json => self.json(Ending { applied: true, serial: applied.serial, refused: None }),
        };
        let unplaced = !applied.was_done_before && self.plan.summary.unplaced > 0 && !self.args.planning.allow_unplaced;
        let exit = if unplaced { Exit::Unplaced } else { Exit::Done }.and(applied.exit);
        let output = Output { text, exit };
        if applied.saved { writing::print_saved(&output, self.terminal) } else { Ok(output) }
    }

    fn saved_line(&self, applied: &Applied) -> String {
        let path = self.basis.state_file.quoted_path();
        match applied.serial {
            Some(serial) if applied.saved => format!("Saved {path} (serial {serial}). "),
            _ => String::new(),
        }
    }

    /// Adds the plan, which is printed although it was not applied.
    fn refusal(&self, mut failure: Failure) -> Failure {
        failure.output = match (self.args.format, failure.refusal) {
            (ApplyFormat::Text, _) => Some(self.page.clone()),
            (ApplyFormat::Json, None) => None,
            (ApplyFormat::Json, Some(refusal)) => {
                let refused = Refused { code: refusal.code(), message: &failure.message };
                let serial = self.basis.state_file.serial();
                Some(self.json(Ending { applied: false, serial, refused: Some(refused) }))
            }
        };
        failure
    }

    fn json(&self, ending: Ending<'_>) -> String {
        apply_json(self.plan, &self.basis.manifest.warnings, &self.basis.sources, ending)
    }
}

fn page(basis: &Basis, plan: &Plan<'_>, terminal: Terminal) -> String {
    let paint = if terminal.out_coloured { Paint::Coloured } else { Paint::Plain };
    plan_text(plan, &basis.origin(), &|workload| basis.line(workload), paint)
}
