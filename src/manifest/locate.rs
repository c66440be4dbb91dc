//! Finds the file and line of a key, for advice on what to edit.
//!
//! A model does not keep the span of every amount, so the table is parsed again when a line is needed.

use toml::de::{DeTable, DeValue};

use super::{Manifest, TableSpans};
use crate::model::{NodeId, WorkloadId};
use crate::text::source::Source;

impl Manifest {
    /// Returns file and line of a key of a node's table, such as `["resources", "mem"]`. If the key is missing, the
    /// line is that of the innermost table that exists.
    pub fn node_line<'s>(&self, sources: &'s [Source], node: NodeId, key: &[&str]) -> Option<(&'s str, usize)> {
        line(sources, self.node_spans(node), key)
    }

    /// Returns file and line of a key of a workload's table, such as `["requirements", "mem"]`.
    pub fn workload_line<'s>(
        &self,
        sources: &'s [Source],
        workload: WorkloadId,
        key: &[&str],
    ) -> Option<(&'s str, usize)> {
        line(sources, self.workload_spans(workload), key)
    }

    /// Returns file and line of the key that cordons or drains a node.
    pub fn closing_line<'s>(&self, sources: &'s [Source], node: NodeId) -> Option<(&'s str, usize)> {
        let name = self.model.node_name(node);
        sources.iter().find_map(|source| {
            let root = DeTable::parse(std::str::from_utf8(source.bytes()).ok()?).ok()?;
            let key = ["cordon", "drain"].iter().find_map(|table| {
                let DeValue::Table(closed) = root.get_ref().get(*table)?.get_ref() else { return None };
                closed.iter().map(|(key, _)| key).find(|key| key.get_ref() == name)
            })?;
            Some((source.name(), source.line(u32::try_from(key.span().start).ok()?)))
        })
    }
}

fn line<'s>(sources: &'s [Source], spans: &TableSpans, key: &[&str]) -> Option<(&'s str, usize)> {
    let source = sources.get(spans.header.file as usize)?;
    let start = spans.header.start;
    let within = u32::try_from(offset(source, start as usize, key)).unwrap_or(0);
    Some((source.name(), source.line(start + within)))
}

/// Returns the offset of a key from its table header, or 0 if it cannot be found.
fn offset(source: &Source, start: usize, key: &[&str]) -> usize {
    if key.is_empty() {
        return 0;
    }
    let Ok(text) = std::str::from_utf8(&source.bytes()[start..]) else { return 0 };
    let end = text.match_indices("\n[[").next().map_or(text.len(), |(at, _)| at + 1);
    let Ok(root) = DeTable::parse(&text[..end]) else { return 0 };
    let tables = root.get_ref().iter().find_map(|(_, value)| match value.get_ref() {
        DeValue::Array(tables) => tables.iter().next(),
        _ => None,
    });
    let Some(DeValue::Table(table)) = tables.map(toml::Spanned::get_ref) else { return 0 };
    let (mut table, mut found) = (table, 0);
    for part in key {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == part) else { break };
        found = name.span().start;
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::manifest;
    use crate::text::source::Source;

    const TEXT: &str = "strategy = \"prioritized\"\n[[nodes]]\nname = \"a\"\n[nodes.resources]\ncpu = 1\n\"m m\" = 2\n\n\
                        [[workloads]]\nname = \"w\"\nrequirements = {\n  cpu = 1,\n  \"m m\" = 1 }\n[[workloads]]\nname = \"v\"\n\
                        requirements.cpu = 1\n";

    #[test]
    fn a_key_is_found_in_every_form_of_table() {
        let sources = [Source::new("x.toml", TEXT)];
        let manifest = manifest::read(&sources).expect("it is valid");
        let node = manifest.model.node_named("a").expect("a node");
        let line = |key: &[&str]| manifest.node_line(&sources, node, key).map(|(_, line)| line);
        assert_eq!(line(&["resources", "cpu"]), Some(5));
        assert_eq!(line(&["resources", "m m"]), Some(6));
        assert_eq!(line(&["resources", "gpu"]), Some(4));
        assert_eq!(line(&["labels"]), Some(2));
        let workload = |name, key: &[&str]| {
            let workload = manifest.model.workload_named(name).expect("a workload");
            manifest.workload_line(&sources, workload, key)
        };
        assert_eq!(workload("w", &["requirements", "m m"]), Some(("x.toml", 12)));
        assert_eq!(workload("v", &["requirements", "cpu"]), Some(("x.toml", 15)));
        assert_eq!(workload("v", &["immunities"]), Some(("x.toml", 13)));
    }
}
