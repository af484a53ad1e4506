//! Scenario 17: in Zuwara a partner wants the name first.

use super::stage::{Request, all_told, demands, libya, of_herself};
use crate::kit::loop_calls::service;
use crate::kit::world::on_both_databases;
use crate::protection::notices;
use serde_json::{Value, json};

const MOTHERS_GROUP: &str = "7adc058e-8a1b-4652-8f02-9488ae2f99a0";
const LISTENING_ROOM: &str = "364efb1b-bf76-49d1-bd81-b62b400fe5e4";

on_both_databases! {
    async fn a_partner_that_asks_for_the_name_first_is_given_another_question(world: World) {
        let world = libya(world).await;
        let woman = json!({ "ageBand": "AGE_25_59", "gender": "WOMAN", "languages": ["ar"], "area": "LY-ZU" });
        let case = world.open_case("caseworker in Tripoli", woman, json!({})).await.id();
        let room = service(LISTENING_ROOM);
        let talk = Request { who: "caseworker in Tripoli", case: &case, recipient: MOTHERS_GROUP, service: &room, need: "MHPSS_COUNSELLING" };
        let consent = talk.agreed(&world, of_herself(&[])).await;
        let sent = talk.sent(&world, &consent, json!({})).await;
        let midwife = "midwife in Zuwara";
        let acknowledged = world.change(midwife, "referralAcknowledge", &sent, json!({})).await.referral();

        // W: "Org-I asks \"full name and phone?\"". T: "question rejected by the linter with a template suggestion".
        for (text, refusal) in [
            ("full name and phone?", "NAME CONTACT OTHER_SERVICE_INVOLVED"),
            ("Nom complet ?", "NAME OTHER_SERVICE_INVOLVED"),
            ("الاسم الكامل؟", "NAME OTHER_SERVICE_INVOLVED"),
            ("C'est bien la personne née le 12/03/2009 ?", "BIRTH_DATE DOCUMENT_AT_HAND"),
        ] {
            let in_words = acknowledged.input(json!({ "question": { "text": text } }));
            let told = world.refused(midwife, "referralAsk", in_words).await;
            assert_eq!(told, format!("TextRefusedError {refusal} text"), "{text}");
        }
        let suggested = json!({ "question": { "template": "OTHER_SERVICE_INVOLVED" } });
        let asked = world.change(midwife, "referralAsk", &acknowledged, suggested).await;
        assert_eq!(asked.done()["status"], "CLARIFYING");
        let again = asked.referral().input(json!({ "question": { "text": "full name and phone?" } }));
        let refusal = world.refused(midwife, "referralAsk", again).await;
        assert_eq!(refusal, "TextRefusedError NAME CONTACT OTHER_SERVICE_INVOLVED text", "while clarifying too");
        assert_eq!(world.texts("SELECT kind FROM messages".to_owned()).await, ["question"], "nothing of it was kept");

        // W: "then declines `needs_identity_before_accept`". T: "decline counted as process failure".
        let code = json!({ "code": "NEEDS_IDENTITY_BEFORE_ACCEPT" });
        let declined = world.change(midwife, "referralDecline", &asked.referral(), code).await.referral();
        let seen = all_told(&world, "caseworker in Tripoli", &declined).await;
        assert_eq!((&seen["status"], &seen["declineCode"]), (&json!("DECLINED"), &json!("NEEDS_IDENTITY_BEFORE_ACCEPT")));
        let last = seen["timeline"].as_array().and_then(|timeline| timeline.last()).expect("a timeline");
        assert_eq!(last["code"], "needs_identity_before_accept", "by a code of its own, which no other decline has");
        assert_eq!(all_told(&world, midwife, &declined).await["alias"], Value::Null, "and it was never told who");

        // T: "coordinator told; demand pending".
        assert!(notices(&world, "coordinator in Tripoli").await.contains(&"IDENTITY_DEMANDED".to_owned()));
        let demands = demands(&world).await;
        assert_eq!((demands.len(), &demands[0]["result"]), (1, &json!("pending")));
    }
}
