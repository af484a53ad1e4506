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
    let ran = run_due(world.app.context(), worker).await.expect("a store");
    assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
}

on_both_databases! {
    async fn a_project_ordered_to_stop_goes_on_after_sixty_days_as_if_no_time_had_passed(world: World) {
        let mut world = world;
        world.join(include_str!("order_to_stop.json")).await;
        let worker = Worker::new(world.app.context().chance.as_ref());
        enlist(world.app.context()).await.expect("a store");

        // Given: four open referrals, and one that has ended. Three rest on a consent that lapses while the project stands
        // still; a fourth on one that does not, to a service that was checked today.
        let (old, fresh) = (checked(&world, 60).await, checked(&world, 0).await);
        let short = ready(&world, &old, "2026-12-20T00:00:00Z").await;
        let long = ready(&world, &fresh, "2027-06-01T00:00:00Z").await;
        let requested = world.refer(&short, "REQUESTED").await;
        let acknowledged = world.refer(&short, "ACKNOWLEDGED").await;
        let accepted = world.refer(&short, "ACCEPTED").await;
        let lasting = world.refer(&long, "REQUESTED").await;
        world.refer(&short, "COMPLETED").await;
        let open = [&requested, &acknowledged, &accepted, &lasting];
        world.clock.set(at("2026-11-24T10:00:00Z"));
        let mut before = Vec::new();
        for referral in open {
            before.push(read(&world.app, &world, "caseworker in Tripoli", referral).await);
            assert_ne!(read(&world.app, &world, "lawyer", referral).await, Value::Null);
        }
        assert_eq!(restart_list(&world, "coordinator of Tripoli").await, Value::Null, "it was never frozen");

        // Frozen at 10:00:00, by one person.
        let frozen = world.done(&world.person("coordinator of Tripoli"), "projectFreeze", &tripoli()).await;
        assert_eq!(frozen["status"], "FROZEN");

        // When the partner reads at 10:00:01, then it is refused; and also after a restart.
        world.clock.set(at("2026-11-24T10:00:01Z"));
        let restarted = App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a node");
        for referral in open {
            assert_eq!(read(&world.app, &world, "lawyer", referral).await, Value::Null);
            assert_eq!(read(&restarted, &world, "lawyer", referral).await, Value::Null);
        }
        restarted.close().await;

        // No notice leaves, whatever would have been due.
        let written = world.rows("notices").await;
        for days in [1, 5, 20, 40, FROZEN_DAYS - 1] {
            world.clock.set(at("2026-11-24T10:00:00Z").plus_days(days));
            run_jobs(&world, &worker).await;
            assert_eq!(received_notices(&world).await, json!([]), "after {days} days");
            assert_eq!(world.rows("notices").await, written, "after {days} days");
        }

        // Unfrozen after sixty days, by two.
        let thawed_at = at("2026-11-24T10:00:00Z").plus_days(FROZEN_DAYS);
        world.clock.set(thawed_at);
        world.done(&world.person("coordinator of Tripoli"), "projectThawRequest", &tripoli()).await;
        let thawed = world.done(&world.person("second coordinator of Tripoli"), "projectThawConfirm", &tripoli()).await;
        assert_eq!(thawed["status"], "ACTIVE");

        // The deadlines have moved by the frozen time, and nothing else has.
        run_jobs(&world, &worker).await;
        for (referral, before) in open.into_iter().zip(&before) {
            let after = read(&world.app, &world, "caseworker in Tripoli", referral).await;
            assert_eq!((&after["status"], &after["version"]), (&before["status"], &before["version"]));
            let moved: Vec<_> = clocks(before).into_iter().map(|(name, at)| (name, at.plus_days(FROZEN_DAYS))).collect();
            assert!(!moved.is_empty());
            assert_eq!(clocks(&after), moved);
        }
        // Who was asked before the freeze still answers in time.
        let asked = read(&world.app, &world, "caseworker in Tripoli", &requested).await;
        assert!(world.now() < at(asked["acknowledgeBy"].as_str().expect("a clock")), "{asked}");
        let answer = step_input("referralAcknowledge", &requested);
        assert_eq!(world.done(&world.person("lawyer"), "referralAcknowledge", &answer).await["status"], "ACKNOWLEDGED");

        // The restart list: lapsed consents, partners to verify, cases without a team.
        people::disable(world.app.context(), "caseworker in Tripoli").await.expect("disabled");
        let list = restart_list(&world, "coordinator of Tripoli").await;
        let mut lapsing: Vec<&str> = list["lapsingReferralIds"].as_array().expect("ids").iter().filter_map(Value::as_str).collect();
        lapsing.sort_unstable();
        let mut expected = [requested.id.as_str(), &acknowledged.id, &accepted.id];
        expected.sort_unstable();
        assert_eq!(lapsing, expected);
        assert_eq!(list["serviceIdsToVerify"], json!([old.id.to_string()]), "every 90 days where the risk is severe");
        assert_eq!(list["teamIdsWithoutCaseworker"], json!([TeamId::derived("corridor", "project tripoli").to_string()]));
        for outsider in ["caseworker", "coordinator", "coordinator of another project", "lawyer"] {
            let answer = world.ask(&world.person(outsider), "query($projectId: ID!) { restartList(projectId: $projectId) { lapsingReferralIds } }", tripoli()).await;
            assert_eq!(answer.json.pointer("/data/restartList"), Some(&Value::Null), "{outsider}: {}", answer.text());
        }
    }
}
