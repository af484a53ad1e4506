//! Nothing of a token, a code, a state or a claim is ever logged: the real binary at its most talkative.

use super::keys::{rsa_private_line, rsa_public_pem};
use super::provider::{ACCESS_TOKEN, Answer, CLIENT_ID, CLIENT_SECRET, CODE, FakeProvider, Misconduct, REFRESH_TOKEN};
use super::stage::{GROUPS, SUBJECT, Stage};
use crate::kit::hearing::hear;
use crate::kit::installation::Installation;
use crate::kit::server::Server;
use crate::kit::world::World;
use relais::actions::session;
use relais::clock::{Clock, System};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;

/// A browser at the running binary; it follows nothing by itself.
struct Visitor {
    http: reqwest::Client,
    address: String,
    cookies: BTreeMap<String, String>,
    /// Everything secret that it has met.
    secrets: BTreeSet<String>,
}

impl Visitor {
    fn of(server: &Server) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let (cookies, secrets) = (BTreeMap::new(), BTreeSet::new());
        Self { http: http.expect("a client"), address: format!("http://{}", server.address()), cookies, secrets }
    }

    /// Status, where it leads, and the text.
    async fn get(&mut self, path: &str) -> (u16, String, String) {
        let sent: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.get(format!("{}{path}", self.address)).header("cookie", sent.join("; "));
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().expect("ASCII").split(';').next().unwrap_or_default().to_owned();
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
            if !value.is_empty() {
                self.secrets.insert(value.to_owned());
            }
        }
        let location = answer.headers().get("location").map(|it| it.to_str().expect("ASCII").to_owned());
        (answer.status().as_u16(), location.unwrap_or_default(), answer.text().await.expect("a text"))
    }

    /// The whole way; gives the status of its end.
    async fn sign_in(&mut self, fake: &FakeProvider, script: Misconduct) -> u16 {
        let (status, location, text) = self.get("/sign-in/oidc").await;
        assert_eq!(status, 303, "{text}");
        let address = url::Url::parse(&location).expect("an address");
        let parameters: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        let seconds = System.now().microseconds() / 1_000_000;
        let token = {
            let mut steps = fake.script();
            steps.nonce.clone_from(&parameters["nonce"]);
            steps.challenge.clone_from(&parameters["code_challenge"]);
            steps.claims["iat"] = json!(seconds);
            steps.claims["exp"] = json!(seconds + 300);
            steps.claims["email"] = json!("marked-mail@relais.example");
            steps.claims["groups"] = json!(["marked-group"]);
            script(&mut steps);
            steps.id_token()
        };
        self.secrets.extend(["state", "nonce", "code_challenge"].map(|name| parameters[name].clone()));
        self.secrets.extend(token.split('.').filter(|part| part.len() > 16).map(str::to_owned));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", CODE)
            .append_pair("state", &parameters["state"])
            .append_pair("iss", &fake.issuer)
            .finish();
        let (status, _, text) = self.get(&format!("/sign-in/oidc/callback?{query}")).await;
        for secret in &self.secrets {
            assert!(!text.contains(secret), "{secret} in a page");
        }
        status
    }
}

