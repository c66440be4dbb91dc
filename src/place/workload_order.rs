//! Workload order of a strategy: priority first, then manifest order or, for bin pack, size and name.
//!
//! The strategies differ in two orders only: that of the workloads, here, and that of the nodes, in `node_order`.

use std::cmp::Reverse;

use crate::model::score::Score;
use crate::model::{Model, Strategy, WorkloadId};
use crate::place::sort_key::Scale;

/// Sorts workloads into strategy order: priority, largest first; then manifest order, or for bin pack size and name.
pub(crate) fn sort(model: &Model, workloads: &mut [WorkloadId]) {
    match model.strategy() {
        Strategy::Prioritized | Strategy::RoundRobin => workloads.sort_by_key(|&each| order_key(model, each)),
        Strategy::BinPack => sort_by_size(model, workloads),
    }
}

/// Sorts for bin pack by one `u128` key: priority, then size. Only workloads with equal keys are compared exactly.
fn sort_by_size(model: &Model, workloads: &mut [WorkloadId]) {
    let scale = Scale::of(workloads.iter().map(|&each| model.workload_score(each).parts()));
    let descending = |number: i64| u128::from(i64::MAX.abs_diff(number));
    let size = |each| descending(scale.sort_key(model.workload_score(each).parts()));
    let key = |each| descending(model.workload_table(each).priority) << 64 | size(each);
    let mut sized = workloads.iter().map(|&each| (key(each), each)).collect::<Vec<_>>();
    sized.sort_unstable_by_key(|&(key, _)| key);
    for alike in sized.chunk_by_mut(|(one, _), (other, _)| one == other) {
        // Replicas have ascending names in manifest order, so the exact sort mostly finds them sorted already.
        alike.sort_unstable_by_key(|&(_, each)| each);
        alike.sort_by_key(|&(_, each)| size_and_name(model, each));
    }
    for (place, (_, workload)) in workloads.iter_mut().zip(sized) {
        *place = workload;
    }
}

/// Returns the exact size and the name, which decide between workloads with equal keys.
fn size_and_name(model: &Model, workload: WorkloadId) -> (Reverse<Score>, &str) {
    (Reverse(model.workload_score(workload)), model.workload_name(workload))
}

/// Place of a workload in strategy order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderKey<'m> {
    priority: Reverse<i64>,
    size_and_name: Option<(Reverse<Score>, &'m str)>,
    workload: WorkloadId,
}

/// Returns the place of a workload in strategy order.
pub(crate) fn order_key(model: &Model, workload: WorkloadId) -> OrderKey<'_> {
    OrderKey {
        priority: Reverse(model.workload_table(workload).priority),
        size_and_name: (model.strategy() == Strategy::BinPack).then(|| size_and_name(model, workload)),
        workload,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
    use proptest::strategy::Strategy as _;

    use super::*;
    use crate::model::score::Weight;
    use crate::model::{Requirement, WorkloadOptions, WorkloadTable};
    use crate::quantity::{Family, Quantity};

    /// Sizes of which all but the largest have the same sort key, though they differ.
    const SIZES: [&str; 4] = ["1", "2", "3", "10000000000000000000000000000"];

    /// Workloads with these sizes, priorities and replicas, whose order by name differs from the manifest's.
    fn model(tables: &[(usize, i64, u32)]) -> Model {
        let mut model = Model::new(Strategy::BinPack, &[("cpu", Weight::from(Quantity::from(1)))]).expect("a rubric");
        let cpu = model.intern("cpu");
        for (number, &(size, priority, replicas)) in tables.iter().enumerate() {
            let amount = Quantity::parse(SIZES[size]).expect("a quantity").0;
            let table = WorkloadTable {
                name: format!("web-{}", number * 7919 % 1009).into(),
                replicas: Some(replicas),
                requirements: Box::new([Requirement::new(cpu, amount, Family::Plain)]),
                options: WorkloadOptions { priority, ..WorkloadOptions::default() }.boxed(),
                ..WorkloadTable::default()
            };
            model.add_workloads(table).expect("another name");
        }
        model
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn sorting_agrees_with_order_keys(
            tables in (1..=SIZES.len()).prop_flat_map(|sizes| vec((0..sizes, -1..2_i64, 1..60_u32), 1..600)),
            start in any::<prop::sample::Index>(),
        ) {
            let model = model(&tables);
            let mut workloads = model.workload_ids().collect::<Vec<_>>();
            let start = start.index(workloads.len());
            workloads.rotate_left(start);
            let mut expected = workloads.clone();
            expected.sort_by_key(|&each| order_key(&model, each));
            sort(&model, &mut workloads);
            prop_assert_eq!(workloads, expected);
        }
    }
}
