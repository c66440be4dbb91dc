//! Digests of the meaning of a manifest and of a record, whatever their wording.
//!
//! Each is written in a canonical form, which is hashed and never stored. Amounts appear without units and unordered
//! parts are sorted, so a comment, another spelling of a quantity, or a table that moved to a drop-in file changes
//! nothing. The order of tables is kept if it affects the strategy.

use std::fmt::{self, Write};

use super::Digest;
use super::amount::AmountTexts;
use super::quoting::TomlString;
use crate::model::names::Symbol;
use crate::model::{
    AffinityGroup, AversionGroup, Model, NodeId, NodeTable, Record, Replan, Selector, Strategy, WorkloadTable,
};
use crate::quantity::Family;

/// Command-line flags that change which plan is computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--fresh`: ignore recorded placements, whatever `replan` the manifest sets.
    pub fresh: bool,
    /// `--move`: pairs of a workload and the node that is treated as its recorded node, sorted by workload.
    pub moves: Vec<(String, String)>,
}

/// Computes the digest of a manifest's meaning under these flags.
pub fn manifest_digest(model: &Model, flags: &Flags) -> Digest {
    Digest::of_written(|out| {
        write_settings(out, model, flags)?;
        write_groups(out, model)?;
        write_reasons(out, "drain", model, &model.drains)?;
        write_reasons(out, "cordon", model, &model.cordons)?;
        let by_name = model.strategy() == Strategy::BinPack;
        for table in in_order(model.node_tables().iter(), by_name, |table| &table.name) {
            write_nodes(out, model, table)?;
        }
        for table in in_order(model.workload_tables().iter(), by_name, |table| &table.name) {
            write_workloads(out, model, table)?;
        }
        Ok(())
    })
}

/// Computes the digest of a record's meaning: equal amounts in different units give the same digest.
pub fn record_digest(record: &Record) -> Digest {
    Digest::of_written(|out| {
        let mut amounts = AmountTexts::default();
        writeln!(out, "cursor {}", OrDash(record.cursor.as_deref()))?;
        for placement in &record.placements {
            write!(out, "placed {} {}", TomlString(&placement.workload), TomlString(&placement.node))?;
            for (resource, amount, _) in &placement.requirements {
                write!(out, " {} {}", TomlString(resource), amounts.text(*amount, Family::Plain))?;
            }
            writeln!(out)?;
        }
        record
            .evicted
            .iter()
            .try_for_each(|(workload, node)| writeln!(out, "evicted {} {}", TomlString(workload), TomlString(node)))
    })
}

fn write_settings(out: &mut dyn Write, model: &Model, flags: &Flags) -> fmt::Result {
    let replan = if flags.fresh { Replan::Fresh } else { model.replan };
    writeln!(out, "cluster {}", OrDash(model.cluster.as_deref()))?;
    writeln!(out, "strategy {} replan {}", model.strategy().name(), replan.name())?;
    writeln!(out, "guards {:?} {:?}", model.guards.max_moves, model.guards.max_removes)?;
    let (weights, parts) = model.rubric().weights();
    let nonzero = weights.iter().filter(|(_, weight)| weight.signum() != 0);
    for (resource, weight) in sorted(model, nonzero, |(resource, _)| *resource) {
        writeln!(out, "weight {} {weight}/{parts}", TomlString(model.text(*resource)))?;
    }
    flags
        .moves
        .iter()
        .try_for_each(|(workload, node)| writeln!(out, "move {} {}", TomlString(workload), TomlString(node)))
}

