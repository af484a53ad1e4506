//! What leaves Relais when the process that sends it does not live: everything is told, in an order that a receiver can
//! restore, and at most once more for each time that it was killed. The real binary, killed by its own process id at moments
//! that a seed chooses; and asked to end, which loses nothing and repeats nothing.

use crate::kit::receiver::{Heard, Receiver};
use crate::kit::requirement::is_full;
use crate::kit::server::Server;
use crate::kit::sql::Sql;
use crate::kit::world::{CLINIC, LAWYERS, World};
use crate::mail::sink::{Described, Sink};
use crate::post::{listens, ready};
use relais::actions::delivery::LEASE_SECONDS;
use relais::clock::{Clock, System};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// For what has to come, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// A generator (xorshift) whose numbers repeat with its seed.
struct Moments(u64);

impl Moments {
    /// From 20 to 400 milliseconds.
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(20 + self.0 % 381)
    }
}

/// How much is done: workers at once, rounds in which all of them are killed, and referrals made meanwhile.
#[derive(Clone, Copy)]
struct Size {
    workers: usize,
    rounds: usize,
    referrals: usize,
}

impl Size {
    fn of(workers: usize) -> Self {
        let (kills, referrals) = if is_full() { (200, 2_000) } else { (12, 60) };
        Self { workers, rounds: kills / workers, referrals }
    }
}

async fn count(world: &World, query: &str) -> i64 {
    let rows = Sql::of(world).await.rows::<1>(&format!("SELECT CAST(count(*) AS TEXT) FROM {query}")).await;
    rows[0][0].as_ref().and_then(|count| count.parse().ok()).expect("a count")
}

/// What a lease lasts, goes by: nobody who held one lives.
async fn leases_run_out(world: &World) {
    let passed = LEASE_SECONDS * 1_000_000;
    let later = format!("UPDATE delivery_queues SET leased_until = leased_until - {passed} WHERE leased_until > 0");
    Sql::of(world).await.rows::<0>(&later).await;
}

