//! Registering webhooks, giving them a new secret, trying, enabling and taking them back.

use crate::kit::steps::text;
use crate::kit::world::{Person, World, on_both_databases};
use crate::oracle::PEOPLE;
use relais::domain::id::{Identifier, WebhookEndpointId};
use relais::domain::webhook::WebhookSecret;
use serde_json::{Value, json};

const URL: &str = "https://hooks.example.org/relais?key=marked-key";

/// Registers an address; gives its id and its secret.
async fn registered(world: &World, person: &Person, url: &str) -> (String, String) {
    let made = world.act(person, "webhookEndpointCreate", &json!({ "url": url })).await;
    assert_eq!(made.at("webhookEndpointCreate/errors"), &json!([]), "{}", made.text());
    assert!(!made.text().contains("marked-key"), "{}", made.text());
    let told = |path: &str| text(made.at(&format!("webhookEndpointCreate/{path}")));
    (told("webhookEndpoint/id"), told("secret/spelling"))
}

async fn listed(world: &World, person: &Person) -> Value {
    let document = "{ webhookEndpoints { id urlHost createdOn status statusSince disabledReason \
        lastAttempts { kind at result httpStatus durationMilliseconds } } }";
    let answer = world.ask(person, document, json!({})).await;
    assert!(!answer.text().contains("marked-key") && !answer.text().contains("whsec_"), "{}", answer.text());
    answer.at("webhookEndpoints").clone()
}

async fn done(world: &World, person: &Person, act: &str, id: &str) -> Value {
    let root = format!("webhookEndpoint{act}");
    let answer = world.act(person, &root, &json!({ "webhookEndpointId": id })).await;
    assert!(!answer.text().contains("marked-key"), "{}", answer.text());
    let told = answer.at(&root).clone();
    assert_eq!(told["errors"], json!([]), "{root}: {}", answer.text());
    told
}

/// The spelled secrets that sign a call of this endpoint now.
async fn secrets(world: &World, id: &str) -> Vec<String> {
    let id = WebhookEndpointId::parse(id).expect("an id");
    let found = world.app.context().store.find_webhook_endpoint(id).await.expect("a readable endpoint");
    let secrets = found.expect("the endpoint").secrets(world.now());
    secrets.iter().map(|secret| secret.spelled().expose().clone()).collect()
}

