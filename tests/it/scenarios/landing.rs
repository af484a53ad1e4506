//! Scenario 20: between Nouakchott and Nouadhibou a boat lands, and a sister mission is asked.

use super::stage::{Request, all_told, demands, found, gaps, mauritania};
use crate::kit::loop_calls::{fresh_key, service};
use crate::kit::world::{World, on_both_databases};
use relais::domain::code::CodeList;
use relais::domain::consent::ConsentField;
use relais::domain::directory::{KnownConsequence, Service, Tier};
use relais::domain::id::{Identifier, OrganizationId};
use relais::domain::message::QuestionTemplate;
use relais::i18n::{Language, code_key, known_text, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SISTER_MISSION: &str = "29634663-41de-49ba-90f5-e23536f46967";
const HOUSE: &str = "c36b62fc-fcbb-4e30-ae6d-9372dd880575";
const MEALS: &str = "230a4856-6ea2-4e19-8231-3322a58f124a";
const LANDING: &str = "MR-08";

/// The house in which the sister mission takes children.
async fn house(world: &World) -> Service {
    let mut house = world.like(HOUSE, "Maison des enfants du Grand Banc");
    house.organization_id = OrganizationId::derived("corridor", SISTER_MISSION);
    house.tier = Tier::Network;
    world.publish(&house).await;
    house
}

fn child() -> Value {
    json!({ "ageBand": "AGE_15_17", "gender": "MAN", "household": "UNACCOMPANIED_CHILD", "situation": "AT_LANDING_POINT",
        "languages": ["wo"], "area": LANDING })
}

fn person_keys(demands: &[Value]) -> BTreeSet<String> {
    demands.iter().map(|row| row["person_key"].to_string()).collect()
}

on_both_databases! {
    async fn forty_people_are_a_question_about_nobody_and_three_children_are_persons_of_the_month(world: World) {
        // G: "40 survivors, 3 unaccompanied children".
        let world = mauritania(world).await;
        let (caseworker, sister) = (world.person("caseworker in Nouakchott"), world.person("agent of the sister mission"));

        // W: "capacity_check for 40 places". T: "capacity_check stores no case".
        let question = json!({ "idempotencyKey": fresh_key(), "serviceId": service(MEALS), "need": "BASIC_FOOD",
            "urgency": "URGENT", "quantity": 40, "until": world.in_hours(48) });
        let asked = world.done(&caseworker, "capacityCheckAsk", &question).await;
        for table in ["cases", "consents", "referrals", "demands"] {
            assert_eq!(world.rows(table).await, Vec::<String>::new(), "{table}");
        }
        let answer = json!({ "capacityCheckId": asked["id"], "answer": "SOME", "available": 30 });
        let answered = world.done(&sister, "capacityCheckAnswer", &answer).await;
        assert_eq!((&answered["quantity"], &answered["available"]), (&json!(40), &json!(30)));

        // W: "3 referrals urgent".
        let house = house(&world).await.id.to_string();
        let (mut sent, mut consents) = (Vec::new(), Vec::new());
        for _ in 0..3 {
            let case = world.open_case("caseworker in Nouakchott", child(), json!({})).await.id();
            let shelter = Request { who: "caseworker in Nouakchott", case: &case, recipient: SISTER_MISSION, service: &house, need: "SHELTER_MINOR" };
            let consent = shelter.agreed(&world, json!({})).await;
            sent.push(shelter.sent(&world, &consent, json!({ "urgency": "URGENT" })).await);
            consents.push(consent);
        }
        let agent = "agent of the sister mission";
        let accepted = world.change(agent, "referralAccept", &sent[0], json!({})).await.referral();
        let written = json!({ "text": "Elle arrive demain." });
        world.change("caseworker in Nouakchott", "referralMessageSend", &accepted, written).await.done();
        assert_eq!(world.rows("messages").await.len(), 1);

        // W: "next day one consent withdrawn". T: "withdrawn item reads \"closed\" on the next call".
        world.move_to_day(1);
        let accepted = found(&world, "caseworker in Nouakchott", &accepted).await;
        world.done(&caseworker, "consentWithdraw", &json!({ "consentId": consents[0] })).await;
        let read = all_told(&world, agent, &accepted).await;
        assert_eq!((&read["status"], &read["stage"]), (&json!("CLOSED"), &json!("CLOSED")));
        for field in ["need", "alias", "contactRule", "messages", "callPhrase"] {
            assert_eq!(read[field], Value::Null, "{field}: {read}");
        }

        // T: "purged ≤1 h": what the two sides wrote is gone at once.
        assert_eq!(world.rows("messages").await, Vec::<String>::new());
        let asked = world.ask(&sister, "{ deletionRequests { referralId } }", json!({})).await;
        assert_eq!(asked.at("deletionRequests"), &json!([{ "referralId": accepted.id }]), "and what it holds itself is asked back");

        // T: "month figure still counts 3 persons (suppressed <5)".
        let recorded = demands(&world).await;
        assert_eq!((recorded.len(), person_keys(&recorded).len()), (3, 3));
        assert_eq!(gaps(&world, "coordinator in Nouakchott").await["cells"], json!([]));
        for _ in 0..2 {
            let case = world.open_case("caseworker in Nouakchott", child(), json!({})).await.id();
            let need = "SHELTER_MINOR";
            world.record_demand("caseworker in Nouakchott", &case, need, "UNMET_FULL", json!({})).await.done();
        }
        assert_eq!(gaps(&world, "coordinator in Nouakchott").await["cells"][0]["persons"], 5, "who withdrew is among them");

        // W: "month closes". T: "after month key destruction nobody can link the record".
        let before = demands(&world).await;
        world.set_clock("2027-01-30T00:00:00Z");
        world.retention().await;
        let keys = world.key_texts("SELECT purpose FROM pseudonym_keys WHERE purpose LIKE 'demand:%'").await;
        assert_eq!(keys, Vec::<String>::new());
        let after = demands(&world).await;
        assert_eq!(person_keys(&after).len(), 5, "as many persons as before");
        assert!(person_keys(&after).is_disjoint(&person_keys(&before)), "and by other keys");
        assert!(after.iter().all(|row| row["referral_id"].is_null()), "{after:?}");
    }
}

/// T: "every code shown has FR, and AR or the documented fallback", which is French.
#[test]
fn every_code_that_is_shown_has_words_in_french_and_arabic_or_falls_back_to_french() {
    let mut keys: Vec<String> = KnownConsequence::ALL.iter().map(|code| code_key("consequence", *code)).collect();
    keys.extend(ConsentField::ALL.iter().map(|code| code_key("field", *code)));
    keys.extend(QuestionTemplate::ALL.iter().map(|code| code_key("question", *code)));
    for key in keys {
        let french = known_text(Language::French, &key).unwrap_or_else(|| panic!("no French for {key}"));
        let arabic = text(Language::Arabic, &key);
        let is_arabic = arabic.chars().any(|letter| ('\u{600}'..='\u{6ff}').contains(&letter));
        assert!(is_arabic || arabic == french, "{key}: {arabic}");
    }
}
