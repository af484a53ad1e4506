//! Scenario 18: from Libya to Italy by an evacuation.

use super::stage::{Request, all_told, called, check, demands, libya, of_herself};
use crate::kit::loop_calls::{Referral, service, with};
use crate::kit::world::{World, on_both_databases};
use serde_json::{Value, json};

const NETWORK: &str = "f78d6b17-4814-4862-b0b2-376496711b07";
const EVACUATION: &str = "bf2ff2c0-e1a9-427b-ac0f-cf250a18cec8";
const TRANSIT: &str = "4d0997a1-3827-4638-9aef-f2f7dcadce91";
const HOSTS_IN_SICILY: &str = "9b0b1dda-b2f6-49aa-99d4-d961b3ebbe2c";
const ARRIVAL: &str = "67086c07-5a58-44d8-9589-8015d3f1c784";
const CONSEQUENCES: [&str; 3] = ["BIOMETRICS_TAKEN", "RELOCATION_FAR", "RECORDED_IN_SHARED_DB"];

fn adult(admin_status: &str) -> Value {
    json!({ "ageBand": "AGE_25_59", "gender": "MAN", "household": "ALONE", "adminStatus": admin_status,
        "languages": ["ti"], "area": "LY-TB" })
}

fn child() -> Value {
    with(adult("UNHCR_REGISTERED"), json!({ "ageBand": "AGE_12_14", "household": "UNACCOMPANIED_CHILD" }))
}

/// Whether the evacuation takes somebody, and what is proposed where a reason keeps the person out.
async fn verdict(world: &World, person: Value) -> (Value, Vec<Value>) {
    let filter = json!({ "need": "SOL_EVACUATION", "person": person });
    let found = check(world, "caseworker in Tripoli", &service(EVACUATION), filter).await;
    let reasons = found["reasons"].as_array().expect("reasons").iter();
    let excluding = reasons.filter(|reason| reason["finding"] == "EXCLUDED").cloned().collect();
    (found["verdict"].clone(), excluding)
}

/// A request to the network about a case.
fn to_the_network<'a>(case: &'a str, service: &'a str, need: &'a str) -> Request<'a> {
    Request { who: "caseworker in Tripoli", case, recipient: NETWORK, service, need }
}

/// The network has accepted who is registered, on a consent with the tick of article 49.
async fn seated(world: &World, case: &str) -> Referral {
    let flight = service(EVACUATION);
    let evacuation = to_the_network(case, &flight, "SOL_EVACUATION");
    let slowly = json!({ "urgency": "LONG_TRACK" });

    // T: "art. 49 tick mandatory".
    let said = with(of_herself(&CONSEQUENCES), json!({ "purpose": "EVACUATION_FILE" }));
    let unticked = evacuation.agreed(world, said.clone()).await;
    let refusal = evacuation.refused(world, &unticked, slowly.clone()).await;
    assert_eq!(refusal, "ConsentMissingError THIRD_COUNTRY");
    let ticked = evacuation.agreed(world, with(said, json!({ "thirdCountryAcknowledged": true }))).await;
    let sent = evacuation.sent(world, &ticked, slowly).await;
    world.change("agent of the network", "referralAccept", &sent, json!({})).await.referral()
}

