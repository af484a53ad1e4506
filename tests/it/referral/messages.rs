//! What the two sides write each other: coded before acceptance, short and linted after it, gone with the referral.

use crate::kit::erasing::{PROTECTION_LEAD, ended};
use crate::kit::loop_calls::{Outcome, Referral, Target, girl, outcome, to_the_lawyers, with};
use crate::kit::world::{World, on_both_databases};
use relais::domain::retention::RetentionClock;
use serde_json::{Value, json};

const MESSAGES: &str =
    "author kind question questionInWords answer answerDay answerCount answerLanguage text sentAt readAt purgeAt";

impl World {
    async fn messages(&self, who: &str, referral: &Referral) -> Value {
        let query = format!("query($id: ID!) {{ referral(id: $id) {{ messages {{ {MESSAGES} }} }} }}");
        let answer = self.ask(&self.person(who), &query, json!({ "id": referral.id })).await;
        answer.json["data"]["referral"]["messages"].clone()
    }

    async fn acknowledged(&self) -> Referral {
        let sent = self.sent(&to_the_lawyers()).await;
        self.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral()
    }

    async fn accepted(&self) -> Referral {
        let sent = self.sent(&to_the_lawyers()).await;
        self.change("lawyer", "referralAccept", &sent, json!({})).await.referral()
    }

    async fn asks(&self, referral: &Referral, question: Value) -> Outcome {
        self.change("lawyer", "referralAsk", referral, json!({ "question": question })).await
    }

    /// Sends a text; gives the referral and what the linter has warned of.
    async fn writes(&self, who: &str, referral: &Referral, text: &str) -> (Referral, Value) {
        let query = "mutation($input: ReferralMessageSendInput!) { referralMessageSend(input: $input) { \
            referral { id version } warnings errors { __typename ... on UserError { message path } } } }";
        let input = json!({ "referralId": referral.id, "expectedVersion": referral.version, "text": text });
        let answer = self.ask(&self.person(who), query, json!({ "input": input })).await;
        let warnings = answer.at("referralMessageSend/warnings").clone();
        (outcome("referralMessageSend", answer).referral(), warnings)
    }
}

fn of(referral: &Referral, more: Value) -> Value {
    with(json!({ "referralId": referral.id, "expectedVersion": referral.version }), more)
}

