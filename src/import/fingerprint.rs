//! Fingerprints of rows, so that a repeated key can name the fields that differ without keeping rows.

use super::problem::{Excerpt, ProblemReason};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Field names of one object, each with a hash of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint(BTreeMap<String, u64>);

impl Fingerprint {
    /// The fingerprint of an object.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let hash = |value: &Value| {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish()
        };
        Self(fields.iter().map(|(name, value)| (name.clone(), hash(value))).collect())
    }

    /// The refusal of a later row with the same key: it names the fields that differ.
    pub(super) fn repeats(&self, row: usize, later: &Self) -> ProblemReason {
        let names: BTreeSet<&String> = self.0.keys().chain(later.0.keys()).collect();
        let differs = |name: &&String| self.0.get(*name) != later.0.get(*name);
        let differing: Vec<&str> = names.into_iter().filter(differs).map(String::as_str).collect();
        ProblemReason::Repeats { row, differing: differing.len(), fields: Excerpt::of(&differing.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value) -> Fingerprint {
        Fingerprint::of(value.as_object().expect("an object"))
    }

    #[test]
    fn a_refusal_names_the_fields_that_differ() {
        let first = of(json!({"a": 1, "b": {"x": 1, "y": 2}, "c": 3}));
        for (later, expected) in [
            (
                json!({"c": 3, "b": {"y": 2, "x": 1}, "a": 1}),
                "repeats row 7, which is kept; nothing differs; give each its own key",
            ),
            (
                json!({"a": 2, "b": {"x": 1, "y": 2}}),
                "repeats row 7, which is kept; 2 fields differ: a, c; give each its own key",
            ),
            (
                json!({"d": 1, "e": 1}),
                "repeats row 7, which is kept; 5 fields differ: a, b, c, d, e; give each its own key",
            ),
        ] {
            assert_eq!(first.repeats(7, &of(later)).to_string(), expected);
        }
    }
}