/// The same inside one process, where what libraries say to themselves is heard too.
#[tokio::test]
async fn libraries_that_talk_tell_nothing_of_a_sign_in_either() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let ((trip, errors), lines) = hear(async {
        stage.date_claims();
        let trip = stage.begin().await.expect("a beginning");
        let callback = stage.callback(&trip);
        let opened = stage.complete(&callback, Some(trip.begun.browser_secret.expose())).await.expect("a sign-in");
        stage.set_clock(300);
        stage.date_claims();
        assert!(session::find(stage.context(), &opened.secret).await.expect("an answer").is_some());
        let again = stage.complete(&callback, Some(trip.begun.browser_secret.expose())).await.err();
        stage.fake.script().claims["sub"] = json!("marked-stranger");
        let stranger = stage.sign_in().await.err();
        (trip, format!("{again:?} {stranger:?}"))
    })
    .await;
    assert!(lines.iter().any(|line| line.target == "sqlx::query"), "the control: libraries were heard");
    let address = url::Url::parse(&trip.begun.address).expect("an address");
    let secret = |name: &&str| address.query_pairs().find(|(key, _)| key == name).expect("a parameter").1.into_owned();
    let mut secrets: Vec<String> = ["state", "nonce", "code_challenge"].iter().map(secret).collect();
    secrets.extend([trip.begun.browser_secret.expose().clone(), "marked".to_owned(), CLIENT_SECRET.to_owned()]);
    for secret in &secrets {
        let told = lines.iter().find(|line| line.text.contains(secret));
        assert!(told.is_none() && !errors.contains(secret), "{secret} in {told:?} or {errors}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_most_talkative_the_log_holds_nothing_of_a_sign_in() {
    let here = Installation::on_sqlite();
    here.settle();
    let fake = FakeProvider::open().await;
    let secret = here.write("secret", CLIENT_SECRET);
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o400)).expect("permissions");
    let provider = [
        ("RELAIS_DATABASE_URL", here.url()),
        ("RELAIS_LOG__LEVEL", "trace".to_owned()),
        ("RELAIS_SERVER__PUBLIC_URL", "http://127.0.0.1:8080".to_owned()),
        ("RELAIS_LIMITS__SIGN_INS_PER_MINUTE_OF_AN_ADDRESS", "100".to_owned()),
        ("RELAIS_OIDC__ISSUER", fake.issuer.clone()),
        ("RELAIS_OIDC__CLIENT_ID", CLIENT_ID.to_owned()),
        ("RELAIS_OIDC__CLIENT_SECRET_FILE", secret),
        ("RELAIS_OIDC__CONTACT", "desk@relais.example".to_owned()),
        ("RELAIS_OIDC__GROUPS_FILE", here.write("groups.json", GROUPS)),
    ];
    here.run(&["user", "link", "caseworker", "--issuer", &fake.issuer, "--subject", SUBJECT]).succeeded();
    let mut server = Server::spawn(&["serve", "--listen", "127.0.0.1:0"], &provider);
    let mut visitor = Visitor::of(&server);
    assert_eq!(visitor.sign_in(&fake, |_| {}).await, 303);
    let faults: [(Misconduct, u16); 8] = [
        (|it| it.claims["sub"] = json!("marked-stranger"), 403),
        (|it| it.claims["aud"] = json!("marked-audience"), 403),
        (|it| it.claims["acr"] = json!({ "marked": "class" }), 403),
        (|it| it.header["kid"] = json!("marked-key"), 403),
        (|it| it.header["alg"] = json!("marked-algorithm"), 403),
        (|it| it.on_its_way = |token| format!("{token}AAAA"), 403),
        (|it| it.token_answer = Some(Answer::Text(200, "text/html", "marked-page".to_owned())), 403),
        (|it| it.token_answer = Some(Answer::Text(500, "text/html", "marked-page".to_owned())), 503),
    ];
    for (script, expected) in faults {
        fake.behave();
        assert_eq!(visitor.sign_in(&fake, script).await, expected);
    }
    assert_eq!(visitor.get("/sign-in/oidc/callback?error=marked-error&state=marked-state").await.0, 403);
    server.terminate();
    let output = server.output();
    let told = [
        CODE,
        ACCESS_TOKEN,
        REFRESH_TOKEN,
        CLIENT_SECRET,
        SUBJECT,
        "marked",
        rsa_private_line(),
        rsa_public_pem().lines().nth(1).expect("a line"),
    ];
    for secret in visitor.secrets.iter().map(String::as_str).chain(told) {
        assert!(!output.contains(secret), "{secret} in the log:\n{output}");
    }
    // The control: it was listened to, and what may be told was told.
    for fault in ["IdentityUnknown", "AudienceOther", "KeyUnknown", "ProviderFailed", "StateUnknown"] {
        assert!(output.contains(fault), "{fault} is told to the operator\n{output}");
    }
}
