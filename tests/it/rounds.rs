//! Offering one need to several services at once: all or nothing, the first to accept has it, and whoever comes late is
//! told so once, and not why.

use crate::kit::loop_calls::{fresh_key, with};
use crate::kit::requirement::{announce, is_full};
use crate::kit::sql::Sql;
use crate::kit::steps::{Ready, Referred, girl_of_sixteen, merged, organization_id, service_id, step_input, text};
use crate::kit::world::{Answer, LAWYERS, MINORITY_APPEAL, Person, World, graphql_request, on_both_databases};
use relais::domain::id::{Identifier, OrganizationId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CARE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
const HOSPITAL_AGENT: &str = r#"{ "source": "corridor", "accounts": [ { "handle": "agent of the hospital",
    "role": "partner_agent", "organization": "01979fc4-5b2c-41a0-9e87-be9934b60c3f" } ] }"#;

/// Who is asked in a round: the key of the organisation, and who answers for it.
const ASKED: [(&str, &str); 3] =
    [(LAWYERS, "lawyer"), (CARE_CENTRE, "another partner"), (HOSPITAL, "agent of the hospital")];

/// A case, and three services of three organisations that answer its need, each with a consent for it.
struct Stage {
    world: World,
    readies: Vec<Ready>,
}

impl Stage {
    async fn settle(mut world: World) -> Self {
        world.join(HOSPITAL_AGENT).await;
        let sender = world.person("caseworker");
        let case = text(&world.opened_case(&sender, girl_of_sixteen()).await["id"]);
        let mut readies = Vec::new();
        for (organization, agent) in ASKED {
            let mut service = world.like(MINORITY_APPEAL, &format!("appeals of {agent}"));
            service.organization_id = OrganizationId::derived("corridor", organization);
            world.publish(&service).await;
            let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
            let consent = world.consented(&sender, &case, &organization_id(organization), &basis).await;
            let draft = json!({ "caseId": case, "serviceId": service.id.to_string(),
                "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
            let (sender, recipient, case) = (sender.clone(), world.person(agent), case.clone());
            readies.push(Ready { sender, recipient, case, consent, draft });
        }
        Self { world, readies }
    }

    fn sender(&self) -> &Person {
        &self.readies[0].sender
    }

    async fn drafts(&self) -> Vec<Referred> {
        let mut drafts = Vec::new();
        for ready in &self.readies {
            drafts.push(self.world.refer(ready, "DRAFT").await);
        }
        drafts
    }

    /// A round as it was sent, in the order of those who are asked.
    async fn offered(&self) -> Vec<Referred> {
        let drafts = self.drafts().await;
        let sent = self.world.done(self.sender(), "referralOfferToFirst", &offer(&drafts)).await;
        assert_eq!(sent.as_array().map(Vec::len), Some(3));
        drafts.into_iter().map(|draft| Referred { version: 2, ..draft }).collect()
    }

    async fn answered(&self, which: usize, step: &str, referred: &Referred) -> Answer {
        self.world.act(&self.readies[which].recipient, step, &step_input(step, referred)).await
    }

    async fn status(&self, person: &Person, referred: &Referred) -> Value {
        let question = "query($id: ID!) { referral(id: $id) { status } }";
        self.world.ask(person, question, json!({ "id": referred.id })).await.at("referral/status").clone()
    }

    async fn rows<const N: usize>(&self, query: &str) -> Vec<[Option<String>; N]> {
        Sql::of(&self.world).await.rows(query).await
    }

    async fn carrier_and_result(&self) -> Vec<(String, String)> {
        let rows: Vec<[Option<String>; 2]> = self.rows("SELECT referral_id, result FROM demands ORDER BY id").await;
        rows.into_iter().map(|[of, result]| (of.expect("a referral"), result.expect("a result"))).collect()
    }

    /// Offers in vain; gives the refusal, and panics when anything was written.
    async fn refused(&self, input: &Value) -> String {
        let before = self.world.tables().await;
        let question = "mutation($input: ReferralOfferToFirstInput!) { referralOfferToFirst(input: $input) { referrals { id } \
            errors { __typename ... on InputError { inputProblem: problem } ... on ConsentMissingError { consentProblem: problem } \
            ... on RecipientUnavailableError { recipientProblem: problem } ... on ConflictError { currentVersion } } } }";
        let answer = self.world.ask(self.sender(), question, json!({ "input": input })).await;
        assert_eq!(self.world.tables().await, before, "{}", answer.text());
        assert!(answer.at("referralOfferToFirst/referrals").is_null(), "{}", answer.text());
        let error = answer.at("referralOfferToFirst/errors/0").as_object().expect("an error").clone();
        let words = ["__typename", "inputProblem", "consentProblem", "recipientProblem", "currentVersion"];
        let told = words.iter().filter_map(|word| error.get(*word)).map(|value| value.to_string().replace('"', ""));
        told.collect::<Vec<_>>().join(" ")
    }
}

fn offer(drafts: &[Referred]) -> Value {
    let named = |draft: &Referred| json!({ "referralId": draft.id, "expectedVersion": draft.version });
    json!({ "idempotencyKey": fresh_key(), "referrals": drafts.iter().map(named).collect::<Vec<_>>(),
        "capacityConfirmed": true })
}

on_both_databases! {
    async fn the_first_to_accept_has_it_and_the_others_are_closed_and_asked_to_delete(world: World) {
        let stage = Stage::settle(world).await;
        let round = stage.offered().await;
        let listed = stage.world.ask(stage.sender(), "{ sentReferrals { nodes { status round } } }", json!({})).await;
        let nodes = listed.at("sentReferrals/nodes").as_array().expect("a list").clone();
        assert!(nodes.iter().all(|node| node["status"] == "REQUESTED" && node["round"] == nodes[0]["round"]), "{nodes:?}");
        assert!(nodes[0]["round"].as_str().is_some_and(|round| round.starts_with("rnd_")));
        let asked = stage.world.ask(&stage.readies[0].recipient, "{ inbox { nodes { status round } } }", json!({})).await;
        assert_eq!(asked.at("inbox/nodes/0"), &json!({ "status": "REQUESTED", "round": null }), "nobody else is known of");
        assert_eq!(stage.carrier_and_result().await.len(), 1, "one need");

        let accepted = stage.answered(1, "referralAccept", &round[1]).await;
        assert_eq!(accepted.at("referralAccept/errors"), &json!([]), "{}", accepted.text());
        assert_eq!(stage.status(&stage.readies[1].recipient, &round[1]).await, "ACCEPTED");
        for loser in [0, 2] {
            assert_eq!(stage.status(&stage.readies[loser].recipient, &round[loser]).await, "CLOSED");
            assert_eq!(stage.status(stage.sender(), &round[loser]).await, "CANCELLED");
            let told = stage.world.ask(&stage.readies[loser].recipient,
                "{ deletionRequests { referralId answer } notices { kind } }", json!({})).await;
            assert_eq!(told.at("deletionRequests"), &json!([{ "referralId": round[loser].id, "answer": null }]));
            assert_eq!(told.at("notices"), &json!([{ "kind": "DELETION_REQUESTED" }]));
        }
        assert_eq!(stage.carrier_and_result().await, [(round[1].id.clone(), "pending".to_owned())], "the need is the winner's");
        // By no act of its own does the winner find the others.
        let own = stage.world.ask(&stage.readies[1].recipient, "{ auditEvents(first: 100) { nodes { object } } }", json!({})).await;
        assert!([0, 2].iter().all(|loser| !own.text().contains(&round[*loser].id)), "{}", own.text());
        let party: Vec<[Option<String>; 3]> = stage.rows(
            "SELECT party, actor_id, organization_id FROM referral_events WHERE event = 'close_accepted_elsewhere'").await;
        assert_eq!(party, [(); 2].map(|()| [Some("system".to_owned()), None, None]));
    }

    async fn whoever_answers_late_is_told_once_and_not_why(world: World) {
        let stage = Stage::settle(world).await;
        let round = stage.offered().await;
        stage.answered(0, "referralAccept", &round[0]).await;
        let mut told = BTreeMap::new();
        for language in ["en", "fr", "ar"] {
            for (step, more) in [("Accept", json!({})), ("Acknowledge", json!({})), ("Decline", json!({ "code": "FULL" }))] {
                for version in [2, 3] {
                    let question = format!("mutation($input: Referral{step}Input!) {{ referral{step}(input: $input) {{ \
                        errors {{ __typename ... on InvalidTransitionError {{ message status path }} }} }} }}");
                    let input = with(json!({ "referralId": round[1].id, "expectedVersion": version }), more.clone());
                    let request = graphql_request(&stage.readies[1].recipient, language, &question, json!({ "input": input }));
                    let answer = stage.world.send(request).await;
                    let error = answer.at(&format!("referral{step}/errors/0")).clone();
                    assert_eq!(error["__typename"], "InvalidTransitionError", "{}", answer.text());
                    assert_eq!((&error["status"], &error["path"]), (&Value::Null, &json!([])));
                    let earlier = told.insert(language, error["message"].clone());
                    assert!(earlier.is_none_or(|earlier| earlier == error["message"]), "one message");
                }
            }
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(serde_json::to_string_pretty(&told).expect("JSON"), @r#"
            {
              "ar": "أُغلق هذا الطلب في هذه الأثناء، ولم يعد مطلوبًا منكم أي شيء.",
              "en": "This request has been closed meanwhile; nothing is asked of you any more.",
              "fr": "Cette demande a été close entre-temps ; plus rien ne vous est demandé."
            }
            "#);
        }
        // A cancellation tells the same.
        let other = stage.world.refer(&stage.readies[1], "REQUESTED").await;
        stage.world.done(stage.sender(), "referralCancel", &step_input("referralCancel", &other)).await;
        let late = stage.answered(1, "referralAccept", &other).await;
        assert_eq!(late.at("referralAccept/errors/0/message"), &told["en"]);
    }

    async fn a_round_is_two_or_three_drafts_of_one_need_to_different_services(world: World) {
        let stage = Stage::settle(world).await;
        let drafts = stage.drafts().await;
        let sender = stage.sender().clone();
        let drafted = async |over: Value| {
            let input = merged(merged(json!({ "idempotencyKey": fresh_key() }), &stage.readies[0].draft), &over);
            Referred { id: text(&stage.world.done(&sender, "referralCreate", &input).await["id"]), version: 1 }
        };
        assert_eq!(stage.refused(&offer(&drafts[..1])).await, "InputError ROUND_SIZE");
        let fourth = drafted(json!({ "serviceId": service_id(MINORITY_APPEAL) })).await;
        let four = [&drafts[..], std::slice::from_ref(&fourth)].concat();
        assert_eq!(stage.refused(&offer(&four)).await, "InputError ROUND_SIZE");
        let again = drafted(json!({})).await;
        assert_eq!(stage.refused(&offer(&[drafts[0].clone(), again])).await, "InputError ROUND_TWICE");
        assert_eq!(stage.refused(&offer(&[drafts[0].clone(), fourth])).await, "InputError ROUND_TWICE", "one consent for two");
        assert_eq!(stage.refused(&offer(&[drafts[0].clone(), drafts[0].clone()])).await, "InputError ROUND_TWICE");
        let mut service = stage.world.like(MINORITY_APPEAL, "residence");
        service.needs = [relais::domain::need::Need::LegalResidence].into();
        stage.world.publish(&service).await;
        let residence = drafted(json!({ "serviceId": service.id.to_string(), "need": "LEGAL_RESIDENCE" })).await;
        assert_eq!(stage.refused(&offer(&[residence, drafts[1].clone()])).await, "InputError ROUND_OF_ONE_NEED");
        let other = stage.world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
        let of_another = stage.world.refer(&other, "DRAFT").await;
        assert_eq!(stage.refused(&offer(&[of_another, drafts[1].clone()])).await, "InputError ROUND_OF_ONE_NEED");
        let stale = Referred { version: 7, ..drafts[1].clone() };
        assert_eq!(stage.refused(&offer(&[drafts[0].clone(), stale])).await, "ConflictError 1");
        stage.world.done(&sender, "consentWithdraw", &json!({ "consentId": stage.readies[2].consent })).await;
        let outcome = stage.refused(&offer(&drafts)).await;
        assert_eq!(outcome, "ConflictError 2", "a draft on a withdrawn consent is withdrawn with it");
    }

    async fn one_guard_that_fails_sends_none(world: World) {
        let stage = Stage::settle(world).await;
        let drafts = stage.drafts().await;
        stage.world.execute(&format!("UPDATE consents SET withdrawn_at = 1 WHERE id = '{}'", stage.readies[1].consent)).await;
        assert_eq!(stage.refused(&offer(&drafts)).await, "ConsentMissingError WITHDRAWN");
        stage.world.execute("UPDATE consents SET withdrawn_at = NULL").await;
        let hospital = organization_id(HOSPITAL);
        stage.world.execute(&format!("UPDATE vettings SET is_vetted = false WHERE organization_id = '{hospital}'")).await;
        assert_eq!(stage.refused(&offer(&drafts)).await, "RecipientUnavailableError NOT_VETTED");
    }

    async fn the_same_call_again_sends_nothing_again(world: World) {
        let stage = Stage::settle(world).await;
        let input = offer(&stage.drafts().await);
        let first = stage.world.done(stage.sender(), "referralOfferToFirst", &input).await;
        let before = stage.world.tables().await;
        assert_eq!(stage.world.done(stage.sender(), "referralOfferToFirst", &input).await, first);
        assert_eq!(stage.world.tables().await, before);
    }

    async fn the_need_goes_with_whoever_is_still_asked_and_stays_with_the_last(world: World) {
        let stage = Stage::settle(world).await;
        let round = stage.offered().await;
        let mut open: Vec<usize> = vec![0, 1, 2];
        while let Some((carrier, _)) = stage.carrier_and_result().await.pop().filter(|_| open.len() > 1) {
            let which = round.iter().position(|referred| referred.id == carrier).expect("one of the round");
            stage.answered(which, "referralAcknowledge", &round[which]).await;
            let acknowledged = Referred { version: 3, ..round[which].clone() };
            let declined = stage.answered(which, "referralDecline", &acknowledged).await;
            assert_eq!(declined.at("referralDecline/errors"), &json!([]), "{}", declined.text());
            open.retain(|number| *number != which);
            let [(carrier, result)] = &stage.carrier_and_result().await[..] else { panic!("one need") };
            assert!(open.iter().any(|number| round[*number].id == *carrier) && result == "pending");
        }
        // What never should have been takes the need with it only when it is the last.
        let last = open[0];
        let mark = step_input("referralMarkError", &round[last]);
        stage.world.done(stage.sender(), "referralMarkError", &mark).await;
        assert_eq!(stage.carrier_and_result().await, []);
    }
}

/// Fifty clients at once accept the three referrals of each round.
const CLIENTS: usize = 50;

async fn one_of_many_wins(world: World, database: &str) {
    let stage = Stage::settle(world).await;
    let offers = if is_full() { 200 } else { 20 };
    let begun = std::time::Instant::now();
    for number in 0..offers {
        let round = stage.offered().await;
        // Every third offer is asked of one recipient only, by all clients.
        let which = |client: usize| if number % 3 == 0 { 1 } else { client % 3 };
        let request = |client: usize| {
            let input = step_input("referralAccept", &round[which(client)]);
            let question = "mutation($input: ReferralAcceptInput!) { referralAccept(input: $input) { referral { id } \
                errors { __typename } } }";
            graphql_request(&stage.readies[which(client)].recipient, "en", question, json!({ "input": input }))
        };
        let mut answers = stage.world.send_at_once((0..CLIENTS).map(request).collect()).await;
        // On a busy machine some wait for too long and are told to try again, which they do.
        for (client, answer) in answers.iter_mut().enumerate() {
            while answer.code() == "UNAVAILABLE" {
                *answer = stage.world.send(request(client)).await;
            }
        }
        let is_won = |answer: &&Answer| answer.at("referralAccept/referral").is_object();
        assert_eq!(answers.iter().filter(is_won).count(), 1, "one winner of offer {number}");
        for answer in answers.iter().filter(|answer| answer.at("referralAccept/referral").is_null()) {
            let kind = answer.text_at("referralAccept/errors/0/__typename");
            assert!(matches!(kind, "InvalidTransitionError" | "ConflictError"), "{}", answer.text());
        }
    }
    let lines: Vec<[Option<String>; 4]> = stage
        .rows(
            "SELECT o.id, o.won_by, CAST((SELECT count(*) FROM referrals r WHERE r.round_id = o.id AND r.id <> o.won_by \
             AND r.status = 'cancelled' AND NOT r.is_open AND r.version = 3) AS TEXT), \
             (SELECT r.status FROM referrals r WHERE r.id = o.won_by AND r.round_id = o.id) FROM referral_rounds o",
        )
        .await;
    assert_eq!(lines.len(), offers);
    for line in &lines {
        assert_eq!((line[2].as_deref(), line[3].as_deref()), (Some("2"), Some("accepted")), "{line:?}");
    }
    let counted = |query: &'static str| async {
        let [[count]] = &stage.rows::<1>(query).await[..] else { panic!("one count") };
        count.as_deref().and_then(|count| count.parse::<usize>().ok()).expect("a count")
    };
    let needs = "SELECT CAST(count(*) AS TEXT) FROM demands d JOIN referral_rounds o ON o.won_by = d.referral_id";
    assert_eq!(counted(needs).await, offers, "one need each, the winner's");
    assert_eq!(counted("SELECT CAST(count(*) AS TEXT) FROM demands").await, offers);
    assert_eq!(counted("SELECT CAST(count(*) AS TEXT) FROM deletion_requests").await, offers * 2);
    assert_eq!(counted("SELECT CAST(count(*) AS TEXT) FROM referral_events").await, offers * 9);
    announce(&format!("{offers} rounds were accepted by {CLIENTS} at once on {database} in {:?}", begun.elapsed()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_at_once_one_wins_and_the_others_are_told_on_sqlite() {
    one_of_many_wins(World::on_sqlite().await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_at_once_one_wins_and_the_others_are_told_on_postgres() {
    if let Some(world) = World::on_postgres().await {
        one_of_many_wins(world, "PostgreSQL").await;
    }
}
