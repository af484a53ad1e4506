//! Values out of taxonomies, as HSDS writes them.

use super::super::part_id::part_id;
use crate::domain::code::CodeList;
use serde_json::{Value, json};
use uuid::Uuid;

/// The taxonomy that the importer reads.
pub(super) const OURS: &str = "relais";
/// Facts in the words of a source, for people to read.
pub(super) const DETAILS: &str = "relais-details";
/// What a copy tells of itself.
pub(super) const MARK: &str = "relais-export";

/// The attributes of one object of HSDS.
pub(super) struct Attributes {
    owner: Uuid,
    /// The standard's name of the object, such as `service`.
    entity: &'static str,
    list: Vec<Value>,
}

impl Attributes {
    pub(super) const fn of(owner: Uuid, entity: &'static str) -> Self {
        Self { owner, entity, list: Vec::new() }
    }

    /// Adds a value.
    pub(super) fn add(&mut self, taxonomy: &str, term: &str, value: impl Into<String>) {
        let value = value.into();
        let id = part_id(self.owner, &format!("attribute/{taxonomy}/{term}/{value}"));
        self.list.push(json!({
            "id": id,
            "link_id": self.owner.to_string(),
            "link_entity": self.entity,
            "value": value,
            "taxonomy_term": {
                "id": part_id(Uuid::nil(), &format!("term/{taxonomy}/{term}")),
                "code": term,
                "name": term,
                "description": format!("`{term}` of the taxonomy {taxonomy}"),
                "taxonomy": taxonomy,
            },
        }));
    }

    /// Adds a field of ours for each code.
    pub(super) fn add_codes<T: CodeList>(&mut self, field: &'static str, codes: impl IntoIterator<Item = T>) {
        for code in codes {
            self.add(OURS, field, code.code());
        }
    }

    /// The list; `None` where it is empty.
    pub(super) fn finish(self) -> Option<Value> {
        (!self.list.is_empty()).then_some(Value::Array(self.list))
    }
}
