//! The clocks of notices and of openings; and which clocks run in a frozen project.

use crate::kit::erasing::{ended, id};
use crate::kit::installation::installed_on_both_databases;
use crate::kit::loop_calls::{fresh_key, girl, with};
use crate::kit::world::{World, on_both_databases};
use crate::retention::woman;
use relais::actions::jobs::{Worker, enlist, run_due};
use relais::actions::retention::Order;
use relais::domain::id::{Identifier, ProjectId};
use relais::domain::job::{JobKind, JobResult, name_of};
use relais::domain::retention::RetentionClock;
use relais::domain::time::Timestamp;
use serde_json::{Value, json};

const PROTECTION: &str = include_str!("protection/world.json");

fn paris() -> Value {
    json!({ "projectId": ProjectId::derived("corridor", "paris").to_string() })
}

/// A case, and a glass broken over it by its coordinator: both of the case's team, all who lead and the auditor
/// are told, and one of them has seen it.
async fn with_a_broken_glass(world: &World) -> (String, String) {
    let opened = world.open_case("caseworker", woman(), json!({})).await;
    let (case, code) = (opened.id(), opened.done()["spokenCode"].clone());
    let input = json!({ "case": { "spokenCode": code }, "reason": "LIFE_AT_RISK" });
    let glass = world.done(&world.person("coordinator"), "breakGlassOpen", &input).await;
    let lead = world.person("protection lead");
    let found = world.ask(&lead, "{ notices { id } }", json!({})).await;
    world.done(&lead, "noticeSeen", &json!({ "noticeId": found.at("notices/0/id") })).await;
    (case, glass["id"].as_str().expect("an id").to_owned())
}

async fn left(world: &World, table: &str) -> usize {
    world.rows(table).await.len()
}

on_both_databases! {
    async fn notices_go_after_90_days_with_who_has_seen_them(world: World) {
        let mut world = world;
        world.join(PROTECTION).await;
        with_a_broken_glass(&world).await;
        let all = left(&world, "notices").await;
        assert!(all >= 4 && left(&world, "notice_readings").await == 1);
        world.move_to_day(89);
        let dry = ended(&world.dry_retention().await, RetentionClock::Notice);
        assert_eq!((dry.erased, dry.next_due_at.map(|due| due.date())), (0, Some(world.now().plus_days(1).date())));
        assert_eq!(ended(&world.retention().await, RetentionClock::Notice).erased, 0);
        assert_eq!((left(&world, "notices").await, left(&world, "notice_readings").await), (all, 1));
        world.move_to_day(90);
        assert_eq!(ended(&world.dry_retention().await, RetentionClock::Notice).erased, all as u64);
        assert_eq!(left(&world, "notices").await, all, "a look erases nothing");
        assert_eq!(ended(&world.retention().await, RetentionClock::Notice).erased, all as u64);
        assert_eq!((left(&world, "notices").await, left(&world, "notice_readings").await), (0, 0));
        assert_eq!(left(&world, "glasses").await, 1, "what it was about has its own clock");
        assert_eq!(ended(&world.retention().await, RetentionClock::Notice).erased, 0);
    }

    async fn notices_about_a_held_case_stay_and_others_go(world: World) {
        let mut world = world;
        world.join(PROTECTION).await;
        let (held, glass) = with_a_broken_glass(&world).await;
        with_a_broken_glass(&world).await;
        let hold = json!({ "caseId": held, "reason": "LITIGATION", "reviewOn": "2027-05-01" });
        world.done(&world.person("protection lead"), "legalHoldSet", &hold).await;
        world.move_to_day(90);
        let ended = ended(&world.retention().await, RetentionClock::Notice);
        assert_eq!((ended.erased, ended.held), (4, 4));
        assert!(world.column("notices", "object").await.iter().all(|object| *object == glass));
    }

    async fn what_the_reveal_budget_counts_goes_after_2_days(world: World) {
        world.open_case("caseworker", girl(), json!({ "fileNumber": "PAN-2026/118" })).await.done();
        let query = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { spokenCode } }"#;
        world.ask(&world.person("caseworker"), query, json!({})).await;
        assert_eq!(left(&world, "case_openings").await, 1, "the control");
        world.clock.set(world.now().plus_hours(47));
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseOpening).erased, 0);
        assert_eq!(left(&world, "case_openings").await, 1);
        world.clock.set(world.now().plus_hours(1));
        assert_eq!(ended(&world.dry_retention().await, RetentionClock::CaseOpening).erased, 1);
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseOpening).erased, 1);
        assert_eq!(left(&world, "case_openings").await, 0);
    }

    /// P-26 and scenario 15: what is frozen is still erased in time, and nothing else happens by time.
    async fn retention_erases_in_a_frozen_project_while_its_other_clocks_stand_still(world: World) {
        let mut world = world;
        world.join(PROTECTION).await;
        let (case, glass) = with_a_broken_glass(&world).await;
        let other = world.open_case("caseworker of another project", woman(), json!({})).await.id();
        world.done(&world.person("coordinator"), "projectFreeze", &paris()).await;
        let worker = Worker::new(world.app.context().chance.as_ref());
        enlist(world.app.context()).await.expect("a store");
        let ran = async || {
            let ran = run_due(world.app.context(), &worker).await.expect("a store");
            ran.iter().map(|ran| (ran.kind, ran.result)).collect::<Vec<_>>()
        };
        let overdue = async || world.texts("SELECT id FROM notices WHERE kind = 'review_overdue'".to_owned()).await.len();
        world.clock.set(world.now().plus_hours(72));
        let confirmed = Order { clock_is_right: true, is_dry_run: false };
        relais::actions::retention::run(world.app.context(), confirmed, &mut |_, _| {}).await.expect("a run");
        let figures = (JobKind::AnsweringFigures, JobResult::Waits);
        assert_eq!(ran().await, [(JobKind::Retention, JobResult::Done), figures, (JobKind::GlassReview, JobResult::Waits)]);
        assert_eq!(overdue().await, 0, "the clock of the review stands still");
        let before = world.rows("referrals").await;
        // Thawed after two days more, the review is due 72 hours of work after the glass was broken.
        world.pass_hours(48);
        world.done(&world.person("coordinator"), "projectThawRequest", &paris()).await;
        world.done(&world.person("protection lead"), "projectThawConfirm", &paris()).await;
        world.clock.set(world.now().plus_hours(71));
        ran().await;
        assert_eq!(overdue().await, 0);
        world.clock.set(world.now().plus_hours(1));
        ran().await;
        assert_eq!((overdue().await, world.rows("referrals").await), (2, before));
        let glass_job = world.app.context().store.find_job(&name_of(JobKind::GlassReview, &glass)).await;
        assert_eq!(glass_job.expect("a store"), None);

        // Frozen anew, two years later: the case goes, and with it whatever hung on it.
        world.pass_hours(1);
        world.done(&world.person("coordinator"), "projectFreeze", &paris()).await;
        world.move_to_day(732);
        assert_eq!(ended(&world.retention().await, RetentionClock::CaseReference).erased, 2);
        for gone in [&case, &other] {
            assert!(world.texts(format!("SELECT id FROM cases WHERE id = '{gone}'")).await.is_empty());
        }
        assert_eq!(left(&world, "glasses").await, 0);
        let erased = world.texts(format!("SELECT trail FROM audit_events WHERE action = 'case_erased' AND object = '{case}'")).await;
        assert_eq!(erased, [id::<ProjectId>(paris()["projectId"].as_str().expect("an id")).to_string()]);
        let frozen = world.texts("SELECT status FROM projects WHERE status = 'frozen'".to_owned()).await;
        assert_eq!(frozen.len(), 1, "and stays frozen");
    }
}

