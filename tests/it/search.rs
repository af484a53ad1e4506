//! Looking for services over the API: the seeds of the Paris region, seen from Pantin.

mod cost;
mod finding;
mod pages;
mod written;

use crate::kit::loop_calls::service;
use crate::kit::world::{Answer, MINORITY_APPEAL, World, graphql_request, on_both_databases};
use relais::domain::place::Position;
use serde_json::{Value, json};

const EDGE: &str = "edges { cursor distanceMeters distanceBand locationId verdict \
    reasons { dimension finding message } \
    node { id name places { id redacted latitude longitude address areaCode } } } \
    pageInfo { hasNextPage hasPreviousPage endCursor }";

/// The place of the story.
const PANTIN: (f64, f64) = (48.8921, 2.4127);

fn near((latitude, longitude): (f64, f64)) -> Value {
    json!({ "near": { "latitude": latitude, "longitude": longitude } })
}

/// Everything, whatever the verdict.
fn everything() -> Value {
    json!({ "verdicts": ["MATCH", "TO_CONFIRM", "NO"] })
}

async fn search(world: &World, who: &str, variables: Value) -> Answer {
    search_in(world, who, "en", variables).await
}

async fn search_in(world: &World, who: &str, language: &str, variables: Value) -> Answer {
    let query = format!(
        "query($filter: ServiceFilter, $first: Int, $after: String) \
         {{ services(filter: $filter, first: $first, after: $after) {{ {EDGE} }} }}"
    );
    world.send(graphql_request(&world.person(who), language, &query, variables)).await
}

#[track_caller]
fn edges(answer: &Answer) -> &[Value] {
    answer.at("services/edges").as_array().expect("edges")
}

#[track_caller]
fn names(answer: &Answer) -> Vec<&str> {
    edges(answer).iter().map(|edge| edge["node"]["name"].as_str().expect("a name")).collect()
}

/// Great-circle metres from a point to the nearest of a service's places that may be known.
fn nearest_place((latitude, longitude): (f64, f64), service: &Value) -> Option<(String, f64)> {
    let from = Position::new(latitude, longitude).expect("a position");
    let places = service["places"].as_array().expect("places").iter().filter_map(|place| {
        let position = Position::new(place["latitude"].as_f64()?, place["longitude"].as_f64()?).expect("a position");
        Some((place["id"].as_str()?.to_owned(), from.distance_meters(position)))
    });
    places.min_by(|one, other| one.1.total_cmp(&other.1))
}

