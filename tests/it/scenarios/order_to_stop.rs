//! 15 Tripoli: order to stop.

use crate::kit::steps::{Ready, Referred, girl_of_sixteen, organization_id, step_input, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, answered, graphql_request, on_both_databases};
use relais::actions::jobs::{Worker, enlist, run_due};
use relais::actions::people;
use relais::app::App;
use relais::domain::directory::Service;
use relais::domain::id::{Identifier, ProjectId, TeamId};
use relais::domain::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FROZEN_DAYS: i64 = 60;

fn tripoli() -> Value {
    json!({ "projectId": ProjectId::derived("corridor", "tripoli").to_string() })
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// A service of the lawyers that was last checked so many days ago.
async fn checked(world: &World, days_ago: i64) -> Service {
    let mut service = world.like(MINORITY_APPEAL, &format!("Recours, vérifié il y a {days_ago} jours"));
    service.verified_on = Some(world.now().plus_days(-days_ago).date());
    (service.next_review_on, service.valid_until) = (None, None);
    world.publish(&service).await;
    service
}

/// A case of Tripoli with a consent for the lawyers until this instant, ready for this service.
async fn ready(world: &World, service: &Service, consent_until: &str) -> Ready {
    let (sender, recipient) = (world.person("caseworker in Tripoli"), world.person("lawyer"));
    let case = text(&world.opened_case(&sender, girl_of_sixteen()).await["id"]);
    let over = json!({ "basis": "CHILD_CONSENT_MATURE", "expiresAt": consent_until });
    let consent = world.consented(&sender, &case, &organization_id(LAWYERS), &over).await;
    let draft = json!({ "caseId": case, "serviceId": service.id.to_string(), "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
    Ready { sender, recipient, case, consent, draft }
}

/// A referral as somebody reads it, on this node.
async fn read(app: &App, world: &World, handle: &str, referral: &Referred) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { status version acknowledgeBy decideBy serveBy expiresAt } }";
    let request = graphql_request(&world.person(handle), "en", question, json!({ "id": referral.id }));
    answered(app.router(), request).await.at("referral").clone()
}

/// The clocks of a referral that run, by name.
fn clocks(referral: &Value) -> Vec<(&'static str, Timestamp)> {
    let clock = |name: &'static str| Some((name, at(referral[name].as_str()?)));
    ["acknowledgeBy", "decideBy", "serveBy", "expiresAt"].into_iter().filter_map(clock).collect()
}

async fn received_notices(world: &World) -> Value {
    world.ask(&world.person("lawyer"), "{ notices { kind } }", json!({})).await.at("notices").clone()
}

async fn restart_list(world: &World, handle: &str) -> Value {
    let question = "query($projectId: ID!) { restartList(projectId: $projectId) \
                    { lapsingReferralIds serviceIdsToVerify teamIdsWithoutCaseworker } }";
    world.ask(&world.person(handle), question, tripoli()).await.at("restartList").clone()
}

/// Does what is due by now.
async fn run_jobs(world: &World, worker: &Worker) {
    // On the heap, because a run awaits much inside.
    let ran = Box::pin(run_due(world.app.context(), worker)).await.expect("a store");
    assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
}

/// What the scenario is about: four open referrals, and one that has ended. Three rest on a consent that lapses while the
/// project stands still; the fourth on one that does not, to a service that was checked today.
struct Tripoli {
    world: World,
    worker: Worker,
    requested: Referred,
    acknowledged: Referred,
    accepted: Referred,
    lasting: Referred,
    /// The service that was last checked sixty days before.
    old: Service,
}

impl Tripoli {
    async fn settle(mut world: World) -> Self {
        world.join(include_str!("order_to_stop.json")).await;
        let worker = Worker::new(world.app.context().chance.as_ref());
        enlist(world.app.context()).await.expect("a store");
        let (old, fresh) = (checked(&world, 60).await, checked(&world, 0).await);
        let short = ready(&world, &old, "2026-12-20T00:00:00Z").await;
        let long = ready(&world, &fresh, "2027-06-01T00:00:00Z").await;
        world.refer(&short, "COMPLETED").await;
        Self {
            requested: world.refer(&short, "REQUESTED").await,
            acknowledged: world.refer(&short, "ACKNOWLEDGED").await,
            accepted: world.refer(&short, "ACCEPTED").await,
            lasting: world.refer(&long, "REQUESTED").await,
            worker,
            old,
            world,
        }
    }

    fn open(&self) -> [&Referred; 4] {
        [&self.requested, &self.acknowledged, &self.accepted, &self.lasting]
    }

    async fn as_the_team_reads(&self) -> Vec<Value> {
        let mut read_by_team = Vec::new();
        for referral in self.open() {
            read_by_team.push(read(&self.world.app, &self.world, "caseworker in Tripoli", referral).await);
        }
        read_by_team
    }

    /// The partner's reads are refused, also by a server that was just started.
    async fn reads_are_refused_also_after_a_restart(&self) {
        let (location, clock) = (self.world.location(), self.world.clock.clone());
        let restarted = Box::pin(App::open(location, clock.clone(), clock)).await.expect("a node");
        for referral in self.open() {
            for node in [&self.world.app, &restarted] {
                assert_eq!(read(node, &self.world, "lawyer", referral).await, Value::Null);
            }
        }
        restarted.close().await;
    }

    /// Whatever would have been due.
    async fn no_notice_leaves_while_it_is_frozen(&self, frozen_at: Timestamp) {
        let written = self.world.rows("notices").await;
        for days in [1, 5, 20, 40, FROZEN_DAYS - 1] {
            self.world.clock.set(frozen_at.plus_days(days));
            run_jobs(&self.world, &self.worker).await;
            assert_eq!(received_notices(&self.world).await, json!([]), "after {days} days");
            assert_eq!(self.world.rows("notices").await, written, "after {days} days");
        }
    }

    async fn is_thawed_by_two(&self) {
        let [first, second] =
            ["coordinator of Tripoli", "second coordinator of Tripoli"].map(|it| self.world.person(it));
        self.world.done(&first, "projectThawRequest", &tripoli()).await;
        let thawed = self.world.done(&second, "projectThawConfirm", &tripoli()).await;
        assert_eq!(thawed["status"], "ACTIVE");
    }

    async fn deadlines_are_shifted_by_the_frozen_time(&self, before: &[Value]) {
        run_jobs(&self.world, &self.worker).await;
        for (after, before) in self.as_the_team_reads().await.iter().zip(before) {
            assert_eq!((&after["status"], &after["version"]), (&before["status"], &before["version"]));
            let moved: Vec<_> =
                clocks(before).into_iter().map(|(name, at)| (name, at.plus_days(FROZEN_DAYS))).collect();
            assert!(!moved.is_empty());
            assert_eq!(clocks(after), moved);
        }
    }

    /// Who was asked before the freeze still answers in time: the share of those who do is not worsened by it.
    async fn who_answers_now_answers_in_time(&self) {
        let asked = read(&self.world.app, &self.world, "caseworker in Tripoli", &self.requested).await;
        assert!(self.world.now() < at(asked["acknowledgeBy"].as_str().expect("a clock")), "{asked}");
        let (lawyer, answer) = (self.world.person("lawyer"), step_input("referralAcknowledge", &self.requested));
        assert_eq!(self.world.done(&lawyer, "referralAcknowledge", &answer).await["status"], "ACKNOWLEDGED");
    }

    /// Lapsed consents, partners to be verified anew, cases without a team; for who leads the project.
    async fn the_restart_list_names_what_to_look_at_first(&self) {
        let world = &self.world;
        people::disable(world.app.context(), "caseworker in Tripoli").await.expect("disabled");
        let list = restart_list(world, "coordinator of Tripoli").await;
        let ids = list["lapsingReferralIds"].as_array().expect("ids").iter().filter_map(Value::as_str);
        let lapsing: BTreeSet<&str> = ids.collect();
        let expected = [&self.requested, &self.acknowledged, &self.accepted].map(|referral| referral.id.as_str());
        assert_eq!(lapsing, BTreeSet::from(expected));
        assert_eq!(list["serviceIdsToVerify"], json!([self.old.id.to_string()]), "90 days where the risk is severe");
        let team = TeamId::derived("corridor", "project tripoli").to_string();
        assert_eq!(list["teamIdsWithoutCaseworker"], json!([team]));
        let question = "query($projectId: ID!) { restartList(projectId: $projectId) { lapsingReferralIds } }";
        for outsider in ["caseworker", "coordinator", "coordinator of another project", "lawyer"] {
            let answer = world.ask(&world.person(outsider), question, tripoli()).await;
            let told = answer.json.pointer("/data/restartList");
            assert_eq!(told, Some(&Value::Null), "{outsider}: {}", answer.text());
        }
    }
}

on_both_databases! {
    async fn a_project_ordered_to_stop_goes_on_after_sixty_days_as_if_no_time_had_passed(world: World) {
        // Given: four open referrals; frozen at 10:00:00, by one person.
        let tripoli_team = Box::pin(Tripoli::settle(world)).await;
        let world = &tripoli_team.world;
        let frozen_at = at("2026-11-24T10:00:00Z");
        world.clock.set(frozen_at);
        let before = Box::pin(tripoli_team.as_the_team_reads()).await;
        assert_eq!(restart_list(world, "coordinator of Tripoli").await, Value::Null, "it was never frozen");
        for referral in tripoli_team.open() {
            assert_ne!(read(&world.app, world, "lawyer", referral).await, Value::Null);
        }
        let frozen = world.done(&world.person("coordinator of Tripoli"), "projectFreeze", &tripoli()).await;
        assert_eq!(frozen["status"], "FROZEN");

        // When: the partner reads at 10:00:01; the server restarts; it is unfrozen after 60 days.
        world.clock.set(frozen_at.plus_seconds(1));
        Box::pin(tripoli_team.reads_are_refused_also_after_a_restart()).await;
        Box::pin(tripoli_team.no_notice_leaves_while_it_is_frozen(frozen_at)).await;
        world.clock.set(frozen_at.plus_days(FROZEN_DAYS));
        Box::pin(tripoli_team.is_thawed_by_two()).await;

        // Then: no deadline has passed meanwhile, and nobody is late by it.
        Box::pin(tripoli_team.deadlines_are_shifted_by_the_frozen_time(&before)).await;
        Box::pin(tripoli_team.who_answers_now_answers_in_time()).await;
        Box::pin(tripoli_team.the_restart_list_names_what_to_look_at_first()).await;
    }
}
