//! Saving a plan for review, and holding it against what is there when it is applied.

use std::path::Path;

use lighthouse::manifest::MAX_FILE_BYTES;
use lighthouse::plan::{Change, Plan};
use lighthouse::render::phrase;
use lighthouse::state::{Digest, Review, SavedChange, SavedPlan, manifest_digest, record_digest};
use lighthouse::store;
use lighthouse::text::escape::quoted;

use crate::failure::{Failure, Refusal};
use crate::planning::Basis;

/// Writes a plan to a file, but never over the manifest or the state.
pub(crate) fn save(basis: &Basis, plan: &Plan<'_>, path: &Path) -> Result<(), Failure> {
    let files = basis.sources.iter().map(|source| Path::new(source.name()));
    let never: Vec<&Path> = files.chain(basis.recorded.path.as_deref()).collect();
    store::write_output(path, saved(basis, plan).text().as_bytes(), &never)?;
    Ok(())
}

fn saved(basis: &Basis, plan: &Plan<'_>) -> SavedPlan {
    let state = basis.recorded.state.as_ref();
    let unplaced = plan.unplaced.iter().map(|each| {
        (basis.manifest.model.workload_name(each.workload).to_owned(), phrase::unplaced(&basis.manifest.model, each))
    });
    SavedPlan {
        cluster: basis.manifest.model.cluster.clone(),
        lineage: basis.lineage(),
        serial: state.map(|state| state.serial),
        manifest: manifest_digest(&basis.manifest.model, &basis.flags),
        state: basis.recorded.bytes.as_deref().map(Digest::of),
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
    let missing = || Failure::error(format!("there is no plan {}", quoted(&path.to_string_lossy())));
    let bytes = store::read(path, MAX_FILE_BYTES)?.ok_or_else(missing)?;
    SavedPlan::parse(&bytes)
        .map_err(|error| Failure::unreadable("plan", path, &bytes, &error).help("save it again with `plan --out FILE`"))
}

/// Whether a plan has been applied already, where it may be; what has moved since is refused by name.
pub(crate) fn is_applied(basis: &Basis, saved: &SavedPlan) -> Result<bool, Failure> {
    let recorded = &basis.recorded;
    let manifest = manifest_digest(&basis.manifest.model, &basis.flags);
    let refused = match saved.review(manifest, recorded.state.as_ref().zip(recorded.bytes.as_deref())) {
        Review::Applied => return Ok(true),
        Review::Current => return Ok(false),
        Review::AnotherLineage => {
            let message = format!("the plan is not for {}: that state has another lineage", recorded.name());
            Failure::refused(Refusal::AnotherLineage, message).help("save a plan for this state")
        }
        Review::Stale { manifest, state } => {
            let moved = [(manifest, "the manifest"), (state, "the state")];
            let moved = moved.into_iter().filter_map(|(moved, name)| moved.then_some(name)).collect::<Vec<_>>();
            stale(&format!("{} changed", moved.join(" and ")))
        }
    };
    Err(Failure { serial: recorded.serial(), ..refused })
}

/// Makes sure that planning again comes to what was reviewed, and that this is what its readers were shown.
pub(crate) fn same_result(basis: &Basis, plan: &Plan<'_>, reviewed: &SavedPlan) -> Result<(), Failure> {
    let again = saved(basis, plan);
    if again.result != reviewed.result {
        return Err(stale("this version of lighthouse plans otherwise"));
    }
    if again.shows_what(reviewed) {
        return Ok(());
    }
    let message = "the plan does not show what it changes: it was edited after it was saved";
    Err(Failure::refused(Refusal::StalePlan, message).help("save a new plan and have it reviewed"))
}

fn stale(why: &str) -> Failure {
    let message = format!("the plan is stale: {why} since it was saved");
    Failure::refused(Refusal::StalePlan, message).help("save a new plan and have it reviewed")
}
