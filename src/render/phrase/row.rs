//! Names in a row: those of one table with numbers that follow each other as `rack-a-0 to rack-a-6`.

use crate::model::{Model, NodeId, WorkloadId};
use crate::text::escape::visible;

/// So many names or ranges are shown, the rest counted.
const MOST_SHOWN: usize = 6;

/// Nodes, as they come.
pub fn nodes(model: &Model, nodes: &[NodeId]) -> String {
    let named = nodes.iter().map(|&node| {
        let at = &model.nodes()[node.index()];
        (model.node_name(node), at.table, at.number)
    });
    row(&named.collect::<Vec<_>>())
}

/// Workloads, as they come.
pub fn workloads(model: &Model, workloads: &[WorkloadId]) -> String {
    let named = workloads.iter().map(|&workload| {
        let at = &model.workloads()[workload.index()];
        (model.workload_name(workload), at.table, at.number)
    });
    row(&named.collect::<Vec<_>>())
}

fn row(names: &[(&str, u32, Option<u32>)]) -> String {
    let follows = |a: &(&str, u32, Option<u32>), b: &(&str, u32, Option<u32>)| {
        a.1 == b.1 && a.2.zip(b.2).is_some_and(|(a, b)| a + 1 == b)
    };
    let runs = names.chunk_by(follows).flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => vec![(format!("{} to {}", visible(first.0), visible(last.0)), run.len())],
        few => few.iter().map(|each| (visible(each.0).into_owned(), 1)).collect(),
    });
    let runs = runs.collect::<Vec<_>>();
    let shown = if runs.len() > MOST_SHOWN + 1 { MOST_SHOWN } else { runs.len() };
    let rest = runs[shown..].iter().map(|(_, count)| count).sum::<usize>();
    let mut texts = runs[..shown].iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    if rest > 0 {
        texts.push(format!("{rest} more"));
    }
    texts.join(", ")
}
