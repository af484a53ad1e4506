//! Creates that are sent twice, because a line broke or a button was pressed twice.

use crate::kit::loop_calls::{fresh_key, girl, organization, outcome, request, service, to_the_lawyers, with};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every create, with the table that it writes.
const CREATES: [(&str, &str); 5] = [
    ("caseOpen", "cases"),
    ("consentRecord", "consents"),
    ("referralCreate", "referrals"),
    ("demandRecord", "demands"),
    ("demandCount", "demands"),
];

/// The input of each create but for its key, and a field that makes it another request.
async fn inputs(world: &World, who: &str) -> [(Value, Value); 5] {
    let case = world.open_case(who, girl(), json!({})).await.id();
    let consent = world.record_consent(who, &case, LAWYERS, json!({})).await.id();
    let recorded = json!({
        "caseId": case, "recipientId": organization(LAWYERS), "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AREA"],
        "modality": "VERBAL", "language": "bm", "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"],
        "expiresAt": world.in_hours(3),
    });
    let drafted = json!({
        "caseId": case, "consentId": consent, "serviceId": service(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL",
        "neededBy": world.in_hours(3),
    });
    [
        (json!({ "person": girl(), "fileNumber": "PAN-7" }), json!({ "fileNumber": "PAN-8" })),
        (recorded, json!({ "language": "fr" })),
        (drafted, json!({ "urgency": "EMERGENCY" })),
        (json!({ "caseId": case, "need": "SOL_ETM", "result": "UNMET_NO_SERVICE" }), json!({ "result": "UNMET_FULL" })),
        (json!({ "need": "BASIC_FOOD", "area": "FR-93055", "people": 60 }), json!({ "people": 61 })),
    ]
}

on_both_databases! {
    async fn the_same_create_again_gives_the_object_of_the_first(world: World) {
        for ((name, table), (input, _)) in CREATES.iter().zip(inputs(&world, "caseworker").await) {
            let input = with(input, json!({ "idempotencyKey": "same-key-".to_owned() + name }));
            let rows = world.rows(table).await.len();
            let first = world.run("caseworker", name, input.clone()).await;
            let after = world.tables().await;
            assert_eq!(world.rows(table).await.len(), rows + 1);
            world.pass_hours(1);
            let again = world.run("caseworker", name, input).await;
            assert_eq!(again.done(), first.done(), "{name}");
            assert_eq!(world.tables().await, after, "{name}");
        }
    }

    /// A caller that hears of the first answer only days later is told what was done, not that it could not
    /// be done any more.
    async fn the_same_create_is_answered_even_when_it_would_be_refused_by_now(world: World) {
        let creates: Vec<_> = CREATES.iter().zip(inputs(&world, "caseworker").await).collect();
        let mut first = Vec::new();
        for ((name, _), (input, _)) in &creates {
            let input = with(input.clone(), json!({ "idempotencyKey": "late-key-".to_owned() + name }));
            first.push((name, world.run("caseworker", name, input.clone()).await.id(), input));
        }
        world.pass_hours(24);
        let closed: Value = serde_json::from_str(include_str!("../../seeds/paris-region.json")).expect("JSON");
        let mut lawyers =
            closed["contents"].as_array().unwrap().iter().find(|it| it["id"] == MINORITY_APPEAL).unwrap().clone();
        lawyers["attributes"][0]["value"] = json!("legal.asylum");
        world.import("corridor", &json!([lawyers]).to_string()).await;
        for (name, id, input) in first {
            assert_eq!(world.run("caseworker", name, input).await.id(), id, "{name}");
        }
    }

    async fn the_same_key_for_another_request_is_refused(world: World) {
        for ((name, _), (input, change)) in CREATES.iter().zip(inputs(&world, "caseworker").await) {
            let input = with(input, json!({ "idempotencyKey": "used-key-".to_owned() + name }));
            world.run("caseworker", name, input.clone()).await.done();
            let refusal = world.refused("caseworker", name, with(input, change)).await;
            assert_eq!(refusal, "IdempotencyConflictError idempotencyKey", "{name}");
        }
    }

    async fn a_key_of_one_kind_of_create_serves_no_other(world: World) {
        let key = json!({ "idempotencyKey": "one-key-for-all" });
        let [case, others @ ..] = inputs(&world, "caseworker").await;
        world.run("caseworker", "caseOpen", with(case.0, key.clone())).await.done();
        for ((name, _), (input, _)) in CREATES[1..].iter().zip(others) {
            let refusal = world.refused("caseworker", name, with(input, key.clone())).await;
            assert_eq!(refusal, "IdempotencyConflictError idempotencyKey", "{name}");
        }
    }

    async fn two_accounts_may_think_of_the_same_key(world: World) {
        let mine = inputs(&world, "caseworker").await;
        let colleagues = inputs(&world, "untrained caseworker").await;
        let others = inputs(&world, "caseworker of another project").await;
        for (at, (name, _)) in CREATES.iter().enumerate() {
            let key = json!({ "idempotencyKey": "everybodys-".to_owned() + name });
            let mut ids = BTreeSet::new();
            for (who, input) in [
                ("caseworker", &mine[at].0),
                ("untrained caseworker", &colleagues[at].0),
                ("caseworker of another project", &others[at].0),
            ] {
                ids.insert(world.run(who, name, with(input.clone(), key.clone())).await.id());
            }
            assert_eq!(ids.len(), 3, "{name}");
        }
    }

    async fn ten_of_the_same_create_at_once_make_one_object(world: World) {
        for ((name, table), (input, _)) in CREATES.iter().zip(inputs(&world, "caseworker").await) {
            let rows = world.rows(table).await.len();
            let input = with(input, json!({ "idempotencyKey": "at-once-".to_owned() + name }));
            let requests = (0..10).map(|_| request(&world, "caseworker", name, &input)).collect();
            let answers = world.send_at_once(requests).await;
            let ids: BTreeSet<String> = answers.into_iter().map(|answer| outcome(name, answer).id()).collect();
            assert_eq!(ids.len(), 1, "{name}: {ids:?}");
            assert_eq!(world.rows(table).await.len(), rows + 1, "{name}");
        }
    }

    async fn a_key_of_another_form_is_refused_before_anything_is_done(world: World) {
        let long = "k".repeat(65);
        for ((name, _), (input, _)) in CREATES.iter().zip(inputs(&world, "caseworker").await) {
            for key in ["", "short-7", "with a blank", "with\u{7}bell", "with.a.dot", "clé-fermée", long.as_str()] {
                let input = with(input.clone(), json!({ "idempotencyKey": key }));
                let refusal = world.refused("caseworker", name, input).await;
                assert_eq!(refusal, "InputError IDEMPOTENCY_KEY idempotencyKey", "{name} with {key:?}");
            }
            let longest = json!({ "idempotencyKey": format!("{name}-{}", "k".repeat(63 - name.len())) });
            world.run("caseworker", name, with(input, longest)).await.done();
        }
    }

    async fn a_create_that_was_refused_leaves_its_key_free(world: World) {
        let target = to_the_lawyers();
        let key = json!({ "idempotencyKey": fresh_key() });
        let [_, _, (input, _), ..] = inputs(&world, "caseworker").await;
        let wrong = with(with(input.clone(), key.clone()), json!({ "need": "LEGAL_ASYLUM" }));
        assert_eq!(world.refused("caseworker", "referralCreate", wrong).await, "InputError NEED_NOT_OFFERED need");
        let mended = with(with(input, key), json!({ "need": target.need }));
        world.run("caseworker", "referralCreate", mended).await.done();
    }
}
