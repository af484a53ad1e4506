//! What monitoring reads: real rows, real requests, words of ours alone, and at its own listener alone.

mod exposition;

use self::exposition::{Sample, read, value};
use crate::kit::installation::installed_on_both_databases;
use crate::kit::receiver::Receiver;
use crate::kit::server::Server;
use crate::kit::sql::Sql;
use crate::kit::world::{CLINIC, LAWYERS, World, answered, on_both_databases};
use crate::post::{listens, post_to, ready};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use hyper::body::Frame;
use relais::actions::jobs::{Worker, enlist, run_due};
use relais::app::App;
use relais::clock::{Clock as _, System};
use relais::domain::code::CodeList as _;
use relais::domain::job::JobKind;
use relais::policy::table::Table;
use relais::serve::{ServeLimits, serve};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const WAITING: &str = "relais_outbox_waiting_deliveries";
const OLDEST: &str = "relais_outbox_oldest_waiting_seconds";
const ATTEMPTS: &str = "relais_delivery_attempts_total";
const GIVEN_UP: &str = "relais_deliveries_given_up_total";
const DISABLED: &str = "relais_webhook_endpoints_disabled";
const OVERDUE: &str = "relais_jobs_oldest_overdue_seconds";
const REQUESTS: &str = "relais_http_requests_total";
const DURATIONS: &str = "relais_http_request_duration_seconds_count";
const WEBHOOK: (&str, &str) = ("channel", "webhook");
const MAIL: (&str, &str) = ("channel", "mail");

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

async fn text_of(app: &App) -> String {
    let answer = answered(app.metrics_router(), get("/metrics")).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text()
}

async fn scraped(app: &App) -> Vec<Sample> {
    read(&text_of(app).await)
}

/// What the rows themselves say is waiting by a channel.
async fn waiting_rows(world: &World, channel: &str) -> usize {
    let query = format!(
        "SELECT d.id FROM deliveries d JOIN delivery_queues q ON q.id = d.queue_id \
         WHERE d.status = 'waiting' AND q.channel = '{channel}'"
    );
    Sql::of(world).await.rows::<1>(&query).await.len()
}

/// Serves a router on loopback until the test ends.
async fn listening(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener, router, pending(), ServeLimits::STANDARD));
    address
}