/// Writes the options of groups, except groups whose options all have their defaults.
fn write_groups(out: &mut dyn Write, model: &Model) -> fmt::Result {
    let over = |label: Option<Symbol>| label.map(|label| model.text(label));
    let averse = model.aversion_groups.iter().filter(|(_, group)| **group != AversionGroup::default());
    for (name, group) in sorted(model, averse, |(name, _)| **name) {
        let (name, AversionGroup { max, hard, .. }) = (TomlString(model.text(*name)), group);
        writeln!(out, "averse {name} over {} max {max} hard {hard}", OrDash(over(group.over)))?;
    }
    let affine = model.affinity_groups.iter().filter(|(_, group)| **group != AffinityGroup::default());
    for (name, group) in sorted(model, affine, |(name, _)| **name) {
        writeln!(
            out,
            "affine {} over {} hard {}",
            TomlString(model.text(*name)),
            OrDash(over(group.over)),
            group.hard
        )?;
    }
    Ok(())
}

fn write_reasons<'a>(
    out: &mut dyn Write,
    keyword: &str,
    model: &Model,
    nodes: impl IntoIterator<Item = (&'a NodeId, &'a String)>,
) -> fmt::Result {
    let mut lines: Vec<_> = nodes.into_iter().map(|(node, reason)| (model.node_name(*node), reason)).collect();
    lines.sort_unstable();
    lines
        .into_iter()
        .try_for_each(|(node, reason)| writeln!(out, "{keyword} {} {}", TomlString(node), TomlString(reason)))
}

fn write_nodes(out: &mut dyn Write, model: &Model, table: &NodeTable) -> fmt::Result {
    write!(out, "node {} count {:?} was {}", TomlString(&table.name), table.count, OrDash(table.was.as_deref()))?;
    for offer in sorted(model, &table.resources, |offer| offer.resource) {
        write!(out, " offers {} {}", TomlString(model.text(offer.resource)), offer.capacity.display(Family::Plain))?;
    }
    write_labels(out, model, &table.labels)?;
    writeln!(out)
}

fn write_workloads(out: &mut dyn Write, model: &Model, table: &WorkloadTable) -> fmt::Result {
    write!(
        out,
        "workload {} replicas {:?} was {}",
        TomlString(&table.name),
        table.replicas,
        OrDash(table.was.as_deref())
    )?;
    write!(out, " priority {} stay {}", table.priority, table.stay)?;
    for each in sorted(model, &table.requirements, |each| each.resource) {
        write!(out, " requires {} {}", TomlString(model.text(each.resource)), each.amount().display(Family::Plain))?;
    }
    write_symbols(out, "immune", model, &table.immunities)?;
    write_symbols(out, "averts", model, &table.aversion_groups)?;
    write_symbols(out, "seeks", model, &table.affinity_groups)?;
    write_labels(out, model, &table.labels)?;
    write_selectors(out, "only", model, &table.only_on)?;
    write_selectors(out, "never", model, &table.never_on)?;
    writeln!(out)
}

fn write_labels(out: &mut dyn Write, model: &Model, labels: &[(Symbol, Symbol)]) -> fmt::Result {
    for (label, value) in sorted(model, labels, |(label, _)| *label) {
        write!(out, " label {} {}", TomlString(model.text(*label)), TomlString(model.text(*value)))?;
    }
    Ok(())
}

fn write_selectors(out: &mut dyn Write, keyword: &str, model: &Model, selectors: &[Selector]) -> fmt::Result {
    for selector in sorted(model, selectors, |selector| selector.label) {
        write!(out, " {keyword} {}", TomlString(model.text(selector.label)))?;
        write_symbols(out, "is", model, &selector.values)?;
    }
    Ok(())
}

/// Writes a set of names, sorted and without duplicates.
fn write_symbols(out: &mut dyn Write, keyword: &str, model: &Model, symbols: &[Symbol]) -> fmt::Result {
    let mut texts: Vec<_> = symbols.iter().map(|symbol| model.text(*symbol)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().try_for_each(|text| write!(out, " {keyword} {}", TomlString(text)))
}

/// Sorts items by the text of their symbols.
///
/// Symbols are numbered as they are interned, so their own order means nothing.
fn sorted<T>(model: &Model, items: impl IntoIterator<Item = T>, symbol: impl Fn(&T) -> Symbol) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_by(|a, b| model.text(symbol(a)).cmp(model.text(symbol(b))));
    items
}