on_both_databases! {
    async fn services_come_nearest_first_by_the_great_circle(world: World) {
        for from in [PANTIN, (43.2965, 5.3698), (48.8566, 2.3522), (-48.0, -177.5), (90.0, 0.0)] {
            let filter = json!({ "near": near(from)["near"], "verdicts": everything()["verdicts"] });
            let answer = search(&world, "caseworker", json!({ "filter": filter, "first": 100 })).await;
            assert_eq!(edges(&answer).len(), 31);
            let mut before = 0.0;
            for edge in edges(&answer) {
                let Some(meters) = edge["distanceMeters"].as_f64() else { continue };
                let (place, expected) = nearest_place(from, &edge["node"]).expect("a place with a distance");
                assert!((meters - expected).abs() < 1e-6, "{edge} against {expected}");
                assert_eq!(edge["locationId"], place);
                assert!(meters >= before, "{edge} behind {before}");
                before = meters;
            }
        }
    }

    async fn what_has_no_place_comes_last_and_without_a_point_nothing_has_a_distance(world: World) {
        let filter = json!({ "near": near(PANTIN)["near"], "verdicts": everything()["verdicts"] });
        let answer = search(&world, "caseworker", json!({ "filter": filter, "first": 100 })).await;
        let last = edges(&answer).last().expect("an edge");
        assert_eq!(last["node"]["name"], "Interprétariat par téléphone du Figuier");
        assert_eq!(
            (&last["distanceMeters"], &last["distanceBand"], &last["locationId"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
        let answer = search(&world, "caseworker", json!({ "filter": everything(), "first": 100 })).await;
        let is_bare =
            |edge: &Value| ["distanceMeters", "distanceBand", "locationId"].iter().all(|field| edge[field].is_null());
        assert!(edges(&answer).len() == 31 && edges(&answer).iter().all(is_bare));
    }

    /// P-11.
    async fn a_redacted_place_tells_a_band_and_neither_metres_nor_a_point(world: World) {
        let filter = json!({ "near": near(PANTIN)["near"], "verdicts": everything()["verdicts"] });
        let answer = search(&world, "caseworker", json!({ "filter": filter, "first": 100 })).await;
        let mut redacted = Vec::new();
        for edge in edges(&answer) {
            for place in
                edge["node"]["places"].as_array().expect("places").iter().filter(|place| place["redacted"] == true)
            {
                assert!(["latitude", "longitude", "address"].iter().all(|field| place[field].is_null()), "{place}");
                assert!(place["areaCode"].is_string());
                assert_eq!(edge["distanceMeters"], Value::Null);
                redacted.push((
                    edge["node"]["name"].as_str().expect("a name"),
                    edge["distanceBand"].as_str().expect("a band"),
                ));
            }
        }
        redacted.sort_unstable();
        assert_eq!(
            redacted,
            [
                ("Maison sûre pour femmes, Île-de-France", "BAND_5_TO_20_KM"),
                ("Mise en sécurité éloignée des victimes de traite", "BAND_5_TO_20_KM"),
                ("Mise à l'abri d'urgence des mineurs, Plateau Vert", "BAND_UNDER_5_KM"),
            ]
        );
    }

    async fn a_radius_keeps_what_lies_within_it(world: World) {
        for (meters, expected) in [(1.0, 0..3), (5_000.0, 4..20), (100_000.0, 29..31), (20_100_000.0, 30..31)] {
            let filter = json!({
                "near": { "latitude": PANTIN.0, "longitude": PANTIN.1, "withinMeters": meters },
                "verdicts": everything()["verdicts"],
            });
            let answer = search(&world, "caseworker", json!({ "filter": filter, "first": 100 })).await;
            assert!(expected.contains(&edges(&answer).len()), "{} within {meters} m", edges(&answer).len());
            assert!(
                edges(&answer)
                    .iter()
                    .all(|edge| edge["distanceMeters"].as_f64().is_none_or(|distance| distance <= meters))
            );
        }
    }

    async fn a_verdict_gives_its_reasons_in_the_language_asked_for(world: World) {
        let filter = json!({ "need": "LEGAL_MINORITY_APPEAL", "near": near(PANTIN)["near"], "verdicts": ["NO"],
            "person": { "ageBand": "AGE_25_59", "gender": "MAN" } });
        for (language, expected) in [
            ("fr", "moins de 18 ans seulement"),
            ("en", "only under 18"),
            ("ar", "دون 18 سنة فقط"),
            ("ar-LY, fr;q=0.5", "دون 18 سنة فقط"),
            ("de", "moins de 18 ans seulement"),
            ("en;q=0.1, fr", "moins de 18 ans seulement"),
        ] {
            let answer = search_in(&world, "caseworker", language, json!({ "filter": filter })).await;
            let reasons = &edges(&answer)[0]["reasons"];
            let age = reasons
                .as_array()
                .expect("reasons")
                .iter()
                .find(|reason| reason["dimension"] == "AGE")
                .expect("an age");
            assert_eq!((&age["finding"], &age["message"]), (&json!("EXCLUDED"), &json!(expected)), "{language}");
        }
        // Every reason is told in the language asked for.
        let child = json!({ "ageBand": "AGE_15_17" });
        let filter = json!({ "need": "LEGAL_MINORITY_APPEAL", "near": near(PANTIN)["near"], "person": child,
            "accessibility": ["SIGN_LANGUAGE"] });
        let answer = search_in(&world, "caseworker", "ar", json!({ "filter": filter })).await;
        let reasons = &edges(&answer)[0]["reasons"];
        assert_eq!(
            reasons,
            &json!([
                { "dimension": "ADMIN_STATUS", "finding": "TO_CONFIRM",
                  "message": "يرجى تأكيد الوضع القانوني: قاصرون في مرحلة الطعن فقط" },
                { "dimension": "ACCESSIBILITY", "finding": "TO_CONFIRM",
                  "message": "يُرجى السؤال عن إمكانية الوصول" },
            ])
        );
        assert_eq!(edges(&answer)[0]["verdict"], "TO_CONFIRM");
    }

    async fn what_is_excluded_is_shown_on_request_only(world: World) {
        let girl = json!({ "ageBand": "AGE_15_17", "gender": "WOMAN",
            "adminStatus": "MINOR_IN_APPEAL", "situation": "STREET", "languages": ["fr"] });
        let filter = |verdicts: Value| {
            json!({
                "need": "LEGAL_MINORITY_APPEAL", "near": near(PANTIN)["near"], "person": girl, "verdicts": verdicts,
            })
        };
        let verdicts = async |asked: Value| {
            let answer = search(&world, "caseworker", json!({ "filter": filter(asked) })).await;
            edges(&answer)
                .iter()
                .map(|edge| edge["verdict"].as_str().expect("a verdict").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(verdicts(Value::Null).await, ["MATCH", "TO_CONFIRM"]);
        assert_eq!(verdicts(json!(["MATCH"])).await, ["MATCH"]);
        assert_eq!(verdicts(json!(["NO"])).await, ["NO"], "young women only, of 18 to 24 years");
        assert_eq!(verdicts(everything()["verdicts"].clone()).await.len(), 3);
        let answer = search(&world, "caseworker", json!({ "filter": filter(json!(["MATCH"])) })).await;
        assert_eq!(edges(&answer)[0]["node"]["id"], service(MINORITY_APPEAL));
        assert_eq!(edges(&answer)[0]["reasons"], json!([]));
    }

    async fn who_is_not_trained_finds_no_trace_of_services_after_violence(world: World) {
        let filter = json!({ "filter": everything(), "first": 100 });
        let all = search(&world, "caseworker", filter.clone()).await;
        let untrained = search(&world, "untrained caseworker", filter.clone()).await;
        let hidden: Vec<&str> = names(&all).into_iter().filter(|name| !names(&untrained).contains(name)).collect();
        assert_eq!(hidden.len(), 3, "{hidden:?}");
        for name in hidden {
            assert!(!untrained.text().contains(name));
        }
        assert!(edges(&search(&world, "nobody", filter).await).is_empty(), "nothing here is public");
        let safe_house = json!({ "filter": { "need": "SHELTER_WOMEN_SAFE", "verdicts": everything()["verdicts"] } });
        assert!(edges(&search(&world, "untrained caseworker", safe_house).await).is_empty());
    }

    async fn what_is_no_point_radius_page_or_need_is_refused(world: World) {
        let point = |latitude: f64, longitude: f64| json!({ "near": { "latitude": latitude, "longitude": longitude } });
        let within = |meters: f64| json!({ "near": { "latitude": 48.0, "longitude": 2.0, "withinMeters": meters } });
        for filter in [
            point(90.1, 0.0),
            point(-91.0, 0.0),
            point(0.0, 180.1),
            point(0.0, -181.0),
            point(1e300, 0.0),
            within(0.0),
            within(-5.0),
            within(20_100_001.0),
            json!({ "person": { "languages": ["not a language"] } }),
            json!({ "person": { "area": "not an area" } }),
        ] {
            let answer = search(&world, "caseworker", json!({ "filter": filter })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{filter}: {}", answer.text());
        }
        for first in [0, 101, -1, i32::MAX, i32::MIN] {
            for list in ["services", "inbox", "sentReferrals"] {
                let query = format!("{{ {list}(first: {first}) {{ nodes {{ id }} }} }}");
                let answer = world.ask(&world.person("caseworker"), &query, json!({})).await;
                assert_eq!(answer.code(), "BAD_USER_INPUT", "{list} {first}: {}", answer.text());
            }
        }
        let answer = search(&world, "caseworker", json!({ "filter": { "need": "LEGAL_MAGIC" } })).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&answer.code()), "{}", answer.text());
        assert!(!answer.text().contains("MAGIC"), "what was asked does not come back");
    }
}
