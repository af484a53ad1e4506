//! Breaking the glass: rare, loud, short, and looked at afterwards.

use super::{notices, problem, project, protected, ready};
use crate::kit::steps::text;
use crate::kit::world::{World, on_both_databases};
use relais::actions::jobs::{Worker, run_due};
use relais::domain::job::JobKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn break_glass(world: &World, handle: &str, referral: &str) -> String {
    let input = json!({ "case": { "referralId": referral }, "reason": "LIFE_AT_RISK" });
    text(&world.done(&world.person(handle), "breakGlassOpen", &input).await["id"])
}

async fn case_through(world: &World, handle: &str, glass: &str) -> Value {
    let question = "query($id: ID!) { node(id: $id) { ... on BreakGlass { case { id spokenCode adminStatus } } } }";
    let answer = world.ask(&world.person(handle), question, json!({ "id": glass })).await;
    answer.json.pointer("/data/node/case").cloned().unwrap_or(Value::Null)
}

async fn to_review(world: &World, handle: &str) -> Vec<String> {
    let answer = world.ask(&world.person(handle), "{ breakGlassReviews { id } }", json!({})).await;
    answer.at("breakGlassReviews").as_array().expect("a list").iter().map(|glass| text(&glass["id"])).collect()
}

fn minutes_later(world: &World, minutes: i64) {
    world.clock.set(world.now().plus_minutes(minutes));
}

