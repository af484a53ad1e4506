//! Finding by place, shape, area, words and hour; judging one service; and whom to turn to.

use super::{EDGE, PANTIN, edges, names};
use crate::kit::steps::merged;
use crate::kit::world::{Answer, MINORITY_APPEAL, World, graphql_request, on_both_databases};
use relais::actions::geography::{GeographyFile, import_areas, import_gazetteer, import_holidays};
use relais::domain::country::CountryCode;
use relais::domain::directory::{Eligibility, LocationKind, Place, Service, Specialisation, Tier, Welcome};
use relais::domain::id::{Identifier, LocationId};
use relais::domain::opening::Closure;
use relais::domain::place::{Area, AreaCode, Position};
use relais::domain::profile::{AdminStatus, AgeBand, Gender, Household, Situation};
use relais::import::SourceName;
use relais::import::geography::AreaFormat;
use serde_json::{Value, json};

const PLACES: &str = "geonameid,name,latitude,longitude,countrycode,population,timezone,alternatenames\n\
    1,Zuwarah,32.9312,12.0819,LY,80310,Africa/Tripoli,Zouara|Zwara|زوارة\n\
    2,Calais,50.9513,1.8587,FR,74433,Europe/Paris,Kales\n";

const CODES: &str = "Location,Admin Level,P-Code,Name,Parent P-Code\n\
    LBY,1,LY02,West,LY\nLBY,2,LY0215,Zwara,LY02\nLBY,2,LY0209,Nalut,LY02\n";

fn source() -> SourceName {
    SourceName::parse("test-maps").expect("a valid name")
}

/// Two towns and three areas, and three services by the sea.
async fn settle(world: &World) {
    let context = world.app.context();
    let source = source();
    let file = |text: &'static str| GeographyFile {
        source: &source,
        bytes: text.as_bytes(),
        accepts_many_gone: false,
        is_dry_run: false,
        turn: None,
    };
    import_gazetteer(context, file(PLACES), &mut |_, _| {}).await.expect("places");
    import_areas(context, &AreaFormat::Pcodes, file(CODES), &mut |_, _| {}).await.expect("areas");
    for service in [
        by_the_sea(world, "Clinique du port", (32.9330, 12.0850), "LY0215"),
        by_the_sea(world, "Lanterne des marins", (32.9500, 12.1500), "LY0215"),
        by_the_sea(world, "Boussole de Nalut", (31.8700, 10.9800), "LY0209"),
    ] {
        world.publish(&service).await;
    }
}

fn by_the_sea(world: &World, name: &str, (latitude, longitude): (f64, f64), area: &str) -> Service {
    let code = AreaCode::parse(area).expect("a code");
    let place = Place {
        position: Position::new(latitude, longitude).ok(),
        area: Some(Area { code, name: None, center: None, radius_meters: None }),
        ..Place::new(LocationId::derived("test", name), LocationKind::Physical)
    };
    Service {
        places: vec![place],
        tier: Tier::Public,
        welcome: Some(Welcome::Unconditional),
        country: CountryCode::parse("LY").ok(),
        ..world.like(MINORITY_APPEAL, name)
    }
}

async fn ask(world: &World, filter: Value, order: &str) -> Answer {
    let query = format!(
        "query($filter: ServiceFilter) {{ services(filter: $filter, order: {order}) {{ \
         measuredFrom {{ latitude longitude placeName country }} \
         {EDGE} }} }}"
    );
    world.send(graphql_request(&world.person("caseworker"), "en", &query, json!({ "filter": filter }))).await
}

const BY_THE_SEA: [f64; 4] = [31.0, 10.0, 34.0, 13.0];

fn sea() -> Value {
    let [south, west, north, east] = BY_THE_SEA;
    json!({ "box": { "south": south, "west": west, "north": north, "east": east } })
}

