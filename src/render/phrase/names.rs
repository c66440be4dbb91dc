//! Lists of names. Consecutive numbers of one table are shown as a range: `rack-a-0 to rack-a-6`.

use crate::model::{Model, NodeId, WorkloadId};
use crate::text::escape::visible;

/// Maximum number of names or ranges in a list; the rest is counted.
const MAX_NAMES: usize = 6;

/// Name with its table and its number in that table, if the table makes several.
struct Name<'a> {
    text: &'a str,
    table: u32,
    number: Option<u32>,
}

/// Names of nodes, in the given order.
pub fn nodes(model: &Model, nodes: &[NodeId]) -> String {
    let named = nodes.iter().map(|&id| {
        let node = &model.nodes()[id.index()];
        Name { text: &node.name, table: node.table, number: node.number }
    });
    list(&named.collect::<Vec<_>>())
}

/// Names of workloads, in the given order.
pub fn workloads(model: &Model, workloads: &[WorkloadId]) -> String {
    let named = workloads.iter().map(|&id| {
        let workload = &model.workloads()[id.index()];
        Name { text: &workload.name, table: workload.table, number: workload.number }
    });
    list(&named.collect::<Vec<_>>())
}

fn list(names: &[Name<'_>]) -> String {
    let follows =
        |a: &Name<'_>, b: &Name<'_>| a.table == b.table && a.number.zip(b.number).is_some_and(|(a, b)| a + 1 == b);
    let runs = names.chunk_by(follows).flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => {
            vec![(format!("{} to {}", visible(first.text), visible(last.text)), run.len())]
        }
        few => few.iter().map(|each| (visible(each.text).into_owned(), 1)).collect(),
    });
    let runs = runs.collect::<Vec<_>>();
    let shown = if runs.len() > MAX_NAMES + 1 { MAX_NAMES } else { runs.len() };
    let rest = runs[shown..].iter().map(|(_, count)| count).sum::<usize>();
    let mut texts = runs[..shown].iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    if rest > 0 {
        texts.push(format!("{rest} more"));
    }
    texts.join(", ")
}
