//! Asking the next one whom the person has named (T15).

use super::{GREEN_PLATEAU, HOSPITAL, TORTURE_CENTRE, accepted, appeal, appeals_at, case, id_of, named};
use crate::kit::loop_calls::{Referral, confirmed, fresh_key, girl, organization, service, with};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

/// A referral to the lawyers on the first consent of a conversation, which they declined.
async fn declined(world: &World, case: &str, consent: &Value) -> Referral {
    let draft = appeal(&service(MINORITY_APPEAL), json!({ "urgency": "URGENT" }));
    let draft = world.draft("caseworker", case, &id_of(consent), draft).await.referral();
    let sent = world.send_referral("caseworker", &draft, json!({})).await.referral();
    world.change("lawyer", "referralDecline", &sent, json!({ "code": "FULL" })).await.referral()
}

fn reroute(ended: &Referral, more: Value) -> Value {
    let input = json!({ "referralId": ended.id, "expectedVersion": ended.version, "idempotencyKey": fresh_key() });
    with(with(input, confirmed()), more)
}

/// What the sender reads of a chain.
async fn chain(world: &World, referral: &str) -> Value {
    let query = "query($id: ID!) { referral(id: $id) { version status urgency kind chain rerouteOf \
        service { id } recipient { id } consent { id } timeline { event party } } }";
    world.ask(&world.person("caseworker"), query, json!({ "id": referral })).await.at("referral").clone()
}

/// What became of the needs, by referral.
async fn results(world: &World, referrals: &[&str]) -> Vec<String> {
    let rows: Vec<Value> =
        world.rows("demands").await.iter().map(|row| serde_json::from_str(row).expect("a row")).collect();
    let of = |referral: &&str| rows.iter().find(|row| row["referral_id"] == **referral).map(|row| &row["result"]);
    referrals.iter().filter_map(of).filter_map(Value::as_str).map(str::to_owned).collect()
}

