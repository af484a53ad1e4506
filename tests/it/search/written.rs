//! Pages that are written at once are, byte for byte, those that the resolvers give.

use super::{PANTIN, near};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::merged;
use crate::kit::world::{graphql_request, on_both_databases};
use serde_json::json;

/// What a page is made of, by the names of the types.
const TYPES: [&str; 21] = [
    "ServiceConnection",
    "ServiceEdge",
    "PageInfo",
    "MeasuredFrom",
    "FitReason",
    "StandingFactor",
    "Service",
    "Organization",
    "Phone",
    "Eligibility",
    "ServiceDetail",
    "Capacity",
    "Schedule",
    "Place",
    "Translation",
    "Closure",
    "DatedHours",
    "FieldProvenance",
    "ServiceSource",
    "Freshness",
    "OpeningState",
];

/// Fields that only resolvers answer: they ask the database, read arguments, or lead to other services.
const LEFT_TO_RESOLVERS: [(&str, &str); 4] = [
    ("ServiceConnection", "focalPoint"),
    ("Service", "check"),
    ("Organization", "services"),
    ("Capacity", "acceptedSince"),
];

fn is_left(type_name: &str, field: &str) -> bool {
    LEFT_TO_RESOLVERS.contains(&(type_name, field))
}

/// One selection for each field of a type, with everything below it.
fn selections(type_name: &str) -> Vec<String> {
    let fields = SCHEMA.objects[type_name].iter().filter(|field| !is_left(type_name, &field.name));
    let selection = |type_name: &str| format!("{{ __typename {} }}", selections(type_name).join(" "));
    fields
        .map(|field| match SCHEMA.objects.contains_key(&field.type_name) {
            true => format!("{} {}", field.name, selection(&field.type_name)),
            false => field.name.clone(),
        })
        .collect()
}

/// Questions that together ask for every field of a page, in parts that may be asked at once.
fn questions() -> Vec<String> {
    let of_node = selections("Service").chunks(6).map(|fields| fields.join(" ")).collect::<Vec<_>>();
    let mut questions: Vec<String> =
        of_node.iter().map(|fields| format!("edges {{ node {{ {fields} alias: name ... {{ id }} }} }}")).collect();
    questions
        .extend(of_node.iter().map(|fields| format!("nodes {{ ...Part }} fragment Part on Service {{ {fields} }}")));
    let of_edge = SCHEMA.objects["ServiceEdge"].iter().filter(|field| field.name != "node");
    let of_edge = of_edge.map(|field| match SCHEMA.objects.contains_key(&field.type_name) {
        true => format!("{} {{ {} }}", field.name, selections(&field.type_name).join(" ")),
        false => field.name.clone(),
    });
    questions.push(format!("edges {{ {} }} __typename", of_edge.collect::<Vec<_>>().join(" ")));
    let of_page = ["PageInfo", "MeasuredFrom"].map(|name| selections(name).join(" "));
    questions.push(format!("pageInfo {{ {} }} measuredFrom {{ {} }} evaluatedAt", of_page[0], of_page[1]));
    questions
}

on_both_databases! {
    async fn a_page_reads_the_same_whether_it_is_written_at_once_or_resolved(world: World) {
        let person = json!({ "ageBand": "AGE_15_17", "gender": "WOMAN", "languages": ["ti"] });
        let judged = json!({ "person": person, "openAt": "2026-12-01T08:00:00Z", "verdicts": ["MATCH", "TO_CONFIRM", "NO"] });
        for (who, language) in [("nobody", "en"), ("caseworker", "fr"), ("lawyer", "ar")] {
            for (filter, order) in [(merged(near(PANTIN), &judged), "BEST"), (json!({}), "NEAREST")] {
                for question in questions() {
                    let (page, fragment) = question.split_once(" fragment ").unwrap_or((&question, ""));
                    let fragment = if fragment.is_empty() { String::new() } else { format!("fragment {fragment}") };
                    let services = format!("services(filter: $filter, order: $order, first: 10) {{ {page} }}");
                    let head = "query($filter: ServiceFilter, $order: ServiceOrder)";
                    let variables = json!({ "filter": filter, "order": order });
                    let ask = async |query: String| {
                        let request = graphql_request(&world.person(who), language, &query, variables.clone());
                        let answer = world.send(request).await;
                        assert!(answer.json.get("errors").is_none(), "{query}: {}", answer.text());
                        answer.text()
                    };
                    let written = ask(format!("{head} {{ {services} }} {fragment}")).await;
                    // A key that is asked for twice is joined, which only resolvers can.
                    let resolved = ask(format!("{head} {{ {services} {services} }} {fragment}")).await;
                    assert_eq!(written, resolved, "{who}, {order}: {question}");
                }
            }
        }
    }

    async fn beside_a_page_other_fields_errors_and_the_order_of_the_root_stay(world: World) {
        let query = "query($id: ID!) { one: services(first: 1) { nodes { id } } viewer { __typename } \
            service(id: $id) { id } three: services(first: 2) { nodes { name } } }";
        let answer = world.ask(&world.person("caseworker"), query, json!({ "id": "svc_none" })).await;
        let places = ["one", "viewer", "service", "three", "errors"].map(|key| answer.text().find(&format!("\"{key}\":")));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", answer.text());
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
        assert_eq!(answer.at("one/nodes").as_array().map(Vec::len), Some(1), "{}", answer.text());
        assert_eq!(answer.at("three/nodes").as_array().map(Vec::len), Some(2), "{}", answer.text());
    }
}

/// Otherwise whole pages would fall back to the resolvers unseen.
#[test]
fn every_field_of_a_page_is_written_or_left_to_resolvers_on_purpose() {
    let written = [
        include_str!("../../../src/graphql/written/directory.rs"),
        include_str!("../../../src/graphql/written/page.rs"),
    ]
    .concat();
    for type_name in TYPES {
        for field in &SCHEMA.objects[type_name] {
            let is_written = written.contains(&format!("\"{}\" =>", field.name));
            assert_ne!(is_written, is_left(type_name, &field.name), "{type_name}.{}", field.name);
        }
    }
}