on_both_databases! {
    async fn a_broken_glass_opens_one_case_for_an_hour_and_tells_everybody(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        let before = case_reads(&world).await;
        let glass = break_glass(&world, "coordinator", &sent.id).await;
        for told in ["caseworker", "second coordinator", "protection lead", "auditor"] {
            assert_eq!(notices(&world, told).await, ["GLASS_BROKEN"], "{told}");
        }
        assert!(notices(&world, "coordinator").await.is_empty());
        minutes_later(&world, 59);
        let case = case_through(&world, "coordinator", &glass).await;
        assert_eq!((&case["id"], &case["adminStatus"]), (&json!(ready.case), &json!("MINOR_IN_APPEAL")));
        assert!(case_reads(&world).await > before, "what was read stands in the trail");
        // To everybody else the glass is whole: who oversees sees that it was broken, and not through it.
        for other in ["second coordinator", "protection lead", "auditor", "caseworker of another project"] {
            assert_eq!(case_through(&world, other, &glass).await, Value::Null, "{other}");
        }
        let question = "query($id: ID!) { node(id: $id) { ... on CaseReference { spokenCode } } }";
        let by_id = world.ask(&world.person("coordinator"), question, json!({ "id": ready.case })).await;
        assert_eq!(by_id.code(), "FORBIDDEN", "the case opens through its glass only");
        minutes_later(&world, 1);
        assert_eq!(case_through(&world, "coordinator", &glass).await, Value::Null, "the hour is over");
    }

    async fn the_glass_is_broken_by_who_leads_the_project_and_knows_of_the_case(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let sent = world.refer(&ready, "REQUESTED").await;
        let input = json!({ "case": { "referralId": sent.id }, "reason": "PERSON_ASKS" });
        for (handle, refusal) in [
            ("nobody", "UNAUTHENTICATED"),
            ("caseworker", "FORBIDDEN"),
            ("night caseworker", "FORBIDDEN"),
            ("auditor", "FORBIDDEN"),
            ("lawyer", "FORBIDDEN"),
            ("coordinator of another project", "NOT_FOUND"),
        ] {
            assert_eq!(problem(&world, &world.person(handle), "breakGlassOpen", &input).await, refusal, "{handle}");
        }
        let question = "query($id: ID!) { node(id: $id) { ... on CaseReference { spokenCode } } }";
        let answer = world.ask(&ready.sender, question, json!({ "id": ready.case })).await;
        let code = answer.text_at("node/spokenCode");
        let spoken = json!({ "case": { "spokenCode": code }, "reason": "PERSON_ASKS" });
        assert_eq!(problem(&world, &world.person("coordinator of another project"), "breakGlassOpen", &spoken).await, "NOT_FOUND");
        let opened = world.done(&world.person("protection lead"), "breakGlassOpen", &spoken).await;
        assert_eq!(opened["case"]["id"], ready.case.as_str());
    }

    async fn three_a_day_and_none_while_a_review_is_overdue(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let input = json!({ "case": { "referralId": sent.id }, "reason": "LIFE_AT_RISK" });
        let coordinator = world.person("coordinator");
        let mut glasses = Vec::new();
        for _ in 0..3 {
            glasses.push(break_glass(&world, "coordinator", &sent.id).await);
            world.pass_hours(1);
        }
        // Whoever may break no more learns of no case whether there is one.
        let unknown = relais::domain::spoken_code::SpokenCode::from_chance(0x00F0_F0F0).spelled();
        for case in [input["case"].clone(), json!({ "spokenCode": unknown })] {
            let tried = json!({ "case": case, "reason": "LIFE_AT_RISK" });
            assert_eq!(problem(&world, &coordinator, "breakGlassOpen", &tried).await, "GLASS_TOO_OFTEN", "{case}");
        }
        break_glass(&world, "protection lead", &sent.id).await;
        let verdict = |glass: &str| json!({ "breakGlassId": glass, "verdict": "JUSTIFIED" });
        assert!(to_review(&world, "coordinator").await.iter().all(|glass| !glasses.contains(glass)), "never one's own");
        assert_eq!(problem(&world, &coordinator, "breakGlassReview", &verdict(&glasses[0])).await, "SECOND_PERSON_NEEDED");
        world.pass_hours(70);
        assert_eq!(problem(&world, &coordinator, "breakGlassOpen", &input).await, "REVIEW_OVERDUE");
        for (glass, reviewer) in glasses.iter().zip(["second coordinator", "protection lead", "auditor"]) {
            let reviewed = world.done(&world.person(reviewer), "breakGlassReview", &verdict(glass)).await;
            assert_eq!(reviewed["verdict"], "JUSTIFIED");
            assert_eq!(problem(&world, &world.person("auditor"), "breakGlassReview", &verdict(glass)).await, "ALREADY_REVIEWED");
        }
        break_glass(&world, "coordinator", &sent.id).await;
    }

    /// Ten buttons pressed at once are ten tries of one person.
    async fn of_ten_glasses_at_once_three_break(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let input = json!({ "case": { "referralId": sent.id }, "reason": "LIFE_AT_RISK" });
        let document = crate::kit::steps::mutation("breakGlassOpen");
        let request = |_| crate::kit::world::graphql_request(&world.person("coordinator"), "en", &document, json!({ "input": input }));
        let answers = world.send_at_once((0..10).map(request).collect()).await;
        let broken = answers.iter().filter(|answer| answer.at("breakGlassOpen/breakGlass").is_object()).count();
        assert_eq!((broken, world.rows("glasses").await.len()), (3, 3));
    }

    async fn a_hundred_broken_glasses_bring_a_hundred_notices_to_each_and_a_hundred_reviews(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let (mut broken, mut reviewed) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..100 {
            broken.insert(break_glass(&world, "coordinator", &sent.id).await);
            for glass in to_review(&world, "protection lead").await {
                let input = json!({ "breakGlassId": glass, "verdict": "NOT_JUSTIFIED" });
                world.done(&world.person("protection lead"), "breakGlassReview", &input).await;
                reviewed.insert(glass);
            }
            world.pass_hours(9);
        }
        assert_eq!((broken.len(), &broken), (100, &reviewed));
        for addressee in ["role = 'coordinator'", "role = 'protection_lead'", "role = 'auditor'", "team_id IS NOT NULL"] {
            let told = format!("SELECT object FROM notices WHERE kind = 'glass_broken' AND {addressee}");
            assert_eq!(world.texts(told).await.into_iter().collect::<BTreeSet<_>>(), broken, "{addressee}");
        }
        let rate = "query($id: ID!) { breakGlassRate(projectId: $id) { glasses caseReads perThousand } }";
        let ask = async |handle| world.ask(&world.person(handle), rate, json!({ "id": project("paris") })).await;
        let shown = ask("auditor").await;
        let (glasses, reads) = (shown.at("breakGlassRate/glasses").as_f64(), shown.at("breakGlassRate/caseReads").as_f64());
        assert_eq!(glasses, Some(79.0), "those of less than 30 days ago, at one each 9 hours");
        let expected = glasses.zip(reads).map(|(glasses, reads)| glasses * 1000.0 / reads);
        assert_eq!(shown.at("breakGlassRate/perThousand").as_f64(), expected);
        assert_eq!(ask("coordinator of another project").await.at("breakGlassRate"), &Value::Null);
    }

    async fn whoever_leads_the_project_is_told_once_when_a_review_is_overdue(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let glass = break_glass(&world, "coordinator", &sent.id).await;
        let job = format!("SELECT name FROM jobs WHERE name = 'glass_review {glass}'");
        assert_eq!(world.texts(job.clone()).await.len(), 1, "it comes with the glass");
        let workers = [0, 1].map(|_| Worker::new(world.app.context().chance.as_ref()));
        let told = async || world.texts("SELECT object FROM notices WHERE kind = 'review_overdue'".to_owned()).await;
        world.pass_hours(72);
        minutes_later(&world, -1);
        look(&world, &workers[0]).await;
        assert!(told().await.is_empty());
        minutes_later(&world, 1);
        for worker in &workers {
            look(&world, worker).await;
        }
        assert_eq!(told().await, [glass.clone(), glass.clone()], "one to coordinators, one to the protection lead");
        for handle in ["coordinator", "second coordinator", "protection lead"] {
            assert!(notices(&world, handle).await.contains(&"REVIEW_OVERDUE".to_owned()), "{handle}");
        }
        for handle in ["caseworker", "auditor", "coordinator of another project", "lawyer"] {
            assert!(!notices(&world, handle).await.contains(&"REVIEW_OVERDUE".to_owned()), "{handle}");
        }
        let trail = world.texts("SELECT object FROM audit_events WHERE action = 'review_overdue'".to_owned()).await;
        assert_eq!((trail, world.texts(job).await.len()), (vec![glass], 0));
        world.pass_hours(72);
        look(&world, &workers[1]).await;
        assert_eq!(told().await.len(), 2, "and never again");
    }

    /// A worker whose lease ran out while another one told finds nothing left to tell.
    async fn two_workers_on_one_lease_tell_once_and_a_review_in_time_tells_nothing(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let (late, reviewed) = (break_glass(&world, "coordinator", &sent.id).await, break_glass(&world, "coordinator", &sent.id).await);
        let verdict = json!({ "breakGlassId": reviewed, "verdict": "JUSTIFIED" });
        world.done(&world.person("protection lead"), "breakGlassReview", &verdict).await;
        world.pass_hours(72);
        let store = &world.app.context().store;
        let (now, soon) = (world.now(), world.now().plus_minutes(5));
        let kind = JobKind::GlassReview;
        for expected in [true, true, false] {
            let claimed = store.write(async |tx| tx.claim_job(kind, "the silent one", now, soon).await).await;
            assert_eq!(claimed.expect("a store").is_some(), expected);
        }
        let worker = Worker::new(world.app.context().chance.as_ref());
        look(&world, &worker).await;
        assert!(world.texts("SELECT object FROM notices WHERE kind = 'review_overdue'".to_owned()).await.is_empty(), "it is leased");
        minutes_later(&world, 5);
        look(&world, &worker).await;
        let told = world.texts("SELECT DISTINCT object FROM notices WHERE kind = 'review_overdue'".to_owned()).await;
        assert_eq!(told, [late]);
        assert!(world.texts("SELECT name FROM jobs WHERE kind = 'glass_review'".to_owned()).await.is_empty());
    }
}

async fn case_reads(world: &World) -> usize {
    let reads = "SELECT object FROM audit_events WHERE action = 'disclosed' AND object LIKE 'cas%'";
    world.texts(reads.to_owned()).await.len()
}

async fn look(world: &World, worker: &Worker) {
    let ran = run_due(world.app.context(), worker).await.expect("a store");
    assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
}