on_both_databases! {
    async fn the_next_named_one_is_asked_in_one_call(world: World) {
        let case = case(&world).await;
        let centre = appeals_at(&world, TORTURE_CENTRE).await;
        let plateau = appeals_at(&world, GREEN_PLATEAU).await;
        let consents = named(&world, &case, &[accepted(TORTURE_CENTRE), accepted(GREEN_PLATEAU)]).await;
        let ended = declined(&world, &case, &consents[0]).await;
        let input = reroute(&ended, json!({}));
        let second = world.run("caseworker", "referralReroute", input.clone()).await;
        assert_eq!((&second.done()["status"], &second.done()["urgency"]), (&json!("REQUESTED"), &json!("URGENT")));
        let told = chain(&world, &second.id()).await;
        assert_eq!(told["service"]["id"], centre.id.to_string());
        assert_eq!(told["consent"]["id"], consents[1]["id"]);
        assert_eq!((&told["rerouteOf"], &told["chain"]), (&json!(ended.id), &json!(ended.id)));
        let old = chain(&world, &ended.id).await;
        assert_eq!((&old["status"], &old["version"]), (&json!("DECLINED"), &json!(ended.version)), "its recipient learns nothing");
        assert_eq!(results(&world, &[&ended.id, &second.id()]).await, ["unmet_full", "pending"]);
        // The button pressed twice asks nobody twice.
        let rows = world.rows("referrals").await.len();
        assert_eq!(world.run("caseworker", "referralReroute", input.clone()).await.id(), second.id());
        assert_eq!(world.rows("referrals").await.len(), rows);
        let other = with(input, json!({ "phoneCalled": true }));
        assert_eq!(world.run("caseworker", "referralReroute", other).await.refusal(), "IdempotencyConflictError idempotencyKey");
        // The third one after the second, and then nobody.
        let second = world.change("another partner", "referralDecline", &second.referral(), json!({ "code": "NO_LANGUAGE" })).await;
        let third = world.run("caseworker", "referralReroute", reroute(&second.referral(), json!({}))).await;
        let told = chain(&world, &third.id()).await;
        assert_eq!(told["service"]["id"], plateau.id.to_string());
        assert_eq!(told["chain"], json!(ended.id), "the chain begins with the first");
        let again = ended;
        let refusal = world.refused("caseworker", "referralReroute", reroute(&again, json!({}))).await;
        assert_eq!(refusal, "ConsentMissingError NOBODY_NAMED");
    }

    async fn whom_nobody_has_named_needs_a_new_consent(world: World) {
        let case = case(&world).await;
        let appeals = appeals_at(&world, HOSPITAL).await;
        let consents = named(&world, &case, &[crate::consent::refused(TORTURE_CENTRE)]).await;
        let ended = declined(&world, &case, &consents[0]).await;
        let refused = async |more: Value| world.refused("caseworker", "referralReroute", reroute(&ended, more)).await;
        assert_eq!(refused(json!({})).await, "ConsentMissingError NOBODY_NAMED");
        let somebody = json!({ "serviceId": appeals.id.to_string(), "consentId": consents[0]["id"] });
        assert_eq!(refused(somebody).await, "ConsentMissingError OTHER_RECIPIENT");
        let other = world.open_case("caseworker", girl(), json!({})).await.id();
        let other = world.record_consent("caseworker", &other, HOSPITAL, json!({})).await.id();
        assert_eq!(refused(json!({ "consentId": other })).await, "ConsentMissingError OTHER_CASE");
        let wrong_version = json!({ "expectedVersion": ended.version + 1 });
        assert_eq!(refused(wrong_version).await, format!("ConflictError {} expectedVersion", ended.version));
        let new = world.record_consent("caseworker", &case, HOSPITAL, json!({})).await.id();
        let input = reroute(&ended, json!({ "consentId": new }));
        let sent = world.run("caseworker", "referralReroute", input).await;
        assert_eq!(chain(&world, &sent.id()).await["recipient"]["id"], organization(HOSPITAL));
    }

    async fn a_withdrawn_or_restricted_or_ambiguous_one_is_not_asked(world: World) {
        let case = case(&world).await;
        appeals_at(&world, TORTURE_CENTRE).await;
        let consents = named(&world, &case, &[accepted(TORTURE_CENTRE), accepted(GREEN_PLATEAU)]).await;
        let ended = declined(&world, &case, &consents[0]).await;
        let caseworker = world.person("caseworker");
        world.done(&caseworker, "consentWithdraw", &json!({ "consentId": consents[1]["id"] })).await;
        let refused = async || world.refused("caseworker", "referralReroute", reroute(&ended, json!({}))).await;
        assert_eq!(refused().await, "InputError SERVICE_TO_NAME serviceId", "the plateau has no such service");
        let mut service = appeals_at(&world, GREEN_PLATEAU).await;
        service.id = relais::domain::id::Identifier::derived("test", "a second one");
        service.name = "Un second atelier".to_owned();
        world.publish(&service).await;
        assert_eq!(refused().await, "InputError SERVICE_TO_NAME serviceId", "it has two");
        let named = json!({ "serviceId": service.id.to_string() });
        world.run("caseworker", "referralReroute", reroute(&ended, named)).await.done();
    }

    async fn only_what_came_to_nothing_is_rerouted(world: World) {
        let case = case(&world).await;
        appeals_at(&world, TORTURE_CENTRE).await;
        let consents = named(&world, &case, &[accepted(TORTURE_CENTRE)]).await;
        let draft = appeal(&service(MINORITY_APPEAL), json!({}));
        let draft = world.draft("caseworker", &case, &id_of(&consents[0]), draft).await.referral();
        let refusal = world.refused("caseworker", "referralReroute", reroute(&draft, json!({}))).await;
        assert_eq!(refusal, "InvalidTransitionError REROUTE in DRAFT");
        let sent = world.send_referral("caseworker", &draft, json!({})).await.referral();
        let refusal = world.refused("caseworker", "referralReroute", reroute(&sent, json!({}))).await;
        assert_eq!(refusal, "InvalidTransitionError REROUTE in REQUESTED");
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let refusal = world.refused("caseworker", "referralReroute", reroute(&accepted, json!({}))).await;
        assert_eq!(refusal, "InvalidTransitionError REROUTE in ACCEPTED");
        // Nobody but the sender's team.
        let refusal = world.refused("lawyer", "referralReroute", reroute(&accepted, json!({}))).await;
        assert_eq!(refusal, "FORBIDDEN");
    }
}
