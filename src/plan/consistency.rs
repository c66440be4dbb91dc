//! What a manifest and a record disagree about, told without planning.
//!
//! Only what no plan can make right is found here. A workload with `stay` goes nowhere but home, so where its home is
//! gone or a rule forbids it, the next plan can only evict it.

use crate::manifest::Manifest;
use crate::model::{Inheritance, Inherited, Model, NodeId, Record, WorkloadId, WorkloadTable};
use crate::text::diagnostic::Diagnostic;
use crate::text::escape::quoted;

/// A warning for each workload that has `stay` and cannot stay where it is on record, in order of the manifest.
pub fn disagreements(manifest: &Manifest, record: &Record) -> Vec<Diagnostic> {
    let model = &manifest.model;
    let inheritance = Inheritance::new(model, record);
    let staying = model.workload_ids().filter(|&each| model.workload_table(each).stay);
    let homes = staying.filter_map(|workload| Some((workload, inheritance.of(workload)?)));
    homes.filter_map(|(workload, claim)| homeless(manifest, workload, claim)).collect()
}

fn homeless(manifest: &Manifest, workload: WorkloadId, claim: &Inherited) -> Option<Diagnostic> {
    let model = &manifest.model;
    let (why, help) = match claim.node {
        Some(node) => {
            let rule = forbidding_rule(model, model.workload_table(workload), node)?;
            (format!("which its {rule} forbids"), "change the rule, or take `stay` away")
        }
        None => ("which is gone".to_owned(), "`was` tells how its node is called now; else take `stay` away"),
    };
    let (name, home) = (quoted(model.workload_name(workload)), quoted(&claim.node_name));
    let warning = Diagnostic::warning(format!("{name} stays on {home}, {why}"));
    let told = warning.at(manifest.workload_spans(workload).header, "").help(help);
    Some(told.note("no other node takes what has `stay`: the next plan leaves it without a place"))
}

/// The selector that forbids a node: `only_on` before `never_on`.
fn forbidding_rule(model: &Model, table: &WorkloadTable, node: NodeId) -> Option<String> {
    let missing = table.only_on.iter().find(|selector| !model.selects(selector, node));
    let avoided = table.never_on.iter().find(|selector| model.selects(selector, node));
    let rule = missing.map(|selector| ("only_on", selector)).or(avoided.map(|selector| ("never_on", selector)));
    rule.map(|(key, selector)| format!("`{key}` over {}", quoted(model.text(selector.label))))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::manifest;
    use crate::model::Recorded;
    use crate::text::source::Source;

    fn told(workload: &str, node: &str) -> Vec<String> {
        let text = format!(
            "strategy = \"prioritized\"\n[[nodes]]\nname = \"nas\"\nlabels = {{ disk = \"slow\" }}\n[[nodes]]\nname = \
             \"rack\"\nwas = \"shelf\"\nlabels = {{ disk = \"fast\" }}\n[[workloads]]\nname = \"db\"\n{workload}\n"
        );
        let sources = [Source::new("c.toml", text)];
        let manifest = manifest::read(&sources).expect("it is valid");
        let placement = Recorded { workload: "db".into(), node: Arc::from(node), requirements: Vec::new() };
        let record = Record { placements: vec![placement], ..Record::default() };
        let found = disagreements(&manifest, &record);
        assert!(found.iter().all(|each| each.primary.as_ref().is_some_and(|label| label.span.file == 0)));
        found.into_iter().map(|each| each.message).collect()
    }

    #[test]
    fn what_stays_where_it_may_not_be_is_told() {
        let fast = "stay = true\nonly_on = { disk = \"fast\" }";
        assert_eq!(told(fast, "nas"), ["`db` stays on `nas`, which its `only_on` over `disk` forbids"]);
        let not_nas = "stay = true\nnever_on = { name = \"nas\" }";
        assert_eq!(told(not_nas, "nas"), ["`db` stays on `nas`, which its `never_on` over `name` forbids"]);
        assert_eq!(told("stay = true", "attic"), ["`db` stays on `attic`, which is gone"]);
    }

    #[test]
    fn what_agrees_and_what_may_move_is_not() {
        assert_eq!(told("stay = true\nonly_on = { disk = \"fast\" }", "shelf"), Vec::<String>::new());
        assert_eq!(told("only_on = { disk = \"fast\" }", "nas"), Vec::<String>::new());
    }
}
