//! Who enrols phones, lists them and ends them.

use super::{Day, PHONE, PIN, SESSION, assert_refused, here, is_on_phone, lock};
use crate::kit::browser::Browser;
use crate::kit::installation::installed_on_both_databases;
use crate::kit::people::is_signed_in;
use crate::kit::steps::text;
use crate::kit::world::{Answer, World, on_both_databases};
use axum::http::StatusCode;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, TeamId};
use serde_json::{Value, json};

const DEVICES: &str =
    "{ devices { id name teamId teamName status enrolledOn enrolledBy openedOn lastSeenOn expiresAt revokedOn } }";

fn team(of: &str) -> String {
    TeamId::derived("corridor", &format!("project {of}")).to_string()
}

async fn enrolled(world: &World, handle: &str, name: &str) -> Answer {
    let input = json!({ "teamId": team("paris"), "name": name });
    world.act(&world.person(handle), "deviceEnrol", &input).await
}

async fn opened(world: &World, code: &str) -> StatusCode {
    let mut phone = Browser::of(world);
    phone.submit("/phone", "/phone", &[("code", code)]).await.status
}

async fn devices(world: &World, handle: &str) -> Vec<Value> {
    let answer = world.ask(&world.person(handle), DEVICES, json!({})).await;
    answer.at("devices").as_array().expect("a list").clone()
}

