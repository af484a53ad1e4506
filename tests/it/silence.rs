//! Silence: whatever a caller puts wherever, it comes back from nowhere. The real binary logs at TRACE while
//! every flow of the API, its refusals, a thousand requests that mean harm and faults of the database carry a
//! mark in each place that takes a text; then everything that the process wrote, its command line, the bodies
//! of its errors and the audit trail are searched, in every usual encoding.
//!
//! Tokens that commands print once are the only exception. The *names* that a caller types in a document may come
//! back in the error about them (a misspelt field could not be found otherwise), so no mark stands for a name.

mod scanner;

use crate::hostile::generator::documents;
use crate::kit::installation::{Installation, installed_on_both_databases};
use crate::kit::loop_calls::{organization, service};
use crate::kit::schema::SCHEMA;
use crate::kit::server::Server;
use crate::kit::world::{LAWYERS, MINORITY_APPEAL};
use reqwest::{Client, RequestBuilder};
use scanner::Marks;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

const INVALID_REQUESTS: usize = 1_000;
const SEED: u64 = 0x0047_3153;

/// Everything that happens in one run, and what must not be heard of it.
struct Run {
    server: Server,
    client: Client,
    tokens: BTreeMap<String, String>,
    marks: Marks,
    /// Bodies of errors and of refusals.
    told: Vec<String>,
}

