//! Finds contradictions between a manifest and a record that no plan can resolve.
//!
//! A workload with `stay` runs on its recorded node or nowhere. If that node is gone or a selector forbids it, the next
//! plan can only leave the workload unplaced, so `check` warns without planning.

use crate::manifest::Manifest;
use crate::model::{Inheritance, Inherited, Model, NodeId, Record, WorkloadId, WorkloadTable};
use crate::text::diagnostic::Diagnostic;
use crate::text::escape::quoted;

/// Returns a warning for each workload with `stay` that cannot stay on its recorded node, in manifest order.
pub fn disagreements(manifest: &Manifest, record: &Record) -> Vec<Diagnostic> {
    let model = &manifest.model;
    let inheritance = Inheritance::new(model, record);
    let staying = model.workload_ids().filter(|&each| model.workload_table(each).stay);
    let recorded = staying.filter_map(|workload| Some((workload, inheritance.of(workload)?)));
    recorded.filter_map(|(workload, claim)| stay_conflict(manifest, workload, claim)).collect()
}

fn stay_conflict(manifest: &Manifest, workload: WorkloadId, claim: &Inherited) -> Option<Diagnostic> {
    let model = &manifest.model;
    let (conflict, help) = match claim.node {
        Some(node) => {
            let rule = forbidding_rule(model, model.workload_table(workload), node)?;
            (format!("its {rule} forbids that node"), "change the rule, or remove `stay`")
        }
        None => (
            "that node is gone".to_owned(),
            "if the node was renamed, give its former name as `was`; otherwise remove `stay`",
        ),
    };
    let (name, recorded_node) = (quoted(model.workload_name(workload)), quoted(&claim.node_name));
    let warning = Diagnostic::warning(format!("{name} must stay on {recorded_node}, but {conflict}"));
    let located = warning.at(manifest.workload_spans(workload).header, "").help(help);
    Some(located.note("`stay` allows no other node, so the next plan leaves the workload unplaced"))
}

/// Returns the selector that forbids a node, `only_on` before `never_on`.
fn forbidding_rule(model: &Model, table: &WorkloadTable, node: NodeId) -> Option<String> {
    let missing = table.only_on.iter().find(|selector| !model.selects(selector, node));
    let avoided = table.never_on.iter().find(|selector| model.selects(selector, node));
    let rule = missing.map(|selector| ("only_on", selector)).or(avoided.map(|selector| ("never_on", selector)));
    rule.map(|(key, selector)| format!("`{key}` rule for {}", quoted(model.text(selector.label))))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::manifest;
    use crate::model::Recorded;
    use crate::text::source::Source;

    fn warnings_for(workload: &str, node: &str) -> Vec<String> {
        let text = format!(
            "strategy = \"prioritized\"\n[[nodes]]\nname = \"nas\"\nlabels = {{ disk = \"slow\" }}\n[[nodes]]\nname = \
             \"rack\"\nwas = \"shelf\"\nlabels = {{ disk = \"fast\" }}\n[[workloads]]\nname = \"db\"\n{workload}\n"
        );
        let sources = [Source::new("c.toml", text)];
        let manifest = manifest::read(&sources).expect("a valid manifest");
        let placement = Recorded { workload: "db".into(), node: Arc::from(node), requirements: Vec::new() };
        let record = Record { placements: vec![placement], ..Record::default() };
        let found = disagreements(&manifest, &record);
        assert!(found.iter().all(|each| each.primary.as_ref().is_some_and(|label| label.span.file == 0)));
        found.into_iter().map(|each| each.message).collect()
    }

    #[test]
    fn a_workload_that_cannot_stay_on_its_node_is_reported() {
        let fast = "stay = true\nonly_on = { disk = \"fast\" }";
        assert_eq!(
            warnings_for(fast, "nas"),
            ["`db` must stay on `nas`, but its `only_on` rule for `disk` forbids that node"]
        );
        let not_nas = "stay = true\nnever_on = { name = \"nas\" }";
        assert_eq!(
            warnings_for(not_nas, "nas"),
            ["`db` must stay on `nas`, but its `never_on` rule for `name` forbids that node"]
        );
        assert_eq!(warnings_for("stay = true", "attic"), ["`db` must stay on `attic`, but that node is gone"]);
    }

    #[test]
    fn a_workload_that_can_stay_or_may_move_is_not_reported() {
        assert_eq!(warnings_for("stay = true\nonly_on = { disk = \"fast\" }", "shelf"), Vec::<String>::new());
        assert_eq!(warnings_for("only_on = { disk = \"fast\" }", "nas"), Vec::<String>::new());
    }
}
