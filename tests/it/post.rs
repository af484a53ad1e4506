//! What leaves Relais: listed in the commit of what happened, asked about again before it is sent, told to each endpoint by
//! itself, and tried again until it is told or cannot be.

use crate::kit::receiver::Receiver;
use crate::kit::requirement::announce;
use crate::kit::sql::Sql;
use crate::kit::steps::{Ready, Referred, girl_of_sixteen, organization_id, service_id, step_input, text};
use crate::kit::world::{CLINIC, LAWYERS, MINORITY_APPEAL, World, on_both_databases};
use relais::actions::delivery::{claim, due, prepare};
use relais::actions::jobs::Worker;
use relais::clock::{Chance, Clock, fresh_id};
use relais::delivery::webhook::LIMITS;
use relais::delivery::{MOST_AT_ONCE, Means, Post};
use relais::domain::delivery::{AttemptResult, DeliveryChannel, Lane, MailboxSettings};
use relais::domain::id::{AccountId, Identifier, OrganizationId, ProjectId, ServiceId, WebhookEndpointId};
use relais::domain::sensitive::Sensitive;
use relais::domain::webhook::{WebhookEndpoint, WebhookSecret};
use relais::egress::{Client, PrivateHosts};
use relais::store::StoreError;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicUsize, Ordering};

/// A referral of the clinic to the lawyers, ready to be drafted.
pub async fn ready(world: &World) -> Ready {
    let (sender, recipient) = (world.person("caseworker"), world.person("lawyer"));
    let case = text(&world.opened_case(&sender, girl_of_sixteen()).await["id"]);
    let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
    let consent = world.consented(&sender, &case, &organization_id(LAWYERS), &basis).await;
    let draft = json!({ "caseId": case, "serviceId": service_id(MINORITY_APPEAL),
        "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
    Ready { sender, recipient, case, consent, draft }
}

/// Registers the system of an organisation of the seeds; gives the id of its queue.
pub async fn listens(world: &World, organization: &str, url: &str) -> String {
    let chance = world.clock.as_ref();
    let endpoint = WebhookEndpoint {
        id: fresh_id::<WebhookEndpointId>(chance),
        organization_id: OrganizationId::derived("corridor", organization),
        url: Sensitive::new(url.to_owned()),
        secret: WebhookSecret::from_bytes(chance.key()),
        previous: None,
        created_at: world.now(),
        created_by: fresh_id::<AccountId>(chance),
    };
    let projects = format!("SELECT id FROM projects WHERE organization_id = '{}'", endpoint.organization_id);
    let project = rows::<1>(world, &projects).await.into_iter().flatten().flatten().next();
    let project = project.map(|id| ProjectId::parse(&id).expect("an id"));
    let registered = world.app.context().store.write(async |tx| tx.insert_webhook_endpoint(&endpoint, project).await);
    let written = registered.await;
    written.map_err(|error: StoreError| error.to_string()).expect("a registered endpoint");
    endpoint.id.to_string()
}

/// A post that may call these receivers, and has no mail server.
pub fn post_to(world: &World, receivers: &[&Receiver]) -> Post {
    let names = receivers.iter().map(|receiver| receiver.name()).collect::<Vec<_>>().join(",");
    let hosts = PrivateHosts::try_from(names).expect("hosts and ports");
    let client = Client::to_public_hosts_and(LIMITS, hosts).expect("a client");
    Post::new(
        world.app.context().clone(),
        Means { client, mailer: None, public_address: "https://relais.example".into() },
    )
}

async fn tell(post: &Post) {
    post.tell_all_due().await.expect("a store");
}

async fn step(world: &World, ready: &Ready, name: &str, referred: &Referred) -> Referred {
    let is_of_the_sender = matches!(name, "referralSend" | "referralHandOver" | "referralCancel");
    let actor = if is_of_the_sender { &ready.sender } else { &ready.recipient };
    world.done(actor, name, &step_input(name, referred)).await;
    Referred { version: referred.version + 1, ..referred.clone() }
}

async fn deliveries(world: &World, ready: &Ready, referred: &Referred) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { deliveries { channel kind status attempts result } } }";
    world.ask(&ready.sender, question, json!({ "id": referred.id })).await.at("referral/deliveries").clone()
}

async fn rows<const N: usize>(world: &World, query: &str) -> Vec<[Option<String>; N]> {
    Sql::of(world).await.rows(query).await
}

fn kinds(receiver: &Receiver) -> Vec<String> {
    receiver.told().into_iter().map(|(kind, sequence)| format!("{kind} {sequence}")).collect()
}