on_both_databases! {
    async fn a_code_is_told_once_typed_once_and_within_a_quarter_of_an_hour(world: World) {
        let made = enrolled(&world, "coordinator", "  phone 1 ").await;
        let code = made.text_at("deviceEnrol/code/spelling").to_owned();
        assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'), "{code}");
        assert_eq!(made.text_at("deviceEnrol/device/status"), "AWAITED");
        assert!(!world.rows("devices").await[0].contains(&code), "only its digest is stored");
        assert_eq!(opened(&world, "aaaa-aaaa").await, StatusCode::UNPROCESSABLE_ENTITY);
        world.pass_minutes(15);
        assert_eq!(opened(&world, &code).await, StatusCode::UNPROCESSABLE_ENTITY, "too late");
        assert_eq!(devices(&world, "coordinator").await[0]["status"], "EXPIRED");

        let made = enrolled(&world, "coordinator", "phone 2").await;
        let code = made.text_at("deviceEnrol/code/spelling").to_owned();
        world.pass_seconds(899);
        let mut phone = Browser::of(&world);
        // However it is typed.
        let page = phone.submit("/phone", "/phone", &[("code", &code.to_uppercase().replace('-', " "))]).await;
        assert_eq!(page.leads_to(), "/phone", "{}", page.html);
        let cookie = page.headers["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.starts_with("__Host-relais-phone=") && cookie.contains("Max-Age=7776000"), "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert_eq!(opened(&world, &code).await, StatusCode::UNPROCESSABLE_ENTITY, "used");
        let stored = world.rows("devices").await.join(" ");
        assert!(!stored.contains(&phone.cookies[PHONE]), "only the SHA-256 of its secret is stored");
        let listed = devices(&world, "coordinator").await;
        assert_eq!(listed.len(), 2);
        let (device, today) = (&listed[0], json!("2026-11-23"));
        assert_eq!((&device["name"], &device["status"]), (&json!("phone 2"), &json!("IN_USE")));
        assert_eq!((&device["enrolledOn"], &device["openedOn"]), (&today, &today));
        assert_eq!(device["lastSeenOn"], Value::Null);
        assert_eq!((&device["enrolledBy"], &device["revokedOn"]), (&json!("coordinator"), &Value::Null));

        world.move_to_day(1);
        phone.get("/phone").await;
        assert_eq!(devices(&world, "coordinator").await[0]["lastSeenOn"], world.now().date().to_string());
        world.move_to_day(89);
        assert!(phone.get("/phone").await.html.contains("This phone"));
        world.move_to_day(91);
        let page = phone.get("/phone").await;
        assert_eq!(page.status, StatusCode::GONE, "after ninety days it is enrolled anew");
        assert!(!phone.cookies.contains_key(PHONE));
    }

    async fn a_phone_is_for_those_who_keep_it_and_nobody_else(world: World) {
        let made = enrolled(&world, "coordinator", "phone 1").await;
        let id = text(made.at("deviceEnrol/device/id"));
        for handle in ["caseworker", "lawyer", "nobody"] {
            let asked = world.ask(&world.person(handle), DEVICES, json!({})).await;
            assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&asked.code()), "{handle}");
            let asked = enrolled(&world, handle, "phone 2").await;
            assert!(["FORBIDDEN", "UNAUTHENTICATED"].contains(&asked.code()), "{handle}");
        }
        assert!(devices(&world, "coordinator of another project").await.is_empty());
        let elsewhere = world.person("coordinator of another project");
        let revoked = world.act(&elsewhere, "deviceRevoke", &json!({ "deviceId": id })).await;
        assert_eq!(revoked.code(), "NOT_FOUND", "{}", revoked.text());
        let input = json!({ "teamId": team("paris"), "name": "phone 2" });
        assert_eq!(world.act(&elsewhere, "deviceEnrol", &input).await.code(), "NOT_FOUND");

        let keepers = world.apply(r#"{ "source": "corridor", "accounts": [
            { "handle": "sysadmin", "role": "sysadmin", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e" },
            { "handle": "admin", "role": "partner_admin", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e" },
            { "handle": "sysadmin elsewhere", "role": "sysadmin", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23" } ] }"#).await;
        for (handle, keeps) in [("sysadmin", true), ("admin", true), ("sysadmin elsewhere", false)] {
            let found = world.ask(&keepers[handle], DEVICES, json!({})).await;
            assert_eq!(found.at("devices").as_array().expect("a list").len(), usize::from(keeps), "{handle}");
            let node = "query($id: ID!) { node(id: $id) { ... on Device { name } } }";
            let found = world.ask(&keepers[handle], node, json!({ "id": id })).await;
            assert_eq!(found.at("node").is_null(), !keeps, "{handle}");
        }
        let revoked = world.act(&keepers["admin"], "deviceRevoke", &json!({ "deviceId": id })).await;
        assert_eq!(revoked.text_at("deviceRevoke/device/status"), "REVOKED");
    }

    async fn a_name_is_checked_and_a_team_has_at_most_ten(world: World) {
        for name in ["", "   ", "a\nb", &"n".repeat(41)] {
            let refused = enrolled(&world, "coordinator", name).await;
            assert_eq!(refused.text_at("deviceEnrol/errors/0/problem"), "DEVICE_NAME", "{name}");
            assert_eq!(refused.at("deviceEnrol/code"), &Value::Null);
        }
        for number in 0..10 {
            assert!(enrolled(&world, "coordinator", &format!("phone {number}")).await.at("deviceEnrol/errors").as_array().expect("a list").is_empty());
        }
        let refused = enrolled(&world, "coordinator", "one more").await;
        assert_eq!(refused.text_at("deviceEnrol/errors/0/problem"), "DEVICE_COUNT");
        // Codes that nobody typed count no more once they have run out.
        world.pass_minutes(15);
        assert_eq!(enrolled(&world, "coordinator", "one more").await.text_at("deviceEnrol/device/status"), "AWAITED");
    }

    async fn a_lost_phone_is_ended_in_one_call(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        let full = phone.clone();
        let device = text(&devices(&world, "coordinator").await[0]["id"]);
        let elsewhere = second.signs_in(&world).await;
        assert!(is_on_phone(&full).await, "a full session that was made on it");
        let revoked = world.done(&world.person("coordinator"), "deviceRevoke", &json!({ "deviceId": device })).await;
        assert_eq!(revoked["status"], "REVOKED");
        assert_eq!(full.clone().get("/account").await.leads_to(), "/sign-in");
        assert!(is_signed_in(&elsewhere).await && is_signed_in(&first.browser).await, "what was made elsewhere goes on");
        assert!(world.texts("SELECT id FROM sessions WHERE device_id IS NOT NULL".to_owned()).await.is_empty());
        assert!(world.texts("SELECT account_id FROM device_sign_ins".to_owned()).await.is_empty());
        let page = phone.get("/phone").await;
        assert_eq!(page.status, StatusCode::GONE, "{}", page.html);
        // A full sign-in there is one at any browser, and no PIN is enough after it.
        second.signs_in_at(&world, &mut phone).await;
        assert!(is_signed_in(&phone).await);
        assert!(world.texts("SELECT account_id FROM device_sign_ins".to_owned()).await.is_empty());
        // What was revoked stays so.
        let at = devices(&world, "coordinator").await[0]["revokedOn"].clone();
        world.move_to_day(1);
        world.done(&world.person("coordinator"), "deviceRevoke", &json!({ "deviceId": device })).await;
        assert_eq!(devices(&world, "coordinator").await[0]["revokedOn"], at);
        let events = world.texts("SELECT action FROM audit_events WHERE action = 'device_revoked'".to_owned()).await;
        assert_eq!(events.len(), 1);
    }

    async fn a_phone_that_is_enrolled_anew_is_no_longer_what_it_was(world: World) {
        let Day { mut phone, first, .. } = Day::begun(&world).await;
        lock(&mut phone).await;
        let made = enrolled(&world, "coordinator", "the same phone").await;
        let code = made.text_at("deviceEnrol/code/spelling");
        // There is no form for it on a phone that is shared already; whoever has its page open from before has one.
        let token = phone.get("/phone").await.form_token();
        assert_eq!(phone.post("/phone", &token, &[("code", code)]).await.leads_to(), "/phone");
        assert!(here(&phone).await.is_empty());
        let status: Vec<Value> = devices(&world, "coordinator").await.iter().map(|it| it["status"].clone()).collect();
        assert!(status.contains(&json!("REVOKED")) && status.contains(&json!("IN_USE")), "{status:?}");
        assert_refused(&first.takes_over(&world, &mut phone, PIN).await);
    }

    async fn who_was_signed_in_before_the_phone_was_shared_is_not_any_more(world: World) {
        let lead = world.enrolled("lead-1", Role::ProtectionLead).await;
        let mut phone = lead.signs_in(&world).await;
        let before = phone.clone();
        let made = enrolled(&world, "coordinator", "phone 1").await;
        let page = phone.submit("/phone", "/phone", &[("code", made.text_at("deviceEnrol/code/spelling"))]).await;
        assert_eq!(page.leads_to(), "/phone", "{}", page.html);
        assert!(!phone.cookies.contains_key(SESSION));
        assert!(!is_signed_in(&before).await && is_signed_in(&lead.browser).await);
    }

    async fn at_severe_risk_nobody_shares_a_phone(world: World) {
        let Day { mut phone, first, second } = Day::begun(&world).await;
        let waiting = enrolled(&world, "coordinator", "another one").await;
        let code = waiting.text_at("deviceEnrol/code/spelling").to_owned();
        first.takes_over(&world, &mut phone, PIN).await;
        let token = phone.get("/phone").await.form_token();
        world.execute("UPDATE projects SET risk_profile = 'severe' WHERE name = 'Passerelles Île-de-France'").await;
        assert!(!is_on_phone(&phone).await, "at once");
        let page = phone.get("/phone").await;
        assert!(page.html.contains("At severe risk nobody shares a phone: sign in each time"), "{}", page.html);
        assert!(!page.html.contains("caseworker-8") && !page.html.contains("name=\"pin\""), "{}", page.html);
        let who = world.account_id("caseworker-8").await;
        let page = phone.post("/phone/switch", &token, &[("who", &who), ("pin", PIN)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.html.contains("At severe risk nobody shares a phone"), "{}", page.html);
        assert_eq!(opened(&world, &code).await, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = enrolled(&world, "coordinator", "one more").await;
        assert_eq!(refused.text_at("deviceEnrol/errors/0/problem"), "PHONE_AT_SEVERE_RISK");
        // Password and second factor go on, and no PIN is set.
        phone.cookies.remove(SESSION);
        second.signs_in_at(&world, &mut phone).await;
        let page = phone.get("/account").await;
        assert!(page.html.contains("At severe risk nobody shares a phone") && !page.html.contains("name=\"pin\""));
        let page = phone.post("/account/pin", &page.form_token(), &[("pin", PIN), ("repeated", PIN)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Another project of the organisation is enough.
        world.execute("UPDATE projects SET risk_profile = 'standard'").await;
        phone.submit("/account", "/phone/lock", &[]).await;
        assert_eq!(first.takes_over(&world, &mut phone, PIN).await.leads_to(), "/account");
        world.execute("UPDATE projects SET risk_profile = 'severe', organization_id = (SELECT organization_id FROM projects \
            WHERE name = 'Passerelles Île-de-France') WHERE name = 'Maison du Sureau'").await;
        assert!(!is_on_phone(&phone).await);
    }

    async fn a_frozen_project_enrols_no_phone_and_can_end_one(world: World) {
        let made = enrolled(&world, "coordinator", "phone 1").await;
        let id = text(made.at("deviceEnrol/device/id"));
        let paris = relais::domain::id::ProjectId::derived("corridor", "paris").to_string();
        world.done(&world.person("coordinator"), "projectFreeze", &json!({ "projectId": paris })).await;
        let refused = enrolled(&world, "coordinator", "phone 2").await;
        assert_eq!(refused.text_at("deviceEnrol/errors/0/problem"), "PROJECT_FROZEN");
        let revoked = world.done(&world.person("coordinator"), "deviceRevoke", &json!({ "deviceId": id })).await;
        assert_eq!(revoked["status"], "REVOKED");
    }

    async fn a_code_of_ones_own_is_set_by_whoever_enrols_on_the_phone_itself(world: World) {
        let mut phone = world.shared_phone().await;
        let code = world.added(&crate::kit::people::new_account("caseworker-7", Role::Caseworker)).await;
        let password = crate::kit::people::PASSWORD;
        let fields = [("code", code.as_str()), ("password", password), ("repeated", password)];
        phone.submit("/enrol", "/enrol", &fields).await;
        let page = phone.get("/enrol/second-factor").await;
        let key = relais::identity::one_time::OneTimeKey::parse(&page.codes()[0].replace(' ', "")).expect("a key");
        let page = phone.post("/enrol/second-factor", &page.form_token(), &[("code", &key.code_at(world.now()))]).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        assert_eq!(phone.submit("/account", "/account/pin", &[("pin", PIN), ("repeated", PIN)]).await.leads_to(), "/account");
        lock(&mut phone).await;
        assert_eq!(here(&phone).await, ["caseworker-7"], "it is a full proof, made there");
    }
}

installed_on_both_databases! {
    async fn an_operator_lists_and_ends_phones(here: Installation) {
        here.settle();
        assert_eq!(here.run(&["device", "list", "--json"]).succeeded().trim(), "[]");
        let never = "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa";
        here.run(&["device", "revoke", never]).refused(1, &["nothing was changed", "there is no phone"]);
        here.run(&["device", "revoke", "phone 1"]).refused(2, &["dev_"]);
        here.execute("INSERT INTO devices (id, team_id, name, enrolled_at, enrolled_by, code_hash, ends_at) \
            SELECT 'dev_aaaaaaaaaaaaaaaaaaaaaaaaaa', min(t.id), 'phone 1', 1, (SELECT min(a.id) FROM accounts a), 'h', 4102444800000000 \
            FROM teams t").await;
        let listed: Vec<Value> = serde_json::from_str(here.run(&["device", "list", "--json"]).succeeded()).expect("a list");
        assert_eq!((&listed[0]["id"], &listed[0]["status"]), (&json!(never), &json!("awaited")));
        assert_eq!(here.run(&["device", "revoke", never]).succeeded(), format!("revoked: {never}; its sessions ended\n"));
        assert!(here.run(&["device", "list"]).succeeded().contains("\trevoked\t"));
        assert_eq!(here.texts("SELECT action FROM audit_events WHERE action = 'device_revoked'").await.len(), 1);
    }
}
