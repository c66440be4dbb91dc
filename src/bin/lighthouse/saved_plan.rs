//! Saving a plan for review.

use std::path::Path;

use lighthouse::explain;
use lighthouse::plan::{Change, Plan};
use lighthouse::state::{Digest, Lineage, SavedChange, SavedPlan, manifest_digest, record_digest};
use lighthouse::store;

use crate::failure::Failure;
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
    let unplaced = plan
        .unplaced
        .iter()
        .map(|each| (basis.model.workload_name(each.workload).to_owned(), explain::unplaced(&basis.model, each)));
    SavedPlan {
        cluster: basis.model.cluster.clone(),
        lineage: state.map_or_else(Lineage::draw, |state| state.lineage.clone()),
        serial: state.map(|state| state.serial),
        manifest: manifest_digest(&basis.model, &basis.flags),
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
        reasons: change.reasons.iter().map(|reason| explain::reason(plan.model, change, reason)).collect(),
    }
}
