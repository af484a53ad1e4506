//! The reveal budget: a robot with a good credential is answered, and heard.

use super::{notices, protected};
use crate::kit::steps::{fresh_key, text};
use crate::kit::world::{Person, World, on_both_databases};
use serde_json::json;
use std::collections::BTreeSet;

/// Cases of the caseworker of which nothing was read yet.
async fn cases(world: &World, count: usize) -> Vec<String> {
    let caseworker = world.person("caseworker");
    let document = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } } }";
    let mut ids = Vec::new();
    for _ in 0..count {
        let input = json!({ "idempotencyKey": fresh_key(), "person": { "area": "FR-93055" } });
        let opened = world.ask(&caseworker, document, json!({ "input": input })).await;
        ids.push(text(opened.at("caseOpen/case/id")));
    }
    ids
}

async fn open(world: &World, person: &Person, case: &str) {
    let question = "query($id: ID!) { node(id: $id) { ... on CaseReference { spokenCode } } }";
    let answer = world.ask(person, question, json!({ "id": case })).await;
    assert_eq!(answer.text_at("node/spokenCode").len(), 6, "every case is opened, whatever the count");
}

on_both_databases! {
    async fn a_robot_that_opens_five_hundred_cases_is_told_of_at_the_sixty_first_and_once_an_hour(world: World) {
        let world = protected(world).await;
        let cases = cases(&world, 500).await;
        let robot = world.person("caseworker");
        let alerts = async || notices(&world, "coordinator").await.len();
        for (number, case) in cases.iter().enumerate() {
            open(&world, &robot, case).await;
            assert_eq!(alerts().await, usize::from(number >= 60), "after {} cases", number + 1);
        }
        assert_eq!(notices(&world, "coordinator").await, ["REVEAL_BUDGET_EXCEEDED"]);
        assert!(notices(&world, "caseworker").await.is_empty(), "the robot is not warned");
        let trail: BTreeSet<String> =
            world.texts("SELECT object FROM audit_events WHERE action = 'disclosed'".to_owned()).await.into_iter().collect();
        assert_eq!(trail, cases.iter().cloned().collect(), "each opening is in the trail");
        world.clock.set(world.now().plus_minutes(59));
        open(&world, &robot, &cases[0]).await;
        assert_eq!(alerts().await, 1);
        world.clock.set(world.now().plus_minutes(1));
        open(&world, &robot, &cases[1]).await;
        assert_eq!(alerts().await, 2, "by the day's budget, an hour after the first");
    }

    async fn an_alert_goes_past_coordinators_who_are_gone_to_somebody_who_can_read_it(world: World) {
        let world = protected(world).await;
        let cases = cases(&world, 61).await;
        world.execute("UPDATE accounts SET is_disabled = true WHERE role = 'coordinator'").await;
        for case in &cases {
            open(&world, &world.person("caseworker"), case).await;
        }
        assert_eq!(notices(&world, "protection lead").await, ["REVEAL_BUDGET_EXCEEDED"]);
    }

    async fn one_case_read_often_is_one_case_and_a_day_later_none(world: World) {
        let world = protected(world).await;
        let cases = cases(&world, 61).await;
        let caseworker = world.person("caseworker");
        for _ in 0..70 {
            open(&world, &caseworker, &cases[0]).await;
        }
        for case in &cases[1..60] {
            open(&world, &caseworker, case).await;
        }
        assert!(notices(&world, "coordinator").await.is_empty(), "sixty cases are the work of an hour");
        world.pass_hours(1);
        open(&world, &caseworker, &cases[60]).await;
        assert!(notices(&world, "coordinator").await.is_empty(), "they lie an hour back");
        world.pass_hours(24);
        open(&world, &caseworker, &cases[0]).await;
        assert_eq!(world.rows("case_openings").await.len(), 1, "what lies a day back is not kept here");
    }
}