on_both_databases! {
    async fn a_seat_is_lost_and_given_again_and_whoever_is_not_taken_is_shown_another_way(world: World) {
        // G: "sol.evacuation, long_track, criteria unhcr_registered; three cases".
        let world = libya(world).await;
        let open = async |person: Value| world.open_case("caseworker in Tripoli", person, json!({})).await.id();

        // T: "second = no match with `sol.unhcr_registration` proposed".
        assert_ne!(verdict(&world, adult("UNHCR_REGISTERED")).await.0, "NO");
        let (of_the_second, why) = verdict(&world, adult("UNDOCUMENTED")).await;
        let registration = json!({ "dimension": "ADMIN_STATUS", "finding": "EXCLUDED", "proposedNeed": "SOL_UNHCR_REGISTRATION" });
        assert_eq!((of_the_second, why), (json!("NO"), vec![registration]));

        // T: "child = no for Italy, `sol.etm` proposed with best-interests basis".
        let (of_the_child, why) = verdict(&world, child()).await;
        let transit = json!({ "dimension": "HOUSEHOLD", "finding": "EXCLUDED", "proposedNeed": "SOL_ETM" });
        assert_eq!((of_the_child, why), (json!("NO"), vec![transit]));
        let (case, transit) = (open(child()).await, service(TRANSIT));
        let filter = json!({ "need": "SOL_ETM", "person": child() });
        assert_ne!(check(&world, "caseworker in Tripoli", &transit, filter).await["verdict"], "NO");
        let etm = to_the_network(&case, &transit, "SOL_ETM");
        let decided = json!({ "basis": "BEST_INTERESTS_TWO_PERSON", "assent": "NOT_CAPABLE", "purpose": "EVACUATION_FILE",
            "consequences": CONSEQUENCES, "thirdCountryAcknowledged": true });
        let consent = etm.agreed(&world, decided).await;
        assert_eq!(etm.refused(&world, &consent, json!({})).await, "ConsentMissingError UNCONFIRMED");
        let confirm = "mutation($input: ConsentConfirmInput!) { consentConfirm(input: $input) { confirmed errors { __typename } } }";
        let input = json!({ "input": { "consentId": consent } });
        let confirmed = world.ask(&world.person("coordinator in Tripoli"), confirm, input).await;
        assert_eq!(confirmed.at("consentConfirm/confirmed"), true, "{}", confirmed.text());
        etm.sent(&world, &consent, json!({ "urgency": "LONG_TRACK" })).await;

        // W: "send; seat of the first withdrawn 48 h before the flight".
        let case = open(adult("UNHCR_REGISTERED")).await;
        let seated = seated(&world, &case).await;
        world.move_to_day(20);
        let full = json!({ "outcome": "NOT_RECEIVED_CAPACITY" });
        let lost = world.change("agent of the network", "referralNotRealise", &seated, full).await.referral();

        // T: "first: not_realised `not_received_capacity`, network reads \"closed\"".
        let seen = all_told(&world, "caseworker in Tripoli", &lost).await;
        assert_eq!((&seen["status"], &seen["outcomeCode"]), (&json!("NOT_REALISED"), &json!("NOT_RECEIVED_CAPACITY")));
        assert_eq!((&seen["urgency"], &seen["consent"]["thirdCountryAcknowledged"]), (&json!("LONG_TRACK"), &json!(true)));
        let read = all_told(&world, "agent of the network", &lost).await;
        assert_eq!(read["stage"], "ENDED", "stage 4: its need, its days and its own codes");
        for field in ["callPhrase", "protectionFlags", "consentScope", "contactRule"] {
            assert_eq!(read[field], Value::Null, "{field}: {read}");
        }
        assert_eq!(read["offer"]["adminStatus"], Value::Null);
        let unmet = demands(&world).await;
        assert_eq!(unmet.iter().filter(|row| row["result"] == "unmet_full").count(), 1, "{unmet:?}");

        // W: "later departs". T: "later `evacuated`".
        world.move_to_day(40);
        let again = world.change("caseworker in Tripoli", "referralReopen", &lost, json!({})).await.referral();
        let departed = json!({ "outcome": "EVACUATED" });
        let gone = world.change("agent of the network", "referralComplete", &again, departed).await;
        assert_eq!((&gone.done()["status"], &gone.done()["outcomeCode"]), (&json!("COMPLETED"), &json!("EVACUATED")));

        // T: "then `sol.reception_on_arrival` referral in the EU without art. 49".
        let arrival = service(ARRIVAL);
        let reception = Request { recipient: HOSTS_IN_SICILY, ..to_the_network(&case, &arrival, "SOL_RECEPTION_ON_ARRIVAL") };
        let consent = reception.agreed(&world, of_herself(&[])).await;
        let draft = reception.drafted(&world, &consent, json!({})).await.referral();
        let expected = world.send_referral("caseworker in Tripoli", &draft, called()).await.referral();
        let seen = all_told(&world, "caseworker in Tripoli", &expected).await;
        assert_eq!((&seen["status"], &seen["consent"]["thirdCountryAcknowledged"]), (&json!("REQUESTED"), &json!(false)));
    }
}
