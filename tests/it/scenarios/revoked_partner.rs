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

/// What the scenario is about: two requested and one accepted referral to Org-J, one that has ended and one that is not sent.
struct Tunis {
    world: World,
    ready: Ready,
    requested: [Referred; 2],
    accepted: Referred,
    completed: Referred,
    draft: Referred,
    project: String,
}

impl Tunis {
    async fn settle(mut world: World) -> Self {
        world.join(include_str!("revoked_partner.json")).await;
        let ready = ready(&world).await;
        Self {
            requested: [world.refer(&ready, "REQUESTED").await, world.refer(&ready, "REQUESTED").await],
            accepted: world.refer(&ready, "ACCEPTED").await,
            completed: world.refer(&ready, "COMPLETED").await,
            draft: world.refer(&ready, "DRAFT").await,
            project: ProjectId::derived("corridor", "tunis").to_string(),
            ready,
            world,
        }
    }

    /// What was open with the partner.
    fn touched(&self) -> [&Referred; 3] {
        [&self.requested[0], &self.requested[1], &self.accepted]
    }

    /// The coordinator revokes Org-J (T19).
    async fn revoke(&self) -> Value {
        let input = json!({ "projectId": self.project, "organizationId": organization_id(LAWYERS), "reason": "CLOSED_BY_AUTHORITIES" });
        self.world.done(&self.world.person("coordinator of Tunis"), "partnerRevoke", &input).await
    }

    async fn requested_is_cancelled_with_its_unmet_need(&self) {
        for referral in &self.requested {
            let seen = read(&self.world, &self.ready.sender, referral).await;
            assert_eq!(seen["status"], "CANCELLED");
            let last = seen["timeline"].as_array().and_then(|timeline| timeline.last()).expect("a line");
            assert_eq!(last, &json!({ "event": "REVOKE_PARTNER", "party": "COORDINATOR" }));
            let result = format!("SELECT result FROM demands WHERE referral_id = '{}'", referral.id);
            assert_eq!(self.world.texts(result).await, ["unmet_unsafe"]);
        }
    }

    async fn accepted_stays_for_the_caseworker(&self) {
        let seen = read(&self.world, &self.ready.sender, &self.accepted).await;
        assert_eq!((&seen["status"], &seen["case"]["id"]), (&json!("ACCEPTED"), &json!(self.ready.case)));
        let told = Referred { version: self.accepted.version + 1, ..self.accepted.clone() };
        self.world.done(&self.ready.sender, "referralStart", &step_input("referralStart", &told)).await;
    }

    /// On every referral: somebody who comes back there gets a new account, and finds nothing.
    async fn the_partner_is_blind(&self) {
        let world = &self.world;
        world.added(&of_partner("agent-8")).await;
        let made =
            people::create_token_of_everything(world.app.context(), "agent-8", "test", 1).await.expect("a token");
        let newcomer = Person { token: Some(made.text.expose().clone()) };
        for referral in self.touched().into_iter().chain([&self.completed]) {
            assert_eq!(read(world, &newcomer, referral).await, Value::Null);
            for act in ["referralAcknowledge", "referralAccept", "referralDecline", "referralReopen"] {
                let refused = world.act(&newcomer, act, &step_input(act, referral)).await;
                assert_eq!(refused.code(), "NOT_FOUND", "{act}: {}", refused.text());
            }
        }
        let found = "{ inbox { nodes { id } } notices { id } deletionRequests { id } }";
        let found = world.ask(&newcomer, found, json!({})).await;
        assert_eq!(found.json["data"], json!({ "inbox": { "nodes": [] }, "notices": [], "deletionRequests": [] }));
    }

    async fn names_of_its_staff_are_purged(&self) {
        let named = "SELECT handle FROM accounts WHERE handle IN ('lawyer', 'agent-7')";
        assert!(self.world.texts(named.to_owned()).await.is_empty());
        for table in ["passwords", "second_factors", "recovery_codes"] {
            let left = format!(
                "SELECT a.id FROM {table} t JOIN accounts a ON a.id = t.account_id WHERE a.handle LIKE 'revoked-%'"
            );
            assert!(self.world.texts(left).await.is_empty(), "{table}");
        }
    }

