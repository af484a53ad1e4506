//! A whole Relais in this process, on either database, with a fixed clock and fixed chance: the Paris
//! region of the seeds, and a handful of people with tokens.

use super::postgres::{PostgresDatabase, fresh_database};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use relais::actions::commands::{self, Tokens};
use relais::actions::import::{ImportFeed, import};
use relais::app::App;
use relais::clock::Fixed;
use relais::config::{Limits, Server};
use relais::domain::time::Timestamp;
use relais::identity::password::PasswordCost;
use relais::import::plan::Completeness;
use relais::import::{Format, SourceName};
use relais::store::Location;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower::ServiceExt;

/// The instant at which every world begins.
pub const BEGINNING: &str = "2026-11-23T18:50:12.345678Z";

/// Keys of the story's entries in `seeds/paris-region.json`.
pub const CLINIC: &str = "efc43c01-4b2a-472d-b3b3-06332930321e";
pub const LAWYERS: &str = "93998032-e3ab-4c2e-8c2d-d0eace9870ec";
pub const MINORITY_APPEAL: &str = "61371c80-ecfe-4a23-b1e2-ca79d15cadd7";

/// Somebody who asks; a token, or nobody.
#[derive(Clone, Debug, Default)]
pub struct Person {
    pub token: Option<String>,
}

/// An answer, as bytes and as JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Answer {
    /// The value under a path such as `caseOpen/case/id`, inside `data`.
    #[track_caller]
    pub fn at(&self, path: &str) -> &Value {
        let found = self.json.pointer(&format!("/data/{path}"));
        found.unwrap_or_else(|| panic!("no {path} in {}", self.text()))
    }

    /// The text under a path inside `data`.
    #[track_caller]
    pub fn text_at(&self, path: &str) -> &str {
        self.at(path).as_str().unwrap_or_else(|| panic!("no text at {path} in {}", self.text()))
    }

    /// The code of the first top-level error, or nothing.
    pub fn code(&self) -> &str {
        self.json.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A Relais of its own for one test.
pub struct World {
    pub app: App,
    pub clock: Arc<Fixed>,
    location: Location,
    router: Router,
    people: BTreeMap<String, Person>,
    // Fields are dropped in this order: connections first, then what they connect to.
    postgres: Option<PostgresDatabase>,
    _folder: Option<tempfile::TempDir>,
}

impl World {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("relais.db").display());
        Self::open(Location::from(&url), None, Some(folder)).await
    }

    /// `None` where there is no PostgreSQL here; that has been said then.
    pub async fn on_postgres() -> Option<Self> {
        let database = fresh_database().await?;
        let location = Location { kek_file: Some(database.kek_file()), ..Location::from(&database.url()) };
        Some(Self::open(location, Some(database), None).await)
    }

    async fn open(location: Location, postgres: Option<PostgresDatabase>, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(Fixed::at(Timestamp::parse(BEGINNING).expect("an instant")));
        let app = App::open(location.clone(), clock.clone(), clock.clone()).await.expect("an open database");
        let app = app.with_password_cost(PasswordCost::LEAST);
        // The clock stands still: a limit that a test is not about would be met for good.
        let app = app.with_edge(&Limits::NONE, &Server::default());
        let mut world =
            Self { router: app.router(), app, clock, location, people: BTreeMap::new(), postgres, _folder: folder };
        world.import("corridor", include_str!("../../../seeds/paris-region.json")).await;
        let issued = world.apply(include_str!("world.json")).await;
        world.people = issued;
        world
    }

    /// Imports an HSDS text that changes some entries and leaves the others.
    pub async fn import(&self, source: &str, text: &str) {
        self.import_as(source, text, Completeness::Partial).await;
    }

    /// Imports an HSDS text; what a complete one does not name is gone.
    pub async fn import_as(&self, source: &str, text: &str, completeness: Completeness) {
        let source = SourceName::parse(source).expect("a source name");
        let feed = ImportFeed {
            format: Format::Hsds,
            source: &source,
            bytes: text.as_bytes(),
            translated: None,
            country: None,
            completeness,
            accepts_many_gone: false,
            is_dry_run: false,
            turn: None,
        };
        import(self.app.context(), feed, &mut |_, _| {}).await.expect("an import");
    }

    /// Applies a command file; gives the people it made.
    pub async fn apply(&self, text: &str) -> BTreeMap<String, Person> {
        let file = commands::read(text).expect("a command file");
        let issued = commands::apply(self.app.context(), &file, Tokens::OfAllAccounts).await.expect("applied commands");
        issued
            .into_iter()
            .map(|issued| (issued.handle, Person { token: Some(issued.token.expose().clone()) }))
            .collect()
    }

    /// Applies a command file whose people join those of the world.
    pub async fn join(&mut self, text: &str) {
        let joined = self.apply(text).await;
        self.people.extend(joined);
    }

    /// The person with this handle of `world.json`; `nobody` and `stranger` (a wrong token) exist too.
    #[track_caller]
    pub fn person(&self, handle: &str) -> Person {
        match handle {
            "nobody" => Person::default(),
            "stranger" => Person { token: Some("rls_of-nobody".to_owned()) },
            _ => self.people.get(handle).cloned().unwrap_or_else(|| panic!("nobody is called {handle}")),
        }
    }

    /// Sends one GraphQL request.
    pub async fn ask(&self, person: &Person, query: &str, variables: Value) -> Answer {
        self.send(graphql_request(person, "en", query, variables)).await
    }

    /// Sends any request to the router.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        answered(self.router(), request).await
    }

    /// Sends all requests before it waits for the first answer; the answers come in the order of the
    /// requests.
    pub async fn send_at_once(&self, requests: Vec<Request<Body>>) -> Vec<Answer> {
        let tasks: Vec<_> =
            requests.into_iter().map(|request| tokio::spawn(answered(self.router(), request))).collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.expect("a request ends"));
        }
        answers
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Where its rows are, for a test that looks at them or breaks something.
    pub fn database_url(&self) -> &str {
        &self.location.database_url
    }

    /// The variables by which the binary works on it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let embedded = || vec![("RELAIS_DATABASE_URL", self.location.database_url.clone())];
        self.postgres.as_ref().map_or_else(embedded, PostgresDatabase::environment)
    }

    /// Where everything of it is, for a second node.
    pub fn location(&self) -> Location {
        self.location.clone()
    }
}

/// A GraphQL request of somebody, with texts wanted in this language.
pub fn graphql_request(person: &Person, language: &str, query: &str, variables: Value) -> Request<Body> {
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT_LANGUAGE, language);
    if let Some(token) = &person.token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = json!({ "query": query, "variables": variables }).to_string();
    request.body(Body::from(body)).expect("a request")
}

/// The answer of a node to a request.
pub async fn answered(router: Router, request: Request<Body>) -> Answer {
    // On the heap, because tests await hundreds of these inside each other.
    let response = Box::pin(router.oneshot(request)).await.expect("the router never fails");
    let status = response.status();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { status, bytes, json }
}

/// Declares tests that run on SQLite and, where there is one, on PostgreSQL.
macro_rules! on_both_databases {
    ($($(#[doc = $doc:literal])* async fn $name:ident($world:ident: World) $body:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing but its world")]
            use super::*;

            async fn told($world: $crate::kit::world::World) $body

            #[tokio::test]
            async fn on_sqlite() {
                told($crate::kit::world::World::on_sqlite().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if let Some(world) = $crate::kit::world::World::on_postgres().await {
                    told(world).await;
                }
            }
        }
    )+};
}
pub(crate) use on_both_databases;
