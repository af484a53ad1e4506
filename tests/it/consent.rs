//! Consent: who gives it, what for, to whom and what was explained; and asking the next one whom the person has named.

mod conversation;
mod guards;
mod reroute;
mod two_people;

use crate::kit::loop_calls::{fresh_key, organization, with};
use crate::kit::world::{Answer, LAWYERS, MINORITY_APPEAL, World, graphql_request};
use relais::domain::directory::Service;
use relais::domain::id::{Identifier, OrganizationId};
use serde_json::{Value, json};

const GREEN_PLATEAU: &str = "025662c4-7e43-44b5-adf2-d5025a8cd8af";
const TORTURE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";

const NAMED: &str = "id conversationId rank recipient { id } purpose giver assent interpreter consequences restrictions \
    thirdCountryAcknowledged confirmedAt fieldScope";

/// A service for appeals of minority that another organisation gives.
async fn appeals_at(world: &World, key: &str) -> Service {
    let mut service = world.like(MINORITY_APPEAL, &format!("Recours de minorité, {key}"));
    service.organization_id = OrganizationId::derived("corridor", key);
    world.publish(&service).await;
    service
}

/// One recipient of a conversation, whom the person accepts.
fn accepted(key: &str) -> Value {
    json!({ "recipientId": organization(key), "answer": "ACCEPTED",
        "fieldScope": ["AGE_BAND", "GENDER", "HOUSEHOLD", "ADMIN_STATUS", "LANGUAGES", "AREA"] })
}

/// One recipient of a conversation, whom the person refuses.
fn refused(key: &str) -> Value {
    json!({ "recipientId": organization(key), "answer": "REFUSED" })
}

/// What the girl says of these recipients.
fn conversation(case: &str, recipients: &[Value]) -> Value {
    json!({ "idempotencyKey": fresh_key(), "caseId": case, "basis": "CHILD_CONSENT_MATURE", "modality": "VERBAL",
        "language": "bm", "interpreter": "PHONE", "recipients": recipients,
        "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL", "LIMITS"] })
}

/// Records a conversation; gives the whole answer.
async fn record(world: &World, who: &str, input: Value) -> Answer {
    let query = format!(
        "mutation($input: ConsentConversationRecordInput!) {{ consentConversationRecord(input: $input) {{ \
         consents {{ {NAMED} }} errors {{ __typename ... on InputError {{ problem path }} }} }} }}"
    );
    world.send(graphql_request(&world.person(who), "en", &query, json!({ "input": input }))).await
}

/// The consents of a conversation that was recorded.
async fn recorded(world: &World, input: Value) -> Vec<Value> {
    let answer = record(world, "caseworker", input).await;
    assert_eq!(answer.at("consentConversationRecord/errors"), &json!([]), "{}", answer.text());
    answer.at("consentConversationRecord/consents").as_array().expect("a list").clone()
}

/// A case of the girl.
async fn case(world: &World) -> String {
    world.open_case("caseworker", crate::kit::loop_calls::girl(), json!({})).await.id()
}

/// A conversation about the lawyers, with the centre and the plateau as the person says.
async fn named(world: &World, case: &str, others: &[Value]) -> Vec<Value> {
    recorded(world, conversation(case, &[&[accepted(LAWYERS)], others].concat())).await
}

/// The id of a consent.
fn id_of(consent: &Value) -> String {
    consent["id"].as_str().expect("an id").to_owned()
}

/// A draft of an appeal on a consent.
fn appeal(service: &str, more: Value) -> Value {
    with(json!({ "serviceId": service, "need": "LEGAL_MINORITY_APPEAL" }), more)
}
