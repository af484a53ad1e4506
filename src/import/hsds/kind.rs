//! What an HSDS row is, told by its fields: the standard has no field that names the kind.

use serde_json::Value;

/// What is said of organisations in a file without any service.
pub(super) const ORGANIZATION_ALONE: &str = "organisations without services";

/// Fields that only a service has; each is enough, so that a service without its status is refused as
/// a service.
const OF_SERVICE: [&str; 11] = [
    "status",
    "organization",
    "organization_id",
    "service_at_locations",
    "minimum_age",
    "maximum_age",
    "eligibility_description",
    "application_process",
    "fees",
    "assured_date",
    "capacities",
];
/// Fields that only an organisation has.
const OF_ORGANIZATION: [&str; 7] = [
    "website",
    "organization_identifiers",
    "parent_organization_id",
    "legal_status",
    "year_incorporated",
    "tax_status",
    "locations",
];

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Service,
    ServiceAtLocation,
    OrganizationWithServices,
    Organization,
    /// Something else, with its name.
    Other(&'static str),
}

/// Tells what a row is.
pub(super) fn of(value: &Value) -> Kind {
    let Some(fields) = value.as_object() else {
        return Kind::Other("a single value");
    };
    let has = |name: &str| fields.contains_key(name);
    let has_any = |names: &[&str]| names.iter().any(|name| has(name));
    if value.get("service").is_some_and(Value::is_object) && has_any(&["id", "location", "location_id"]) {
        Kind::ServiceAtLocation
    } else if value.get("services").is_some_and(|services| services.as_array().is_some_and(|list| !list.is_empty())) {
        Kind::OrganizationWithServices
    } else if has("openapi") || has("swagger") {
        Kind::Other("an OpenAPI description")
    } else if has("$schema") || (has("type") && has("properties") && !has("geometry")) {
        Kind::Other("a JSON schema")
    } else if has("openapi_url") {
        Kind::Other("the description of an API")
    } else if has("resourceType") {
        Kind::Other("a FHIR resource")
    } else if has("geometry") {
        Kind::Other("a GeoJSON feature")
    } else if has("services.csv") || has("resources") {
        Kind::Other("tabular HSDS; export it as JSON services")
    } else if has("location_type") {
        Kind::Other("a location")
    } else if has_any(&OF_SERVICE) {
        Kind::Service
    } else if has_any(&["term_uri", "taxonomy", "taxonomy_detail"]) {
        Kind::Other("a taxonomy term")
    } else if has_any(&OF_ORGANIZATION) {
        Kind::Organization
    } else if has("version") || has("taxonomy_terms") {
        Kind::Other("a taxonomy")
    } else if has("id") && has("name") && has("description") {
        Kind::Organization
    } else {
        Kind::Other("an object that is no HSDS service")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_is_told_by_its_fields() {
        for (value, expected) in [
            (json!({"id": 1, "name": "a", "organization": {}}), Kind::Service),
            (json!({"id": 1, "service": {}, "location": {}}), Kind::ServiceAtLocation),
            (json!({"id": 1, "services": [{}]}), Kind::OrganizationWithServices),
            (json!({"id": 1, "name": "a", "services": [], "website": "w"}), Kind::Organization),
            (json!({"openapi": "3.1.0", "info": {}}), Kind::Other("an OpenAPI description")),
            (json!({"version": "3.0", "profile": "p", "openapi_url": "u"}), Kind::Other("the description of an API")),
            (json!({"id": 1, "name": "a", "uri": "u", "version": "1"}), Kind::Other("a taxonomy")),
            (json!({"id": 1, "name": "a", "parent_id": "p", "taxonomy": "t"}), Kind::Other("a taxonomy term")),
            (json!({"id": 1, "location_type": "physical"}), Kind::Other("a location")),
            (json!({"type": "Feature", "geometry": null}), Kind::Other("a GeoJSON feature")),
            (json!({}), Kind::Other("an object that is no HSDS service")),
            (json!(3), Kind::Other("a single value")),
        ] {
            assert_eq!(of(&value), expected, "{value}");
        }
    }
}
