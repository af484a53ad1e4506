//! Scenario 6, Paris: a survivor of torture needs a certificate before a date at the office for refugees.

use crate::kit::loop_calls::{confirmed, service, with};
use crate::kit::schema::SCHEMA;
use crate::kit::world::{LAWYERS, World, on_both_databases};
use relais::domain::id::{Identifier as _, OrganizationId};
use serde_json::{Value, json};

const TORTURE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const CERTIFICATES: &str = "0dc121b8-7c3e-495e-92c6-7fcaf96f6a5a";
const MEALS: &str = "328ecc4d-77a5-40b8-961b-ccda8ebf7156";

fn survivor() -> Value {
    json!({ "ageBand": "AGE_25_59", "gender": "MAN", "household": "ALONE", "adminStatus": "ASYLUM_SEEKER",
        "languages": ["fr"], "area": "FR-93055" })
}

fn of_an_adult() -> Value {
    json!({ "basis": "SELF_INFORMED", "consequences": crate::kit::loop_calls::every_consequence() })
}

/// A case that tells of torture.
async fn case(world: &World) -> String {
    world.open_case("caseworker", survivor(), json!({ "protectionFlags": ["TORTURE"] })).await.id()
}

/// Whether somebody reads that the wait goes beyond the deadline.
async fn exceeds(world: &World, who: &str, referral: &str) -> Value {
    let query = "query($id: ID!) { referral(id: $id) { waitExceedsDeadline } }";
    let answer = world.ask(&world.person(who), query, json!({ "id": referral })).await;
    answer.at("referral")["waitExceedsDeadline"].clone()
}

async fn notices(world: &World, who: &str, referral: &str) -> Vec<Value> {
    let answer = world.ask(&world.person(who), "{ notices { kind object } }", json!({})).await;
    let all = answer.at("notices").as_array().expect("a list").iter();
    all.filter(|notice| notice["object"] == referral).map(|notice| notice["kind"].clone()).collect()
}

on_both_databases! {
    /// Org-E waits 70 days, the date is in 45.
    async fn a_wait_beyond_the_date_alerts_the_sender_and_others_are_proposed(world: World) {
        let mut elsewhere = world.like(CERTIFICATES, "Certificats médico-légaux, hôpital");
        elsewhere.organization_id = OrganizationId::derived("corridor", HOSPITAL);
        world.publish(&elsewhere).await;
        let case = case(&world).await;
        let consent = world.record_consent("caseworker", &case, TORTURE_CENTRE, of_an_adult()).await.id();
        let asked = json!({ "serviceId": service(CERTIFICATES), "need": "LEGAL_MEDICO_LEGAL_CERTIFICATE",
            "neededBy": world.in_hours(45 * 24) });
        let draft = world.draft("caseworker", &case, &consent, asked).await.referral();
        let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
        assert_eq!(exceeds(&world, "caseworker", &sent.id).await, Value::Null, "nobody has told a wait");

        let wait = json!({ "expectedWaitDays": 70 });
        let waitlisted = world.change("another partner", "referralWaitlist", &sent, wait).await.referral();
        assert_eq!(exceeds(&world, "caseworker", &sent.id).await, json!(true));
        assert_eq!(exceeds(&world, "coordinator", &sent.id).await, json!(true));
        assert_eq!(exceeds(&world, "another partner", &sent.id).await, Value::Null, "the date is the sender's");
        assert_eq!(notices(&world, "caseworker", &sent.id).await, ["WAIT_EXCEEDS_DEADLINE"]);
        let theirs = notices(&world, "another partner", &sent.id).await;
        assert!(!theirs.contains(&json!("WAIT_EXCEEDS_DEADLINE")), "{theirs:?}");

        let query = "query($id: ID!) { referralNextPartners(referralId: $id, first: 50) { nodes { id organization { id } } } }";
        let next = world.ask(&world.person("caseworker"), query, json!({ "id": sent.id })).await;
        let next = next.at("referralNextPartners/nodes").as_array().expect("partners").clone();
        assert!(next.iter().any(|found| found["id"] == elsewhere.id.to_string()), "{next:?}");
        let centre = OrganizationId::derived("corridor", TORTURE_CENTRE).to_string();
        assert!(next.iter().all(|found| found["organization"]["id"] != centre), "it was asked already");

        // A place comes sooner after all; whoever waits goes on being offered to others until then.
        world.change("another partner", "referralAccept", &waitlisted, json!({})).await.done();
    }

    async fn a_wait_that_ends_before_the_date_alerts_nobody(world: World) {
        let case = case(&world).await;
        let consent = world.record_consent("caseworker", &case, TORTURE_CENTRE, of_an_adult()).await.id();
        let asked = json!({ "serviceId": service(CERTIFICATES), "need": "LEGAL_MEDICO_LEGAL_CERTIFICATE",
            "neededBy": world.in_hours(45 * 24) });
        let draft = world.draft("caseworker", &case, &consent, asked).await.referral();
        let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
        let wait = json!({ "expectedWaitDays": 45 });
        world.change("another partner", "referralWaitlist", &sent, wait).await.done();
        assert_eq!(exceeds(&world, "caseworker", &sent.id).await, json!(false), "it ends on the day");
        assert_eq!(notices(&world, "caseworker", &sent.id).await, Vec::<Value>::new());
    }

    /// Org-E is specialised in torture; a food service on the same case is not.
    async fn the_centre_reads_of_torture_and_who_gives_meals_does_not(world: World) {
        let mut meals = world.like(MEALS, "Repas chauds, permanence");
        meals.organization_id = OrganizationId::derived("corridor", LAWYERS);
        world.publish(&meals).await;
        let case = case(&world).await;
        for (who, organization, asked, flags) in [
            ("another partner", TORTURE_CENTRE,
                json!({ "serviceId": service(CERTIFICATES), "need": "LEGAL_MEDICO_LEGAL_CERTIFICATE" }), json!(["TORTURE"])),
            ("lawyer", LAWYERS, json!({ "serviceId": meals.id.to_string(), "need": "BASIC_FOOD" }), json!([])),
        ] {
            let consent = world.record_consent("caseworker", &case, organization, of_an_adult()).await.id();
            let draft = world.draft("caseworker", &case, &consent, asked).await.referral();
            let sent = world.send_referral("caseworker", &draft, confirmed()).await.referral();
            let offered = world.read(who, &sent).await;
            assert_eq!(offered["protectionFlags"], Value::Null, "{who} before acceptance");
            let accepted = world.change(who, "referralAccept", &sent, with(json!({}), json!({}))).await.referral();
            assert_eq!(world.read(who, &accepted).await["protectionFlags"], flags, "{who}");
        }
    }
}

/// P-14: a certificate travels outside Relais.
#[test]
fn a_certificate_cannot_be_uploaded() {
    let mutations = SCHEMA.objects["Mutation"].iter().map(|field| field.name.to_lowercase());
    let is_of_files = |name: &String| ["upload", "attach", "file", "document"].iter().any(|word| name.contains(word));
    assert_eq!(mutations.filter(is_of_files).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(!SCHEMA.scalars.contains("Upload"), "{:?}", SCHEMA.scalars);
}
