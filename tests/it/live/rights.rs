//! Rights over a socket: the same as over HTTP, asked anew for each event, and gone within a second.

use super::socket::{Came, Listening};
use super::{INBOX, REFERRAL, on_both, statuses};
use crate::kit::schema::SCHEMA;
use crate::kit::sql::Sql;
use crate::kit::steps::Referred;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World, answered, graphql_request};
use relais::domain::id::{Identifier as _, OrganizationId, ReferralId};
use relais::domain::news::Changed;
use relais::store::StoreError;
use serde_json::{Value, json};

fn minority_appeal() -> String {
    crate::kit::steps::service_id(MINORITY_APPEAL)
}

/// Everything that the first event tells, at each step of the loop, to whoever may ask at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_what_a_question_tells_and_nothing_more() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let mut referred = world.refer(&ready, "DRAFT").await;
        let everything = SCHEMA.everything("Referral");
        let people = ["caseworker", "coordinator", "lawyer", "another partner", "caseworker of another project"];
        for step in ["", "referralSend", "referralAcknowledge", "referralAccept", "referralStart", "referralComplete"] {
            if !step.is_empty() {
                world.steps(&ready, &mut referred, step).await;
            }
            for person in people {
                let person = world.person(person);
                let question = format!("{{ referral(id: \"{}\") {everything} }}", referred.id);
                let answer = answered(world.router(), graphql_request(&person, "fr", &question, json!({}))).await;
                let mut socket = node.admitted(&person).await;
                let stream = format!("subscription {{ referralChanged(id: \"{}\") {everything} }}", referred.id);
                socket.subscribe("1", &stream, json!({})).await;
                let told = socket.heard().await;
                match answer.json["data"]["referral"].clone() {
                    Value::Null => {
                        assert_eq!(told["type"], "error", "{step}: {told}");
                        let code = told["payload"][0]["extensions"]["code"].as_str();
                        assert!(matches!(code, Some("NOT_FOUND" | "FORBIDDEN")), "{step}: {told}");
                    }
                    referral => assert_eq!(told["payload"]["data"]["referralChanged"], referral, "{step}"),
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_hear_of_each_step_and_a_stranger_hears_of_none() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let mut referred = world.refer(&ready, "DRAFT").await;
        let (mut team, mut partner) = (node.admitted(&ready.sender).await, node.admitted(&ready.recipient).await);
        let mut stranger = node.admitted(&world.person("another partner")).await;
        team.subscribe("r", REFERRAL, json!({ "id": referred.id })).await;
        partner.subscribe("i", INBOX, json!({})).await;
        stranger.subscribe("i", INBOX, json!({})).await;
        assert_eq!(statuses(&team.told_so_far().await, "referralChanged"), ["DRAFT"], "at once");
        for socket in [&mut partner, &mut stranger] {
            assert_eq!(socket.told_so_far().await, Vec::<Value>::new(), "an inbox tells what comes");
        }
        for (step, status) in
            [("referralSend", "REQUESTED"), ("referralAcknowledge", "ACKNOWLEDGED"), ("referralAccept", "ACCEPTED")]
        {
            world.steps(&ready, &mut referred, step).await;
            let (told, heard) = (team.heard().await, partner.heard().await);
            assert_eq!(told["payload"]["data"]["referralChanged"]["status"], status);
            assert_eq!(heard["payload"]["data"]["inboxChanged"], json!({ "id": referred.id, "status": status }));
        }
        assert_eq!(stranger.told_so_far().await, Vec::<Value>::new());
        team.say(r#"{"type":"complete","id":"r"}"#).await;
        team.told_so_far().await;
        world.steps(&ready, &mut referred, "referralStart").await;
        assert_eq!(partner.heard().await["type"], "next");
        assert_eq!(team.told_so_far().await, Vec::<Value>::new(), "what was completed is not told any more");
    })
    .await;
}

/// A draft is the sender's own, and so is everything that it does without telling the recipient.
#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_does_not_notice_what_it_is_not_told() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let mut partner = node.admitted(&ready.recipient).await;
        partner.subscribe("i", INBOX, json!({})).await;
        let draft = world.refer(&ready, "DRAFT").await;
        let cancel = json!({ "referralId": draft.id, "expectedVersion": 1, "reason": "NO_LONGER_NEEDED" });
        world.done(&ready.sender, "referralCancel", &cancel).await;
        assert_eq!(partner.told_so_far().await, Vec::<Value>::new(), "of a draft");
        let called = world.refer(&ready, "DRAFT").await;
        let by_phone = json!({ "referralId": called.id, "expectedVersion": 1, "channel": "CALL", "phoneCalled": true,
            "capacityConfirmed": true });
        world.done(&ready.sender, "referralSend", &by_phone).await;
        assert_eq!(partner.told_so_far().await, Vec::<Value>::new(), "of a call");
        // Told in order: had anything been told before, it would be heard before.
        let told = world.refer(&ready, "REQUESTED").await;
        assert_eq!(partner.heard().await["payload"]["data"]["inboxChanged"]["id"], told.id);
    })
    .await;
}

