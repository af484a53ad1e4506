//! The life of a referral as its two sides live it: what each may do, and what each is told.

mod guards;
mod handover;
mod messages;
mod sending;
mod table;
mod told;
mod transitions;

use crate::kit::loop_calls::{
    Target, confirmed, every_field, fresh_key, girl, organization, service, to_the_lawyers, with,
};
use crate::kit::world::{BEGINNING, CLINIC, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

fn events(referral: &Value) -> Vec<String> {
    let line = |entry: &Value| format!("{} by {}", entry["event"], entry["party"]).replace('"', "");
    referral["timeline"].as_array().expect("a timeline").iter().map(line).collect()
}

/// Fields that are told from acceptance on, and to nobody before.
const OF_ACCEPTANCE: [&str; 4] = ["alias", "protectionFlags", "consentValidUntil", "consentScope"];

on_both_databases! {
    async fn a_deadline_raises_the_urgency_and_never_lowers_it(world: World) {
        for (urgency, hours, expected) in [
            ("NORMAL", 71, "URGENT"),
            ("NORMAL", 72, "NORMAL"),
            ("LONG_TRACK", 2, "URGENT"),
            ("EMERGENCY", 48, "EMERGENCY"),
        ] {
            let more = json!({ "urgency": urgency, "neededBy": world.in_hours(hours) });
            let draft = world.drafted(&to_the_lawyers(), json!({}), more).await;
            assert_eq!(world.read("caseworker", &draft).await["urgency"], expected, "{urgency} in {hours} h");
        }
    }

    async fn a_decline_tells_the_sender_its_code_and_the_need_stays_open(world: World) {
        let target = to_the_lawyers();
        for (who, code, need) in [
            ("lawyer", "FULL", "pending"),
            ("lawyer", "NEEDS_IDENTITY_BEFORE_ACCEPT", "pending"),
            ("caseworker", "AFRAID", "person_declined"),
        ] {
            let sent = world.sent(&target).await;
            let said = json!({ "code": code, "toldByPerson": who == "caseworker" });
            let declined = world.change(who, "referralDecline", &sent, said).await.referral();
            let seen = world.read("caseworker", &declined).await;
            assert_eq!((&seen["status"], &seen["declineCode"]), (&json!("DECLINED"), &json!(code)));
            assert_eq!(seen["timeline"][2]["code"], json!(code.to_lowercase()));
            let result = format!("SELECT result FROM demands WHERE referral_id = '{}'", sent.id);
            assert_eq!(world.texts(result).await, [need], "{code}");
        }
    }

    /// Ruling R12.
    async fn accepting_on_a_lapsed_consent_holds_the_place_and_releases_nothing(world: World) {
        let lapse = json!({ "expiresAt": world.in_hours(24) });
        let draft = world.drafted(&to_the_lawyers(), lapse, json!({})).await;
        let sent = world.send_referral("caseworker", &draft, json!({})).await.referral();
        world.pass_hours(24);
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await;
        assert_eq!((&accepted.done()["status"], &accepted.done()["stage"]), (&json!("ACCEPTED"), &json!("OFFER")));
        for field in OF_ACCEPTANCE {
            assert_eq!(accepted.done()[field], Value::Null, "{field} on a lapsed consent");
        }
        assert_eq!(world.read("caseworker", &sent).await["status"], "ACCEPTED");
    }

    async fn a_consent_that_lapses_after_acceptance_closes_what_it_had_opened(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({ "expiresAt": world.in_hours(24) }), json!({})).await;
        let sent = world.send_referral("caseworker", &draft, json!({})).await.referral();
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await;
        assert!(accepted.done()["alias"].is_string());
        world.pass_hours(24);
        let seen = world.read("lawyer", &sent).await;
        assert!(OF_ACCEPTANCE.iter().all(|field| seen[field].is_null()), "{seen}");
    }

    async fn a_service_begins_between_the_sending_and_now(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        world.pass_hours(2);
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let at = |hours| {
            let start = world.in_hours(hours);
            json!({ "referralId": accepted.id, "expectedVersion": 3, "serviceStartedAt": start })
        };
        for hours in [-3, 1] {
            let refusal = world.refused("lawyer", "referralStart", at(hours)).await;
            assert_eq!(refusal, "InputError START_IN_FUTURE serviceStartedAt", "{hours} h from now");
        }
        world.run("lawyer", "referralStart", at(-2)).await.done();
        let seen = world.read("caseworker", &accepted).await;
        assert_eq!((&seen["status"], &seen["serviceStartedAt"]), (&json!("IN_SERVICE"), &json!(BEGINNING)));
    }

    async fn an_outcome_of_a_referral_not_realised_completes_none(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let started = world.change("lawyer", "referralStart", &accepted, json!({})).await.referral();
        for outcome in ["NOT_RECEIVED_CAPACITY", "PERSON_DECLINED", "LOST_TO_FOLLOW_UP", "UNKNOWN_AFTER_REVIEW"] {
            let input = json!({ "referralId": started.id, "expectedVersion": 4, "outcome": outcome });
            let refusal = world.refused("lawyer", "referralComplete", input).await;
            assert_eq!(refusal, "InputError OUTCOME_OF_EVENT outcome", "{outcome}");
        }
        world.change("lawyer", "referralComplete", &started, json!({ "outcome": "ONGOING" })).await.done();
        let need = format!("SELECT result FROM demands WHERE referral_id = '{}'", sent.id);
        assert_eq!(world.texts(need).await, ["met"], "what goes on after the referral is closed is given");
    }

    /// The two sides are roles in one referral, not kinds of organisation.
    async fn whoever_sends_may_receive_by_the_same_calls(world: World) {
        let other = "caseworker of another project";
        let case = world.open_case(other, with(girl(), json!({ "area": "FR-93048" })), json!({})).await.id();
        let consent = world.record_consent(other, &case, CLINIC, json!({})).await.id();
        let need = json!({ "serviceId": service(PRIMARY_CARE), "need": "HEALTH_PRIMARY" });
        let draft = world.draft(other, &case, &consent, need).await.referral();
        let sent = world.send_referral(other, &draft, json!({})).await.referral();
        let offered = world.read("caseworker", &sent).await;
        assert_eq!((&offered["stage"], &offered["case"]), (&json!("OFFER"), &Value::Null));
        assert_eq!(offered["senderMailbox"], "sureau@example.org");
        let accepted = world.change("caseworker", "referralAccept", &sent, json!({})).await;
        assert!(accepted.done()["alias"].is_string());
        let started = world.change("caseworker", "referralStart", &accepted.referral(), json!({})).await.referral();
        let outcome = json!({ "outcome": "SERVICE_PARTIAL" });
        world.change("caseworker", "referralComplete", &started, outcome).await.done();
        let seen = world.read(other, &sent).await;
        assert_eq!((&seen["outcomeCode"], &seen["case"]["id"]), (&json!("SERVICE_PARTIAL"), &json!(case)));
        assert_eq!(seen["timeline"][2]["organization"]["name"], "Clinique mobile des Passerelles");
    }

    async fn two_recipients_of_one_case_know_it_by_two_names(world: World) {
        let case = world.open_case("caseworker", girl(), json!({ "protectionFlags": ["TORTURE"] })).await.id();
        let lawyers = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.id();
        let centre = world.record_consent("caseworker", &case, TORTURE_CENTRE, json!({})).await.id();
        let mut seen = Vec::new();
        for (who, consent, key, need) in [
            ("lawyer", &lawyers, MINORITY_APPEAL, "LEGAL_MINORITY_APPEAL"),
            ("lawyer", &lawyers, MINORITY_APPEAL, "LEGAL_MINORITY_APPEAL"),
            ("another partner", &centre, TORTURE_CARE, "MHPSS_TORTURE_REHAB"),
        ] {
            let input = json!({ "serviceId": service(key), "need": need });
            let draft = world.draft("caseworker", &case, consent, input).await.referral();
            let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
            seen.push(world.change(who, "referralAccept", &sent, json!({})).await.done().clone());
        }
        assert_eq!(seen[0]["alias"], seen[1]["alias"], "a repeat is recognised");
        assert_ne!(seen[0]["alias"], seen[2]["alias"]);
        assert_eq!((&seen[0]["protectionFlags"], &seen[2]["protectionFlags"]), (&json!([]), &json!(["TORTURE"])));
    }

    async fn the_lists_show_each_side_its_own_and_walk_by_pages(world: World) {
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(world.sent(&to_the_lawyers()).await.id);
            world.pass_hours(1);
        }
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await.id;
        let declined = world.texts(format!("SELECT id FROM referrals WHERE id = '{}'", sent[2])).await;
        let code = json!({ "referralId": declined[0], "expectedVersion": 2, "code": "FULL" });
        world.run("lawyer", "referralDecline", code).await.done();
        sent.reverse();
        let all: Vec<String> = std::iter::once(draft).chain(sent.clone()).collect();
        for (who, list, expected) in [
            ("lawyer", "inbox", sent.clone()),
            ("caseworker", "sentReferrals", all.clone()),
            ("coordinator", "sentReferrals", all),
            ("another partner", "inbox", vec![]),
            ("caseworker", "inbox", vec![]),
            ("lawyer", "sentReferrals", vec![]),
        ] {
            assert_eq!(pages(&world, who, list, "").await, expected, "{list} of the {who}");
        }
        let [open, ended]: [Vec<String>; 2] = [2, 1].map(|part| {
            sent.iter().enumerate().filter(|(at, _)| (*at == 2) == (part == 1)).map(|(_, id)| id.clone()).collect()
        });
        assert_eq!(pages(&world, "lawyer", "inbox", "open: true, ").await, open);
        assert_eq!(pages(&world, "lawyer", "inbox", "open: false, ").await, ended);
    }

    async fn a_consent_is_recorded_only_as_one_that_can_carry_something(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let input = json!({
            "caseId": case, "recipientId": organization(LAWYERS), "basis": "CHILD_CONSENT_MATURE",
            "fieldScope": every_field(), "modality": "VERBAL", "language": "bm",
            "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"],
        });
        for (change, refusal) in [
            (json!({ "fieldScope": [] }), "InputError CONSENT_SCOPE_EMPTY fieldScope"),
            (json!({ "explained": ["RISKS", "RECIPIENTS", "WITHDRAWAL"] }), "InputError EXPLANATION_MISSING explained"),
            (json!({ "expiresAt": world.in_hours(0) }), "InputError CONSENT_EXPIRY expiresAt"),
            (json!({ "expiresAt": world.in_hours(365 * 24 + 1) }), "InputError CONSENT_EXPIRY expiresAt"),
            (json!({ "language": "Bambara please" }), "InputError LANGUAGE language"),
        ] {
            let input = with(with(input.clone(), change), json!({ "idempotencyKey": fresh_key() }));
            assert_eq!(world.refused("caseworker", "consentRecord", input).await, refusal);
        }
        let recorded = world.record_consent("caseworker", &case, LAWYERS, json!({})).await;
        assert_eq!(recorded.done()["expiresAt"], world.in_hours(30 * 24), "a child's consent lapses after 30 days");
        let adult = json!({ "ageBand": "AGE_25_59", "area": "FR" });
        let adult = world.open_case("caseworker", adult, json!({})).await.id();
        let input = with(input, json!({ "caseId": adult, "idempotencyKey": fresh_key() }));
        assert_eq!(world.refused("caseworker", "consentRecord", input).await, "InputError BASIS_FOR_ADULT basis");
    }
}

const PRIMARY_CARE: &str = "f32d189a-d6de-4be1-9e7d-7b2eb1fe87e4";
const TORTURE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const TORTURE_CARE: &str = "69b72c32-1b07-4721-80a5-40c2d9b21425";

/// A colleague's referral to the own organisation: one person is on both sides, so that nothing but the
/// state stands in the way of an act.
fn own_clinic() -> Target {
    Target { organization: CLINIC, service: PRIMARY_CARE, need: "HEALTH_PRIMARY", ..to_the_lawyers() }
}

/// The ids of a whole list, read by pages of two.
async fn pages(world: &World, who: &str, list: &str, argument: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ {list}({argument}first: 2, after: $after) \
             {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = world.ask(&world.person(who), &query, json!({ "after": after })).await;
        let page = answer.at(list);
        ids.extend(page["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
