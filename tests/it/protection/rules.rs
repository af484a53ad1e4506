//! Rules of privacy that protection keeps, one by one, as the reference numbers them.

use super::{protected, ready, seen};
use crate::kit::loop_calls::{confirmed, girl, service, to_the_lawyers};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, fresh_key, organization_id, text};
use crate::kit::world::{CLINIC, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::{Document, KnownConsequence, Organization, OrganizationKind};
use relais::domain::id::{Identifier, OrganizationId};
use relais::store::{DirectoryChange, StoreError};
use serde_json::json;

/// The other organisation that receives referrals in the world.
const TORTURE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";

/// Lets the directory know an organisation as a police authority.
async fn becomes_police(world: &World, key: &str) {
    let id = OrganizationId::derived("corridor", key);
    let context = world.app.context();
    let known = context.directory.snapshot().organization(id).expect("an organisation of the seeds");
    let kind = Some(OrganizationKind::AuthorityEnforcement);
    let document = Document::Organization(Organization { kind, ..(*known).clone() });
    let change = DirectoryChange { source_key: key, document: &document, is_gone: false };
    let now = world.now();
    let written = context.store.write(async |tx| {
        tx.lock_directory().await?;
        tx.change_directory("corridor", &[change], now).await.map(drop)
    });
    written.await.map_err(|error: StoreError| error).expect("written");
    relais::actions::directory::refresh(context).await.expect("a fresh directory");
}

on_both_databases! {
    async fn p_03_a_consent_for_one_recipient_carries_nothing_to_another(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        let for_the_centre = world.record_consent("caseworker", &case, TORTURE_CENTRE, json!({})).await.id();
        let input = json!({ "serviceId": service(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL" });
        let draft = world.draft("caseworker", &case, &for_the_centre, input).await.referral();
        let refused = world.send_referral("caseworker", &draft, confirmed()).await.refusal();
        assert_eq!(refused, "ConsentMissingError OTHER_RECIPIENT");
    }

    async fn p_04_a_lapsed_consent_sends_nothing_and_an_acceptance_on_it_holds_the_place_only(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
        world.move_to_day(30);
        let refused = world.send_referral("caseworker", &draft, confirmed()).await.refusal();
        assert_eq!(refused, "ConsentMissingError EXPIRED", "a child's consent lapses after 30 days");
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await;
        assert_eq!((&accepted.done()["status"], &accepted.done()["stage"]), (&json!("ACCEPTED"), &json!("OFFER")));
        assert!(accepted.done()["alias"].is_null() && accepted.done()["consentScope"].is_null(), "nothing is released");
    }

    /// Facts of health and concerns stay out of a referral to who assesses age, however much was ticked.
    async fn p_09_a_service_that_assesses_age_is_told_no_concern(world: World) {
        let concerns = async |is_assessing: bool| {
            let mut curious = world.lawyers_curious_service().await;
            curious.known_consequences = if is_assessing { [KnownConsequence::AgeAssessment].into() } else { [].into() };
            world.publish(&curious).await;
            let ready = world.ready_for_the_lawyers(&curious.id.to_string(), json!({})).await;
            let accepted = world.refer(&ready, "ACCEPTED").await;
            let question = "query($id: ID!) { referral(id: $id) { stage protectionFlags } }";
            let answer = world.ask(&ready.recipient, question, json!({ "id": accepted.id })).await;
            assert_eq!(answer.at("referral/stage"), "ACCEPTED");
            answer.at("referral/protectionFlags").clone()
        };
        assert_eq!(concerns(false).await, json!(["TORTURE"]), "the specialised are told");
        assert_eq!(concerns(true).await, json!([]));
    }

    async fn p_10_nobody_can_consent_to_police_or_border_bodies_being_told(world: World) {
        let case = world.open_case("caseworker", girl(), json!({})).await.id();
        world.record_consent("caseworker", &case, LAWYERS, json!({})).await.done();
        becomes_police(&world, LAWYERS).await;
        let before = world.rows("consents").await;
        let refused = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.refusal();
        assert_eq!(refused, "RecipientUnavailableError NEVER_A_RECIPIENT");
        assert_eq!(world.rows("consents").await, before);
    }

    async fn p_27_who_refuses_every_sharing_is_helped_all_the_same(world: World) {
        let world = protected(world).await;
        let Ready { sender, case, consent, .. } = ready(&world).await;
        world.done(&sender, "consentWithdraw", &json!({ "consentId": consent })).await;
        let need = json!({ "idempotencyKey": fresh_key(), "caseId": case, "need": "BASIC_FOOD", "result": "PERSON_DECLINED" });
        world.done(&sender, "demandRecord", &need).await;
        // A referral inside the own organisation rests on a consent of its own, and on no other.
        let own = world.consented(&sender, &case, &organization_id(CLINIC), &json!({ "basis": "CHILD_CONSENT_MATURE" })).await;
        let draft = json!({ "idempotencyKey": fresh_key(), "caseId": case, "consentId": own, "need": "HEALTH_PRIMARY",
            "serviceId": service("f32d189a-d6de-4be1-9e7d-7b2eb1fe87e4") });
        let draft = world.done(&sender, "referralCreate", &draft).await;
        let sent = json!({ "referralId": draft["id"], "expectedVersion": 1, "capacityConfirmed": true });
        assert_eq!(world.done(&sender, "referralSend", &sent).await["status"], "REQUESTED");
        assert_eq!(seen(&world, "caseworker", &text(&draft["id"])).await["status"], "REQUESTED");
    }
}

/// Help that is recorded asks for no consent: no input of it has a place for one.
#[test]
fn p_27_recording_help_has_no_place_for_a_consent() {
    for input in ["CaseOpenInput", "DemandRecordInput"] {
        let fields = SCHEMA.inputs[input].iter();
        assert!(fields.clone().count() > 2 && fields.clone().all(|field| !field.name.contains("consent")), "{input}");
    }
}
