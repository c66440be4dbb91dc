//! The JSON Schema of a manifest, with which editors complete and check manifests.
//!
//! The schema accepts every valid manifest. It cannot detect mistakes that depend on other tables, such as clashing
//! names or a missing rubric.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};

use super::shape::{Manifest, Written};

/// Returns the JSON Schema of a manifest.
pub fn schema() -> Schema {
    schema_for!(Manifest<'static>)
}

/// Implements `JsonSchema` with the given name and content.
macro_rules! part {
    ($type:ty, $name:literal, $($content:tt)+) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($($content)+)
            }
        }
    };
}

/// A name.
pub(crate) struct Name;
part!(Name, "Name", {
    "description": "Any text without control characters and without white space at either end.",
    "type": "string",
    "minLength": 1,
    "maxLength": 253
});

part!(Written<'_>, "Quantity", {
    "description": "An exact amount: a number, or a string with a unit (n u m k M G T P E, Ki Mi Gi Ti Pi Ei).",
    "anyOf": [
        { "type": "number" },
        { "type": "string", "pattern": "^[+-]?[0-9]+(\\.[0-9]+)?([num]|([kMGTPE]|[KMGTPE]i)B?)?$" }
    ]
});

/// A weight of the rubric.
pub(crate) struct Weight;
part!(Weight, "Weight", {
    "description": "The weight of a resource: a number, or \"W per QUANTITY\" as in \"0.5 per Gi\".",
    "anyOf": [
        { "type": "number" },
        { "type": "string", "pattern": "^[+-]?[0-9]" }
    ]
});

/// The name of a strategy.
pub(crate) struct StrategyName;
part!(StrategyName, "Strategy", { "enum": ["prioritized", "round-robin", "bin-pack"] });

/// A value of `replan`.
pub(crate) struct ReplanName;
part!(ReplanName, "Replan", { "enum": ["keep", "fresh"] });

/// A string or an array of strings.
pub(crate) struct OneOrMore;
part!(OneOrMore, "Values", {
    "description": "A value, or a list of values of which one must match.",
    "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
});