on_both_databases! {
    async fn a_question_of_the_list_is_answered_by_a_code_that_fits(world: World) {
        let acknowledged = world.acknowledged().await;
        let asked = world.asks(&acknowledged, json!({ "template": "CHILDREN_ALONG" })).await.referral();
        for answer in [
            json!({ "word": "YES" }),
            json!({ "count": 21 }),
            json!({ "count": -1 }),
            json!({ "day": "2026-12-01" }),
            json!({ "language": "ti" }),
        ] {
            let refusal = world.refused("caseworker", "referralAnswerQuestion", of(&asked, json!({ "answer": answer }))).await;
            assert_eq!(refusal, "InputError ANSWER_OF_QUESTION answer", "{answer}");
        }
        let answer = json!({ "answer": { "count": 2 } });
        let answered = world.change("caseworker", "referralAnswerQuestion", &asked, answer).await;
        assert_eq!(answered.done()["status"], "ACKNOWLEDGED");
        let told = world.messages("lawyer", &asked).await;
        assert_eq!(
            (&told[0]["question"], &told[0]["questionInWords"], &told[0]["author"]),
            (&json!("CHILDREN_ALONG"), &json!("How many children come with her?"), &json!("RECIPIENT"))
        );
        assert_eq!((&told[1]["answerCount"], &told[1]["author"], &told[1]["kind"]), (&json!(2), &json!("SENDER"), &json!("ANSWER")));
        assert_eq!(told[1]["sentAt"], "2026-11-23T18:00:00Z", "a recipient reads the hour");
        let day = world.asks(&answered.referral(), json!({ "template": "LATEST_DAY" })).await.referral();
        let birthday = of(&day, json!({ "answer": { "day": "2009-03-12" } }));
        assert_eq!(world.refused("caseworker", "referralAnswerQuestion", birthday).await, "InputError ANSWER_OF_QUESTION answer");
        let told = json!({ "answer": { "day": "2026-12-01" } });
        let told = world.change("caseworker", "referralAnswerQuestion", &day, told).await.referral();
        let language = world.asks(&told, json!({ "text": "Which dialect?" })).await.referral();
        let told = json!({ "answer": { "language": "bm" } });
        world.change("caseworker", "referralAnswerQuestion", &language, told).await.done();
        let told = world.messages("caseworker", &language).await;
        assert_eq!((&told[3]["answerDay"], &told[4]["text"], &told[5]["answerLanguage"]), (&json!("2026-12-01"), &json!("Which dialect?"), &json!("bm")));
    }

    async fn questions_and_answers_have_their_turn(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let question = json!({ "question": { "template": "FARE_NEEDED" } });
        let early = world.refused("lawyer", "referralAsk", of(&sent, question.clone())).await;
        assert_eq!(early, "InvalidTransitionError ASK in REQUESTED", "it is acknowledged first");
        let acknowledged = world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral();
        let answer = json!({ "answer": { "word": "YES" } });
        let unasked = world.refused("caseworker", "referralAnswerQuestion", of(&acknowledged, answer.clone())).await;
        assert_eq!(unasked, "InvalidTransitionError ANSWER in ACKNOWLEDGED");
        assert_eq!(world.refused("caseworker", "referralAsk", of(&acknowledged, question.clone())).await, "FORBIDDEN");
        let asked = world.change("lawyer", "referralAsk", &acknowledged, question).await.referral();
        assert_eq!(world.refused("lawyer", "referralAnswerQuestion", of(&asked, answer)).await, "FORBIDDEN");
    }

    async fn a_text_waits_for_acceptance_and_is_then_sent_with_a_warning(world: World) {
        let acknowledged = world.acknowledged().await;
        for who in ["lawyer", "caseworker"] {
            let refusal = world.refused(who, "referralMessageSend", of(&acknowledged, json!({ "text": "Tuesday?" }))).await;
            assert_eq!(refusal, "InputError NOT_ACCEPTED_NOW referralId", "{who}");
        }
        let accepted = world.change("lawyer", "referralAccept", &acknowledged, json!({})).await.referral();
        let (written, warnings) = world.writes("lawyer", &accepted, "Mardi à 10 h ?").await;
        assert_eq!(warnings, json!([]));
        let (told, warnings) = world.writes("caseworker", &written, "Mme Diallo, 06 12 34 56 78 ou 06 98 76 54 32").await;
        assert_eq!(warnings, json!(["PHONE", "TITLED_NAME"]), "each kind once");
        let read = world.messages("lawyer", &told).await;
        assert_eq!((&read[0]["text"], &read[1]["text"]), (&json!("Mardi à 10 h ?"), &json!("Mme Diallo, 06 12 34 56 78 ou 06 98 76 54 32")));
        for (text, problem) in [
            ("a".repeat(501), "MESSAGE_TOO_LONG"),
            (" \n".to_owned(), "TEXT_EMPTY"),
            ("a\u{7}b".to_owned(), "UNUSABLE_TEXT"),
        ] {
            let refusal = world.refused("lawyer", "referralMessageSend", of(&told, json!({ "text": text }))).await;
            assert_eq!(refusal, format!("InputError {problem} text"));
        }
        let again = world.refused("lawyer", "referralMessageSend", of(&accepted, json!({ "text": "Mardi à 10 h ?" }))).await;
        assert_eq!(again, "ConflictError 6 expectedVersion", "a call that is sent again writes nothing twice");
    }

    async fn numbers_of_the_two_organisations_are_no_findings(world: World) {
        let acknowledged = world.acknowledged().await;
        let query = "{ services(first: 100) { nodes { organization { name } phones { typed } } } }";
        let services = world.ask(&world.person("lawyer"), query, json!({})).await;
        let nodes = services.at("services/nodes").as_array().expect("services").clone();
        let is_of_them = |node: &&Value| node["organization"]["name"].as_str().is_some_and(|name| name.contains("Passerelles"));
        let phone = nodes.iter().filter(is_of_them).find_map(|node| node["phones"][0]["typed"].as_str()).expect("a phone");
        let text = format!("Rappelez-moi : {phone} ou passerelles@example.org ?");
        world.asks(&acknowledged, json!({ "text": text })).await.done();
    }

    async fn the_two_sides_read_messages_while_the_consent_is_live_and_nobody_else_does(world: World) {
        let accepted = world.accepted().await;
        let (first, _) = world.writes("caseworker", &accepted, "Elle vient avec une amie.").await;
        let (second, _) = world.writes("lawyer", &first, "Très bien.").await;
        assert_eq!(world.messages("coordinator", &second).await, Value::Null);
        assert_eq!(world.messages("caseworker", &second).await.as_array().map(Vec::len), Some(2));
        let stored = world.rows("messages").await.join(" ");
        assert!(!stored.contains("amie") && !stored.contains("bien"), "{stored}");
        let read = world.change("lawyer", "referralMessagesRead", &second, json!({})).await.referral();
        assert_eq!(read, second, "reading makes no version");
        let told = world.messages("caseworker", &second).await;
        assert_eq!((told[0]["readAt"].is_string(), &told[1]["readAt"]), (true, &Value::Null), "the other side's are marked");
        assert_eq!(told[0]["purgeAt"], Value::Null, "while it is open");
        let start = world.change("lawyer", "referralStart", &second, json!({})).await.referral();
        world.change("lawyer", "referralComplete", &start, json!({ "outcome": "SERVICE_RECEIVED" })).await.done();
        assert_eq!(world.messages("lawyer", &second).await, Value::Null, "after the end a recipient reads none");
        let told = world.messages("caseworker", &second).await;
        assert_eq!(told[0]["purgeAt"].as_str().map(|at| &at[..10]), Some("2027-02-21"));
    }

    async fn on_a_lapsed_consent_a_recipient_reads_what_it_wrote_itself(world: World) {
        let draft = world.drafted(&to_the_lawyers(), json!({ "expiresAt": world.in_hours(24) }), json!({})).await;
        let sent = world.send_referral("caseworker", &draft, json!({})).await.referral();
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let (first, _) = world.writes("caseworker", &accepted, "Elle vient avec une amie.").await;
        let (second, _) = world.writes("lawyer", &first, "Très bien.").await;
        world.pass_hours(24);
        let told = world.messages("lawyer", &second).await;
        assert_eq!((&told[0]["text"], &told[1]["text"]), (&Value::Null, &json!("Très bien.")));
        let refusal = world.refused("caseworker", "referralMessageSend", of(&second, json!({ "text": "Mardi" }))).await;
        assert_eq!(refusal, "InputError NOT_ACCEPTED_NOW referralId");
    }

    /// P-07: at once, and so does whatever else nobody speaks of any more.
    async fn messages_go_at_once_with_a_withdrawal_a_cancelling_and_an_error(world: World) {
        for act in ["consentWithdraw", "referralCancel", "referralMarkError"] {
            let accepted = world.accepted().await;
            let (written, _) = world.writes("caseworker", &accepted, "Mardi.").await;
            assert_eq!(world.rows("messages").await.len(), 1);
            let consent = world.read("caseworker", &written).await["consent"]["id"].clone();
            let input = match act {
                "consentWithdraw" => json!({ "consentId": consent }),
                "referralCancel" => of(&written, json!({ "reason": "NOT_SAFE" })),
                _ => of(&written, json!({ "reason": "TRIAL" })),
            };
            world.done(&world.person("caseworker"), act, &input).await;
            assert!(world.rows("messages").await.is_empty(), "{act}");
            let refusal = world.refused("lawyer", "referralMessageSend", with(of(&written, json!({ "text": "Mardi" })), json!({ "expectedVersion": written.version + 1 }))).await;
            assert_eq!(refusal, "InputError NOT_ACCEPTED_NOW referralId", "{act}: a recipient is not told why");
        }
    }

    async fn messages_go_90_days_after_every_other_end_unless_the_case_is_held(world: World) {
        // An appeal would hold every clock.
        let person = with(girl(), json!({ "adminStatus": "UNDOCUMENTED" }));
        let sent = world.sent(&Target { person, ..to_the_lawyers() }).await;
        let accepted = world.change("lawyer", "referralAccept", &sent, json!({})).await.referral();
        let (written, _) = world.writes("caseworker", &accepted, "Mardi.").await;
        let start = world.change("lawyer", "referralStart", &written, json!({})).await.referral();
        world.change("lawyer", "referralComplete", &start, json!({ "outcome": "SERVICE_RECEIVED" })).await.done();
        let case = world.read("caseworker", &written).await["case"]["id"].as_str().expect("a case").to_owned();
        world.move_to_day(89);
        world.retention().await;
        assert_eq!(world.rows("messages").await.len(), 1);
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        let hold = json!({ "caseId": case, "reason": "LITIGATION", "reviewOn": "2027-11-01" });
        world.done(&lead, "legalHoldSet", &hold).await;
        world.move_to_day(91);
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead").expect("the lead");
        assert_eq!(ended(&world.retention().await, RetentionClock::Message).held, 1);
        assert_eq!(world.rows("messages").await.len(), 1);
        world.done(&lead, "legalHoldLift", &json!({ "caseId": case })).await;
        assert_eq!(ended(&world.retention().await, RetentionClock::Message).erased, 1);
        assert!(world.rows("messages").await.is_empty());
    }

    async fn the_sender_is_told_of_a_question_by_a_notice_without_content(world: World) {
        let acknowledged = world.acknowledged().await;
        world.asks(&acknowledged, json!({ "template": "FARE_NEEDED" })).await.done();
        let told = world.ask(&world.person("caseworker"), "{ notices { kind object } }", json!({})).await;
        let notices = told.at("notices").as_array().expect("notices").clone();
        assert!(notices.contains(&json!({ "kind": "MESSAGE_RECEIVED", "object": acknowledged.id })), "{notices:?}");
    }
}