on_both_databases! {
    async fn a_town_is_found_in_every_spelling_and_distances_are_measured_from_it(world: World) {
        settle(&world).await;
        for name in ["Zuwarah", "Zouara", "zwara", "زوارة", "Zuwara"] {
            let near = json!({ "nearPlace": { "name": name, "country": "ly", "withinMeters": 20_000.0 } });
            let answer = ask(&world, near, "NEAREST").await;
            assert_eq!(names(&answer), ["Clinique du port", "Lanterne des marins"], "{name}");
            let from = answer.at("services/measuredFrom");
            assert_eq!((&from["placeName"], &from["country"]), (&json!("Zuwarah"), &json!("LY")), "{name}");
        }
        let query = "{ places(name: \"Zouara\") { name country timeZone } area(code: \"ly0215\") { code name parent { code } } \
            areas(name: \"Nalut\") { code } }";
        let answer = world.ask(&world.person("nobody"), query, json!({})).await;
        assert_eq!(answer.at("places/0/timeZone"), "Africa/Tripoli", "{}", answer.text());
        assert_eq!(answer.at("area"), &json!({ "code": "LY0215", "name": "Zwara", "parent": { "code": "LY02" } }));
        assert_eq!(answer.at("areas"), &json!([{ "code": "LY0209" }]));
    }

    async fn shapes_areas_and_words_each_leave_out_what_is_not_theirs(world: World) {
        settle(&world).await;
        let triangle = json!([[[32.8, 12.0], [33.1, 12.0], [33.1, 12.3], [32.8, 12.0]]]);
        let rings: Vec<Vec<Value>> = triangle.as_array().expect("rings").iter().map(|ring| {
            let ring = ring.as_array().expect("a ring").iter();
            ring.map(|vertex| json!({ "latitude": vertex[0], "longitude": vertex[1] })).collect()
        }).collect();
        let both = ["Clinique du port", "Lanterne des marins"];
        for (filter, expected) in [
            (sea(), vec!["Boussole de Nalut", both[0], both[1]]),
            (json!({ "polygon": { "rings": rings } }), both.to_vec()),
            (json!({ "area": "LY0215" }), both.to_vec()),
            (json!({ "area": "LY02" }), vec!["Boussole de Nalut", both[0], both[1]]),
            (json!({ "area": "LY0209" }), vec!["Boussole de Nalut"]),
            (json!({ "words": "marins" }), vec!["Lanterne des marins"]),
            (json!({ "words": "marrins" }), vec!["Lanterne des marins"]),
            (json!({ "words": "bousso", "typing": true }), vec!["Boussole de Nalut"]),
            (json!({ "words": "bousso" }), vec![]),
            (merged(sea(), &json!({ "words": "clinique" })), vec!["Clinique du port"]),
            (merged(json!({ "area": "LY0209" }), &json!({ "words": "clinique" })), vec![]),
        ] {
            let answer = ask(&world, filter.clone(), "NEAREST").await;
            let mut found = names(&answer);
            found.sort_unstable();
            assert_eq!(found, expected, "{filter}");
        }
    }

    async fn openness_is_judged_at_the_hour_asked_for_in_the_zone_of_the_service(world: World) {
        settle(&world).await;
        let name = "Clinique du port";
        let mut service = by_the_sea(&world, name, (32.9330, 12.0850), "LY0215");
        // Two hours ahead of UTC.
        service.opening_hours = Some("Su-Th 09:00-15:00".to_owned());
        let day = |text: &str| text.parse().expect("a day");
        service.closures = vec![Closure { from: day("2026-11-30"), until: day("2026-12-02") }].into();
        world.publish(&service).await;
        for (at, verdicts, expected) in [
            ("2026-11-29T07:00:00Z", json!(["MATCH"]), None),
            ("2026-11-29T06:59:00Z", json!(["NO"]), Some(("EXCLUDED", "closed at that time"))),
            ("2026-11-27T08:00:00Z", json!(["NO"]), Some(("EXCLUDED", "closed at that time"))),
            ("2026-12-01T08:00:00Z", json!(["NO"]), Some(("EXCLUDED", "closed, opens again on 2026-12-03"))),
        ] {
            let filter = merged(sea(), &json!({ "words": "clinique", "openAt": at, "verdicts": verdicts }));
            let answer = ask(&world, filter, "NEAREST").await;
            assert_eq!(names(&answer), [name], "{at}: {}", answer.text());
            let reason = edges(&answer)[0]["reasons"].as_array().expect("reasons").iter().find(|it| it["dimension"] == "OPENING");
            let told = reason.map(|it| (it["finding"].as_str().expect("a code"), it["message"].as_str().expect("words")));
            assert_eq!(told, expected, "{at}");
        }
        let query = "query($id: ID!, $at: DateTime) { service(id: $id) { opening(at: $at) { status reason nextChangeAt } \
            check(filter: { openAt: \"2026-12-01T08:00:00Z\" }) { verdict reasons { dimension } } } }";
        let at = |text: &str| json!({ "id": service.id.to_string(), "at": text });
        let answer = world.ask(&world.person("nobody"), query, at("2026-11-29T08:00:00Z")).await;
        let expected = json!({ "status": "OPEN", "reason": "WITHIN_HOURS", "nextChangeAt": "2026-11-29T13:00:00Z" });
        assert_eq!(answer.at("service/opening"), &expected, "{}", answer.text());
        assert_eq!(answer.at("service/check"), &json!({ "verdict": "NO", "reasons": [{ "dimension": "OPENING" }] }));
    }

    async fn a_day_that_the_moon_decides_is_unknown_until_somebody_has_dated_it(world: World) {
        settle(&world).await;
        let mut service = by_the_sea(&world, "Clinique du port", (32.9330, 12.0850), "LY0215");
        service.opening_hours = Some("Mo-Su 09:00-15:00".to_owned());
        world.publish(&service).await;
        let query = "query($id: ID!, $at: DateTime) { service(id: $id) { opening(at: $at) { status reason } } }";
        let state = async |at: &str| {
            let variables = json!({ "id": service.id.to_string(), "at": at });
            let answer = world.ask(&world.person("nobody"), query, variables).await;
            answer.at("service/opening").clone()
        };
        let doubtful = json!({ "status": "UNKNOWN", "reason": "MAY_BE_HOLIDAY" });
        // The feast of 2027 is expected on 10 March.
        assert_eq!(state("2027-03-09T10:00:00Z").await, doubtful);
        let dated = "country,date,name,closed\nLY,2027-03-10,Eid al-Fitr,true\nLY,never,no day,true\n";
        let source = source();
        let file = GeographyFile { source: &source, bytes: dated.as_bytes(), accepts_many_gone: false, is_dry_run: false, turn: None };
        let report = import_holidays(world.app.context(), file, &mut |_, _| {}).await.expect("holidays");
        assert_eq!((report.added, report.refused.len()), (1, 1), "{report}");
        assert_eq!(state("2027-03-10T10:00:00Z").await, json!({ "status": "CLOSED", "reason": "PUBLIC_HOLIDAY" }));
        assert_eq!(state("2027-03-09T10:00:00Z").await, json!({ "status": "OPEN", "reason": "WITHIN_HOURS" }));
    }

    async fn the_best_come_first_and_say_why(world: World) {
        settle(&world).await;
        let near = json!({ "near": { "latitude": PANTIN.0, "longitude": PANTIN.1 } });
        let query = "query($filter: ServiceFilter, $after: String) { services(filter: $filter, order: BEST, first: 7, after: $after) { \
            edges { score standing { factor value weight message } node { id } } pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut scores, mut seen) = (Value::Null, Vec::new(), Vec::new());
        loop {
            let answer = world.ask(&world.person("caseworker"), query, json!({ "filter": near, "after": after })).await;
            for edge in edges(&answer) {
                let factors = edge["standing"].as_array().expect("factors");
                assert_eq!(factors.len(), 6);
                let weighted = |it: &Value| it["weight"].as_f64().expect("a weight") * it["value"].as_f64().unwrap_or(0.5);
                let score = edge["score"].as_f64().expect("a score");
                assert!((factors.iter().map(weighted).sum::<f64>() - score).abs() < 1e-9, "the factors make the score");
                assert!(factors.iter().all(|it| !it["message"].as_str().expect("words").is_empty()));
                scores.push(score);
                seen.push(edge["node"]["id"].clone());
            }
            after = answer.at("services/pageInfo/endCursor").clone();
            if answer.at("services/pageInfo/hasNextPage") == false {
                break;
            }
        }
        assert!(scores.len() > 10 && scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
        let count = seen.len();
        seen.sort_by_key(ToString::to_string);
        seen.dedup();
        assert_eq!(seen.len(), count, "each service once");
    }

    async fn what_cannot_be_searched_for_is_refused_with_a_word_on_what_to_do(world: World) {
        settle(&world).await;
        let open = json!([{ "latitude": 1.0, "longitude": 1.0 }, { "latitude": 2.0, "longitude": 1.0 },
            { "latitude": 2.0, "longitude": 2.0 }, { "latitude": 3.0, "longitude": 3.0 }]);
        let rings = |rings: &[&[(f64, f64)]]| {
            let vertex = |(latitude, longitude): &(f64, f64)| json!({ "latitude": latitude, "longitude": longitude });
            let ring = |ring: &&[(f64, f64)]| ring.iter().map(vertex).collect::<Value>();
            json!({ "polygon": { "rings": rings.iter().map(ring).collect::<Value>() } })
        };
        let whole = json!([{ "latitude": 0.0, "longitude": 0.0 }, { "latitude": 9.0, "longitude": 0.0 },
            { "latitude": 9.0, "longitude": 9.0 }, { "latitude": 0.0, "longitude": 0.0 }]);
        let many: Vec<Value> = (0..1_001).map(|n| json!({ "latitude": f64::from(n % 90), "longitude": f64::from(n % 179) })).collect();
        for (filter, words) in [
            (json!({ "near": { "latitude": 1.0, "longitude": 1.0 }, "nearPlace": { "name": "Calais" } }), "by its point or by its name"),
            (json!({ "nearPlace": { "name": "Atlantide" } }), "no place of this name"),
            (json!({ "nearPlace": { "name": " " } }), "are 1 to 12"),
            (json!({ "box": { "south": 2.0, "west": 0.0, "north": 1.0, "east": 1.0 } }), "south of a box"),
            (json!({ "box": { "south": -91.0, "west": 0.0, "north": 1.0, "east": 1.0 } }), "latitude"),
            (json!({ "polygon": { "rings": [many] } }), "polygon.rings: a polygon has at most 1,000 vertices"),
            (json!({ "polygon": { "rings": [] } }), "polygon.rings: a polygon has at least one ring"),
            (json!({ "polygon": { "rings": [whole, open] } }), "polygon.rings: ring 2: it is not closed"),
            (rings(&[&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)]]), "polygon.rings: ring 1: it has fewer than four"),
            (rings(&[&[(0.0, -90.0), (1.0, 90.0), (2.0, 0.0), (0.0, -90.0)]]), "ring 1: an edge spans 180 degrees"),
            (rings(&[&[(50.0, 0.0), (50.0, 120.0), (50.0, -120.0), (50.0, 0.0)]]), "ring 1: it goes round a pole"),
            (rings(&[&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 3.0), (0.0, 0.0)]]), "ring 1: it touches or crosses itself"),
            (rings(&[&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 0.0)]]), "polygon.rings: ring 1: it"),
            (rings(&[&[(0.0, 0.0), (91.0, 1.0), (2.0, 0.0), (0.0, 0.0)]]), "polygon.rings: ring 1: latitude is not"),
            (rings(&[&[(0.0, 0.0), (9.0, 181.0), (2.0, 0.0), (0.0, 0.0)]]), "polygon.rings: ring 1: longitude is not"),
            (merged(sea(), &json!({ "area": "LY02" })), "one box, one polygon or one area"),
            (json!({ "area": "Calais centre" }), "code of an area"),
            (json!({ "words": "-- '" }), "are 1 to 12"),
            (json!({ "words": "a ".repeat(13) }), "are 1 to 12"),
            (json!({ "words": "a".repeat(201) }), "are 1 to 12"),
            (json!({ "words": "a\u{0}b" }), "U+0000 is not accepted"),
            (json!({ "openNow": true, "openAt": "2026-12-01T08:00:00Z" }), "now or for an instant"),
        ] {
            let answer = ask(&world, filter.clone(), "NEAREST").await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{filter}: {}", answer.text());
            assert!(answer.text().contains(words), "{filter}: {}", answer.text());
        }
    }

    /// A safe house is there for the trained only; whom to turn to is there for everybody in the project, and does not
    /// depend on whether there is one.
    async fn a_need_kept_for_trained_senders_leads_to_the_own_project_whether_or_not_a_service_answers_it(world: World) {
        let query = "query($need: Need) { services(filter: { need: $need }) { nodes { id } focalPoint { name mailbox } } }";
        let asked = async |world: &World, who: &str, need: &str| {
            world.ask(&world.person(who), query, json!({ "need": need })).await
        };
        let before = asked(&world, "caseworker", "SHELTER_WOMEN_SAFE").await;
        let (name, mailbox) = (before.text_at("services/focalPoint/name"), before.text_at("services/focalPoint/mailbox"));
        assert!(name.contains("Passerelles") && mailbox == "passerelles@example.org", "{}", before.text());
        assert_eq!(asked(&world, "nobody", "SHELTER_WOMEN_SAFE").await.at("services/focalPoint"), &Value::Null);
        assert_eq!(asked(&world, "lawyer", "SHELTER_WOMEN_SAFE").await.at("services/focalPoint"), &Value::Null);
        assert_eq!(asked(&world, "caseworker", "LEGAL_ASYLUM").await.at("services/focalPoint"), &Value::Null);
        let elsewhere = asked(&world, "caseworker of another project", "SHELTER_WOMEN_SAFE").await;
        assert_ne!(elsewhere.at("services/focalPoint"), before.at("services/focalPoint"), "the own project's");
        let mut house = world.like(MINORITY_APPEAL, "Maison sûre");
        house.specialisations = [Specialisation::Gbv].into();
        house.needs = [relais::domain::need::Need::ShelterWomenSafe].into();
        house.tier = Tier::Network;
        world.publish(&house).await;
        let after = asked(&world, "caseworker", "SHELTER_WOMEN_SAFE").await;
        assert_eq!(after.at("services/focalPoint"), before.at("services/focalPoint"));
        let untrained = asked(&world, "untrained caseworker", "SHELTER_WOMEN_SAFE").await;
        assert_eq!(untrained.at("services/nodes"), &json!([]), "hidden");
        assert_eq!(untrained.at("services/focalPoint"), before.at("services/focalPoint"));
    }

    async fn whoever_is_left_out_or_to_be_confirmed_is_told_whom_a_service_takes(world: World) {
        settle(&world).await;
        let mut told = Vec::new();
        let many = ["LY0215", "LY9991", "LY9992", "LY9993", "LY9994", "LY9995", "LY9996"];
        for (welcome, served) in [(Welcome::Exclusive, &many[..1]), (Welcome::Preferential, &many)] {
            let name = format!("{welcome:?}");
            let service = Service {
                welcome: Some(welcome),
                eligibility: Eligibility {
                    minimum_age: Some(16),
                    maximum_age: Some(25),
                    age_bands: [AgeBand::From12To14].into(),
                    genders: [Gender::Woman].into(),
                    households: [Household::ParentWithChildren, Household::Pregnant].into(),
                    admin_statuses: [AdminStatus::AsylumSeeker].into(),
                    situations: [Situation::Street, Situation::Squat].into(),
                },
                areas_served: served.iter().map(|code| AreaCode::parse(code).expect("a code")).collect(),
                ..by_the_sea(&world, &name, (32.9331, 12.0851), "LY0215")
            };
            world.publish(&service).await;
            let somebody = json!({ "ageBand": "AGE_60_PLUS", "gender": "MAN", "household": "ALONE",
                "adminStatus": "REFUGEE", "situation": "CAMP", "area": "LY0209" });
            for (language, person) in
                ["en", "fr", "ar"].into_iter().flat_map(|language| [(language, Some(&somebody)), (language, None)])
            {
                let query = "query($id: ID!, $fit: FitInput!) { service(id: $id) { check(filter: $fit) { \
                    reasons { dimension finding message } } } }";
                let fit = person.map_or(json!({}), |person| json!({ "person": person }));
                let variables = json!({ "id": service.id.to_string(), "fit": fit });
                let caseworker = world.person("caseworker");
                let answer = world.send(graphql_request(&caseworker, language, query, variables)).await;
                let reasons = answer.at("service/check/reasons").as_array().expect("reasons").clone();
                told.push(format!("{name}, {}, {language}:", if person.is_some() { "somebody" } else { "nobody known" }));
                told.extend(reasons.iter().map(|reason| {
                    let [dimension, finding, message] = ["dimension", "finding", "message"].map(|key| &reason[key]);
                    format!("  {dimension} {finding} {message}").replace('"', "")
                }));
            }
        }
        insta::assert_snapshot!("whom_a_service_takes", told.join("\n"));
    }
}