/// Everything that is answered to these bytes until the server hangs up.
async fn told(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    // A server that has heard enough may hang up before it has heard all.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn asked(address: SocketAddr, line: &str) -> (String, String) {
    let answer =
        told(address, format!("{line} HTTP/1.1\r\nhost: relais\r\nconnection: close\r\n\r\n").as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {line}: {answer}"));
    (head.to_owned(), body.to_owned())
}

on_both_databases! {
    async fn the_outbox_is_counted_as_its_rows_are(world: World) {
        let (clinic, lawyers) = (Receiver::new(|_| 200), Receiver::new(|_| 410));
        listens(&world, CLINIC, &clinic.url()).await;
        listens(&world, LAWYERS, &lawyers.url()).await;
        let before = scraped(&world.app).await;
        for of in [WEBHOOK, MAIL] {
            assert_eq!((value(&before, WAITING, &[of]), value(&before, OLDEST, &[of])), (Some(0.0), Some(0.0)));
            assert_eq!(value(&before, GIVEN_UP, &[of]), Some(0.0), "what can fail is there before it has");
        }
        assert_eq!(value(&before, DISABLED, &[]), Some(0.0));

        let (post, ready) = (post_to(&world, &[&clinic, &lawyers]), ready(&world).await);
        world.refer(&ready, "REQUESTED").await;
        world.pass_seconds(90);
        let waiting = scraped(&world.app).await;
        for of in [WEBHOOK, MAIL] {
            let rows = waiting_rows(&world, of.1).await;
            assert!(rows > 0, "{of:?}");
            assert_eq!(value(&waiting, WAITING, &[of]), Some(rows as f64), "{of:?}");
            assert_eq!(value(&waiting, OLDEST, &[of]), Some(90.0), "{of:?}");
        }

        post.tell_all_due().await.expect("a store");
        let after = scraped(&world.app).await;
        assert_eq!(value(&after, ATTEMPTS, &[WEBHOOK, ("outcome", "taken")]), Some(1.0));
        assert_eq!(value(&after, ATTEMPTS, &[WEBHOOK, ("outcome", "gone")]), Some(1.0));
        assert_eq!((value(&after, GIVEN_UP, &[WEBHOOK]), value(&after, GIVEN_UP, &[MAIL])), (Some(1.0), Some(0.0)));
        assert_eq!(value(&after, DISABLED, &[]), Some(1.0), "who says that it is gone is told nothing more");
        assert_eq!((value(&after, WAITING, &[WEBHOOK]), value(&after, OLDEST, &[WEBHOOK])), (Some(0.0), Some(0.0)));
        assert_eq!(value(&after, WAITING, &[MAIL]), value(&waiting, WAITING, &[MAIL]), "nobody here writes mails");
    }

    async fn a_project_that_stands_still_or_a_word_taken_back_is_not_told_from_any_other_reason(world: World) {
        let lawyers = Receiver::new(|_| 200);
        listens(&world, LAWYERS, &lawyers.url()).await;
        let (post, ready) = (post_to(&world, &[&lawyers]), ready(&world).await);
        world.refer(&ready, "REQUESTED").await;
        world.execute("UPDATE referrals SET status = 'withdrawn'").await;
        post.tell_all_due().await.expect("a store");
        assert!(lawyers.heard().is_empty());
        let text = text_of(&world.app).await;
        assert_eq!(value(&read(&text), ATTEMPTS, &[WEBHOOK, ("outcome", "not_sent")]), Some(1.0));
        assert!(["past", "stopped", "withdrawn", "not_wanted"].iter().all(|word| !text.contains(word)), "{text}");
    }

    async fn jobs_that_fail_and_jobs_that_nobody_does_are_counted(world: World) {
        let context = world.app.context();
        enlist(context).await.expect("a store");
        world.execute("ALTER TABLE tokens RENAME TO tokens_away").await;
        world.pass_seconds(75);
        let failures = "relais_job_failures_total";
        let before = scraped(&world.app).await;
        assert_eq!(value(&before, OVERDUE, &[]), Some(75.0));
        for kind in JobKind::ALL {
            assert_eq!(value(&before, failures, &[("kind", kind.code())]), Some(0.0));
        }
        run_due(context, &Worker::new(context.chance.as_ref())).await.expect("a store");
        let after = scraped(&world.app).await;
        assert_eq!(value(&after, failures, &[("kind", "retention")]), Some(1.0));
        assert_eq!(value(&after, failures, &[("kind", "answering_figures")]), Some(0.0));
    }

    async fn without_the_database_there_are_the_counters_and_that_it_is_down(world: World) {
        answered(world.router(), get("/healthz")).await;
        assert_eq!(value(&scraped(&world.app).await, "relais_database_up", &[]), Some(1.0));
        world.app.clone().close().await;
        let samples = scraped(&world.app).await;
        assert_eq!(value(&samples, "relais_database_up", &[]), Some(0.0));
        assert_eq!(value(&samples, REQUESTS, &[("route", "/healthz"), ("status_class", "2xx")]), Some(1.0));
        let unknown = [WAITING, OLDEST, DISABLED, OVERDUE];
        assert!(samples.iter().all(|sample| !unknown.contains(&sample.name.as_str())), "nobody knows them: {samples:?}");
    }

    async fn each_node_counts_its_own_requests(world: World) {
        let other = App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a second node");
        answered(world.router(), get("/healthz")).await;
        let healthy = [("route", "/healthz"), ("status_class", "2xx")];
        assert_eq!(value(&scraped(&world.app).await, REQUESTS, &healthy), Some(1.0));
        assert_eq!(value(&scraped(&other).await, REQUESTS, &healthy), None);
    }
}

/// The body of a request that is sent by nobody.
struct NeverComing;

impl hyper::body::Body for NeverComing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_class_those_cut_off_too() {
    let world = World::on_sqlite().await;
    for path in ["/healthz", "/readyz", "/sheets/ref_1", "/sheets/ref_2", "/nowhere"] {
        answered(world.router(), get(path)).await;
    }
    let request = Request::post("/graphql").header("content-type", "application/json").body(Body::new(NeverComing));
    let mut hanging = Box::pin(answered(world.router(), request.expect("a request")));
    assert!(poll_fn(|task| Poll::Ready(hanging.as_mut().poll(task).is_pending())).await, "it waits for its body");
    drop(hanging);
    let samples = scraped(&world.app).await;
    for (route, class, count) in [
        ("/healthz", "2xx", 1.0),
        ("/readyz", "2xx", 1.0),
        ("/graphql", "cut_off", 1.0),
        ("/sheets/{id}", "3xx", 2.0),
        ("none", "4xx", 1.0),
    ] {
        assert_eq!(value(&samples, REQUESTS, &[("route", route), ("status_class", class)]), Some(count), "{route}");
    }
    assert_eq!(value(&samples, DURATIONS, &[("route", "/sheets/{id}")]), Some(2.0));
    let all: f64 = samples.iter().filter(|sample| sample.name == REQUESTS).map(|sample| sample.value).sum();
    assert!((all - 6.0).abs() < 0.5, "a scrape is no request: {samples:?}");
}

/// Every value that a label may have, written by hand but for the routes and the kinds of jobs.
fn listed(label: &str) -> BTreeSet<String> {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect();
    match label {
        "route" => {
            let paths = App::doors().into_iter().filter_map(|door| Some(door.split_once(' ')?.1.to_owned()));
            paths.chain(["none".to_owned()]).collect()
        }
        "status_class" => words("1xx 2xx 3xx 4xx 5xx cut_off"),
        "channel" => words("mail webhook"),
        "outcome" => {
            words("taken unreachable timed_out refused rejected redirected gone forbidden not_encrypted fault not_sent")
        }
        "kind" => JobKind::ALL.iter().map(|kind| kind.code().to_owned()).collect(),
        "le" => words("0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 5 15 +Inf"),
        _ => panic!("nobody has said what {label} may be"),
    }
}

#[tokio::test]
async fn labels_are_words_of_ours_whatever_is_asked() {
    let world = World::on_sqlite().await;
    let address = listening(world.router()).await;
    let head = "host: swordfish.example\r\nconnection: close\r\n";
    let long = "swordfish".repeat(4_000);
    let mut hostile = vec![
        format!("GET / HTTP/1.1\r\nx-swordfish: {long}\r\n{head}\r\n"),
        format!("GET / HTTP/1.1\r\n{}{head}\r\n", "x-swordfish: a\r\n".repeat(200)),
        format!(
            "POST /graphql HTTP/1.1\r\n{head}content-type: application/json\r\ncontent-length: 41\r\n\r\n{{\"query\":\"query swordfish {{ swordfish }}\"}}"
        ),
        format!(
            "GET /healthz HTTP/1.1\r\n{head}x-forwarded-for: swordfish\r\nx-request-id: swordfish\r\nx-forwarded-method: SWORDFISH\r\n\r\n"
        ),
        format!("\r\nswordfish\r\n\r\n{head}"),
    ];
    for line in [
        "SWORDFISH /graphql",
        "GET /swordfish",
        "GET /swordfish\"}%0Arelais_swordfish_total{a=\"b",
        "GET /metrics\"} 1",
        "GET /o/swordfish",
        "GET /o/%22%7D%0Aswordfish",
        "POST /requests/swordfish",
        "GET /sheets/swordfish?swordfish=swordfish",
        "GET /graphql?query=%7Bswordfish%7D&operationName=swordfish",
        "GET http://swordfish.example/sheets/1",
        "GET //swordfish/..%2f..%2fgraphql",
        "OPTIONS *",
        "CONNECT swordfish.example:443",
        "TRACE /healthz",
        "HEAD /swordfish",
    ] {
        hostile.push(format!("{line} HTTP/1.1\r\n{head}\r\n"));
    }
    hostile.push(format!("GET /{long} HTTP/1.1\r\n{head}\r\n"));
    for request in &hostile {
        told(address, request.as_bytes()).await;
    }
    told(address, b"GET /\xff\xfeswordfish HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    let text = text_of(&world.app).await;
    let samples = read(&text);
    assert!(!text.to_lowercase().contains("swordfish"), "{text}");
    for (label, found) in samples.iter().flat_map(|sample| &sample.labels) {
        assert!(listed(label).contains(found), "{label}: {found}");
    }
    let of_no_route = samples.iter().filter(|sample| sample.labels.get("route").is_some_and(|route| route == "none"));
    assert!(of_no_route.count() > 0, "they were counted: {text}");

    let series = samples.len();
    for number in 0..50 {
        answered(world.router(), get(&format!("/o/{number}"))).await;
        answered(world.router(), get(&format!("/nowhere/{number}"))).await;
    }
    assert_eq!(scraped(&world.app).await.len(), series, "nobody makes series without end");
}

#[tokio::test]
async fn the_public_listener_has_no_metrics_and_that_of_monitoring_nothing_else() {
    let world = World::on_sqlite().await;
    let (there, nowhere) =
        (answered(world.router(), get("/metrics")).await, answered(world.router(), get("/no")).await);
    assert_eq!((there.status, &there.bytes), (StatusCode::NOT_FOUND, &nowhere.bytes));
    let inside = listening(world.app.metrics_router()).await;
    let (head, body) = asked(inside, "GET /metrics").await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("content-type: text/plain; version=0.0.4"), "{head}");
    for line in
        ["cache-control: no-store", "x-content-type-options: nosniff", "content-security-policy: default-src 'none'"]
    {
        assert!(head.contains(line), "{head}");
    }
    assert_eq!(value(&read(&body), "relais_database_up", &[]), Some(1.0));
    for (line, status) in [
        ("POST /metrics", "405"),
        ("DELETE /metrics", "405"),
        ("GET /metrics/", "404"),
        ("GET /", "404"),
        ("GET /graphql", "404"),
        ("GET /healthz", "404"),
        ("GET /sign-in", "404"),
    ] {
        let (head, _) = asked(inside, line).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {head}");
    }
}

#[tokio::test]
async fn without_its_door_in_the_table_it_is_not_served() {
    let world = World::on_sqlite().await;
    assert_eq!(App::inside_doors(), ["GET /metrics"]);
    let mut content = Table::standard().content().clone();
    content.doors.retain(|door| door.name != "GET /metrics");
    let table: &'static Table = Box::leak(Box::new(Table::new(content)));
    let shut = answered(world.app.clone().under(table).metrics_router(), get("/metrics")).await;
    assert_eq!(shut.status, StatusCode::NOT_FOUND);
}

/// Where a process says that monitoring is answered.
fn monitored(server: &Server) -> Option<SocketAddr> {
    let address =
        server.printed().lines().find_map(|line| line.strip_prefix("metrics on http://").map(str::to_owned))?;
    Some(address.strip_suffix("/metrics").expect("its path").parse().expect("an address"))
}

installed_on_both_databases! {
    async fn both_processes_answer_monitoring_where_it_is_configured_and_only_there(here: Installation) {
        let configured = [("RELAIS_METRICS__LISTEN", "127.0.0.1:0".to_owned())];
        let mut serving = here.serve_with(&configured);
        here.execute("INSERT INTO delivery_queues (id, channel, organization_id, served_at, not_before, leased_until, disabled_at) \
            VALUES ('svc_1', 'mail', 'o', 0, 0, 0, NULL), ('whk_1', 'webhook', 'o', 0, 0, 0, 1)").await;
        // Retention is at work here, so they are of today.
        let hours_ago = |hours: i64| System.now().microseconds() - hours * 3_600_000_000;
        for (id, status, created_at) in [("1", "waiting", hours_ago(2)), ("2", "delivered", hours_ago(3)), ("3", "waiting", hours_ago(1))] {
            here.execute(&format!(
                "INSERT INTO deliveries VALUES ('{id}', 'svc_1', 'referral.offered', 'ref_1', {id}, {created_at}, NULL, 0, '{status}', NULL, NULL)"
            ))
            .await;
        }
        let mut working = Server::work(&[here.environment(), configured.to_vec()].concat());
        for process in [&serving, &working] {
            let inside = monitored(process).expect("it says where");
            let (_, body) = asked(inside, "GET /metrics").await;
            let samples = read(&body);
            assert_eq!(value(&samples, "relais_database_up", &[]), Some(1.0));
            assert_eq!(value(&samples, WAITING, &[MAIL]), Some(2.0));
            assert!(value(&samples, OLDEST, &[MAIL]).is_some_and(|seconds| (7_200.0..10_800.0).contains(&seconds)), "{body}");
            assert_eq!(value(&samples, DISABLED, &[]), Some(1.0));
            let (head, _) = asked(inside, "GET /graphql").await;
            assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
        }
        let (head, _) = asked(serving.address(), "GET /metrics").await;
        assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
        assert_eq!((serving.terminate(), working.terminate()), (Some(0), Some(0)), "they end as ever");

        let (serving, working) = (here.serve(), Server::work(&here.environment()));
        assert_eq!((monitored(&serving), monitored(&working)), (None, None));
        let taken = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = taken.local_addr().expect("an address").to_string();
        let environment = [here.environment(), vec![("RELAIS_METRICS__LISTEN", address)]].concat();
        let ran = crate::kit::installation::run_in(here.folder(), &["worker"], &environment);
        ran.refused(1, &["metrics.listen"]);
    }
}
