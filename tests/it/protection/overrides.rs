//! A referral without a consent: two people, one day, an offer and nothing more, and always on the list (P-05).

use super::{notices, problem, protected, seen};
use crate::kit::steps::{Ready, Referred, fresh_key, girl_of_sixteen, merged, organization_id, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::KnownConsequence;
use serde_json::{Value, json};

const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";

/// Somebody asks for an override for the lawyers; gives everything of it.
async fn asked(world: &World, handle: &str, case: &str) -> Value {
    world.done(&world.person(handle), "consentOverrideRequest", &request(case)).await
}

fn request(case: &str) -> Value {
    json!({ "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization_id(LAWYERS),
        "basis": "VITAL_INTEREST", "reason": "CANNOT_DECIDE", "contactRule": "PERSON_WILL_COME" })
}

fn named(held: &Value) -> Value {
    json!({ "consentOverrideId": held["id"] })
}

async fn case(world: &World) -> String {
    text(&world.opened_case(&world.person("caseworker"), girl_of_sixteen()).await["id"])
}

/// What a draft to the lawyers takes on what was confirmed.
fn on(world: &World, case: &str, confirmed: &Value, service: &str) -> Ready {
    let consent = text(&confirmed["consentId"]);
    let draft = json!({ "caseId": case, "serviceId": service, "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
    Ready {
        sender: world.person("caseworker"),
        recipient: world.person("lawyer"),
        case: case.to_owned(),
        consent,
        draft,
    }
}

/// What two people have confirmed, as the case's team sees it.
async fn confirmed_by(world: &World, handle: &str, asked: &Value) -> Value {
    world.done(&world.person(handle), "consentOverrideConfirm", &named(asked)).await;
    let question = "query($id: ID!) { node(id: $id) { ... on ConsentOverride { id status consentId } } }";
    world.ask(&world.person("caseworker"), question, json!({ "id": asked["id"] })).await.at("node").clone()
}

/// A case, and what two people have confirmed for it.
async fn confirmed(world: &World) -> (String, Value) {
    let case = case(world).await;
    let asked = asked(world, "caseworker", &case).await;
    (case, confirmed_by(world, "coordinator", &asked).await)
}

/// What the lawyer reads of a referral.
async fn read(world: &World, referral: &str) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { status stage need contactRule sender { id } senderMailbox alias \
        consentValidUntil consentScope protectionFlags ageBasis \
        offer { ageBand gender household adminStatus situation languages area } } }";
    world.ask(&world.person("lawyer"), question, json!({ "id": referral })).await.at("referral").clone()
}

/// The overrides that somebody finds: id and how each stands.
async fn listed(world: &World, handle: &str) -> Vec<(Value, Value)> {
    let answer = world.ask(&world.person(handle), "{ consentOverrides { id status } }", json!({})).await;
    let held = answer.at("consentOverrides").as_array().expect("a list").iter();
    held.map(|held| (held["id"].clone(), held["status"].clone())).collect()
}

async fn refused_to_send(world: &World, ready: &Ready) -> String {
    let draft = world.refer(ready, "DRAFT").await;
    let input = json!({ "referralId": draft.id, "expectedVersion": 1, "capacityConfirmed": true });
    problem(world, &ready.sender, "referralSend", &input).await
}

on_both_databases! {
    /// She can speak now, and has said no to them: what waits for a second person waits no more, and what two have allowed ends.
    async fn p_05_whom_she_refuses_is_told_nothing_in_her_interest(world: World) {
        let world = protected(world).await;
        let (case, allowed) = confirmed(&world).await;
        let sent = world.refer(&on(&world, &case, &allowed, &service_id(MINORITY_APPEAL)), "REQUESTED").await;
        let waiting = asked(&world, "caseworker", &case).await;
        let refused = json!({ "basis": "CHILD_CONSENT_MATURE", "restrictionIds": [organization_id(LAWYERS)] });
        world.consented(&world.person("caseworker"), &case, &organization_id(HOSPITAL), &refused).await;
        assert_eq!(seen(&world, "caseworker", &sent.id).await["status"], "WITHDRAWN");
        let confirm = problem(&world, &world.person("coordinator"), "consentOverrideConfirm", &named(&waiting)).await;
        assert_eq!(confirm, "OVERRIDE_ENDED");
        // Nothing of it is silent.
        assert_eq!(notices(&world, "coordinator").await.iter().filter(|kind| *kind == "OVERRIDE_ENDED").count(), 1);
        let written = world.texts("SELECT object FROM audit_events WHERE action = 'override_taken_back'".to_owned()).await;
        assert_eq!(written, [text(&waiting["id"])]);
    }

    async fn p_05_one_person_alone_is_refused(world: World) {
        let world = protected(world).await;
        let case = case(&world).await;
        let caseworker = world.person("caseworker");
        // It exists as two grounds, each with its own reasons, and as no consent that one person records.
        let wrong = merged(request(&case), &json!({ "reason": "REPORT_ORDERED" }));
        assert_eq!(problem(&world, &caseworker, "consentOverrideRequest", &wrong).await, "REASON_OF_BASIS");
        let alone = world.record_consent("caseworker", &case, LAWYERS, json!({ "basis": "VITAL_INTEREST" })).await;
        assert_eq!(alone.refusal(), "InputError BASIS_NEEDS_TWO basis");
        assert_eq!(problem(&world, &world.person("coordinator"), "consentOverrideRequest", &request(&case)).await, "FORBIDDEN");
        assert_eq!(problem(&world, &world.person("night caseworker"), "consentOverrideRequest", &request(&case)).await, "NOT_FOUND");
        let asked = asked(&world, "caseworker", &case).await;
        assert_eq!((&asked["status"], &asked["consentId"]), (&json!("REQUESTED"), &Value::Null));
        for told in ["untrained caseworker", "coordinator", "second coordinator", "protection lead"] {
            assert_eq!(notices(&world, told).await, ["OVERRIDE_REQUESTED"], "{told}");
        }
        let confirm = "consentOverrideConfirm";
        assert_eq!(problem(&world, &caseworker, confirm, &named(&asked)).await, "SECOND_PERSON_NEEDED");
        for stranger in ["night caseworker", "lawyer", "caseworker of another project", "coordinator of another project"] {
            assert_eq!(problem(&world, &world.person(stranger), confirm, &named(&asked)).await, "NOT_FOUND", "{stranger}");
        }
        let by_another = world.done(&world.person("untrained caseworker"), confirm, &named(&asked)).await;
        assert_eq!((&by_another["status"], &by_another["confirmedBy"]), (&json!("LIVE"), &json!("untrained caseworker")));
        assert_eq!(by_another["expiresAt"], world.now().plus_hours(24).to_string());
        assert_eq!(problem(&world, &world.person("coordinator"), confirm, &named(&asked)).await, "ALREADY_CONFIRMED");
        assert_eq!(notices(&world, "coordinator").await, ["OVERRIDE_CONFIRMED", "OVERRIDE_REQUESTED"]);
    }

    async fn p_05_a_request_lapses_after_four_hours_and_an_override_after_a_day(world: World) {
        let world = protected(world).await;
        let case = case(&world).await;
        let late = asked(&world, "caseworker", &case).await;
        world.pass_hours(4);
        let coordinator = world.person("coordinator");
        assert_eq!(problem(&world, &coordinator, "consentOverrideConfirm", &named(&late)).await, "OVERRIDE_ENDED");
        let asked = asked(&world, "caseworker", &case).await;
        world.pass_hours(3);
        let held = confirmed_by(&world, "coordinator", &asked).await;
        let ready = on(&world, &case, &held, &service_id(MINORITY_APPEAL));
        world.pass_hours(23);
        let sent = world.refer(&ready, "ACCEPTED").await;
        assert_eq!(read(&world, &sent.id).await["offer"]["ageBand"], "AGE_15_17");
        world.pass_hours(1);
        assert_eq!(refused_to_send(&world, &ready).await, "EXPIRED");
        // What it carried is told no more; the recipient keeps the need and its own answer.
        let told = read(&world, &sent.id).await;
        assert_eq!((&told["status"], &told["need"]), (&json!("ACCEPTED"), &json!("LEGAL_MINORITY_APPEAL")));
        for (name, value) in told["offer"].as_object().expect("an offer") {
            assert!(value.is_null(), "{name} is told after the day: {told}");
        }
        assert!(told["contactRule"].is_null() && told["sender"].is_null(), "{told}");
        let stands: Vec<Value> = listed(&world, "coordinator").await.into_iter().map(|(_, status)| status).collect();
        assert_eq!(stands, ["RUN_OUT", "UNCONFIRMED"]);
    }

    async fn p_05_a_recipient_reads_the_offer_only_even_after_it_has_accepted(world: World) {
        let world = protected(world).await;
        let curious = world.lawyers_curious_service().await;
        let (case, held) = confirmed(&world).await;
        let ready = on(&world, &case, &held, &curious.id.to_string());
        let mut told = Vec::new();
        for status in ["REQUESTED", "ACCEPTED", "IN_SERVICE"] {
            let referred = world.refer(&ready, status).await;
            let mut read = read(&world, &referred.id).await;
            assert_eq!((&read["status"], &read["stage"]), (&json!(status), &json!("OFFER")));
            read["status"] = Value::Null;
            told.push(read);
        }
        assert!(told.iter().all(|read| *read == told[0]), "an acceptance opens nothing: {told:?}");
        // What it takes to receive her: how she comes, and whom to call.
        assert_eq!((&told[0]["contactRule"], &told[0]["senderMailbox"]), (&json!("PERSON_WILL_COME"), &json!("passerelles@example.org")));
        assert_eq!(told[0]["offer"]["adminStatus"], "MINOR_IN_APPEAL");
        for name in ["alias", "consentValidUntil", "consentScope", "protectionFlags", "ageBasis"] {
            assert!(told[0][name].is_null(), "{name} is told: {}", told[0]);
        }
        // The list for the person says whose decision it was.
        let question = "query($id: ID!) { whoSawWhat(case: $id, language: EN) { text readings { consentedOn } } }";
        let saw = world.ask(&ready.sender, question, json!({ "id": case })).await;
        assert!(saw.text_at("whoSawWhat/text").contains("Without your consent: decided on 2026-11-23"), "{}", saw.text());
        assert_eq!(saw.at("whoSawWhat/readings/0/consentedOn"), &Value::Null);
        // Nothing of it stays behind as a name for reopening either.
        let completed = world.refer(&ready, "COMPLETED").await;
        assert!(read(&world, &completed.id).await["alias"].is_null());
    }

    async fn p_05_the_own_consent_of_the_next_day_replaces_it(world: World) {
        let world = protected(world).await;
        let (case, held) = confirmed(&world).await;
        let ready = on(&world, &case, &held, &service_id(MINORITY_APPEAL));
        let sent = world.refer(&ready, "ACCEPTED").await;
        world.pass_hours(25);
        assert!(read(&world, &sent.id).await["offer"]["ageBand"].is_null());
        // He agrees to his age and status being told, and not to his languages.
        let over = json!({ "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AGE_BAND", "ADMIN_STATUS", "AREA"] });
        let consent = world.consented(&ready.sender, &case, &organization_id(LAWYERS), &over).await;
        let told = read(&world, &sent.id).await;
        assert_eq!((&told["stage"], &told["offer"]["ageBand"]), (&json!("ACCEPTED"), &json!("AGE_15_17")));
        assert!(told["alias"].is_string() && told["consentScope"] == json!(["AGE_BAND", "ADMIN_STATUS", "AREA"]), "{told}");
        assert_eq!(told["offer"]["languages"], json!([]), "no more than the consent allows: {told}");
        let question = "query($id: ID!) { referral(id: $id) { consent { id } } }";
        let answer = world.ask(&ready.sender, question, json!({ "id": sent.id })).await;
        assert_eq!(answer.text_at("referral/consent/id"), consent);
        assert_eq!(listed(&world, "coordinator").await, [(held["id"].clone(), json!("REPLACED"))]);
        assert_eq!(problem(&world, &ready.sender, "consentOverrideTakeBack", &named(&held)).await, "OVERRIDE_ENDED");
        // Withdrawn, his consent ends the referral like any other.
        world.done(&ready.sender, "consentWithdraw", &json!({ "consentId": consent })).await;
        assert_eq!(read(&world, &sent.id).await["status"], "CLOSED");
    }

    async fn p_05_his_own_consent_counts_at_once_while_the_day_lasts(world: World) {
        let world = protected(world).await;
        let (case, held) = confirmed(&world).await;
        let ready = on(&world, &case, &held, &service_id(MINORITY_APPEAL));
        world.consented(&ready.sender, &case, &organization_id(LAWYERS), &json!({})).await;
        assert_eq!(refused_to_send(&world, &ready).await, "EXPIRED", "nobody goes on without him");
        assert_eq!(notices(&world, "coordinator").await, ["OVERRIDE_ENDED", "OVERRIDE_REQUESTED"]);
    }

    async fn p_05_his_own_consent_opens_only_what_it_has_explained(world: World) {
        let world = protected(world).await;
        let mut service = world.lawyers_curious_service().await;
        service.known_consequences = [KnownConsequence::IdRequired].into();
        world.publish(&service).await;
        for (explained, expected) in [(json!([]), "ENDED"), (json!(["ID_REQUIRED"]), "ACCEPTED")] {
            let (case, held) = confirmed(&world).await;
            let ready = on(&world, &case, &held, &service.id.to_string());
            let Referred { id, .. } = world.refer(&ready, "ACCEPTED").await;
            world.consented(&ready.sender, &case, &organization_id(LAWYERS), &json!({ "consequences": explained })).await;
            assert_eq!(read(&world, &id).await["stage"], expected, "{explained}");
        }
    }

    async fn p_05_one_person_takes_it_back_and_the_person_withdraws_it(world: World) {
        let world = protected(world).await;
        for (who, act) in [("coordinator", "consentOverrideTakeBack"), ("caseworker", "consentWithdraw")] {
            let (case, held) = confirmed(&world).await;
            let ready = on(&world, &case, &held, &service_id(MINORITY_APPEAL));
            let Referred { id, .. } = world.refer(&ready, "ACCEPTED").await;
            let input = if act == "consentWithdraw" { json!({ "consentId": held["consentId"] }) } else { named(&held) };
            for _ in 0..2 {
                world.done(&world.person(who), act, &input).await;
            }
            assert_eq!(seen(&world, "caseworker", &id).await["status"], "WITHDRAWN");
            assert_eq!(read(&world, &id).await["status"], "CLOSED");
            assert!(listed(&world, "caseworker").await.contains(&(held["id"].clone(), json!("TAKEN_BACK"))));
            assert_eq!(refused_to_send(&world, &ready).await, "WITHDRAWN");
        }
        let asked = world.ask(&world.person("lawyer"), "{ deletionRequests { id } }", json!({})).await;
        assert_eq!(asked.at("deletionRequests").as_array().map(Vec::len), Some(2), "what was told is asked back");
    }

    async fn p_05_it_stays_on_the_coordinators_list_until_the_audit_purge(world: World) {
        let world = protected(world).await;
        let (_, held) = confirmed(&world).await;
        let (kept_case, kept) = confirmed(&world).await;
        for reader in ["coordinator", "second coordinator", "protection lead", "caseworker", "untrained caseworker"] {
            assert_eq!(listed(&world, reader).await.len(), 2, "{reader}");
        }
        for other in ["night caseworker", "lawyer", "coordinator of another project", "caseworker abroad"] {
            assert!(listed(&world, other).await.is_empty(), "{other}");
        }
        // Who leads is told that, by whom and why; of which case is the team's.
        let question = "{ consentOverrides { caseId consentId basis reason requestedBy confirmedBy recipient { id } } }";
        let told = world.ask(&world.person("coordinator"), question, json!({})).await.at("consentOverrides/0").clone();
        assert_eq!(told, json!({ "caseId": null, "consentId": null, "basis": "VITAL_INTEREST", "reason": "CANNOT_DECIDE",
            "requestedBy": "caseworker", "confirmedBy": "coordinator", "recipient": { "id": organization_id(LAWYERS) } }));
        // The trail has the acts, and not the reason, which tells of the person.
        let acts = world.texts("SELECT COALESCE(reason, action) FROM audit_events WHERE action LIKE 'override_%' ORDER BY 1".to_owned());
        assert_eq!(acts.await, ["override_confirmed", "override_confirmed", "override_requested", "override_requested"]);
        let hold = json!({ "caseId": kept_case, "reason": "LITIGATION", "reviewOn": "2027-05-01" });
        world.done(&world.person("protection lead"), "legalHoldSet", &hold).await;
        for (day, count) in [(365, 2), (367, 1)] {
            world.move_to_day(day);
            world.retention().await;
            assert_eq!(world.rows("consent_overrides").await.len(), count, "on day {day}");
        }
        // Tokens last 90 days; the people come with new ones.
        let world = protected(world).await;
        assert_eq!(listed(&world, "second coordinator").await, [(kept["id"].clone(), json!("RUN_OUT"))]);
        let notices = world.texts(format!("SELECT id FROM notices WHERE object = '{}'", text(&held["id"]))).await;
        assert!(notices.is_empty(), "its notices are gone with it");
    }

    async fn p_05_the_two_answer_for_what_a_service_is_known_for_but_never_for_an_assessment_of_age(world: World) {
        let world = protected(world).await;
        let (case, held) = confirmed(&world).await;
        for (consequence, expected) in [(KnownConsequence::IdRequired, None), (KnownConsequence::AgeAssessment, Some("CONSEQUENCES_NOT_EXPLAINED"))] {
            let mut service = world.lawyers_curious_service().await;
            service.known_consequences = [consequence].into();
            world.publish(&service).await;
            let ready = on(&world, &case, &held, &service.id.to_string());
            match expected {
                Some(expected) => assert_eq!(refused_to_send(&world, &ready).await, expected),
                None => drop(world.refer(&ready, "REQUESTED").await),
            }
        }
    }
}