/// Returns tables in manifest order, or sorted by name if the strategy ignores that order.
fn in_order<'t, T>(tables: impl Iterator<Item = &'t T>, by_name: bool, name: impl Fn(&T) -> &str) -> Vec<&'t T> {
    let mut tables = tables.collect::<Vec<_>>();
    if by_name {
        tables.sort_by(|a, b| name(a).cmp(name(b)));
    }
    tables
}

/// Displays a text as a TOML string, or a dash if there is none.
struct OrDash<'a>(Option<&'a str>);

impl fmt::Display for OrDash<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => TomlString(text).fmt(f),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::model::{Offer, Requirement};
    use crate::quantity::{Capacity, Quantity};

    /// Builds a small cluster from the properties that the tests vary.
    fn cluster(strategy: Strategy, mem: &str, names: [&str; 2], unused: &[&str]) -> Model {
        let mut model = Model::new(strategy, &[]).expect("a model");
        for text in unused {
            model.intern(text);
        }
        let resource = model.intern("mem");
        let capacity = Capacity::Finite(Quantity::from(8));
        let resources = vec![Offer { resource, capacity, family: Family::Plain }];
        let nodes = NodeTable { name: "n".to_owned(), count: Some(2), resources, ..NodeTable::default() };
        model.add_nodes(nodes).expect("new names");
        for name in names {
            let (amount, family) = Quantity::parse(mem).expect("a quantity");
            let requirements = [Requirement::new(resource, amount, family)].into();
            let table = WorkloadTable { name: name.into(), requirements, ..WorkloadTable::default() };
            model.add_workloads(table).expect("a new name");
        }
        model
    }

    fn digest(model: &Model) -> Digest {
        manifest_digest(model, &Flags::default())
    }

    #[test]
    fn manifests_of_equal_meaning_have_equal_digests() {
        let model = cluster(Strategy::Prioritized, "1k", ["a", "b"], &[]);
        assert_eq!(digest(&model), digest(&cluster(Strategy::Prioritized, "1000", ["a", "b"], &["mem", "n", "z"])));
        let mut spelled_out = model.clone();
        let group = spelled_out.intern("g");
        spelled_out.aversion_groups.insert(group, AversionGroup::default());
        assert_eq!(digest(&model), digest(&spelled_out));
        let mut fresh = model.clone();
        fresh.replan = Replan::Fresh;
        assert_eq!(digest(&fresh), manifest_digest(&model, &Flags { fresh: true, moves: Vec::new() }));
    }

    #[test]
    fn a_change_of_meaning_changes_the_digest() {
        let model = cluster(Strategy::Prioritized, "1", ["a", "b"], &[]);
        let mut named = model.clone();
        named.cluster = Some("prod".to_owned());
        let mut cordoned = model.clone();
        cordoned.cordons.insert(NodeId(0), "repair".to_owned());
        let mut drained = model.clone();
        drained.drains.insert(NodeId(0), "repair".to_owned());
        let moves = vec![("a".to_owned(), "n-1".to_owned())];
        let digests = [
            digest(&model),
            digest(&named),
            digest(&cordoned),
            digest(&drained),
            digest(&cluster(Strategy::RoundRobin, "1", ["a", "b"], &[])),
            digest(&cluster(Strategy::Prioritized, "2", ["a", "b"], &[])),
            digest(&cluster(Strategy::Prioritized, "1", ["b", "a"], &[])),
            manifest_digest(&model, &Flags { fresh: false, moves }),
        ];
        let different: std::collections::HashSet<_> = digests.iter().collect();
        assert_eq!(different.len(), digests.len());
    }

    #[test]
    fn bin_pack_ignores_the_order_of_tables() {
        let one = cluster(Strategy::BinPack, "1", ["a", "b"], &[]);
        assert_eq!(digest(&one), digest(&cluster(Strategy::BinPack, "1", ["b", "a"], &[])));
    }
}
