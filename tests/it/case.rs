//! Case references: found again by what people say and write, and nothing in them that is a person.

use crate::kit::loop_calls::{fresh_key, girl, organization, outcome, request, with};
use crate::kit::world::{Answer, LAWYERS, World, answered, on_both_databases};
use relais::actions::Settings;
use serde_json::{Value, json};

async fn by_spoken_code(world: &World, who: &str, typed: &str) -> Answer {
    let query = "query($typed: String!) { caseBySpokenCode(spokenCode: $typed) { id spokenCode } }";
    world.ask(&world.person(who), query, json!({ "typed": typed })).await
}

async fn by_file_number(world: &World, who: &str, typed: &str) -> Answer {
    let query = "query($typed: String!) { casesByFileNumber(fileNumber: $typed) { id fileNumber } }";
    world.ask(&world.person(who), query, json!({ "typed": typed })).await
}

fn ids(answer: &Answer) -> Vec<String> {
    let cases = answer.at("casesByFileNumber").as_array().expect("a list").iter();
    let mut ids: Vec<String> = cases.map(|case| case["id"].as_str().expect("an id").to_owned()).collect();
    ids.sort();
    ids
}

on_both_databases! {
    /// P-24: needs, and no clinical facts, unless an organisation has decided to keep them.
    async fn clinical_facts_are_taken_only_where_that_is_configured(world: World) {
        let opened = |flag: &str| json!({ "idempotencyKey": fresh_key(), "person": girl(), "protectionFlags": ["TORTURE", flag] });
        for flag in ["SELF_HARM_RISK", "DISABILITY", "CHRONIC_ILLNESS"] {
            let refusal = world.refused("caseworker", "caseOpen", opened(flag)).await;
            assert_eq!(refusal, "InputError CLINICAL_FACT protectionFlags", "{flag}");
        }
        let settings = Settings { takes_clinical_facts: true, ..Settings::default() };
        let router = world.app.clone().with_settings(settings).router();
        let answer = answered(router, request(&world, "caseworker", "caseOpen", &opened("CHRONIC_ILLNESS"))).await;
        outcome("caseOpen", answer).done();
    }

    async fn a_spoken_code_finds_its_case_however_it_is_typed(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await;
        let code = case.done()["spokenCode"].as_str().expect("a code").to_owned();
        for typed in [
            code.clone(),
            code.to_lowercase(),
            format!("{}-{}", &code[..3], &code[3..]),
            format!(" {} {} ", &code[..2], &code[2..]),
        ] {
            assert_eq!(by_spoken_code(&world, "caseworker", &typed).await.text_at("caseBySpokenCode/id"), case.id());
            assert_eq!(
                by_spoken_code(&world, "untrained caseworker", &typed).await.text_at("caseBySpokenCode/id"),
                case.id()
            );
        }
    }

    async fn one_wrong_character_of_a_spoken_code_is_told_and_no_other_case_is_found(world: World) {
        let codes: Vec<String> = {
            let mut codes = Vec::new();
            for _ in 0..5 {
                let case = world.open_case("caseworker", girl(), json!({})).await;
                codes.push(case.done()["spokenCode"].as_str().expect("a code").to_owned());
            }
            codes
        };
        for code in &codes {
            for at in 0..code.len() {
                let other = if &code[at..=at] == "7" { "8" } else { "7" };
                let wrong = format!("{}{other}{}", &code[..at], &code[at + 1..]);
                assert_eq!(
                    by_spoken_code(&world, "caseworker", &wrong).await.code(),
                    "BAD_USER_INPUT",
                    "{wrong} for {code}"
                );
            }
        }
        for wrong in ["", "ABC", "O0I1O0", "AB\u{0}CDE", "ABCDEFGH"] {
            let answer = by_spoken_code(&world, "caseworker", wrong).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong:?}");
            assert!(wrong.is_empty() || !answer.text().contains(wrong), "what was typed does not come back");
        }
    }

    async fn a_case_is_found_by_its_own_project_only(world: World) {
        let case = world.open_case("caseworker", girl(), json!({ "fileNumber": "PAN-2026/118" })).await;
        let code = case.done()["spokenCode"].as_str().expect("a code").to_owned();
        let other = "caseworker of another project";
        assert_eq!(by_spoken_code(&world, other, &code).await.at("caseBySpokenCode"), &Value::Null);
        assert!(ids(&by_file_number(&world, other, "PAN-2026/118").await).is_empty());
        for (who, code_expected) in
            [("coordinator", "FORBIDDEN"), ("lawyer", "FORBIDDEN"), ("nobody", "UNAUTHENTICATED")]
        {
            assert_eq!(by_spoken_code(&world, who, &code).await.code(), code_expected, "{who}");
            assert_eq!(by_file_number(&world, who, "PAN-2026/118").await.code(), code_expected, "{who}");
        }
    }

    async fn a_file_number_finds_every_case_that_was_given_it(world: World) {
        let open = async |who, number: &str| world.open_case(who, girl(), json!({ "fileNumber": number })).await.id();
        let mut twice = [open("caseworker", "PAN-2026/118").await, open("untrained caseworker", "pan-2026/118").await];
        twice.sort();
        let once = open("caseworker", "PAN-2026/119").await;
        let other = open("caseworker of another project", "PAN-2026/118").await;
        for typed in ["PAN-2026/118", "pan-2026/118", "  Pan-2026/118 "] {
            assert_eq!(ids(&by_file_number(&world, "caseworker", typed).await), twice, "{typed}");
        }
        assert_eq!(ids(&by_file_number(&world, "caseworker", "PAN-2026/119").await), [once]);
        assert_eq!(ids(&by_file_number(&world, "caseworker of another project", "PAN-2026/118").await), [other]);
        assert!(ids(&by_file_number(&world, "caseworker", "PAN-2026/120").await).is_empty());
        assert_eq!(by_file_number(&world, "caseworker", "Aminata").await.code(), "BAD_USER_INPUT");
    }

    async fn the_index_of_a_file_number_is_not_the_number_and_differs_by_project(world: World) {
        for who in ["caseworker", "untrained caseworker", "caseworker of another project"] {
            world.open_case(who, girl(), json!({ "fileNumber": "PAN-2026/118" })).await.done();
        }
        world.open_case("caseworker", girl(), json!({})).await.done();
        let all =
            "SELECT file_number_index FROM cases WHERE file_number_index IS NOT NULL ORDER BY project_id".to_owned();
        let mut indexes = world.texts(all).await;
        assert_eq!(indexes.len(), 3, "a case without a number has no index");
        indexes.sort();
        indexes.dedup();
        assert_eq!(indexes.len(), 2, "equal within one project, and not between two");
        for index in indexes {
            assert!(index.len() == 8 && !index.contains("118") && !"PAN-2026/118".contains(&index), "{index}");
        }
    }

    /// Without an area its needs would count nowhere.
    async fn a_case_opens_with_an_area_and_nothing_else(world: World) {
        let input = json!({ "idempotencyKey": fresh_key(), "person": with(girl(), json!({ "area": null })) });
        assert_eq!(world.refused("caseworker", "caseOpen", input).await, "InputError AREA_UNKNOWN area");
        let case = world.open_case("caseworker", json!({ "area": "fr" }), json!({})).await;
        let known =
            [&case.done()["area"], &case.done()["languages"], &case.done()["ageBand"], &case.done()["fileNumber"]];
        assert_eq!(known, [&json!("FR"), &json!([]), &Value::Null, &Value::Null]);
    }

    async fn no_text_with_a_control_character_is_written(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        for character in ["\u{7}", "\n", "\u{1b}", "\u{7f}", "\u{85}"] {
            let broken = |text: &str| format!("{}{character}{}", &text[..2], &text[2..]);
            for (field, person, more) in [
                ("languages", json!({ "languages": ["fr", broken("bam")] }), json!({})),
                ("area", json!({ "area": broken("FR-93055") }), json!({})),
                ("fileNumber", json!({}), json!({ "fileNumber": broken("PAN-7") })),
            ] {
                let input = with(json!({ "idempotencyKey": fresh_key(), "person": with(girl(), person) }), more);
                let refusal = world.refused("caseworker", "caseOpen", input).await;
                assert_eq!(refusal, format!("InputError UNUSABLE_TEXT {field}"), "{character:?}");
            }
            let consent = json!({
                "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization(LAWYERS),
                "basis": "SELF_INFORMED",
                "fieldScope": ["AREA"], "modality": "VERBAL", "language": broken("fr-FR"),
                "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"],
            });
            let refusal = world.refused("caseworker", "consentRecord", consent).await;
            assert_eq!(refusal, "InputError UNUSABLE_TEXT language", "{character:?}");
            let demand = json!({
                "idempotencyKey": fresh_key(), "caseId": case, "need": "SOL_ETM", "result": "UNMET_FULL",
                "area": broken("FR-93055"),
            });
            let refusal = world.refused("caseworker", "demandRecord", demand).await;
            assert_eq!(refusal, "InputError UNUSABLE_TEXT area", "{character:?}");
            for text in [broken("fr"), broken("FR-93055"), broken("PAN-7")] {
                let ids = json!({ "id": text, "text": text });
                for query in [
                    "query($id: ID!) { node(id: $id) { id } }",
                    "query($id: ID!) { referral(id: $id) { id } }",
                    "query($text: String!) { casesByFileNumber(fileNumber: $text) { id } }",
                    "query($text: String!) { services(filter: { person: { languages: [$text] } }) { nodes { id } } }",
                    "query($text: String!) { services(filter: { person: { area: $text } }) { nodes { id } } }",
                    "query($text: String!) { services(after: $text) { nodes { id } } }",
                    "query($text: String!) { inbox(after: $text) { nodes { id } } }",
                ] {
                    let answer = world.ask(&world.person("caseworker"), query, ids.clone()).await;
                    assert_eq!(answer.code(), "BAD_USER_INPUT", "{query} with {text:?}");
                }
            }
        }
    }

    /// One database stores U+0000, the other refuses it: it comes to neither, as JSON and as GraphQL writes it.
    async fn a_text_with_a_zero_character_is_refused_alike_on_both_databases(world: World) {
        let nothing = world.tables().await;
        let caseworker = world.person("caseworker");
        let by_variable = "mutation($tag: String!) { caseOpen(input: { idempotencyKey: \"zero-key\", \
            person: { languages: [$tag] } }) { case { id } errors { ... on InputError { problem } } } }";
        let by_literal = "mutation { caseOpen(input: { idempotencyKey: \"zero-key\", \
            person: { languages: [\"f\\u0000r\"] } }) { case { id } } }";
        for (query, tag) in [(by_variable, "f\u{0}r"), (by_literal, "")] {
            let answer = world.ask(&caseworker, query, json!({ "tag": tag })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT");
            let message = answer.json["errors"][0]["message"].as_str().expect("a message");
            assert!(message.contains("U+0000"), "{message}");
        }
        assert_eq!(world.tables().await, nothing);
    }

    async fn what_is_no_area_language_or_number_is_refused(world: World) {
        for (field, problem, person, more) in [
            ("area", "AREA_CODE", json!({ "area": "Pantin centre" }), json!({})),
            ("area", "AREA_CODE", json!({ "area": "Calais" }), json!({})),
            ("area", "AREA_CODE", json!({ "area": "Aminata-Diallo" }), json!({})),
            ("area", "AREA_CODE", json!({ "area": "" }), json!({})),
            ("area", "AREA_CODE", json!({ "area": "FR-93055-AND-FURTHER" }), json!({})),
            ("area", "AREA_CODE", json!({ "area": "48.8921,2.4127" }), json!({})),
            ("languages", "LANGUAGE", json!({ "languages": ["bambara language"] }), json!({})),
            ("languages", "LANGUAGE", json!({ "languages": ["fr", "français"] }), json!({})),
            ("languages", "LANGUAGE", json!({ "languages": [""] }), json!({})),
            ("fileNumber", "FILE_NUMBER", json!({}), json!({ "fileNumber": "Aminata" })),
            ("fileNumber", "FILE_NUMBER", json!({}), json!({ "fileNumber": "Mme Diallo 3" })),
            ("fileNumber", "FILE_NUMBER", json!({}), json!({ "fileNumber": "7" })),
        ] {
            let told = person.to_string();
            let input = with(json!({ "idempotencyKey": fresh_key(), "person": with(girl(), person) }), more);
            let refusal = world.refused("caseworker", "caseOpen", input).await;
            assert_eq!(refusal, format!("InputError {problem} {field}"), "{told}");
        }
    }

    /// A tag has room for any word behind its language: the room is closed, because a word can be a name.
    async fn a_language_tag_holds_a_language_and_no_word_beside_it(world: World) {
        for tag in ["fr-x-aminata", "fr-aminata-diallo", "x-aminata", "fr-a-aminata", "bm-aminata"] {
            let person = with(girl(), json!({ "languages": [tag] }));
            let input = json!({ "idempotencyKey": fresh_key(), "person": person });
            let refusal = world.refused("caseworker", "caseOpen", input).await;
            assert_eq!(refusal, "InputError LANGUAGE languages", "{tag}");
        }
        let person = with(girl(), json!({ "languages": ["ckb-Arab", "ar-LY", "zh-Hant-TW"] }));
        let case = world.open_case("caseworker", person, json!({})).await;
        assert_eq!(case.done()["languages"], json!(["ckb-Arab", "ar-LY", "zh-Hant-TW"]));
    }
}