impl Run {
    fn begin(here: &Installation, tokens: BTreeMap<String, String>, json: bool) -> Self {
        let server = here.serve_with(&[
            ("RELAIS_LOG__LEVEL", "trace".to_owned()),
            ("RELAIS_LOG__JSON", json.to_string()),
            ("RELAIS_LIMITS__ANONYMOUS_POINTS_PER_MINUTE", "100000".to_owned()),
        ]);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().expect("a client without TLS");
        let mut marks = Marks::from(if json { 100_000 } else { 0 });
        for (handle, token) in &tokens {
            marks.note(&format!("the token of {handle}"), token);
        }
        Self { server, client, tokens, marks, told: Vec::new() }
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}{rest}", self.server.address())
    }

    /// A request with a mark in every header that a client may set.
    fn request(&mut self, who: Option<&str>) -> RequestBuilder {
        let mut request = self.client.post(self.url("/graphql"));
        for name in [
            "user-agent",
            "referer",
            "accept-language",
            "x-forwarded-for",
            "forwarded",
            "x-request-id",
            "cookie",
            "traceparent",
            "x-real-ip",
            "from",
            "x-note",
        ] {
            let (latin, arabic) = (self.marks.latin(name), self.marks.arabic(name));
            request = request.header(name, format!("{latin}={arabic}").into_bytes());
        }
        match who {
            Some(who) => request.bearer_auth(&self.tokens[who]),
            None => request,
        }
    }

    async fn sent(&mut self, request: RequestBuilder) -> Value {
        let response = request.send().await.expect("an answer");
        let headers: Vec<String> = response.headers().values().map(|value| format!("{value:?}")).collect();
        let text = response.text().await.expect("a body");
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        // What a field tells beside the error of another is for who may read it.
        match answer.get("errors") {
            Some(errors) if !answer["data"].is_null() => self.told.push(errors.to_string()),
            Some(_) => self.told.push(text),
            None if answer.is_null() => self.told.push(text),
            None => {}
        }
        self.told.extend(headers);
        answer
    }

    /// Asks, and gives the data of the answer.
    async fn ask(&mut self, who: Option<&str>, document: &str, variables: Value) -> Value {
        let operation = self.marks.latin("operation name");
        let request = self.request(who);
        let named = document.replacen("OP", &operation, 1);
        let body =
            json!({ "query": named, "variables": variables, "extensions": { "note": self.marks.latin("extensions") } });
        self.sent(request.json(&body)).await["data"].take()
    }

    /// Runs a mutation and gives its payload.
    async fn run(&mut self, who: &str, name: &str, input: Value) -> Value {
        let type_name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        let payload = SCHEMA.everything(&format!("{type_name}Payload"));
        let document = format!("mutation OP($input: {type_name}Input!) {{ {name}(input: $input) {payload} }}");
        self.ask(Some(who), &document, json!({ "input": input })).await[name].take()
    }

    /// From a case to an outcome, with a mark in each text that a field takes.
    async fn the_whole_loop(&mut self) {
        let (lawyers, appeal) = (organization(LAWYERS), service(MINORITY_APPEAL));
        let number = format!("{}/7", self.marks.latin("file number")).to_uppercase();
        let person = json!({ "ageBand": "AGE_15_17", "gender": "WOMAN", "household": "UNACCOMPANIED_CHILD",
            "adminStatus": "MINOR_IN_APPEAL", "situation": "SQUAT", "languages": ["bm", "fr"], "area": "FR-93055" });
        let opened = json!({ "idempotencyKey": self.marks.latin("idempotency key"), "fileNumber": number,
            "protectionFlags": ["TORTURE"], "person": person });
        let case = self.run("caseworker", "caseOpen", opened).await["case"].take();
        let code = text(&case["spokenCode"]);
        self.marks.note("spoken code", &code);
        let consent = json!({ "idempotencyKey": self.marks.latin("idempotency key"), "caseId": case["id"], "recipientId": lawyers,
            "basis": "CHILD_CONSENT_MATURE", "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA", "ADMIN_STATUS", "GENDER"],
            "modality": "INTERPRETER", "language": "bm", "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"] });
        let consent = self.run("caseworker", "consentRecord", consent).await["consent"]["id"].take();
        let draft = json!({ "idempotencyKey": self.marks.latin("idempotency key"), "caseId": case["id"], "serviceId": appeal,
            "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
        let referral = self.run("caseworker", "referralCreate", draft).await["referral"]["id"].take();
        let demand = json!({ "idempotencyKey": self.marks.latin("idempotency key"), "caseId": case["id"], "need": "SOL_ETM",
            "result": "UNMET_NO_SERVICE" });
        self.run("caseworker", "demandRecord", demand).await;
        for (version, who, step, more) in [
            (1, "caseworker", "referralSend", json!({ "capacityConfirmed": true })),
            (2, "lawyer", "referralAcknowledge", json!({})),
            (3, "lawyer", "referralAccept", json!({})),
            (4, "lawyer", "referralStart", json!({})),
            (5, "lawyer", "referralComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
        ] {
            let mut input = json!({ "referralId": referral, "expectedVersion": version });
            input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            let payload = self.run(who, step, input.clone()).await;
            assert_eq!(payload["errors"], json!([]), "{step}: {payload}");
            if let Some(alias) = payload["referral"]["alias"].as_str() {
                self.marks.note("alias", alias);
            }
            // Said twice, it is refused.
            self.run(who, step, input).await;
        }
        let everything = SCHEMA.everything("Referral");
        for who in ["caseworker", "lawyer", "coordinator", "another partner"] {
            let document = format!(
                "query OP($id: ID!, $code: String!, $number: String!) {{ referral(id: $id) {everything} inbox {{ nodes {{ id alias }} }} \
                 sentReferrals {{ nodes {{ id }} }} caseBySpokenCode(spokenCode: $code) {{ id fileNumber }} \
                 casesByFileNumber(fileNumber: $number) {{ id spokenCode }} viewer {{ handle teams {{ name }} }} \
                 serviceGaps(firstMonth: \"2026-10\", lastMonth: \"2026-11\") {{ threshold }} }}"
            );
            self.ask(Some(who), &document, json!({ "id": referral, "code": code, "number": number })).await;
        }
        self.marks.note("a point", "48.8921773");
        let near = json!({ "filter": { "near": { "latitude": 48.892_177_3, "longitude": 2.412_7 }, "need": "LEGAL_MINORITY_APPEAL" } });
        let search = "query OP($filter: ServiceFilter) { services(filter: $filter) { nodes { id phones { typed number } email } } }";
        assert!(self.ask(None, search, near).await["services"]["nodes"].is_array());
    }

    /// Each text of each argument and input field of the schema is a mark, in Latin and in Arabic letters.
    async fn every_refusal(&mut self) {
        for is_arabic in [false, true] {
            for field in &SCHEMA.objects["Mutation"] {
                let type_name = &field.arguments[0].type_name;
                let input = self.marked_input(type_name, is_arabic, 0);
                let document =
                    format!("mutation OP($input: {type_name}!) {{ {}(input: $input) {{ __typename }} }}", field.name);
                self.ask(Some("caseworker"), &document, json!({ "input": input })).await;
                let literal = format!("mutation {{ {}(input: {}) {{ __typename }} }}", field.name, literal(&input));
                self.ask(Some("lawyer"), &literal, Value::Null).await;
            }
            for field in &SCHEMA.objects["Query"] {
                let arguments: Vec<String> = field
                    .arguments
                    .iter()
                    .map(|argument| {
                        let value = self.marked(&argument.name, &argument.type_name, is_arabic, 0);
                        format!("{}: {}", argument.name, literal(&value))
                    })
                    .collect();
                let arguments =
                    if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
                let comment = self.marks.latin("comment");
                let document = format!("query OP {{ {}{arguments} {{ __typename }} }} # {comment}", field.name);
                for who in [Some("caseworker"), None] {
                    self.ask(who, &document, Value::Null).await;
                }
            }
        }
    }

    fn marked_input(&mut self, type_name: &str, is_arabic: bool, depth: usize) -> Value {
        let fields = SCHEMA.inputs.get(type_name).into_iter().flatten();
        let marked =
            fields.map(|field| (field.name.clone(), self.marked(&field.name, &field.type_name, is_arabic, depth)));
        Value::Object(marked.collect())
    }

    fn marked(&mut self, name: &str, type_name: &str, is_arabic: bool, depth: usize) -> Value {
        if SCHEMA.inputs.contains_key(type_name) && depth < 3 {
            return self.marked_input(type_name, is_arabic, depth + 1);
        }
        let place = format!("{name}: {type_name}");
        Value::from(if is_arabic { self.marks.arabic(&place) } else { self.marks.latin(&place) })
    }

    /// Requests that never come to the schema, or come to it wrong.
    async fn a_thousand_that_mean_harm(&mut self) {
        for hostile in documents(SEED, INVALID_REQUESTS) {
            let (value, arabic) = (self.marks.latin(hostile.kind), self.marks.arabic(hostile.kind));
            // Behind what makes it hostile, so that it still is.
            let document = format!("{} # {value} {arabic}\n{{ a(b: \"{value}\") }}", hostile.text);
            let body = json!({ "query": document, "operationName": value, "variables": { "v": arabic, "w": [value] } });
            let request = self.client.post(self.url("/graphql")).header("cookie", &value).json(&body);
            self.sent(request).await;
        }
    }

    /// What is refused before anything is read, and what is no HTTP at all.
    async fn odd_requests(&mut self) {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=Zq7"] {
            let body = format!("a={}", self.marks.arabic("body"));
            let request = self.request(None).header("content-type", content_type).body(body);
            self.sent(request).await;
        }
        let (latin, arabic) = (self.marks.latin("path"), self.marks.arabic("path"));
        for rest in [
            format!("/{latin}/{arabic}?{latin}={arabic}"),
            format!("/graphql?query=%7B__typename%7D&{latin}={arabic}"),
            format!("/graphql?query={latin}%20{arabic}&variables=%7B%22a%22:%22{arabic}%22%7D"),
            format!("/graphql?variables={latin}"),
            format!("/schema.graphql?{latin}"),
            format!("/readyz?{arabic}"),
        ] {
            let request = self.client.get(self.url(&rest));
            self.sent(request).await;
        }
        let token = self.marks.latin("an unknown token");
        for value in [format!("Bearer rls_{token}"), format!("Basic {token}"), token] {
            let request = self.client.post(self.url("/graphql")).header("authorization", value);
            self.sent(request.json(&json!({ "query": "{ viewer { id } }" }))).await;
        }
        let foreign = self.marks.latin("a host");
        let request = self.client.post(self.url("/graphql")).header("host", format!("{foreign}.example"));
        self.sent(
            request.header("origin", format!("https://{foreign}.example")).json(&json!({ "query": "{__typename}" })),
        )
        .await;
        for (method, head) in [("GET", "x"), ("POST", "content-length"), ("BREW", "x")] {
            let mark = self.marks.latin("raw bytes");
            let raw =
                format!("{method} /{mark} HTTP/1.1\r\nhost: {mark}\r\n{head}: {mark}\r\n{mark} {mark}\r\n\r\n{mark}");
            let mut stream = TcpStream::connect(self.server.address()).expect("listening");
            stream.write_all(raw.as_bytes()).expect("sent");
            let mut answer = Vec::new();
            // A reset is an answer, too.
            let _ = stream.read_to_end(&mut answer);
            self.told.push(String::from_utf8_lossy(&answer).into_owned());
        }
    }

    /// What goes wrong on our side: a stored value that nobody can read, and a table that is gone.
    async fn forced_faults(&mut self, here: &Installation) {
        let mark = self.marks.arabic("a stored value");
        here.execute(&format!("UPDATE cases SET sealed = '{{\"file_number\":\"{mark}\"'")).await;
        let document = "query OP { sentReferrals { nodes { id case { spokenCode } } } }";
        self.ask(Some("caseworker"), document, Value::Null).await;
        here.execute(&format!("UPDATE referrals SET status = '{}'", self.marks.latin("a stored value"))).await;
        self.ask(Some("lawyer"), "query OP { inbox { nodes { id status } } }", Value::Null).await;
        here.execute("DROP TABLE idempotency_keys").await;
        let input = json!({ "idempotencyKey": self.marks.latin("idempotency key"),
            "fileNumber": self.marks.latin("file number"), "person": { "area": "FR-93055" } });
        self.run("caseworker", "caseOpen", input).await;
        let internal = self.told.iter().filter(|body| body.contains("\"INTERNAL\"")).count();
        assert!(internal >= 3, "the faults were met: {internal}");
    }

    async fn listen(mut self, here: &Installation, is_faulty: bool) {
        let command_line = std::fs::read(format!("/proc/{}/cmdline", self.server.id())).expect("the process lives");
        self.server.terminate();
        let output = self.server.output();
        let answered = output.lines().filter(|line| line.contains("answered")).count();
        let fewest = if is_faulty { 200 } else { INVALID_REQUESTS };
        assert!(answered > fewest, "each request has its line: {answered}");
        let fault = is_faulty.then_some("internal error in a resolver");
        for told in fault.into_iter().chain(["referralAccept"]) {
            assert!(output.contains(told), "{told} is not in the log: {output:.2000}");
        }
        assert!(output.lines().all(|line| !line.chars().any(char::is_control)), "one event, one line");
        let scanner = self.marks.scanner();
        assert!(scanner.needles() > if is_faulty { 3_000 } else { 10_000 }, "{}", scanner.needles());
        let told = self.told.join("\n");
        let audit = here
            .texts("SELECT trail || ' ' || object || ' ' || fields || ' ' || action FROM audit_events")
            .await
            .join("\n");
        assert!(audit.contains("spokenCode"), "the trail tells which fields were read");
        for (place, text) in [
            ("standard output and error", output.as_str()),
            ("the command line", &String::from_utf8_lossy(&command_line)),
            ("errors and headers", &told),
            ("the audit trail", &audit),
        ] {
            let found = scanner.found(text);
            assert!(found.is_empty(), "{place}: {found:#?}");
        }
        // The control: one leak in all of it would be found.
        let leak = format!("{output}{}", self.tokens["lawyer"]);
        assert!(!scanner.found(&leak).is_empty());
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A value as a literal of GraphQL.
fn literal(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}: {}", literal(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// Imports a feed under a marked name and one that is not there; gives what the commands wrote.
fn imported(here: &Installation, marks: &mut Marks) -> String {
    let (latin, arabic) = (marks.latin("file name"), marks.arabic("file name"));
    let feed = std::fs::read(crate::kit::installation::file("seeds/paris-region.json")).expect("the feed");
    let path = here.write(&format!("{latin} {arabic}.json"), feed);
    let done = here.run(&["import", "hsds", &path, "--source", "corridor"]);
    let missing = here.run(&["import", "hsds", &format!("{path}.gone"), "--source", "corridor"]);
    assert_eq!((done.code, missing.code), (Some(0), Some(1)), "{done:?} {missing:?}");
    [done.stdout, done.stderr, missing.stdout, missing.stderr].concat()
}

installed_on_both_databases! {
    async fn nothing_that_anybody_sends_is_heard_again(here: Installation) {
        let mut tokens = here.settle();
        // The same flows twice, so that both forms of the log have to be silent.
        for json in [false, true] {
            let mut run = Run::begin(&here, tokens.clone(), json);
            let written = imported(&here, &mut run.marks);
            run.told.push(written);
            run.the_whole_loop().await;
            run.every_refusal().await;
            run.odd_requests().await;
            if json {
                run.forced_faults(&here).await;
            } else {
                run.a_thousand_that_mean_harm().await;
            }
            run.listen(&here, json).await;
            tokens = here.apply(&[&crate::kit::installation::file("tests/it/kit/world.json"), "--renew-tokens"]);
        }
    }
}

/// Runs this very test again as a process of its own, in which the log is started and a task panics.
#[test]
fn a_panic_tells_where_and_never_what() {
    const CHILD: &str = "RELAIS_TEST_PANICS";
    if std::env::var_os(CHILD).is_some() {
        let clock = std::sync::Arc::new(relais::clock::System);
        relais::log::start(tracing::level_filters::LevelFilter::TRACE, relais::log::Form::Text, clock);
        let mark = std::env::var(CHILD).expect("the mark");
        let panicked = std::thread::spawn(move || panic!("{mark}")).join();
        assert!(panicked.is_err());
        let index = std::hint::black_box(7);
        assert!(std::panic::catch_unwind(|| [1, 2, 3][index]).is_err());
        return;
    }
    let mut marks = Marks::default();
    let mark = marks.latin("a panic");
    let child = Command::new(std::env::current_exe().expect("this test's binary"))
        .args(["--exact", "silence::a_panic_tells_where_and_never_what", "--nocapture"])
        .env(CHILD, &mark)
        .stdin(Stdio::null())
        .output()
        .expect("it runs");
    let written = [child.stdout, child.stderr].concat();
    let written = String::from_utf8_lossy(&written);
    assert!(child.status.success(), "{written}");
    assert_eq!(written.matches(": panicked location=tests/it/silence.rs:").count(), 2, "{written}");
    assert!(marks.scanner().found(&written).is_empty(), "{written}");
    assert!(!written.contains("index out of bounds"), "{written}");
}
