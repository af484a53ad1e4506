//! The official schemas: what a list schema describes, and where a page is described.

use crate::import_feeds::{data, file};
use serde_json::Value;
use std::path::Path;

fn json(folder: &Path, path: &str) -> Value {
    serde_json::from_slice(&file(folder, &format!("standards/{path}")))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `service_list.json` is the schema of one item. The page around the items stands in the description of the interface, and an
/// official page fits that schema item by item and not as a whole.
#[test]
fn a_list_schema_describes_one_item_of_a_page() {
    let Some(folder) = data() else { return };
    for (standard, list, page) in [
        ("hsds-3.0", "service_list", "service_list"),
        ("hsds-3.0", "organization_list", "organization_list"),
        ("hsds-3.0", "service_at_location_list", "service_at_location_list"),
        ("hsds-uk-3.0", "service_list", "service_list"),
    ] {
        let schema = json(&folder, &format!("{standard}/schema/compiled/{list}.json"));
        assert_eq!((schema["type"].as_str(), schema["properties"]["contents"].is_null()), (Some("object"), true));
        let validator = jsonschema::validator_for(&schema).expect("a schema can be compiled");
        let page = json(&folder, &format!("{standard}/examples/{page}.json"));
        assert!(!validator.is_valid(&page), "{standard} {list}: the page is no item");
        let items = page["contents"].as_array().unwrap_or_else(|| panic!("{standard} {list}: a page has contents"));
        for item in items {
            let errors: Vec<String> =
                validator.iter_errors(item).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{standard} {list}");
        }
    }
    let interface = json(&folder, "hsds-3.0/schema/openapi.json");
    let page = &interface["paths"]["/services"]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    let item = page["properties"]["contents"]["items"]["$ref"].as_str().expect("a reference");
    assert!(item.ends_with("/schema/compiled/service_list.json"), "{item}");
    assert_eq!(page["allOf"][0]["$ref"].as_str(), Some("#/components/schemas/Page"));
    let around = interface["components"]["schemas"]["Page"]["properties"].as_object().expect("a page");
    assert!(["total_items", "total_pages", "page_number"].iter().all(|field| around.contains_key(*field)));
}
