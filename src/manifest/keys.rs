//! The keys of each table, described once: `walk` and `fast` both read tables by these lists.
//!
//! A key is a name and the field that takes its value; the kind of field says which values are allowed. Keys of the
//! whole document that hold tables are read by `walk` alone.

use super::quantities::Amount;
use super::shape::{AffinityGroup, At, AversionGroup, Guards, Node, Pairs, Text, Workload};

/// Keys that only the main file may have.
pub(crate) const MAIN_KEYS: [&str; 5] = ["cluster", "guards", "replan", "rubric", "strategy"];

/// Keys that drop-ins may have, too.
pub(crate) const SHARED_KEYS: [&str; 6] =
    ["nodes", "workloads", "aversion_groups", "affinity_groups", "drain", "cordon"];

/// A key of a table `T`.
pub(crate) struct Key<'d, T> {
    pub(crate) name: &'static str,
    pub(crate) field: Field<'d, T>,
}

/// The field of `T` that takes a key's value, by the type of the value.
pub(crate) enum Field<'d, T> {
    Text(fn(&mut T) -> &mut Option<Text<'d>>),
    Integer(fn(&mut T) -> &mut Option<At<i64>>),
    Boolean(fn(&mut T) -> &mut bool),
    /// An array of strings.
    Texts(fn(&mut T) -> &mut Vec<Text<'d>>),
    /// A table of quantities.
    Amounts(fn(&mut T) -> &mut Option<At<Amounts<'d>>>),
    /// A table of strings.
    TextByName(fn(&mut T) -> &mut Pairs<'d, Text<'d>>),
    /// A table of strings or arrays of strings.
    Selectors(fn(&mut T) -> &mut Pairs<'d, Vec<Text<'d>>>),
}

/// Quantities by resource.
pub(crate) type Amounts<'d> = Pairs<'d, At<Amount<'d>>>;

impl<'d> Node<'d> {
    pub(crate) const KEYS: [Key<'d, Self>; 6] = [
        Key { name: "name", field: Field::Text(|node| &mut node.name) },
        Key { name: "count", field: Field::Integer(|node| &mut node.count) },
        Key { name: "resources", field: Field::Amounts(|node| &mut node.resources) },
        Key { name: "wards", field: Field::Texts(|node| &mut node.wards) },
        Key { name: "labels", field: Field::TextByName(|node| &mut node.labels) },
        Key { name: "was", field: Field::Text(|node| &mut node.was) },
    ];
}

impl<'d> Workload<'d> {
    pub(crate) const KEYS: [Key<'d, Self>; 12] = [
        Key { name: "name", field: Field::Text(|workload| &mut workload.name) },
        Key { name: "replicas", field: Field::Integer(|workload| &mut workload.replicas) },
        Key { name: "requirements", field: Field::Amounts(|workload| &mut workload.requirements) },
        Key { name: "immunities", field: Field::Texts(|workload| &mut workload.immunities) },
        Key { name: "aversion_groups", field: Field::Texts(|workload| &mut workload.aversion_groups) },
        Key { name: "affinity_groups", field: Field::Texts(|workload| &mut workload.affinity_groups) },
        Key { name: "labels", field: Field::TextByName(|workload| &mut workload.labels) },
        Key { name: "only_on", field: Field::Selectors(|workload| &mut workload.only_on) },
        Key { name: "never_on", field: Field::Selectors(|workload| &mut workload.never_on) },
        Key { name: "priority", field: Field::Integer(|workload| &mut workload.priority) },
        Key { name: "stay", field: Field::Boolean(|workload| &mut workload.stay) },
        Key { name: "was", field: Field::Text(|workload| &mut workload.was) },
    ];
}

impl<'d> AversionGroup<'d> {
    pub(crate) const KEYS: [Key<'d, Self>; 3] = [
        Key { name: "over", field: Field::Text(|group| &mut group.over) },
        Key { name: "max", field: Field::Integer(|group| &mut group.max) },
        Key { name: "hard", field: Field::Boolean(|group| &mut group.hard) },
    ];
}

impl<'d> AffinityGroup<'d> {
    pub(crate) const KEYS: [Key<'d, Self>; 2] = [
        Key { name: "over", field: Field::Text(|group| &mut group.over) },
        Key { name: "hard", field: Field::Boolean(|group| &mut group.hard) },
    ];
}

impl Guards {
    pub(crate) const fn keys<'d>() -> [Key<'d, Self>; 2] {
        [
            Key { name: "max_moves", field: Field::Integer(|guards| &mut guards.max_moves) },
            Key { name: "max_removes", field: Field::Integer(|guards| &mut guards.max_removes) },
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::manifest::schema;

    fn names<T>(keys: &[Key<'_, T>]) -> BTreeSet<String> {
        keys.iter().map(|key| key.name.to_owned()).collect()
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = schema().to_value();
        let properties = |table: &serde_json::Value| {
            let properties = table["properties"].as_object().expect("a table");
            properties.keys().cloned().collect::<BTreeSet<_>>()
        };
        let of_document = MAIN_KEYS.into_iter().chain(SHARED_KEYS).map(str::to_owned).collect();
        assert_eq!(properties(&schema), of_document);
        assert_eq!(properties(&schema["$defs"]["Node"]), names(&Node::KEYS));
        assert_eq!(properties(&schema["$defs"]["Workload"]), names(&Workload::KEYS));
        assert_eq!(properties(&schema["$defs"]["AversionGroup"]), names(&AversionGroup::KEYS));
        assert_eq!(properties(&schema["$defs"]["AffinityGroup"]), names(&AffinityGroup::KEYS));
        assert_eq!(properties(&schema["$defs"]["Guards"]), names(&Guards::keys()));
    }
}