on_both_databases! {
    async fn an_endpoint_shows_its_secret_once_and_of_its_address_the_host(world: World) {
        let coordinator = world.person("coordinator");
        let (id, secret) = registered(&world, &coordinator, URL).await;
        assert!(WebhookSecret::parse(&secret).is_some(), "{secret}");
        let expected = json!([{ "id": id, "urlHost": "hooks.example.org", "createdOn": "2026-11-23", "status": "ACTIVE",
            "statusSince": null, "disabledReason": null, "lastAttempts": [] }]);
        assert_eq!(listed(&world, &coordinator).await, expected);
        let node = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint { urlHost } } }";
        let found = world.ask(&coordinator, node, json!({ "id": id })).await;
        assert_eq!(found.text_at("node/urlHost"), "hooks.example.org");
        // What calls it has the whole address and the same secret; the database shows neither.
        assert_eq!(secrets(&world, &id).await, [secret]);
        let found = world.app.context().store.find_webhook_endpoint(WebhookEndpointId::parse(&id).expect("an id")).await;
        assert_eq!(found.expect("an endpoint").expect("the endpoint").url.expose(), URL);
        for column in ["sealed_url", "sealed_secret"] {
            let stored = world.texts(format!("SELECT {column} FROM webhook_endpoints")).await.concat();
            assert!(!stored.contains("example") && !stored.contains("whsec"), "{stored}");
        }
    }

    async fn only_who_answers_for_the_systems_of_the_organisation_keeps_its_webhooks(world: World) {
        let mut world = world;
        world.join(PEOPLE).await;
        let coordinator = world.person("coordinator");
        let (id, _) = registered(&world, &coordinator, URL).await;
        for (handle, expected) in [("coordinator", 1), ("sysadmin", 1), ("partner admin", 0), ("coordinator of another project", 0)] {
            let found = listed(&world, &world.person(handle)).await;
            assert_eq!(found.as_array().map(Vec::len), Some(expected), "{handle}");
        }
        for handle in ["partner admin", "coordinator of another project"] {
            for act in ["RotateSecret", "Enable", "Test", "Delete"] {
                let input = json!({ "webhookEndpointId": id });
                let answer = world.act(&world.person(handle), &format!("webhookEndpoint{act}"), &input).await;
                assert_eq!(answer.code(), "NOT_FOUND", "{handle} {act}");
            }
        }
        for handle in ["caseworker", "lawyer", "protection lead", "directory editor", "analyst", "auditor"] {
            let person = world.person(handle);
            assert_eq!(world.ask(&person, "{ webhookEndpoints { id } }", json!({})).await.code(), "FORBIDDEN", "{handle}");
            let answer = world.act(&person, "webhookEndpointCreate", &json!({ "url": URL })).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{handle}");
        }
        registered(&world, &world.person("partner admin"), URL).await;
        registered(&world, &world.person("sysadmin"), URL).await;
    }

    async fn an_organisation_has_five_endpoints_at_the_most(world: World) {
        let coordinator = world.person("coordinator");
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(registered(&world, &coordinator, &format!("https://hooks.example.org/{number}")).await.0);
        }
        let sixth = json!({ "url": "https://hooks.example.org/6" });
        let answer = world.act(&coordinator, "webhookEndpointCreate", &sixth).await;
        assert_eq!(answer.at("webhookEndpointCreate/errors/0/problem"), "WEBHOOK_COUNT");
        // Those of others do not count.
        registered(&world, &world.person("coordinator of another project"), URL).await;
        done(&world, &coordinator, "Delete", &ids[2]).await;
        registered(&world, &coordinator, "https://hooks.example.org/6").await;
    }

    async fn a_secret_that_was_replaced_signs_for_a_day_more(world: World) {
        let coordinator = world.person("coordinator");
        let (id, first) = registered(&world, &coordinator, URL).await;
        let second = text(&done(&world, &coordinator, "RotateSecret", &id).await["secret"]["spelling"]);
        assert_ne!(first, second);
        assert_eq!(secrets(&world, &id).await, [second.clone(), first.clone()]);
        let third = text(&done(&world, &coordinator, "RotateSecret", &id).await["secret"]["spelling"]);
        assert_eq!(secrets(&world, &id).await, [third.clone(), second.clone()]);
        let end = world.now().plus_hours(24);
        world.clock.set(end.plus_seconds(-1));
        assert_eq!(secrets(&world, &id).await, [third.clone(), second]);
        world.clock.set(end);
        assert_eq!(secrets(&world, &id).await, [third]);
    }

    async fn a_test_is_listed_once_a_second_and_never_for_who_is_disabled(world: World) {
        let coordinator = world.person("coordinator");
        let (id, _) = registered(&world, &coordinator, URL).await;
        let waiting = async || world.texts("SELECT object || ' ' || status FROM deliveries WHERE kind = 'endpoint.tested'".to_owned()).await;
        done(&world, &coordinator, "Test", &id).await;
        done(&world, &coordinator, "Test", &id).await;
        assert_eq!(waiting().await, [format!("{id} waiting")]);
        world.clock.set(world.now().plus_seconds(1));
        done(&world, &coordinator, "Test", &id).await;
        assert_eq!(waiting().await.len(), 2);

        let columns = "delivery_id, number, at, result, http_status, duration_milliseconds";
        let tried = "SELECT id, 1, created_at, 'gone', 410, 12 FROM deliveries";
        world.execute(&format!("INSERT INTO delivery_attempts ({columns}) {tried}")).await;
        let now = world.now().microseconds();
        world.execute(&format!("UPDATE delivery_queues SET failing_since = {now}")).await;
        let found = listed(&world, &coordinator).await;
        assert_eq!((&found[0]["status"], &found[0]["statusSince"]), (&json!("FAILING"), &json!(world.now().to_string())));
        let attempt = &found[0]["lastAttempts"][0];
        assert_eq!(attempt["kind"], "ENDPOINT_TESTED");
        assert_eq!((&attempt["result"], &attempt["httpStatus"], &attempt["durationMilliseconds"]), (&json!("GONE"), &json!(410), &json!(12)));

        world.execute(&format!("UPDATE delivery_queues SET disabled_at = {now}, disabled_reason = 'gone'")).await;
        let refused = world.act(&coordinator, "webhookEndpointTest", &json!({ "webhookEndpointId": id })).await;
        assert_eq!(refused.at("webhookEndpointTest/errors/0/problem"), "WEBHOOK_DISABLED");
        let found = listed(&world, &coordinator).await;
        assert_eq!((&found[0]["status"], &found[0]["disabledReason"]), (&json!("DISABLED"), &json!("GONE")));
        let enabled = done(&world, &coordinator, "Enable", &id).await;
        assert_eq!(enabled["webhookEndpoint"]["status"], "ACTIVE");
        assert_eq!(listed(&world, &coordinator).await[0]["status"], "ACTIVE");
        // Once more changes nothing.
        done(&world, &coordinator, "Enable", &id).await;
        world.clock.set(world.now().plus_seconds(1));
        done(&world, &coordinator, "Test", &id).await;
        assert_eq!(waiting().await.len(), 3);
    }

    async fn what_waits_for_an_endpoint_goes_with_it(world: World) {
        let coordinator = world.person("coordinator");
        let (id, _) = registered(&world, &coordinator, URL).await;
        let (unused, _) = registered(&world, &coordinator, URL).await;
        done(&world, &coordinator, "Test", &id).await;
        for id in [&id, &unused] {
            assert_eq!(done(&world, &coordinator, "Delete", id).await["webhookEndpoint"]["id"], json!(id));
            let again = world.act(&coordinator, "webhookEndpointDelete", &json!({ "webhookEndpointId": id })).await;
            assert_eq!(again.code(), "NOT_FOUND");
        }
        assert_eq!(listed(&world, &coordinator).await, json!([]));
        let left = world.texts("SELECT id || ' ' || disabled_reason FROM delivery_queues WHERE channel = 'webhook'".to_owned()).await;
        assert_eq!(left, [format!("{id} deleted")]);
        let settled = "SELECT status || ' ' || CAST(settled_at AS TEXT) FROM deliveries WHERE due_at IS NULL".to_owned();
        assert_eq!(world.texts(settled).await, [format!("dropped {}", world.now().microseconds())]);
        assert!(world.texts("SELECT id FROM webhook_endpoints".to_owned()).await.is_empty());
    }

    async fn every_act_on_a_webhook_is_written_down_and_none_that_was_refused(world: World) {
        let coordinator = world.person("coordinator");
        let (id, _) = registered(&world, &coordinator, URL).await;
        for act in ["RotateSecret", "Enable", "Test", "Delete"] {
            done(&world, &coordinator, act, &id).await;
        }
        world.act(&coordinator, "webhookEndpointCreate", &json!({ "url": "https://127.0.0.1/" })).await;
        let events = "SELECT action || ' ' || object FROM audit_events WHERE action LIKE 'webhook%' ORDER BY sequence".to_owned();
        let expected = ["registered", "secret_rotated", "enabled", "tested", "deleted"].map(|act| format!("webhook_{act} {id}"));
        assert_eq!(world.texts(events).await, expected);
    }

    async fn an_endpoint_whose_organisations_contacts_were_erased_is_none(world: World) {
        use relais::domain::erasure::ErasureUnit;
        use relais::domain::id::OrganizationId;
        let coordinator = world.person("coordinator");
        let (id, _) = registered(&world, &coordinator, URL).await;
        let organization = world.texts("SELECT organization_id FROM webhook_endpoints".to_owned()).await.remove(0);
        let unit = ErasureUnit::Contacts(OrganizationId::parse(&organization).expect("an id"));
        world.app.context().store.shred(&[unit], world.now()).await.expect("erased");
        assert_eq!(listed(&world, &coordinator).await, json!([]));
        let found = world.app.context().store.find_webhook_endpoint(WebhookEndpointId::parse(&id).expect("an id")).await;
        assert!(found.expect("a readable row").is_none());
    }
}
