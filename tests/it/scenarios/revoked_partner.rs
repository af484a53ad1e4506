//! 19 Tunis: partner closed by the authorities.

use crate::kit::people::is_signed_in;
use crate::kit::steps::{Ready, Referred, girl_of_sixteen, organization_id, service_id, step_input, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use relais::actions::people::{self, NewAccount};
use relais::domain::account::Role;
use relais::domain::id::{Identifier, ProjectId};
use serde_json::{Value, json};

/// Somebody of the partner, which the scenario calls Org-J.
fn of_partner(handle: &str) -> NewAccount {
    NewAccount {
        handle: handle.to_owned(),
        role: Role::PartnerAgent,
        organization: organization_id(LAWYERS),
        project: None,
        teams: Vec::new(),
        is_trained: false,
    }
}

async fn ready(world: &World) -> Ready {
    let (sender, recipient) = (world.person("caseworker in Tunis"), world.person("lawyer"));
    let case = text(&world.opened_case(&sender, girl_of_sixteen()).await["id"]);
    let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
    let consent = world.consented(&sender, &case, &organization_id(LAWYERS), &basis).await;
    let draft = json!({ "caseId": case, "serviceId": service_id(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
    Ready { sender, recipient, case, consent, draft }
}

async fn read(world: &World, person: &Person, referral: &Referred) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { status case { id } timeline { event party } } }";
    world.ask(person, question, json!({ "id": referral.id })).await.at("referral").clone()
}

/// How many of these there are.
async fn count(world: &World, sql: &str) -> usize {
    world.texts(sql.to_owned()).await.len()
}

on_both_databases! {
    async fn a_partner_closed_by_the_authorities_is_nothing_any_more_to_the_project_but_what_its_teams_know(world: World) {
        let mut world = world;
        world.join(include_str!("revoked_partner.json")).await;
        // Given: Org-J has two requested and one accepted referral; a fourth has ended, a fifth is a draft. Somebody there
        // is signed in at the pages, with a second factor.
        let ready = ready(&world).await;
        let requested = [world.refer(&ready, "REQUESTED").await, world.refer(&ready, "REQUESTED").await];
        let accepted = world.refer(&ready, "ACCEPTED").await;
        let completed = world.refer(&ready, "COMPLETED").await;
        let draft = world.refer(&ready, "DRAFT").await;
        let code = world.added(&of_partner("agent-7")).await;
        let agent = world.enrol("agent-7", &code).await.browser;
        assert!(is_signed_in(&agent).await && read(&world, &ready.recipient, &accepted).await["status"] == "ACCEPTED");

        // When: the coordinator revokes Org-J.
        let project = ProjectId::derived("corridor", "tunis").to_string();
        let coordinator = world.person("coordinator of Tunis");
        let revoke = json!({ "projectId": project, "organizationId": organization_id(LAWYERS), "reason": "CLOSED_BY_AUTHORITIES" });
        let revoked = world.done(&coordinator, "partnerRevoke", &revoke).await;
        assert_eq!((&revoked["reason"], &revoked["endedAt"]), (&json!("CLOSED_BY_AUTHORITIES"), &Value::Null));

        // Then: its sessions die at once, and its tokens.
        assert!(!is_signed_in(&agent).await);
        assert_eq!(world.ask(&ready.recipient, "{ viewer { id } }", json!({})).await.code(), "UNAUTHENTICATED");

        // Requested → cancelled, with its unmet need.
        for referral in &requested {
            let seen = read(&world, &ready.sender, referral).await;
            assert_eq!(seen["status"], "CANCELLED");
            let last = seen["timeline"].as_array().and_then(|timeline| timeline.last()).expect("a line");
            assert_eq!(last, &json!({ "event": "REVOKE_PARTNER", "party": "COORDINATOR" }));
            let result = format!("SELECT result FROM demands WHERE referral_id = '{}'", referral.id);
            assert_eq!(world.texts(result).await, ["unmet_unsafe"]);
        }
        // Accepted stays for the caseworker.
        let seen = read(&world, &ready.sender, &accepted).await;
        assert_eq!((&seen["status"], &seen["case"]["id"]), (&json!("ACCEPTED"), &json!(ready.case)));
        let told = Referred { version: accepted.version + 1, ..accepted.clone() };
        world.done(&ready.sender, "referralStart", &step_input("referralStart", &told)).await;

        // The partner is blind, on every referral: somebody who comes back there gets a new account, and finds nothing.
        let all = [&requested[0], &requested[1], &accepted, &completed];
        world.added(&of_partner("agent-8")).await;
        let made = people::create_token_of_everything(world.app.context(), "agent-8", "test", 1).await.expect("a token");
        let newcomer = Person { token: Some(made.text.expose().clone()) };
        for referral in all {
            assert_eq!(read(&world, &newcomer, referral).await, Value::Null);
            for act in ["referralAcknowledge", "referralAccept", "referralDecline", "referralReopen"] {
                let refused = world.act(&newcomer, act, &step_input(act, referral)).await;
                assert_eq!(refused.code(), "NOT_FOUND", "{act}: {}", refused.text());
            }
        }
        let found = world.ask(&newcomer, "{ inbox { nodes { id } } notices { id } deletionRequests { id } }", json!({})).await;
        assert_eq!(found.json["data"], json!({ "inbox": { "nodes": [] }, "notices": [], "deletionRequests": [] }));

        // Its staff's names and credentials are gone.
        assert_eq!(count(&world, "SELECT handle FROM accounts WHERE handle IN ('lawyer', 'agent-7')").await, 0);
        for table in ["passwords", "second_factors", "recovery_codes"] {
            let left = format!("SELECT a.id FROM {table} t JOIN accounts a ON a.id = t.account_id WHERE a.handle LIKE 'revoked-%'");
            assert_eq!(count(&world, &left).await, 0, "{table}");
        }

        // What it had read it is asked to delete, and the request stands as unanswered.
        let asked = world.ask(&coordinator, "{ deletionRequests { referralId answer } }", json!({})).await;
        let asked = asked.at("deletionRequests").as_array().expect("a list").clone();
        assert_eq!(asked.len(), 3, "for what was open with it");
        for referral in [&requested[0], &requested[1], &accepted] {
            assert!(asked.contains(&json!({ "referralId": referral.id, "answer": null })), "{}", referral.id);
        }

        // Nothing is sent to it any more, by whatever channel, nor asked of it.
        for channel in ["ELECTRONIC", "CALL"] {
            let mut send = step_input("referralSend", &draft);
            send["channel"] = json!(channel);
            let refused = world.act(&ready.sender, "referralSend", &send).await;
            assert_eq!(refused.text_at("referralSend/errors/0/problem"), "PARTNER_REVOKED");
        }

        // Never silent: the team is told of each referral, who leads of the revocation.
        let notices = async |handle: &str| {
            let found = world.ask(&world.person(handle), "{ notices { kind object } }", json!({})).await;
            let found = found.at("notices").as_array().expect("a list").clone();
            found.into_iter().filter(|it| it["kind"] == "PARTNER_REVOKED").map(|it| text(&it["object"])).collect::<Vec<_>>()
        };
        let mut told = notices("caseworker in Tunis").await;
        told.sort_unstable();
        let mut touched = [requested[0].id.clone(), requested[1].id.clone(), accepted.id.clone()];
        touched.sort_unstable();
        assert_eq!(told, touched);
        assert_eq!(notices("second coordinator of Tunis").await, [text(&revoked["id"])]);
        let question = "query($id: ID!) { partnerRevocations(projectId: $id) { id reason organization { id } } }";
        let listed = world.ask(&world.person("second coordinator of Tunis"), question, json!({ "id": project })).await;
        let expected = json!([{ "id": revoked["id"], "reason": "CLOSED_BY_AUTHORITIES", "organization": { "id": organization_id(LAWYERS) } }]);
        assert_eq!(listed.at("partnerRevocations"), &expected);
    }
}