installed_on_both_databases! {
    async fn the_command_erases_in_a_frozen_project(here: Installation) {
        let tokens = here.settle();
        let server = here.serve();
        let client = crate::kit::client::Client::of(server.address(), tokens.get("caseworker").map(String::as_str));
        let query = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } } }";
        let person = with(girl(), json!({ "adminStatus": "ASYLUM_SEEKER", "ageBand": "AGE_25_59", "household": "ALONE" }));
        let answer = client.ask(query, json!({ "input": { "idempotencyKey": fresh_key(), "person": person } })).await;
        assert!(answer["caseOpen"]["case"]["id"].is_string(), "{answer}");
        drop(server);
        let run = async |arguments: &'static [&'static str]| tokio::task::block_in_place(|| here.run(arguments));
        let paris = here.texts("SELECT p.name FROM projects p JOIN cases c ON c.project_id = p.id").await.remove(0);
        tokio::task::block_in_place(|| here.run(&["project", "freeze", &paris])).succeeded();
        let long_ago = Timestamp::parse("2020-01-01T00:00:00Z").expect("an instant").microseconds();
        here.execute(&format!("UPDATE cases SET last_contact_at = {long_ago}")).await;
        let dry = run(&["retention", "run", "--dry-run", "--clock-is-right", "--json"]).await;
        let of_cases = |ran: &str| {
            let report: Value = serde_json::from_str(ran).expect("one JSON object");
            let clocks = report["clocks"].as_array().expect("clocks").clone();
            clocks.into_iter().find(|clock| clock["clock"] == "case_reference").expect("the clock of cases")["erased"].clone()
        };
        assert_eq!(of_cases(dry.succeeded()), 1);
        assert_eq!(here.counts().await["cases"], 1);
        let ran = run(&["retention", "run", "--clock-is-right", "--json"]).await;
        assert_eq!((of_cases(ran.succeeded()), here.counts().await["cases"]), (json!(1), 0));
        let status = here.texts("SELECT status FROM projects WHERE status = 'frozen'").await;
        assert_eq!(status.len(), 1, "it is as frozen as before");
    }
}
