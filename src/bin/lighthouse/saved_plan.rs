//! Saves a plan for review, and compares it with manifest and state when it is applied.

use std::path::Path;

use lighthouse::manifest::MAX_FILE_BYTES;
use lighthouse::plan::{Change, Plan};
use lighthouse::render::phrase;
use lighthouse::state::{Digest, PlanStatus, SavedChange, SavedPlan, manifest_digest, record_digest};
use lighthouse::store;
use lighthouse::text::escape::quoted;

use crate::failure::{Failure, Refusal};
use crate::planning::Basis;

/// Writes a plan to a file; refuses to overwrite the manifest or the state.
pub(crate) fn save(basis: &Basis, plan: &Plan<'_>, path: &Path) -> Result<(), Failure> {
    let files = basis.sources.iter().map(|source| Path::new(source.name()));
    let protected: Vec<&Path> = files.chain(basis.state_file.path.as_deref()).collect();
    store::write_output(path, saved_plan(basis, plan).text().as_bytes(), &protected)?;
    Ok(())
}

fn saved_plan(basis: &Basis, plan: &Plan<'_>) -> SavedPlan {
    let state = basis.state_file.state.as_ref();
    let unplaced = plan.unplaced.iter().map(|each| {
        (basis.manifest.model.workload_name(each.workload).to_owned(), phrase::unplaced(&basis.manifest.model, each))
    });
    SavedPlan {
        cluster: basis.manifest.model.cluster.clone(),
        lineage: basis.lineage(),
        serial: state.map(|state| state.serial),
        manifest: manifest_digest(&basis.manifest.model, &basis.flags),
        state: basis.state_file.bytes.as_deref().map(Digest::of),
        result: record_digest(&plan.record()),
        flags: basis.flags.clone(),
        changes: plan.changes.iter().map(|change| saved_change(plan, change)).collect(),
        unplaced: unplaced.collect(),
    }
}

fn saved_change(plan: &Plan<'_>, change: &Change) -> SavedChange {
    SavedChange {
        workload: change.workload.to_string(),
        kind: change.kind.name().to_owned(),
        from: change.from.as_deref().map(str::to_owned),
        to: change.to.as_deref().map(str::to_owned),
        reasons: change.reasons.iter().map(|reason| phrase::change_reason(plan.model, change, reason)).collect(),
    }
}

/// Reads a saved plan.
pub(crate) fn read(path: &Path) -> Result<SavedPlan, Failure> {
    let missing = || Failure::error(format!("there is no saved plan {}", quoted(&path.to_string_lossy())));
    let bytes = store::read(path, MAX_FILE_BYTES)?.ok_or_else(missing)?;
    SavedPlan::parse(&bytes)
        .map_err(|error| Failure::unreadable("plan", path, &bytes, &error).help("save it again with `plan --out FILE`"))
}

/// Returns whether the state already equals the plan's result. Refuses a plan that is stale or for another lineage.
pub(crate) fn is_applied(basis: &Basis, saved: &SavedPlan) -> Result<bool, Failure> {
    let state_file = &basis.state_file;
    let manifest = manifest_digest(&basis.manifest.model, &basis.flags);
    let refused = match saved.status(manifest, state_file.state.as_ref().zip(state_file.bytes.as_deref())) {
        PlanStatus::Applied => return Ok(true),
        PlanStatus::Current => return Ok(false),
        PlanStatus::AnotherLineage => {
            let message = format!("the plan is not for {}: that state has another lineage", state_file.quoted_path());
            Failure::refused(Refusal::AnotherLineage, message).help("save a plan for this state")
        }
        PlanStatus::Stale { manifest, state } => {
            let changed = [(manifest, "the manifest"), (state, "the state")];
            let changed = changed.into_iter().filter_map(|(changed, name)| changed.then_some(name)).collect::<Vec<_>>();
            refused(format!("the plan is stale: {} changed since it was saved", changed.join(" and ")))
        }
    };
    Err(Failure { serial: state_file.serial(), ..refused })
}

/// Refuses a reviewed plan if planning again gives another result, or if the file showed its reader other changes.
pub(crate) fn check_same_result(basis: &Basis, plan: &Plan<'_>, reviewed: &SavedPlan) -> Result<(), Failure> {
    let again = saved_plan(basis, plan);
    if again.result != reviewed.result {
        return Err(refused("the plan is stale: this version of lighthouse computes a different plan".to_owned()));
    }
    if again.shows_same_changes(reviewed) {
        return Ok(());
    }
    Err(refused("the plan does not show the changes that it makes: it was edited after it was saved".to_owned()))
}

fn refused(message: String) -> Failure {
    Failure::refused(Refusal::StalePlan, message).help("save a new plan and have it reviewed")
}