/// Workers that say that they work, and are killed one after the other a moment later.
async fn killed_workers(environment: &[(&'static str, String)], moments: Vec<Duration>) {
    let environment = environment.to_vec();
    let killed = tokio::task::spawn_blocking(move || {
        let workers: Vec<_> = moments.iter().map(|_| Server::work(&environment)).collect();
        for (worker, moment) in workers.into_iter().zip(moments) {
            worker.kill_after(moment);
        }
    });
    killed.await.expect("workers that work until they are killed");
}

/// Some referrals more, each offered, acknowledged and accepted, by the clock on the wall.
async fn refer(world: &World, number: usize) {
    if number == 0 {
        return;
    }
    let ready = ready(world).await;
    for _ in 0..number {
        world.clock.set(System.now());
        world.refer(&ready, "ACCEPTED").await;
    }
}

/// Waits until nothing is on its way any more, and nobody holds a lease, for as long as something is told meanwhile.
async fn all_is_told(world: &World, workers: &[Server]) {
    let (mut since, mut looks) = (Instant::now(), tokio::time::interval(Duration::from_millis(200)));
    let mut last = (i64::MAX, i64::MAX);
    loop {
        looks.tick().await;
        let waiting = count(world, "deliveries WHERE status = 'waiting'").await;
        let held = count(world, "delivery_queues WHERE leased_until > 0").await;
        if (waiting, held) == (0, 0) {
            return;
        }
        if (waiting, held) != last {
            (since, last) = (Instant::now(), (waiting, held));
        }
        let output = || workers.iter().map(Server::output).collect::<String>();
        assert!(since.elapsed() < PATIENCE, "{waiting} wait, {held} leases are held\n{}", output());
    }
}

/// The ids that a receiver has heard, each once, with how many calls it heard too many; for each referral in order.
fn once(heard: &[Heard]) -> (BTreeSet<String>, usize) {
    let (mut ids, mut last) = (BTreeSet::new(), BTreeMap::new());
    for call in heard {
        if !ids.insert(call.id.clone()) {
            continue;
        }
        let sequence = call.body["data"]["sequence"].as_i64().expect("a sequence");
        let before = last.insert(call.body["data"]["id"].to_string(), sequence);
        assert!(
            before.is_none_or(|before| before < sequence),
            "what is told first is told in order: {before:?} {call:?}"
        );
    }
    let more = heard.len() - ids.len();
    (ids, more)
}

/// The deliveries that a mail server has taken, each once, with how many it took too many.
fn mailed_once(sink: Sink) -> (BTreeSet<String>, usize) {
    let taken: Vec<_> = sink.ended().into_iter().filter(|line| !line["mail"].is_null()).collect();
    let id = |line: &serde_json::Value| {
        let headers = line["mail"]["headers"].as_array().expect("headers");
        let found = headers.iter().find(|header| header[0] == "Message-ID").expect("every mail has one");
        let id = found[1].as_str().expect("a text").trim_start_matches('<');
        id.split('@').next().expect("a part before the host").to_owned()
    };
    let ids: BTreeSet<_> = taken.iter().map(id).collect();
    let more = taken.len() - ids.len();
    (ids, more)
}

async fn delivered(world: &World, queues: &str) -> BTreeSet<String> {
    let query = format!("SELECT id, status FROM deliveries WHERE queue_id {queues}");
    let rows = Sql::of(world).await.rows::<2>(&query).await;
    let told = |[id, status]: [Option<String>; 2]| {
        assert_eq!(status.as_deref(), Some("delivered"), "{id:?}");
        id.expect("an id")
    };
    rows.into_iter().map(told).collect()
}

fn environment_of(world: &World, receivers: &[&Receiver], sink: Option<&Sink>) -> Vec<(&'static str, String)> {
    let mut environment = world.environment();
    let names: Vec<_> = receivers.iter().map(|receiver| receiver.name()).collect();
    environment.push(("RELAIS_WEBHOOKS__PRIVATE_HOSTS", names.join(",")));
    environment.push(("RELAIS_DELIVERY__LOOK_SECONDS", "1".to_owned()));
    if let Some(sink) = sink {
        environment.push(("RELAIS_SMTP__HOST", "127.0.0.1".to_owned()));
        environment.push(("RELAIS_SMTP__PORT", sink.port.to_string()));
        environment.push(("RELAIS_SMTP__FROM", "relais@example.org".to_owned()));
        environment.push(("RELAIS_SMTP__CA_FILE", sink.ca_file()));
    }
    environment
}

async fn is_told_whatever_is_killed(world: World, size: Size) {
    let Some(sink) = Sink::start(&Described::by("tls")) else { return };
    let (clinic, lawyers) = (Receiver::new(|_| 204), Receiver::new(|_| 200));
    let ours = listens(&world, CLINIC, &clinic.url()).await;
    let theirs = listens(&world, LAWYERS, &lawyers.url()).await;
    let environment = environment_of(&world, &[&clinic, &lawyers], Some(&sink));
    let mut moments = Moments(0x05EE_D0FD_0075 + size.workers as u64);
    world.clock.set(System.now());
    for round in 0..size.rounds {
        let number = size.referrals * (round + 1) / size.rounds - size.referrals * round / size.rounds;
        let moments = (0..size.workers).map(|_| moments.next()).collect();
        tokio::join!(refer(&world, number), killed_workers(&environment, moments));
        leases_run_out(&world).await;
    }
    let before = count(&world, "deliveries WHERE status = 'delivered'").await;
    let workers =
        tokio::task::spawn_blocking(move || (0..size.workers).map(|_| Server::work(&environment)).collect::<Vec<_>>());
    let workers = workers.await.expect("workers");
    all_is_told(&world, &workers).await;
    drop(workers);

    let mut told = Vec::new();
    for (heard, queue) in [(clinic.heard(), ours), (lawyers.heard(), theirs)] {
        let (ids, more) = once(&heard);
        assert_eq!(
            ids,
            delivered(&world, &format!("= '{queue}'")).await,
            "every call was heard, and none that nobody made"
        );
        assert_eq!(ids.len(), 3 * size.referrals);
        assert!(more <= size.rounds, "{more} calls too many for {} kills", size.rounds);
        told.push((ids.len(), more));
    }
    let (ids, more) = mailed_once(sink);
    assert_eq!(ids, delivered(&world, "LIKE 'svc_%'").await, "every mail was taken, and none that nobody wrote");
    assert_eq!(ids.len(), size.referrals);
    assert!(more <= size.rounds, "{more} mails too many for {} kills", size.rounds);
    told.push((ids.len(), more));
    let all: usize = told.iter().map(|(ids, _)| ids).sum();
    let before = usize::try_from(before).expect("a count");
    println!("told, and how often more: {told:?}; {before} of {all} by workers that were killed");
    assert!(before > 0, "the control: workers were killed at work");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_told_whenever_the_worker_of_a_file_is_killed() {
    is_told_whatever_is_killed(World::on_sqlite().await, Size::of(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_told_whenever_the_workers_of_a_server_are_killed() {
    if let Some(world) = World::on_postgres().await {
        is_told_whatever_is_killed(world, Size::of(2)).await;
    }
}

/// Somebody hears a call while the process is asked to end, and answers only then.
async fn ends_what_is_under_way(world: &World, start: fn(&[(&str, String)]) -> Server) {
    let ((called, is_called), (release, held)) = (channel(), channel::<()>());
    let (called, held) = (std::sync::Mutex::new(called), std::sync::Mutex::new(held));
    let lawyers = Arc::new(Receiver::new(move |_| {
        // Nobody listens once the test is over.
        let _ = called.lock().expect("nobody panicked").send(());
        let _ = held.lock().expect("nobody panicked").recv();
        200
    }));
    let queue = listens(world, LAWYERS, &lawyers.url()).await;
    let environment = environment_of(world, &[&lawyers], None);
    world.clock.set(System.now());
    world.refer(&ready(world).await, "ACCEPTED").await;
    let ended = tokio::task::spawn_blocking(move || {
        let mut server = start(&environment);
        is_called.recv_timeout(PATIENCE).expect("a call");
        server.ask_to_end();
        release.send(()).expect("it waits for an answer");
        let code = server.ended();
        assert_eq!(code, Some(0), "{}", server.output());
        // Whoever is called after all is not to hang.
        drop(release);
        is_called.try_recv().is_err()
    });
    assert!(ended.await.expect("it ends by itself"), "nothing more was begun");
    assert_eq!(lawyers.told(), [("referral.offered".to_owned(), 2)], "and of three calls one was made");
    let status = |status| format!("deliveries WHERE queue_id = '{queue}' AND status = '{status}'");
    assert_eq!(count(world, &status("delivered")).await, 1, "what was heard is known to be");
    assert_eq!(count(world, &status("waiting")).await, 2);
    assert_eq!(count(world, "delivery_queues WHERE leased_until > 0").await, 0, "the next one may go on at once");
}

fn serve(environment: &[(&str, String)]) -> Server {
    Server::spawn(&["serve", "--listen", "127.0.0.1:0"], environment)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_asked_to_end_lets_a_call_end() {
    ends_what_is_under_way(&World::on_sqlite().await, Server::work).await;
    if let Some(world) = World::on_postgres().await {
        ends_what_is_under_way(&world, Server::work).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_end_lets_a_call_end() {
    ends_what_is_under_way(&World::on_sqlite().await, serve).await;
}

/// A receiver that never answers delays the end by what a call may take, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_asked_to_end_does_so_within_its_time() {
    let world = World::on_sqlite().await;
    let (release, held) = channel::<()>();
    let (called, is_called) = channel();
    let (called, held) = (std::sync::Mutex::new(called), std::sync::Mutex::new(held));
    let lawyers = Receiver::new(move |_| {
        let _ = called.lock().expect("nobody panicked").send(());
        let _ = held.lock().expect("nobody panicked").recv();
        200
    });
    let queue = listens(&world, LAWYERS, &lawyers.url()).await;
    let environment = environment_of(&world, &[&lawyers], None);
    world.clock.set(System.now());
    world.refer(&ready(&world).await, "REQUESTED").await;
    let ended = tokio::task::spawn_blocking(move || {
        let mut server = Server::work(&environment);
        is_called.recv_timeout(PATIENCE).expect("a call");
        server.ask_to_end();
        (server.ended(), server.output())
    });
    let (code, output) = ended.await.expect("it ends by itself");
    assert_eq!(code, Some(0), "{output}");
    drop(release);
    let waiting = format!("deliveries WHERE queue_id = '{queue}' AND status = 'waiting'");
    assert_eq!(count(&world, &waiting).await, 1, "it is told again");
}