/// What was told is in the trail as it is for a question: for each event that is told, and not for what is not told.
#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_a_disclosure_on_record() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let referred = world.refer(&ready, "REQUESTED").await;
        let mut partner = node.admitted(&ready.recipient).await;
        let read = "SELECT CAST(count(*) AS TEXT) FROM audit_events WHERE action = 'disclosed'";
        let before = readings(&world, read).await;
        let person_linked = "subscription($id: ID!) { referralChanged(id: $id) { status offer { ageBand } } }";
        partner.subscribe("r", person_linked, json!({ "id": referred.id })).await;
        partner.told_so_far().await;
        assert_eq!(readings(&world, read).await, before + 1, "when it begins");
        // An act whose answer discloses nothing by itself.
        let acknowledge = "mutation($input: ReferralAcknowledgeInput!) { referralAcknowledge(input: $input) { errors { __typename } } }";
        let input = json!({ "referralId": referred.id, "expectedVersion": referred.version });
        world.ask(&ready.recipient, acknowledge, json!({ "input": input })).await;
        assert_eq!(partner.heard().await["payload"]["data"]["referralChanged"]["status"], "ACKNOWLEDGED");
        assert_eq!(readings(&world, read).await, before + 2, "and for the event, once");
        let referral = ReferralId::parse(&referred.id).expect("an id");
        let changed = Changed { referral, recipient: Some(OrganizationId::derived("corridor", LAWYERS)) };
        let store = &world.app.context().store;
        let noted = store.write(async |tx| { tx.note_change(changed); Ok::<_, StoreError>(()) }).await;
        noted.map_err(|error| error.to_string()).expect("a commit");
        // What comes next is told first, so what was the same was not told.
        world.steps(&ready, &mut Referred { version: referred.version + 1, ..referred }, "referralAccept").await;
        assert_eq!(partner.heard().await["payload"]["data"]["referralChanged"]["status"], "ACCEPTED");
    })
    .await;
}

async fn readings(world: &World, query: &str) -> i64 {
    let rows = Sql::of(world).await.rows::<1>(query).await;
    rows[0][0].as_ref().and_then(|count| count.parse().ok()).expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_revoked_closes_its_sockets() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let mut partner = node.admitted(&ready.recipient).await;
        partner.subscribe("i", INBOX, json!({})).await;
        partner.told_so_far().await;
        Sql::of(&world).await.rows::<0>("DELETE FROM tokens").await;
        assert_eq!(partner.came().await, Came::Closed(4403), "also while nothing happens");
        let mut again = node.opened().await;
        again.initialise(&ready.recipient).await;
        assert_eq!(again.came().await, Came::Closed(4403));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_somebody_else_begins_anew() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let mut socket = node.admitted(&world.person("lawyer")).await;
        socket.subscribe("i", INBOX, json!({})).await;
        socket.told_so_far().await;
        Sql::of(&world)
            .await
            .rows::<0>("UPDATE accounts SET is_trained = NOT is_trained WHERE handle = 'lawyer'")
            .await;
        assert_eq!(socket.came().await, Came::Closed(1012));
    })
    .await;
}

/// Nothing is told, and the stream ends, though nothing has changed in the referral.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_once_its_object_is_out_of_reach() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let referred = world.refer(&ready, "REQUESTED").await;
        let mut team = node.admitted(&ready.sender).await;
        team.subscribe("r", REFERRAL, json!({ "id": referred.id })).await;
        assert_eq!(statuses(&team.told_so_far().await, "referralChanged"), ["REQUESTED"]);
        // The case goes to a team of other people; of the referral itself nothing is written.
        world.apply(crate::oracle::PEOPLE).await;
        let others = "(SELECT id FROM teams WHERE name = 'Nuit')";
        Sql::of(&world).await.rows::<0>(&format!("UPDATE cases SET team_id = {others}")).await;
        assert_eq!(team.heard().await, json!({ "type": "complete", "id": "r" }));
    })
    .await;
}

