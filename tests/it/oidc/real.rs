//! A real provider: npm `oidc-provider` on loopback, by our own routes, on both databases.

use super::pages::{Browser, session_secret};
use super::provider::{CLIENT_ID, CLIENT_SECRET, REDIRECT_URL};
use super::stage::{GROUPS, HANDLE, provider_of};
use crate::kit::process::{Lines, Running};
use crate::kit::requirement::{announce, is_required};
use crate::kit::world::on_both_databases;
use axum::http::StatusCode;
use relais::actions::{provider, session};
use relais::clock::{Clock, System};
use relais::domain::account::Role;
use relais::domain::provider::ExternalIdentity;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const SUBJECT: &str = "marked-subject-of-node";

/// The provider's process; killed when dropped.
struct NodeProvider {
    _child: Running,
    issuer: String,
    http: reqwest::Client,
}

impl NodeProvider {
    /// `None` where node or the package is missing; that has been said then.
    fn start() -> Option<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".ci/oidc");
        let has_node = Command::new("node").arg("--version").output().is_ok_and(|ran| ran.status.success());
        if !has_node || !folder.join("node_modules/oidc-provider").is_dir() {
            let line = "no oidc-provider; install node 20 or later and run `npm ci --prefix .ci/oidc`";
            assert!(!is_required("oidc"), "required, but {line}");
            announce(&format!("relais tests: the sign-in at a real provider is skipped: {line}"));
            return None;
        }
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .args([CLIENT_ID, CLIENT_SECRET, REDIRECT_URL, SUBJECT])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let lines = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        let issuer = lines.wait_for(Duration::from_secs(60), |line| line.strip_prefix("issuer ").map(str::to_owned));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Some(Self {
            _child: Running(child),
            issuer: issuer.expect("the provider listens"),
            http: http.expect("a client"),
        })
    }

    async fn tell(&self, path: &str, body: &'static str) {
        let answer = self.http.post(format!("{}{path}", self.issuer)).body(body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}");
    }

    /// Follows the provider's pages as a browser does; gives the address at which it sends the browser back.
    async fn walk(&self, start: &str) -> String {
        let mut cookies: BTreeMap<String, String> = BTreeMap::new();
        let mut address = url::Url::parse(start).expect("an address");
        for _ in 0..10 {
            let sent: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = self.http.get(address.clone()).header("cookie", sent.join("; "));
            let answer = request.send().await.expect("an answer");
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().expect("ASCII").split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a pair");
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let location = answer.headers().get("location").unwrap_or_else(|| panic!("{address} leads nowhere"));
            address = address.join(location.to_str().expect("ASCII")).expect("an address");
            if address.as_str().starts_with(REDIRECT_URL) {
                return address.into();
            }
        }
        panic!("the provider goes round in circles");
    }
}

on_both_databases! {
    async fn somebody_signs_in_at_a_real_provider_and_is_out_when_it_says_so(world: World) {
        let Some(node) = NodeProvider::start() else { return };
        // Its tokens are of the real time.
        world.clock.set(System.now());
        let app = world.app.clone().with_provider(Some(provider_of(&node.issuer)));
        let context = app.context();

        let mut browser = Browser::of(app.router());
        let sent_off = browser.get("/sign-in/oidc").await;
        assert_eq!(sent_off.status, StatusCode::SEE_OTHER, "{}", sent_off.text);
        let back = node.walk(&sent_off.location).await;
        let unknown = browser.get(&back).await;
        assert_eq!(unknown.status, StatusCode::FORBIDDEN, "nobody has let this person in");
        assert!(unknown.text.contains("desk@relais.example") && !unknown.text.contains(SUBJECT), "{}", unknown.text);

        let identity = ExternalIdentity { issuer: node.issuer.clone(), subject: SUBJECT.to_owned() };
        provider::link(context, HANDLE, &identity).await.expect("a link");
        let sent_off = browser.get("/sign-in/oidc").await;
        let back = node.walk(&sent_off.location).await;
        let signed_in = browser.get(&back).await;
        assert_eq!((signed_in.status, signed_in.location.as_str()), (StatusCode::SEE_OTHER, "/account"));
        let secret = session_secret(&browser);
        let found = session::find(context, &secret).await.expect("an answer").expect("a session");
        assert_eq!(found.account.handle, HANDLE);
        assert!(found.session.authentication.second_factor_at.is_some(), "it was told of a second factor");
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);

        // The provider's word is renewed twice, with refresh tokens that it rotates.
        for minutes in [5, 10] {
            world.clock.set(System.now().plus_minutes(minutes));
            assert!(session::find(context, &secret).await.expect("an answer").is_some(), "{minutes}");
        }
        node.tell("/test/revoke", "").await;
        world.clock.set(System.now().plus_minutes(14));
        assert!(session::find(context, &secret).await.expect("an answer").is_some(), "its last word holds");
        world.clock.set(System.now().plus_minutes(16));
        assert!(session::find(context, &secret).await.expect("an answer").is_none());
        assert_eq!(browser.get("/account").await.location, "/sign-in");
    }

    async fn a_group_of_a_real_provider_makes_an_account_and_takes_it_away(world: World) {
        let Some(node) = NodeProvider::start() else { return };
        world.clock.set(System.now());
        let app = world.app.clone().with_provider(Some(provider_of(&node.issuer)));
        assert!(GROUPS.contains("marked-paris"));
        node.tell("/test/groups", r#"["staff", "marked-paris"]"#).await;
        let mut browser = Browser::of(app.router());
        let sent_off = browser.get("/sign-in/oidc").await;
        let back = node.walk(&sent_off.location).await;
        assert_eq!(browser.get(&back).await.location, "/account");
        let secret = session_secret(&browser);
        let found = session::find(app.context(), &secret).await.expect("an answer").expect("a session");
        assert_eq!(found.account.role, Role::Caseworker);
        node.tell("/test/groups", r#"["staff"]"#).await;
        world.clock.set(System.now().plus_minutes(6));
        assert!(session::find(app.context(), &secret).await.expect("an answer").is_none());
    }
}