    /// For what the partner had read, and was open with it.
    async fn a_delete_request_is_logged_as_unanswered(&self) {
        let coordinator = self.world.person("coordinator of Tunis");
        let asked = self.world.ask(&coordinator, "{ deletionRequests { referralId answer } }", json!({})).await;
        let asked = asked.at("deletionRequests").as_array().expect("a list").clone();
        assert_eq!(asked.len(), 3);
        for referral in self.touched() {
            assert!(asked.contains(&json!({ "referralId": referral.id, "answer": null })), "{}", referral.id);
        }
    }

    async fn nothing_is_sent_to_it_by_whatever_channel(&self) {
        for channel in ["ELECTRONIC", "CALL"] {
            let mut send = step_input("referralSend", &self.draft);
            send["channel"] = json!(channel);
            let refused = self.world.act(&self.ready.sender, "referralSend", &send).await;
            assert_eq!(refused.text_at("referralSend/errors/0/problem"), "PARTNER_REVOKED");
        }
    }

    /// The objects of what somebody was told of the revocation, in order.
    async fn told(&self, handle: &str) -> Vec<String> {
        let found = self.world.ask(&self.world.person(handle), "{ notices { kind object } }", json!({})).await;
        let found = found.at("notices").as_array().expect("a list").clone();
        let of_revocation = found.into_iter().filter(|notice| notice["kind"] == "PARTNER_REVOKED");
        let mut objects: Vec<String> = of_revocation.map(|notice| text(&notice["object"])).collect();
        objects.sort_unstable();
        objects
    }

    /// The team is told of each referral, who leads of the revocation, which stands on their list.
    async fn it_is_never_silent(&self, revoked: &Value) {
        let mut touched = self.touched().map(|referral| referral.id.clone());
        touched.sort_unstable();
        assert_eq!(self.told("caseworker in Tunis").await, touched);
        assert_eq!(self.told("second coordinator of Tunis").await, [text(&revoked["id"])]);
        let question =
            "query($id: ID!) { partnerRevocations(projectId: $id) { id reason endedAt organization { id } } }";
        let second = self.world.person("second coordinator of Tunis");
        let listed = self.world.ask(&second, question, json!({ "id": self.project })).await;
        let expected = json!([{ "id": revoked["id"], "reason": "CLOSED_BY_AUTHORITIES", "endedAt": null,
            "organization": { "id": organization_id(LAWYERS) } }]);
        assert_eq!(listed.at("partnerRevocations"), &expected);
    }
}

on_both_databases! {
    async fn a_partner_closed_by_the_authorities_is_nothing_any_more_but_to_the_teams_that_asked_it(world: World) {
        // Given: Org-J has two requested and one accepted referral; somebody there is signed in at the pages.
        let tunis = Box::pin(Tunis::settle(world)).await;
        let code = tunis.world.added(&of_partner("agent-7")).await;
        let agent = tunis.world.enrol("agent-7", &code).await.browser;
        assert!(is_signed_in(&agent).await);
        assert_eq!(read(&tunis.world, &tunis.ready.recipient, &tunis.accepted).await["status"], "ACCEPTED");

        // When: the coordinator revokes Org-J.
        let revoked = tunis.revoke().await;

        // Then: its sessions die at once, and its tokens.
        assert!(!is_signed_in(&agent).await);
        let asked = tunis.world.ask(&tunis.ready.recipient, "{ viewer { id } }", json!({})).await;
        assert_eq!(asked.code(), "UNAUTHENTICATED");
        Box::pin(tunis.requested_is_cancelled_with_its_unmet_need()).await;
        Box::pin(tunis.accepted_stays_for_the_caseworker()).await;
        Box::pin(tunis.the_partner_is_blind()).await;
        Box::pin(tunis.names_of_its_staff_are_purged()).await;
        Box::pin(tunis.a_delete_request_is_logged_as_unanswered()).await;
        Box::pin(tunis.nothing_is_sent_to_it_by_whatever_channel()).await;
        Box::pin(tunis.it_is_never_silent(&revoked)).await;
    }
}