/// Two nodes over one PostgreSQL: what one commits the other tells; and what a node may have missed closes its sockets.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_tells_what_another_has_done_and_begins_anew_where_it_may_have_missed_something() {
    let Some(world) = World::on_postgres().await else { return };
    let other = world.node().await;
    let node = Listening::before(other.router()).await;
    let ears = tokio::spawn({
        let other = other.clone();
        async move { other.listen_to_other_nodes().await }
    });
    let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
    let mut referred = world.refer(&ready, "DRAFT").await;
    // The ear begins at some moment; until then whoever follows is sent away once.
    let mut team = loop {
        let mut team = node.admitted(&ready.sender).await;
        team.subscribe("r", REFERRAL, json!({ "id": referred.id })).await;
        team.heard().await;
        let listens = "SELECT CAST(count(*) AS TEXT) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()";
        if readings(&world, listens).await > 0 {
            break team;
        }
    };
    world.steps(&ready, &mut referred, "referralSend").await;
    let told = match team.came().await {
        Came::Message(told) => told,
        Came::Closed(code) => {
            assert_eq!(code, 1012, "it had begun before the ear");
            team = node.admitted(&ready.sender).await;
            team.subscribe("r", REFERRAL, json!({ "id": referred.id })).await;
            team.heard().await
        }
    };
    assert_eq!(told["payload"]["data"]["referralChanged"]["status"], "REQUESTED");
    world.steps(&ready, &mut referred, "referralAcknowledge").await;
    assert_eq!(team.heard().await["payload"]["data"]["referralChanged"]["status"], "ACKNOWLEDGED", "by another node");
    let cut = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()";
    Sql::of(&world).await.rows::<1>(cut).await;
    assert_eq!(team.came().await, Came::Closed(1012), "nobody knows what was missed");
    ears.abort();
}

/// What passes between the two sides besides the state: the sender sees that it has arrived, and the recipient is not woken by
/// that; a message, and that it was read, both see.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_arrived_and_what_was_read_is_told_to_whom_it_concerns() {
    on_both(async |world| {
        let node = Listening::of(&world).await;
        let ready = world.ready_for_the_lawyers(&minority_appeal(), json!({})).await;
        let receiver = crate::kit::receiver::Receiver::new(|_| 204);
        crate::post::listens(&world, LAWYERS, &receiver.url()).await;
        let referred = world.refer(&ready, "ACCEPTED").await;
        let question =
            "subscription($id: ID!) { referralChanged(id: $id) { status deliveries { status } messages { text readAt } } }";
        let (mut team, mut partner) = (node.admitted(&ready.sender).await, node.admitted(&ready.recipient).await);
        for socket in [&mut team, &mut partner] {
            socket.subscribe("r", question, json!({ "id": referred.id })).await;
            socket.told_so_far().await;
        }
        crate::post::post_to(&world, &[&receiver]).tell_all_due().await.expect("a store");
        let delivered = |told: &Value| {
            let deliveries = told["payload"]["data"]["referralChanged"]["deliveries"].as_array();
            let deliveries = deliveries.expect("the sender sees them");
            deliveries.iter().filter(|delivery| delivery["status"] == "DELIVERED").count()
        };
        // Several at once are told once; the mail waits, because nobody sends one here.
        while delivered(&team.heard().await) < 3 {}
        assert_eq!(partner.told_so_far().await, Vec::<Value>::new(), "nothing of it is the recipient's");
        let said = json!({ "referralId": referred.id, "expectedVersion": referred.version, "text": "Tuesday at ten?" });
        world.done(&ready.sender, "referralMessageSend", &said).await;
        let texts = |told: &Value| told["payload"]["data"]["referralChanged"]["messages"].as_array().map(Vec::len);
        for socket in [&mut team, &mut partner] {
            assert_eq!(texts(&socket.heard().await), Some(1));
        }
        let read = json!({ "referralId": referred.id, "expectedVersion": referred.version + 1 });
        world.done(&ready.recipient, "referralMessagesRead", &read).await;
        let told = team.heard().await;
        assert!(told["payload"]["data"]["referralChanged"]["messages"][0]["readAt"].is_string(), "{told}");
        // Reading again marks nothing, and the sender's own reading is no hour of the recipient's business.
        world.done(&ready.recipient, "referralMessagesRead", &read).await;
        world.done(&ready.sender, "referralMessagesRead", &read).await;
        let mut after = Referred { version: referred.version + 1, ..referred };
        world.steps(&ready, &mut after, "referralStart").await;
        for socket in [&mut team, &mut partner] {
            assert_eq!(socket.heard().await["payload"]["data"]["referralChanged"]["status"], "IN_SERVICE", "the next");
        }
    })
    .await;
}
