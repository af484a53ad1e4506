//! One conversation, up to three recipients, in order.

use super::{
    GREEN_PLATEAU, HOSPITAL, TORTURE_CENTRE, accepted, appeal, appeals_at, case, conversation, id_of, named, record,
    recorded, refused,
};
use crate::kit::loop_calls::{organization, service, with};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    async fn three_are_named_and_the_one_refused_must_not_be_told_by_the_others(world: World) {
        let case = case(&world).await;
        let more = json!({ "purpose": "TRANSFER", "consequences": ["ID_REQUIRED"], "thirdCountryAcknowledged": true });
        let last = with(accepted(GREEN_PLATEAU), more);
        let recipients = [accepted(LAWYERS), refused(TORTURE_CENTRE), last];
        let input = conversation(&case, &recipients);
        let consents = recorded(&world, input.clone()).await;
        assert_eq!(consents.len(), 2);
        for (rank, (consent, recipient)) in (1..).zip(consents.iter().zip([LAWYERS, GREEN_PLATEAU])) {
            assert_eq!((&consent["rank"], &consent["recipient"]["id"]), (&json!(rank), &json!(organization(recipient))));
            assert_eq!(consent["restrictions"], json!([organization(TORTURE_CENTRE)]));
            assert_eq!(consent["conversationId"], consents[0]["conversationId"]);
            assert!(consent["conversationId"].as_str().is_some_and(|id| id.starts_with("cnv_")));
            assert_eq!((&consent["interpreter"], &consent["giver"]), (&json!("PHONE"), &json!("PERSON")));
            assert_eq!((&consent["assent"], &consent["confirmedAt"]), (&json!("NOT_APPLICABLE"), &Value::Null));
        }
        assert_eq!((&consents[0]["purpose"], &consents[1]["purpose"]), (&json!("REFERRAL"), &json!("TRANSFER")));
        assert_eq!((&consents[0]["consequences"], &consents[1]["consequences"]), (&json!([]), &json!(["ID_REQUIRED"])));
        assert_eq!(consents[1]["thirdCountryAcknowledged"], json!(true));
        // Sent again it gives the same, and says another thing under another key only.
        let rows = world.rows("consents").await.len();
        assert_eq!(recorded(&world, input.clone()).await, consents);
        assert_eq!(world.rows("consents").await.len(), rows);
        let other = record(&world, "caseworker", with(input, json!({ "language": "fr" }))).await;
        assert_eq!(other.at("consentConversationRecord/errors/0/__typename"), "IdempotencyConflictError");
    }

    async fn a_conversation_is_recorded_only_as_one_that_can_be(world: World) {
        let case = case(&world).await;
        let four = [LAWYERS, TORTURE_CENTRE, GREEN_PLATEAU, HOSPITAL].map(accepted);
        let restricted = json!({ "restrictionIds": [organization(LAWYERS)] });
        let without_scope = with(accepted(LAWYERS), json!({ "fieldScope": [] }));
        let before = world.rows("consents").await.len();
        for (recipients, more, expected) in [
            (&four[..], json!({}), "RECIPIENTS_OF_CONVERSATION recipients"),
            (&[], json!({}), "RECIPIENTS_OF_CONVERSATION recipients"),
            (&[accepted(LAWYERS), refused(LAWYERS)], json!({}), "RECIPIENTS_OF_CONVERSATION recipients"),
            (&[refused(LAWYERS), refused(HOSPITAL)], json!({}), "NOBODY_ACCEPTED recipients"),
            (&[accepted(LAWYERS)], restricted, "RECIPIENT_RESTRICTED restrictions"),
            (&[accepted(HOSPITAL), without_scope], json!({}), "CONSENT_SCOPE_EMPTY fieldScope"),
            (&[accepted(LAWYERS)], json!({ "basis": "VITAL_INTEREST" }), "BASIS_NEEDS_TWO basis"),
            (&[accepted(LAWYERS)], json!({ "explained": ["RISKS"] }), "EXPLANATION_MISSING explained"),
        ] {
            let input = with(conversation(&case, recipients), more);
            let answer = record(&world, "caseworker", input).await;
            let error = answer.at("consentConversationRecord/errors/0");
            let told = format!("{} {}", error["problem"].as_str().unwrap_or_default(), error["path"][1].as_str().unwrap_or_default());
            assert_eq!(told, expected, "{}", answer.text());
        }
        assert_eq!(world.rows("consents").await.len(), before);
    }

    async fn whom_a_later_conversation_refuses_is_told_nothing_from_then_on(world: World) {
        let case = case(&world).await;
        let first = named(&world, &case, &[accepted(TORTURE_CENTRE)]).await;
        let appeals = appeals_at(&world, TORTURE_CENTRE).await;
        let draft = appeal(&service(MINORITY_APPEAL), json!({}));
        let waiting = world.draft("caseworker", &case, &id_of(&first[0]), draft.clone()).await.referral();
        let sent = world.draft("caseworker", &case, &id_of(&first[0]), draft).await.referral();
        let sent = world.send_referral("caseworker", &sent, json!({ "capacityConfirmed": true })).await.referral();
        let accepted_one = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        world.pass_hours(1);
        let later = recorded(&world, conversation(&case, &[accepted(GREEN_PLATEAU), refused(LAWYERS)])).await;
        // What had carried it is withdrawn, and what was accepted on it is closed.
        let status = async |who: &str, id: &str| {
            let query = "query($id: ID!) { referral(id: $id) { status } }";
            world.ask(&world.person(who), query, json!({ "id": id })).await.at("referral/status").clone()
        };
        assert_eq!(status("caseworker", &accepted_one.id).await, json!("WITHDRAWN"));
        assert_eq!(status("lawyer", &accepted_one.id).await, json!("CLOSED"));
        assert_eq!(status("caseworker", &waiting.id).await, json!("WITHDRAWN"), "a draft on it too");
        let again = async || {
            let draft = appeal(&service(MINORITY_APPEAL), json!({}));
            let draft = world.draft("caseworker", &case, &id_of(&first[0]), draft).await.referral();
            let input = json!({ "referralId": draft.id, "expectedVersion": draft.version });
            world.refused("caseworker", "referralSend", input).await
        };
        assert_eq!(again().await, "ConsentMissingError WITHDRAWN");
        let texts = |sql: &str| world.texts(sql.to_owned());
        assert_eq!(texts("SELECT result FROM demands").await, ["person_declined"]);
        assert_eq!(texts("SELECT kind FROM notices WHERE kind = 'consent_withdrawn'").await.len(), 1);
        // Nothing was said of the other one.
        let other = appeal(&appeals.id.to_string(), json!({}));
        let other = world.draft("caseworker", &case, &id_of(&first[1]), other).await.referral();
        world.send_referral("caseworker", &other, json!({ "capacityConfirmed": true })).await.done();
        // Whom she refused stays refused when she withdraws what she agreed to in the same conversation.
        let withdrawn = json!({ "consentId": later[0]["id"] });
        world.done(&world.person("caseworker"), "consentWithdraw", &withdrawn).await;
        assert_eq!(again().await, "ConsentMissingError WITHDRAWN");
        // Only a later consent that names the lawyers says otherwise.
        world.pass_hours(1);
        let anew = world.record_consent("caseworker", &case, LAWYERS, json!({})).await.id();
        let draft = appeal(&service(MINORITY_APPEAL), json!({}));
        let draft = world.draft("caseworker", &case, &anew, draft).await.referral();
        world.send_referral("caseworker", &draft, json!({ "capacityConfirmed": true })).await.done();
    }
}
