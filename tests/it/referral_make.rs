//! Referring somebody in one act: all of it or nothing, once however often it is sent.

use crate::kit::loop_calls::{every_field, fresh_key, organization, service, with};
use crate::kit::steps::girl_of_sixteen;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::id::{Identifier as _, OrganizationId};
use relais::domain::need::Need;
use serde_json::{Value, json};

/// Tables of what an act of referring makes.
const TABLES: [&str; 4] = ["cases", "consents", "referrals", "demands"];

fn said(more: Value) -> Value {
    let said = json!({ "basis": "CHILD_CONSENT_MATURE", "modality": "VERBAL", "language": "bm",
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
    with(said, more)
}

fn named(key: &str, answer: &str) -> Value {
    json!({ "serviceId": service(key), "answer": answer, "fieldScope": every_field() })
}

/// A girl is referred to the lawyers.
fn made(more: Value) -> Value {
    let mut person = girl_of_sixteen();
    let profile = person.as_object_mut().expect("an input").remove("person").expect("a profile");
    let person = with(person, json!({ "profile": profile }));
    let input = json!({ "idempotencyKey": fresh_key(), "subject": { "person": person }, "need": "LEGAL_MINORITY_APPEAL",
        "conversation": said(json!({})), "recipients": [named(MINORITY_APPEAL, "ACCEPTED")], "capacityConfirmed": true });
    with(input, more)
}

async fn counts(world: &World) -> Vec<usize> {
    let mut counts = Vec::new();
    for table in TABLES {
        counts.push(world.rows(table).await.len());
    }
    counts
}

on_both_databases! {
    async fn one_call_opens_the_case_records_the_consent_and_sends(world: World) {
        let before = counts(&world).await;
        let sent = world.run("caseworker", "referralMake", made(json!({}))).await.referral();
        let told = world.read("caseworker", &sent).await;
        assert_eq!((&told["status"], &told["offer"]["ageBand"]), (&json!("REQUESTED"), &json!("AGE_15_17")));
        let after = counts(&world).await;
        let grown: Vec<usize> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        assert_eq!(grown, [1, 1, 1, 1]);
        let acts = world.texts("SELECT action FROM audit_events WHERE action IN ('case_opened', 'consent_recorded', 'referral_created', 'referral_changed') ORDER BY action".to_owned()).await;
        for act in ["case_opened", "consent_recorded", "referral_created"] {
            assert_eq!(acts.iter().filter(|it| *it == act).count(), 1, "{act} in {acts:?}");
        }
    }

    async fn sent_twice_it_is_one_and_with_other_words_it_is_refused(world: World) {
        let input = made(json!({}));
        let first = world.run("caseworker", "referralMake", input.clone()).await.referral();
        let before = counts(&world).await;
        let again = world.run("caseworker", "referralMake", input.clone()).await.referral();
        assert_eq!(again.id, first.id);
        let other = with(input, json!({ "urgency": "URGENT" }));
        assert_eq!(world.run("caseworker", "referralMake", other).await.refusal(), "IdempotencyConflictError idempotencyKey");
        assert_eq!(counts(&world).await, before);
    }

    async fn what_is_refused_leaves_nothing_and_can_be_mended_under_the_same_key(world: World) {
        // By then nobody knows any more how many places there are.
        world.pass_minutes(60 * 24 * 8);
        let before = counts(&world).await;
        let input = made(json!({ "capacityConfirmed": false }));
        for (more, refusal) in [
            (json!({}), "RecipientUnavailableError CAPACITY_TO_CONFIRM"),
            (json!({ "conversation": said(json!({ "explained": ["RISKS"] })) }), "InputError EXPLANATION_MISSING"),
            (json!({ "conversation": said(json!({ "basis": "GUARDIAN_PLUS_ASSENT" })) }), "InputError ASSENT_OF_AGE"),
            (json!({ "recipients": [] }), "InputError RECIPIENTS_OF_CONVERSATION"),
            (json!({ "recipients": [named(MINORITY_APPEAL, "REFUSED")] }), "InputError NOBODY_ACCEPTED"),
            (json!({ "need": "BASIC_FOOD" }), "InputError NEED_NOT_OFFERED"),
        ] {
            let refused = world.run("caseworker", "referralMake", with(input.clone(), more)).await.refusal();
            assert!(refused.contains(refusal.split(' ').nth(1).expect("a problem")), "{refused} instead of {refusal}");
            assert_eq!(counts(&world).await, before, "{refusal}");
        }
        let mended = with(input, json!({ "capacityConfirmed": true }));
        let sent = world.run("caseworker", "referralMake", mended).await.referral();
        assert_eq!(world.read("caseworker", &sent).await["status"], "REQUESTED");
    }

    async fn the_first_that_the_person_accepts_is_asked_and_whom_she_refuses_is_never_told(world: World) {
        let snapshot = world.app.context().directory.snapshot();
        let others = OrganizationId::parse(&organization(OTHER_LAWYERS)).expect("an id");
        let theirs = snapshot.services_of(others).iter().find(|it| it.needs.contains(&Need::LegalMinorityAppeal)).cloned();
        let other = theirs.expect("another service for the need").id.to_string();
        let refused = json!({ "serviceId": other, "answer": "REFUSED" });
        let input = made(json!({ "recipients": [refused, named(MINORITY_APPEAL, "ACCEPTED")] }));
        let sent = world.run("caseworker", "referralMake", input).await.referral();
        let query = "query($id: ID!) { referral(id: $id) { recipient { id } consent { restrictions } case { id } } }";
        let told = world.ask(&world.person("caseworker"), query, json!({ "id": sent.id })).await;
        assert_eq!(told.text_at("referral/recipient/id"), organization(LAWYERS));
        assert_eq!(told.at("referral/consent/restrictions"), &json!([organization(OTHER_LAWYERS)]));
    }

    async fn what_takes_two_people_waits_as_a_draft(world: World) {
        let child = json!({ "ageBand": "AGE_5_11", "household": "UNACCOMPANIED_CHILD", "area": "FR-93055" });
        let conversation = said(json!({ "basis": "BEST_INTERESTS_TWO_PERSON", "assent": "YES" }));
        let input = made(json!({ "subject": { "person": { "profile": child } }, "conversation": conversation }));
        let draft = world.run("caseworker", "referralMake", input).await.referral();
        assert_eq!(world.read("caseworker", &draft).await["status"], "DRAFT");
    }

    async fn a_known_case_is_taken_and_no_other_opened(world: World) {
        let case = world.open_case("caseworker", json!({ "ageBand": "AGE_15_17", "area": "FR-93055" }), json!({})).await.id();
        let cases = world.rows("cases").await.len();
        let input = made(json!({ "subject": { "caseId": case } }));
        let sent = world.run("caseworker", "referralMake", input).await.referral();
        let query = "query($id: ID!) { referral(id: $id) { case { id } } }";
        let told = world.ask(&world.person("caseworker"), query, json!({ "id": sent.id })).await;
        assert_eq!((told.text_at("referral/case/id"), world.rows("cases").await.len()), (case.as_str(), cases));
    }
}

/// Other lawyers for the same need.
const OTHER_LAWYERS: &str = "a9b4eb5c-7b16-442b-8b9e-6c63a8a7cb17";