on_both_databases! {
    async fn both_organisations_are_told_of_every_change_and_of_nothing_in_it(world: World) {
        let (clinic, lawyers) = (Receiver::new(|_| 204), Receiver::new(|_| 200));
        listens(&world, CLINIC, &clinic.url()).await;
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&clinic, &lawyers]), ready(&world).await);
        let referred = world.refer(&ready, "DRAFT").await;
        tell(&post).await;
        assert!(clinic.heard().is_empty(), "a draft is nobody's business yet");
        let mut referred = step(&world, &ready, "referralSend", &referred).await;
        for name in ["referralAcknowledge", "referralAccept", "referralStart", "referralComplete"] {
            referred = step(&world, &ready, name, &referred).await;
        }
        tell(&post).await;
        let all = ["referral.offered 2", "referral.changed 3", "referral.changed 4", "referral.changed 5", "referral.closed 6"];
        assert_eq!((kinds(&clinic), kinds(&lawyers)), (all.map(str::to_owned).into(), all.map(str::to_owned).into()));
        for (ours, theirs) in clinic.heard().iter().zip(lawyers.heard()) {
            let expected = json!({ "type": ours.body["type"], "timestamp": "2026-11-23T18:00:00Z",
                "data": { "id": referred.id, "sequence": ours.body["data"]["sequence"] } });
            assert_eq!((&ours.body, &theirs.body), (&expected, &expected), "a kind, the hour, an id, its place");
            assert_ne!(ours.id, theirs.id);
        }
        tell(&post).await;
        assert_eq!(clinic.heard().len(), 5, "what is told is told once");
    }

    async fn the_sender_reads_whether_the_partner_got_it_and_the_partner_does_not(world: World) {
        let lawyers = Receiver::new(|_| 200);
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        let referred = world.refer(&ready, "REQUESTED").await;
        let waiting = |channel: &str| json!({ "channel": channel, "kind": "REFERRAL_OFFERED", "status": "WAITING", "attempts": 0, "result": null });
        let before = deliveries(&world, &ready, &referred).await;
        let mut before = before.as_array().expect("a list").clone();
        before.sort_by_key(|told| told["channel"].to_string());
        assert_eq!(before, [waiting("MAIL"), waiting("WEBHOOK")]);
        tell(&post).await;
        let after = deliveries(&world, &ready, &referred).await;
        let results: Vec<_> = after.as_array().expect("a list").iter().map(|told| format!("{} {} {}", told["channel"], told["status"], told["result"])).collect();
        assert!(results.contains(&r#""WEBHOOK" "DELIVERED" "TAKEN""#.to_owned()), "{results:?}");
        assert!(results.contains(&r#""MAIL" "WAITING" null"#.to_owned()), "a node with a mail server may yet come: {results:?}");
        let question = "query($id: ID!) { referral(id: $id) { deliveries { kind } } }";
        let asked = world.ask(&ready.recipient, question, json!({ "id": referred.id })).await;
        assert!(asked.at("referral/deliveries").is_null());
    }

    async fn what_was_taken_back_before_it_was_told_is_told_to_nobody_but_the_sender(world: World) {
        let (clinic, lawyers) = (Receiver::new(|_| 200), Receiver::new(|_| 200));
        listens(&world, CLINIC, &clinic.url()).await;
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&clinic, &lawyers]), ready(&world).await);
        let referred = world.refer(&ready, "REQUESTED").await;
        step(&world, &ready, "referralCancel", &referred).await;
        tell(&post).await;
        assert_eq!(kinds(&clinic), ["referral.offered 2", "referral.closed 3"]);
        assert!(lawyers.heard().is_empty(), "the partner does not learn that there was anything");
        let told = world.refer(&ready, "REQUESTED").await;
        tell(&post).await;
        step(&world, &ready, "referralCancel", &told).await;
        tell(&post).await;
        assert_eq!(kinds(&lawyers), ["referral.offered 2", "referral.closed 3"], "what it was told of is closed");
    }

    async fn of_a_frozen_project_nothing_is_told_until_it_works_again(world: World) {
        let lawyers = Receiver::new(|_| 200);
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        world.refer(&ready, "REQUESTED").await;
        rows::<0>(&world, "UPDATE projects SET status = 'frozen'").await;
        tell(&post).await;
        assert!(lawyers.heard().is_empty());
        let waits = "SELECT status FROM deliveries WHERE queue_id LIKE 'whk_%' AND attempts = 0";
        assert_eq!(rows::<1>(&world, waits).await, [[Some("waiting".to_owned())]], "to wait is no attempt");
        rows::<0>(&world, "UPDATE projects SET status = 'active'").await;
        world.clock.set(world.now().plus_hours(1));
        tell(&post).await;
        assert_eq!(kinds(&lawyers), ["referral.offered 2"]);
    }

    async fn a_dead_endpoint_is_tried_by_the_schedule_then_given_up_and_after_five_days_told_nothing_more(world: World) {
        let status = Arc::new(AtomicU16::new(500));
        let its = Arc::clone(&status);
        let lawyers = Receiver::new(move |_| its.load(Ordering::SeqCst));
        let queue = listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        world.refer(&ready, "REQUESTED").await;
        for hours in 0..40 {
            tell(&post).await;
            tell(&post).await;
            world.clock.set(world.now().plus_hours(if hours == 0 { 0 } else { 1 }).plus_seconds(10));
        }
        assert_eq!(lawyers.heard().len(), 8, "once, and seven times more");
        let ids: std::collections::BTreeSet<_> = lawyers.heard().into_iter().map(|heard| heard.id).collect();
        assert_eq!(ids.len(), 1, "under the same id");
        assert_eq!(rows::<1>(&world, "SELECT status FROM deliveries WHERE queue_id LIKE 'whk_%'").await, [[Some("given_up".to_owned())]]);
        world.clock.set(world.now().plus_days(4));
        world.refer(&ready, "REQUESTED").await;
        tell(&post).await;
        let disabled = format!("SELECT disabled_reason FROM delivery_queues WHERE id = '{queue}'");
        assert_eq!(rows::<1>(&world, &disabled).await, [[Some("nothing_taken".to_owned())]]);
        let told = rows::<1>(&world, &format!("SELECT role FROM notices WHERE kind = 'endpoint_disabled' AND object = '{queue}' ORDER BY role")).await;
        assert_eq!(told, [[Some("coordinator".to_owned())], [Some("partner_admin".to_owned())]]);
        status.store(200, Ordering::SeqCst);
        world.refer(&ready, "REQUESTED").await;
        tell(&post).await;
        assert_eq!(lawyers.heard().len(), 9, "and is called no more");
    }

    async fn an_endpoint_that_is_gone_is_told_nothing_more_at_once(world: World) {
        let lawyers = Receiver::new(|_| 410);
        let queue = listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        let referred = world.refer(&ready, "REQUESTED").await;
        tell(&post).await;
        step(&world, &ready, "referralAcknowledge", &referred).await;
        tell(&post).await;
        assert_eq!(lawyers.heard().len(), 1);
        let reason = format!("SELECT disabled_reason FROM delivery_queues WHERE id = '{queue}'");
        assert_eq!(rows::<1>(&world, &reason).await, [[Some("gone".to_owned())]]);
    }

    async fn a_partner_that_wants_only_calls_gets_no_mail(world: World) {
        let ready = ready(&world).await;
        let settings = MailboxSettings { is_phone_only: true, ..MailboxSettings::default() };
        let (service, lawyers) = (ServiceId::derived("corridor", MINORITY_APPEAL), OrganizationId::derived("corridor", LAWYERS));
        let saved = world.app.context().store.write(async |tx| tx.save_mailbox_settings(service, lawyers, &settings).await);
        saved.await.map_err(|error: StoreError| error.to_string()).expect("a store");
        world.refer(&ready, "REQUESTED").await;
        let context = world.app.context();
        let mails = Lane { channel: DeliveryChannel::Mail, is_failing: false };
        let claimed = claim(context, &Worker::new(context.chance.as_ref()), mails).await;
        let leased = claimed.expect("a store").expect("a queue");
        let mails = due(context, &leased).await.expect("a store");
        let prepared = prepare(context, &leased, &mails[0]).await.expect("a store");
        assert_eq!(prepared.err(), Some(AttemptResult::NotWanted));
        assert!(rows::<1>(&world, "SELECT id FROM links").await.is_empty(), "no link is made that nobody gets");
    }

    async fn one_who_hangs_delays_no_other(world: World) {
        // The lawyers' system takes a call and never answers, until the other one has heard everything.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let lawyers = Receiver::new(move |_| {
            let _ = held.lock().expect("nobody panicked").recv();
            200
        });
        let clinic = Arc::new(Receiver::new(|_| 200));
        listens(&world, LAWYERS, &lawyers.url()).await;
        listens(&world, CLINIC, &clinic.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers, &clinic]), ready(&world).await);
        let working = tokio::spawn({
            let post = post.clone();
            async move { post.work(1).await }
        });
        for round in 1..=10 {
            world.refer(&ready, "REQUESTED").await;
            let clinic = Arc::clone(&clinic);
            let waited = tokio::task::spawn_blocking(move || clinic.wait_for(round));
            waited.await.expect("it hears each of them while the other hangs");
        }
        assert_eq!(lawyers.heard().len(), 0);
        drop(release);
        working.abort();
    }

    async fn however_many_are_dead_one_that_is_well_hears_what_is_due(world: World) {
        // Twenty systems answer that they take nothing; from then on they take a call and never answer it.
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (began, begun) = std::sync::mpsc::channel::<()>();
        let (held, is_hanging) = (std::sync::Mutex::new(held), Arc::new(AtomicBool::new(false)));
        let its = Arc::clone(&is_hanging);
        let dead = Receiver::new(move |_| {
            if its.load(Ordering::SeqCst) {
                // Nobody listens once the test is over.
                let _ = began.send(());
                let _ = held.lock().expect("nobody panicked").recv();
            }
            500
        });
        let well = Arc::new(Receiver::new(|_| 200));
        for _ in 0..20 {
            listens(&world, LAWYERS, &dead.url()).await;
        }
        listens(&world, CLINIC, &well.url()).await;
        let (post, ready) = (post_to(&world, &[&dead, &well]), ready(&world).await);
        world.refer(&ready, "REQUESTED").await;
        tell(&post).await;
        assert_eq!((dead.heard().len(), well.heard().len()), (20, 1), "everybody is asked");
        is_hanging.store(true, Ordering::SeqCst);
        world.clock.set(world.now().plus_hours(1));
        let working = tokio::spawn({
            let post = post.clone();
            async move { post.work(1).await }
        });
        // Every place that there is for them is taken.
        let most = tokio::task::spawn_blocking(move || {
            (0..MOST_AT_ONCE).for_each(|_| begun.recv().expect("they are called"));
            begun
        });
        let begun = most.await.expect("they are called");
        for calls in 2..=4 {
            world.refer(&ready, "REQUESTED").await;
            let well = Arc::clone(&well);
            tokio::task::spawn_blocking(move || well.wait_for(calls)).await.expect("it hears each of them");
        }
        assert!(begun.try_recv().is_err(), "none of them had to give its place to another first");
        drop(release);
        working.abort();
    }

    async fn two_workers_tell_everything_once_and_each_endpoint_in_order(world: World) {
        let concurrent = Arc::new(AtomicUsize::new(0));
        let its = Arc::clone(&concurrent);
        let lawyers = Receiver::new(move |_| {
            let others = its.fetch_add(1, Ordering::SeqCst);
            its.fetch_sub(1, Ordering::SeqCst);
            if others == 0 { 200 } else { 500 }
        });
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        for _ in 0..10 {
            world.refer(&ready, "ACCEPTED").await;
        }
        let (one, other) = (post.clone(), post.clone());
        let (first, second) = tokio::join!(tokio::spawn(async move { one.tell_all_due().await }), tokio::spawn(async move { other.tell_all_due().await }));
        first.expect("a worker").expect("a store");
        second.expect("a worker").expect("a store");
        tell(&post).await;
        let mut ids: Vec<_> = lawyers.heard().into_iter().map(|heard| heard.id).collect();
        assert_eq!(ids.len(), 30);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 30, "each once");
        let mut last = std::collections::BTreeMap::new();
        for heard in lawyers.heard() {
            let sequence = heard.body["data"]["sequence"].as_i64().expect("a sequence");
            let before = last.insert(heard.body["data"]["id"].to_string(), sequence);
            assert!(before.is_none_or(|before| before < sequence), "in order");
        }
    }
}

#[tokio::test]
async fn a_node_hears_what_another_node_lists() {
    let Some(world) = World::on_postgres().await else {
        return announce("a node hears what another node lists");
    };
    let listening = relais::app::App::open(world.location(), world.clock.clone(), world.clock.clone())
        .await
        .expect("a second node");
    let mut hearing = listening.context().store.hear();
    let ears = tokio::spawn({
        let listening = listening.clone();
        async move { listening.listen_to_other_nodes().await }
    });
    let ready = ready(&world).await;
    // Whether it listens already cannot be seen, so news are made until they are heard.
    loop {
        world.refer(&ready, "REQUESTED").await;
        let heard = tokio::time::timeout(std::time::Duration::from_millis(500), hearing.rung()).await;
        if heard.is_ok() {
            break;
        }
    }
    ears.abort();
    let _ = world.clock.now();
}
