//! How partners answer, as a search ranks by it: frozen when a month is over, for the own project's staff alone.

use crate::kit::loop_calls::{Referral, service, to_the_lawyers};
use crate::kit::world::{Answer, MINORITY_APPEAL, World, answered, graphql_request, on_both_databases};
use axum::Router;
use relais::actions::jobs::{Worker, enlist, run_due};
use relais::app::App;
use relais::domain::job::JobKind;
use relais::domain::time::Timestamp;
use serde_json::{Value, json};

const QUERY: &str = "query($filter: ServiceFilter) { services(filter: $filter, order: BEST, first: 50) { \
    edges { score standing { factor value message } node { id } } } }";

/// What somebody reads of how the lawyers answer.
async fn answering(world: &World, router: Router, who: &str) -> Value {
    let filter = json!({ "need": "LEGAL_MINORITY_APPEAL" });
    let request = graphql_request(&world.person(who), "en", QUERY, json!({ "filter": filter }));
    let answer: Answer = answered(router, request).await;
    let edges = answer.at("services/edges").as_array().expect("edges");
    let lawyers = edges.iter().find(|edge| edge["node"]["id"] == service(MINORITY_APPEAL)).expect("the lawyers");
    let factors = lawyers["standing"].as_array().expect("factors");
    factors.iter().find(|factor| factor["factor"] == "ANSWERING").expect("a factor")["value"].clone()
}

async fn read_by(world: &World, who: &str) -> Value {
    answering(world, world.router(), who).await
}

/// Lets time go to an instant, and a node do what is due of the figures.
async fn at(world: &World, instant: &str) {
    world.clock.set(Timestamp::parse(instant).expect("an instant"));
    let context = world.app.context();
    enlist(context).await.expect("a store");
    let ran = run_due(context, &Worker::new(context.chance.as_ref())).await.expect("a store");
    let failed = ran.iter().find(|ran| ran.kind == JobKind::AnsweringFigures && ran.error.is_some());
    assert!(failed.is_none(), "{failed:?}");
}

async fn answered_by(world: &World, who: &str, referral: &Referral) {
    world.change(who, "referralDecline", referral, json!({ "code": "FULL" })).await.done();
}

on_both_databases! {
    /// Five sent in November: three answered in time, one of them as told by phone; two not.
    async fn figures_are_frozen_when_the_month_is_over_and_no_referral_of_the_next_one_changes_them(world: World) {
        // People renew their tokens; these are to last for all that time.
        world.execute("UPDATE tokens SET expires_at = expires_at * 2").await;
        let mut sent = Vec::new();
        for _ in 0..5 {
            sent.push(world.sent(&to_the_lawyers()).await);
        }
        world.change("lawyer", "referralAccept", &sent[0], json!({})).await.done();
        answered_by(&world, "lawyer", &sent[1]).await;
        answered_by(&world, "caseworker", &sent[2]).await;
        at(&world, "2026-11-30T23:00:00Z").await;
        assert_eq!(read_by(&world, "caseworker").await, Value::Null, "the month is not over");

        at(&world, "2026-12-01T00:00:00Z").await;
        for who in ["caseworker", "coordinator"] {
            assert_eq!(read_by(&world, who).await, json!(0.5), "three of five, to the nearest quarter");
        }
        for who in ["lawyer", "another partner", "caseworker of another project"] {
            assert_eq!(read_by(&world, who).await, Value::Null, "{who}");
        }

        // Another one, answered at once, and a late answer: nothing changes before the month is over.
        let more = world.sent(&to_the_lawyers()).await;
        world.change("lawyer", "referralAccept", &more, json!({})).await.done();
        answered_by(&world, "lawyer", &sent[3]).await;
        let before = world.rows("answering_figures").await;
        world.execute("UPDATE jobs SET due_at = 0 WHERE kind = 'answering_figures'").await;
        at(&world, "2026-12-20T00:00:00Z").await;
        assert_eq!(read_by(&world, "caseworker").await, json!(0.5));
        assert_eq!(world.rows("answering_figures").await, before);
        // A node that starts has them too.
        let other = App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a second node");
        assert_eq!(answering(&world, other.router(), "caseworker").await, json!(0.5));

        // December is over: four of six, and the other node hears of it.
        at(&world, "2027-01-01T00:00:00Z").await;
        assert_eq!(read_by(&world, "caseworker").await, json!(0.75));
        relais::actions::answering::refresh(other.context()).await.expect("a store");
        assert_eq!(answering(&world, other.router(), "caseworker").await, json!(0.75));
        other.close().await;
    }

    async fn four_referrals_say_nothing(world: World) {
        world.execute("UPDATE tokens SET expires_at = expires_at * 2").await;
        for _ in 0..4 {
            let sent = world.sent(&to_the_lawyers()).await;
            answered_by(&world, "lawyer", &sent).await;
        }
        let withdrawn = world.sent(&to_the_lawyers()).await;
        let consent = world.read("caseworker", &withdrawn).await["consent"]["id"].clone();
        world.done(&world.person("caseworker"), "consentWithdraw", &json!({ "consentId": consent })).await;
        at(&world, "2026-12-01T00:00:00Z").await;
        assert_eq!(read_by(&world, "caseworker").await, Value::Null);
        assert_eq!(world.rows("answering_figures").await, Vec::<String>::new());
        assert_eq!(world.texts("SELECT month FROM answering_months ORDER BY month".to_owned()).await, ["2026-11"; 2]);
    }
}
