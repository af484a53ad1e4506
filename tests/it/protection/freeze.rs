//! A project that is stopped: what its partners, its staff and its desk can still do.

use super::{notices, problem, project, protected, ready, seen, team_of};
use crate::kit::steps::{Ready, fresh_key, merged, step_input};
use crate::kit::world::{World, answered, graphql_request, on_both_databases};
use relais::actions::protection::project::{ProjectCommandError, freeze_by_operator, named, thaw_by_operator};
use relais::app::App;
use serde_json::{Value, json};

async fn freeze(world: &World, handle: &str) -> Value {
    world.done(&world.person(handle), "projectFreeze", &json!({ "projectId": project("paris") })).await
}

/// Asked for by one person and confirmed by another.
async fn thaw(world: &World) -> Value {
    let input = json!({ "projectId": project("paris") });
    world.done(&world.person("coordinator"), "projectThawRequest", &input).await;
    world.done(&world.person("protection lead"), "projectThawConfirm", &input).await
}

async fn inbox(world: &World, handle: &str) -> usize {
    let answer = world.ask(&world.person(handle), "{ inbox { nodes { id } } }", json!({})).await;
    answer.at("inbox/nodes").as_array().expect("a list").len()
}

on_both_databases! {
    /// Scenario 15 of the domain reference.
    async fn p_26_a_frozen_project_is_nothing_to_its_partners_from_the_next_request_on(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let requested = world.refer(&ready, "REQUESTED").await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        assert_eq!(seen(&world, "lawyer", &accepted.id).await["stage"], "ACCEPTED");
        assert_eq!(inbox(&world, "lawyer").await, 2);

        assert_eq!(freeze(&world, "coordinator").await["status"], "FROZEN");
        assert_eq!(inbox(&world, "lawyer").await, 0);
        for referred in [&requested, &accepted] {
            assert_eq!(seen(&world, "lawyer", &referred.id).await, Value::Null);
            for act in ["referralAcknowledge", "referralAccept", "referralDecline", "referralStart"] {
                assert_eq!(problem(&world, &ready.recipient, act, &step_input(act, referred)).await, "NOT_FOUND", "{act}");
            }
        }
        // Another node, which knows nothing of the one before it.
        let restarted = App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a node");
        let question = "query($id: ID!) { referral(id: $id) { id } inbox { nodes { id } } }";
        let asked = graphql_request(&ready.recipient, "en", question, json!({ "id": accepted.id }));
        let answer = answered(restarted.router(), asked).await;
        assert_eq!((answer.at("referral"), answer.at("inbox/nodes")), (&Value::Null, &json!([])));
        restarted.close().await;

        assert_eq!(thaw(&world).await["status"], "ACTIVE");
        assert_eq!(inbox(&world, "lawyer").await, 2);
        let after = seen(&world, "lawyer", &accepted.id).await;
        assert_eq!((&after["version"], &after["status"]), (&json!(accepted.version), &json!("ACCEPTED")), "as it was");
        world.done(&ready.recipient, "referralAcknowledge", &step_input("referralAcknowledge", &requested)).await;
    }

    /// The ledger outlives the database: a backup of before the freeze comes back frozen.
    async fn p_26_a_database_restored_from_before_the_freeze_is_frozen_when_it_is_opened(world: World) {
        let world = protected(world).await;
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let as_in_the_backup = async || {
            world.execute("DELETE FROM freezes").await;
            world.execute("UPDATE projects SET status = 'active'").await;
        };
        freeze(&world, "coordinator").await;
        as_in_the_backup().await;
        assert_eq!(seen(&world, "lawyer", &sent.id).await["status"], "REQUESTED", "what the backup knows");
        let reopen = async || {
            let node = App::open(world.location(), world.clock.clone(), world.clock.clone()).await;
            node.expect("a node").close().await;
        };
        reopen().await;
        assert_eq!(seen(&world, "lawyer", &sent.id).await, Value::Null);
        // A thaw is remembered as well, and what is thawed stays so.
        thaw(&world).await;
        as_in_the_backup().await;
        reopen().await;
        assert_eq!(seen(&world, "lawyer", &sent.id).await["status"], "REQUESTED");
        // A thaw through another node stands in that node's ledger; the database knows of it, and that counts.
        world.clock.set(world.now().plus_hours(1));
        freeze(&world, "coordinator").await;
        world.execute("UPDATE freezes SET thawed_at = frozen_at + 1").await;
        world.execute("UPDATE projects SET status = 'active'").await;
        reopen().await;
        assert_eq!(seen(&world, "lawyer", &sent.id).await["status"], "REQUESTED");
    }

    async fn p_26_a_partner_is_told_of_nothing_while_the_project_stands_still(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        world.refer(&ready, "ACCEPTED").await;
        freeze(&world, "coordinator").await;
        world.done(&ready.sender, "consentWithdraw", &json!({ "consentId": ready.consent })).await;
        assert_eq!(notices(&world, "lawyer").await, Vec::<String>::new());
        thaw(&world).await;
        assert_eq!(notices(&world, "lawyer").await, ["DELETION_REQUESTED"]);
    }

    async fn the_staff_of_a_frozen_project_read_and_do_nothing_else(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let draft = world.refer(&ready, "DRAFT").await;
        freeze(&world, "protection lead").await;
        let keyed = |input: Value| merged(json!({ "idempotencyKey": fresh_key() }), &input);
        let consent = json!({ "caseId": ready.case, "recipientId": crate::kit::steps::organization_id(crate::kit::world::LAWYERS),
            "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AGE_BAND"], "modality": "VERBAL", "language": "fr",
            "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
        for (act, input) in [
            ("caseOpen", keyed(json!({ "person": { "area": "FR-93055" } }))),
            ("consentRecord", keyed(consent)),
            ("referralCreate", keyed(ready.draft.clone())),
            ("referralSend", step_input("referralSend", &draft)),
            ("demandRecord", keyed(json!({ "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_FULL" }))),
            ("demandCount", keyed(json!({ "need": "BASIC_FOOD", "area": "FR-93055", "people": 60 }))),
            ("caseAgeBasisSet", json!({ "caseId": ready.case, "expectedVersion": 1, "ageBasis": "CONTESTED" })),
            ("caseAppealClose", json!({ "caseId": ready.case, "expectedVersion": 1, "adminStatus": "RECOGNISED_UAM" })),
        ] {
            let before = world.tables().await;
            assert_eq!(problem(&world, &ready.sender, act, &input).await, "PROJECT_FROZEN", "{act}");
            assert_eq!(world.tables().await, before, "{act} was refused, and wrote");
        }
        assert_eq!(seen(&world, "caseworker", &draft.id).await["case"]["id"], ready.case.as_str());
        let own = world.ask(&ready.sender, "query($id: ID!) { project(id: $id) { status frozenAt } }", json!({ "id": project("paris") }));
        assert_eq!(own.await.at("project"), &json!({ "status": "FROZEN", "frozenAt": world.now().to_string() }));
        // Another project goes on.
        let other = world.person("caseworker of another project");
        world.done(&other, "caseOpen", &keyed(json!({ "person": { "area": "FR-93055" } }))).await;
    }

    async fn one_person_freezes_and_two_thaw(world: World) {
        let world = protected(world).await;
        let input = json!({ "projectId": project("paris") });
        let [coordinator, second] = ["coordinator", "second coordinator"].map(|handle| world.person(handle));
        for (handle, refusal) in [
            ("nobody", "UNAUTHENTICATED"),
            ("caseworker", "FORBIDDEN"),
            ("lawyer", "FORBIDDEN"),
            ("auditor", "FORBIDDEN"),
            ("coordinator of another project", "NOT_FOUND"),
        ] {
            for act in ["projectFreeze", "projectThawRequest", "projectThawConfirm"] {
                assert_eq!(problem(&world, &world.person(handle), act, &input).await, refusal, "{act} by {handle}");
            }
        }
        assert_eq!(problem(&world, &coordinator, "projectThawRequest", &input).await, "PROJECT_NOT_FROZEN");
        freeze(&world, "coordinator").await;
        let frozen = world.rows("freezes").await;
        freeze(&world, "second coordinator").await;
        assert_eq!(world.rows("freezes").await, frozen, "a frozen project stays as it is");
        assert_eq!(problem(&world, &second, "projectThawConfirm", &input).await, "THAW_NOT_REQUESTED");
        world.done(&coordinator, "projectThawRequest", &input).await;
        assert_eq!(problem(&world, &coordinator, "projectThawConfirm", &input).await, "SECOND_PERSON_NEEDED");
        assert_eq!(world.done(&second, "projectThawConfirm", &input).await["status"], "ACTIVE");
        assert_eq!(notices(&world, "caseworker").await, ["PROJECT_FROZEN", "PROJECT_THAWED", "THAW_REQUESTED"]);
        assert_eq!(notices(&world, "second coordinator").await, ["PROJECT_FROZEN", "THAW_REQUESTED"], "never one's own");
        let told = world.texts("SELECT action FROM audit_events WHERE action LIKE '%froz%' OR action LIKE '%thaw%' ORDER BY sequence".to_owned());
        assert_eq!(told.await, ["project_frozen", "thaw_requested", "project_thawed"]);
        // The second freeze is another one.
        world.pass_hours(1);
        freeze(&world, "coordinator").await;
        assert_eq!(world.rows("freezes").await.len(), 2);
    }

    async fn an_operator_freezes_by_a_name_and_thaws_by_two(world: World) {
        let world = protected(world).await;
        let context = world.app.context();
        let name = "Passerelles Île-de-France";
        let sent = world.refer(&ready(&world).await, "REQUESTED").await;
        let status = async || named(context, Some(name)).await.expect("projects")[0].status.to_string();
        freeze_by_operator(context, name).await.expect("a freeze");
        assert_eq!((status().await.as_str(), seen(&world, "lawyer", &sent.id).await), ("frozen", Value::Null));
        for (handles, told) in [
            (["coordinator", "coordinator"], "two people"),
            (["coordinator", "caseworker"], "neither a coordinator"),
            (["coordinator", "coordinator of another project"], "neither a coordinator"),
            (["nobody at all", "coordinator"], "no account"),
        ] {
            let refused = thaw_by_operator(context, name, handles).await.expect_err(told).to_string();
            assert!(refused.contains(told), "{refused}");
            assert_eq!(status().await, "frozen");
        }
        world.execute("UPDATE accounts SET is_disabled = true WHERE handle = 'second coordinator'").await;
        let gone = thaw_by_operator(context, name, ["second coordinator", "coordinator"]).await.expect_err("gone").to_string();
        assert!(gone.contains("no account"), "{gone}");
        thaw_by_operator(context, &project("paris"), ["coordinator", "protection lead"]).await.expect("a thaw");
        assert_eq!(status().await, "active");
        assert!(matches!(freeze_by_operator(context, "Passerelles").await, Err(ProjectCommandError::NotOne(0))));
        assert_eq!(named(context, None).await.expect("projects").len(), 4);
    }

    async fn a_desk_reads_what_was_left_open_and_takes_it_over(world: World) {
        let world = protected(world).await;
        let ready = ready(&world).await;
        let requested = world.refer(&ready, "REQUESTED").await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        world.refer(&ready, "COMPLETED").await;
        world.refer(&ready, "DRAFT").await;
        let coordinator = world.person("coordinator");
        let desk = json!({ "projectId": project("paris"), "teamId": team_of("desk") });
        assert_eq!(world.done(&coordinator, "projectNameDesk", &desk).await["deskConfirmed"], true);
        assert_eq!(list(&world, "desk caseworker").await, json!([]), "while the project works there is no list");
        freeze(&world, "coordinator").await;

        let entries = list(&world, "desk caseworker").await;
        assert_eq!(entries.as_array().map(Vec::len), Some(2));
        let entry = entries.as_array().expect("a list").iter().find(|entry| entry["id"] == accepted.id.as_str()).expect("it");
        assert_eq!((&entry["accepted"], &entry["senderMailbox"]), (&json!(true), &json!("passerelles@example.org")));
        assert_eq!(entry["code"].as_str().map(str::len), Some(8));
        assert!(entry["service"]["phones"].is_array(), "whom to call");
        assert_eq!(list(&world, "protection lead").await, entries, "both sides speak of it by one code");
        for outsider in ["caseworker", "caseworker abroad", "caseworker of another project", "lawyer"] {
            assert_eq!(list(&world, outsider).await, json!([]), "{outsider}");
        }
        assert_eq!(seen(&world, "desk caseworker", &accepted.id).await, Value::Null, "the list opens nothing else");

        take_over(&world, &ready, &accepted.id, &requested).await;
    }

    async fn a_desk_in_another_country_takes_two_people(world: World) {
        let world = protected(world).await;
        let [coordinator, second] = ["coordinator", "second coordinator"].map(|handle| world.person(handle));
        let input = |team: String| json!({ "projectId": project("paris"), "teamId": team });
        for unfit in [team_of("paris"), team_of("sureau"), team_of("nowhere")] {
            assert_eq!(problem(&world, &coordinator, "projectNameDesk", &input(unfit)).await, "DESK_UNFIT");
        }
        let abroad = input(team_of("abroad"));
        assert_eq!(world.done(&coordinator, "projectNameDesk", &abroad).await["deskConfirmed"], false);
        assert_eq!(problem(&world, &coordinator, "projectNameDesk", &abroad).await, "SECOND_PERSON_NEEDED");
        assert_eq!(world.done(&second, "projectNameDesk", &abroad).await["deskConfirmed"], true);
        freeze(&world, "coordinator").await;
        assert_eq!(problem(&world, &coordinator, "projectNameDesk", &input(team_of("desk"))).await, "PROJECT_FROZEN");
    }
}

async fn list(world: &World, handle: &str) -> Value {
    let question = "query($id: ID!) { continuityList(projectId: $id) { id code urgency accepted senderMailbox service { phones { typed } } } }";
    world.ask(&world.person(handle), question, json!({ "id": project("paris") })).await.at("continuityList").clone()
}

/// The desk takes the case of the accepted referral; the other referral of the case comes with it.
async fn take_over(world: &World, ready: &Ready, accepted: &str, requested: &crate::kit::steps::Referred) {
    let input = json!({ "referralId": accepted });
    let abroad = problem(world, &world.person("caseworker abroad"), "custodyTake", &input).await;
    let partner = problem(world, &world.person("lawyer"), "custodyTake", &input).await;
    assert_eq!((abroad.as_str(), partner.as_str()), ("NOT_FOUND", "FORBIDDEN"));
    let desk = world.person("desk caseworker");
    let taken = world.done(&desk, "custodyTake", &input).await;
    assert_eq!(taken["referral"]["case"]["id"], ready.case.as_str());
    assert_eq!(problem(world, &desk, "custodyTake", &input).await, "NOT_FOUND", "it is taken");
    assert_eq!(list(world, "desk caseworker").await, json!([]));
    // The recipient reads and answers again, the desk acts as the sender, and the team that had it is out.
    assert_eq!(seen(world, "lawyer", accepted).await["stage"], "ACCEPTED");
    world.done(&world.person("lawyer"), "referralAcknowledge", &step_input("referralAcknowledge", requested)).await;
    let keyed = merged(json!({ "idempotencyKey": fresh_key() }), &ready.draft);
    world.done(&desk, "referralCreate", &keyed).await;
    assert_eq!(seen(world, "caseworker", accepted).await, Value::Null);
    assert_eq!(seen(world, "desk caseworker", accepted).await["case"]["id"], ready.case.as_str());
    // Who saw what before goes with the case, for the person to be told by whoever follows it now (P-28).
    let asked = "query($id: ID!) { whoSawWhat(case: $id, language: EN) { readings { organization { id } } } }";
    let readings = world.ask(&desk, asked, json!({ "id": ready.case })).await;
    assert_ne!(readings.at("whoSawWhat/readings"), &json!([]), "{}", readings.text());
    for told in ["caseworker", "coordinator", "protection lead"] {
        assert!(notices(world, told).await.contains(&"CUSTODY_TAKEN".to_owned()), "{told}");
    }
    let trail = world.texts("SELECT trail FROM audit_events WHERE action = 'custody_taken'".to_owned()).await;
    assert_eq!(trail, [project("paris")], "it stands in the trail of the project that had it");
}
