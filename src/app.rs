//! The composition root: from a database, a clock and a source of chance to a router and a refresh loop.

mod scrape;

use crate::actions::credentials::Passwords;
use crate::actions::jobs::{self, Ran, Worker};
use crate::actions::protection::project::replay_freezes;
use crate::actions::protection::revocation;
use crate::actions::provider::Provider;
use crate::actions::{ActionError, Context, Settings, answering, audit, directory, geography};
use crate::clock::{Chance, Clock, pause};
use crate::config::{Limits, Server};
use crate::directory::Directory;
use crate::domain::job::{JobKind, JobResult};
use crate::domain::reveal::RevealBudget;
use crate::edge::Edge;
use crate::egress::PrivateHosts;
use crate::geography::CurrentGeography;
use crate::graphql::http::{methods, websocket};
use crate::graphql::limits::Limits as GraphqlLimits;
use crate::graphql::{Api, sdl};
use crate::identity::password::PasswordCost;
use crate::metrics::Metrics;
use crate::policy::table::Table;
use crate::seal::Sealer;
use crate::serve::harden;
use crate::store::{Location, Store, StoreError};
use crate::web;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use std::sync::Arc;

/// Seconds until the other nodes are listened to again, once they could not be heard.
const SECONDS_BETWEEN_EARS: u64 = 30;

/// One Relais node.
#[derive(Clone)]
pub struct App {
    context: Context,
    edge: Edge,
}

impl App {
    /// Opens the database and its key store, brings their schemas up to date, and loads directory, areas and places.
    pub async fn open(
        location: impl Into<Location>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Result<Self, ActionError> {
        let store = Store::open(&location.into(), clock.clone(), chance.clone()).await?;
        let (directory, table, settings) = (Arc::new(Directory::empty()), Table::standard(), Settings::default());
        let (passwords, refusals) = (Passwords::new(PasswordCost::STANDARD), Arc::default());
        let reveal_budget = RevealBudget::default();
        let context = Context {
            store,
            directory,
            pairs: Arc::default(),
            answering: Arc::default(),
            geography: Arc::new(CurrentGeography::empty()),
            clock,
            chance,
            reveal_budget,
            provider: None,
            passwords,
            table,
            settings,
            sealer: None,
            refusals,
            webhook_hosts: Arc::default(),
            metrics: Arc::new(Metrics::new(templates())),
        };
        replay_freezes(&context).await?;
        revocation::replay(&context).await?;
        directory::refresh(&context).await?;
        geography::refresh(&context).await?;
        answering::refresh(&context).await?;
        let edge = edge(&context, &Limits::default(), &Server::default());
        Ok(Self { context, edge })
    }

    /// The same node with these limits instead of the default ones, behind these proxies.
    #[must_use]
    pub fn with_edge(self, limits: &Limits, server: &Server) -> Self {
        Self { edge: edge(&self.context, limits, server), context: self.context }
    }

    /// What stands around every route: whoever signs people in counts their attempts here.
    pub const fn edge(&self) -> &Edge {
        &self.edge
    }

    /// This node with another reveal budget.
    #[must_use]
    pub fn with_reveal_budget(mut self, reveal_budget: RevealBudget) -> Self {
        self.context.reveal_budget = reveal_budget;
        self
    }

    /// The same node, going by what is configured.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { context: Context { settings, ..self.context }, edge: self.edge }
    }

    /// The same node, hashing passwords at this cost.
    #[must_use]
    pub fn with_password_cost(self, cost: PasswordCost) -> Self {
        let passwords = Passwords::new(cost);
        Self { context: Context { passwords, ..self.context }, edge: self.edge }
    }

    /// The same node, with this identity provider, or without any.
    #[must_use]
    pub fn with_provider(self, provider: Option<Arc<Provider>>) -> Self {
        Self { context: Context { provider, ..self.context }, edge: self.edge }
    }

    /// The same node, whose webhooks may lead to these hosts though they are not public.
    #[must_use]
    pub fn with_webhook_hosts(mut self, hosts: PrivateHosts) -> Self {
        self.context.webhook_hosts = Arc::new(hosts);
        self
    }

    /// The same node deciding by another table: for a test that shows what one row of it is worth.
    #[must_use]
    pub fn under(mut self, table: &'static Table) -> Self {
        self.context.table = table;
        self
    }

    /// What the actions of this node work with.
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Everything that is served, hardened. A route that is no door of the table is not served.
    pub fn router(&self) -> Router {
        let pages = web::PAGES.iter().filter(|page| self.is_served(page.doors()));
        let served = pages.fold(self.routed(ROUTES), |router, page| router.route(page.path, page.serve(&self.context)));
        self.edge.around(harden(served))
    }

    /// What is served to monitoring, by a listener of its own; hardened, and not behind the edge: a scrape is no request of a
    /// caller, and counts and logs as none.
    pub fn metrics_router(&self) -> Router {
        harden(self.routed(INSIDE_ROUTES))
    }

    fn routed(&self, routes: &[Route]) -> Router {
        let routes = routes.iter().filter(|route| self.is_served(route.doors()));
        routes.fold(Router::new(), |router, route| router.route(route.path, (route.answer)(self)))
    }

    fn is_served(&self, mut doors: impl Iterator<Item = String>) -> bool {
        doors.all(|door| self.context.table.door(&door).is_some())
    }

    /// The doors that lead in from inside only.
    pub fn inside_doors() -> Vec<String> {
        INSIDE_ROUTES.iter().flat_map(Route::doors).collect()
    }

    /// The doors of every route that is served to the public, as the table names them: `METHOD /path`.
    pub fn doors() -> Vec<String> {
        let pages = web::PAGES.iter().flat_map(web::Page::doors);
        ROUTES.iter().flat_map(Route::doors).chain(pages).collect()
    }

    /// Looks for changes of the directory, of areas and of places by other processes, for as long as it is polled.
    pub async fn keep_directory_fresh(&self, every_seconds: u64) {
        loop {
            pause(every_seconds).await;
            if let Err(error) = directory::refresh(&self.context).await {
                tracing::warn!(%error, "the directory could not be refreshed; the last one goes on serving");
            }
            if let Err(error) = geography::refresh(&self.context).await {
                tracing::warn!(%error, "areas and places could not be refreshed; the last ones go on serving");
            }
            if let Err(error) = answering::refresh(&self.context).await {
                tracing::warn!(%error, "how partners answer could not be refreshed; what was known goes on serving");
            }
            let directory = Arc::clone(&self.context.directory);
            // Makes a new base of what has changed; the requests go on meanwhile.
            if tokio::task::spawn_blocking(move || directory.merge()).await.is_err() {
                tracing::warn!("the directory could not be merged; it goes on serving as it is");
            }
        }
    }

    /// Works on the jobs that are due, beside every other node, for as long as it is polled.
    pub async fn work_on_jobs(&self, look_seconds: u64) {
        let worker = Worker::new(self.context.chance.as_ref());
        loop {
            match self.work_once(&worker).await {
                Ok(ran) => ran.iter().for_each(tell),
                Err(error) => tracing::warn!(cause = chain_of(&error), "the jobs could not be looked at"),
            }
            pause(look_seconds).await;
        }
    }

    async fn work_once(&self, worker: &Worker) -> Result<Vec<Ran>, ActionError> {
        jobs::enlist(&self.context).await?;
        jobs::run_due(&self.context, worker).await
    }

    /// Hears what other nodes have listed to be told, for as long as it is polled; what is not heard is found by looking.
    pub async fn listen_to_other_nodes(&self) {
        loop {
            if let Err(error) = self.context.store.listen().await {
                tracing::warn!(%error, "the other nodes cannot be heard; what they list is found by looking");
            }
            pause(SECONDS_BETWEEN_EARS).await;
        }
    }

    /// Lets this node sign the heads of the audit trail.
    #[must_use]
    pub fn sealing(mut self, sealer: Sealer) -> Self {
        self.context.sealer = Some(Arc::new(sealer));
        self
    }

    /// Signs every head that has new entries, due or not: for the end of the process.
    pub async fn seal_audit(&self) -> Result<(), ActionError> {
        if self.context.sealer.is_some() { audit::seal_all_heads(&self.context).await.map(drop) } else { Ok(()) }
    }

    /// Closes the database after everything else has ended.
    pub async fn close(self) {
        self.context.store.close().await;
    }

    async fn has_current_schema(&self) -> Result<bool, StoreError> {
        self.context.store.has_current_schema().await
    }
}

fn edge(context: &Context, limits: &Limits, server: &Server) -> Edge {
    Edge::new((limits, server), context.clock.clone(), context.chance.as_ref(), Arc::clone(&context.metrics))
}

/// Logs what a job came to: its kind and its fault, of no person.
fn tell(ran: &Ran) {
    let (job, cause) = (ran.kind, ran.error.as_ref().map(chain_of));
    match (ran.result, ran.kind) {
        (JobResult::Done | JobResult::Waits, _) => tracing::debug!(%job, "done"),
        (JobResult::Refused, _) => tracing::error!(
            %job,
            "the clock is more than a day ahead of anything on record: nothing was erased; compare it with another \
             source, then: relais retention run --clock-is-right"
        ),
        (JobResult::Failed, JobKind::AuditHeads) => tracing::error!(
            cause,
            "THE AUDIT TRAIL COULD NOT BE SEALED: entries since the last signed head can be rewritten unseen; trying again"
        ),
        (JobResult::Failed, JobKind::Retention) => {
            tracing::error!(cause, "RETENTION FAILED: what should be gone is still there; trying again");
        }
        (JobResult::Failed, JobKind::ReferralShred) => {
            tracing::error!(cause, "what was entered in error can still be read; trying again");
        }
        (JobResult::Failed, JobKind::GlassReview) => {
            tracing::error!(cause, "nobody was told of an overdue review; trying again");
        }
        (JobResult::Failed, JobKind::AnsweringFigures) => {
            tracing::error!(cause, "how partners answered was not counted; trying again");
        }
        (JobResult::Failed, JobKind::ReferralTimer) => {
            tracing::error!(cause, "what was due of a referral by itself was not done; trying again");
        }
        (JobResult::Failed, JobKind::PartnerOffer) => {
            tracing::error!(cause, "what was due of a partner's offer by itself was not done; trying again");
        }
        (JobResult::Failed, JobKind::PartnerRevocation) => {
            tracing::error!(cause, "a revoked partner has open referrals still; trying again");
        }
    }
}

/// A path that is served. The list of them builds the router, and is what the table is held against.
struct Route {
    path: &'static str,
    methods: &'static [&'static str],
    answer: fn(&App) -> MethodRouter,
}

const ROUTES: &[Route] = &[
    Route {
        path: "/graphql",
        methods: &["GET", "POST"],
        answer: |app| methods(Api::new(app.context.clone(), app.edge.clone()), GraphqlLimits::STANDARD),
    },
    Route {
        path: "/graphql/ws",
        methods: &["GET"],
        answer: |app| websocket::methods(Api::new(app.context.clone(), app.edge.clone()), GraphqlLimits::STANDARD),
    },
    Route { path: "/healthz", methods: &["GET"], answer: |_| get(async || "ok\n") },
    Route { path: "/readyz", methods: &["GET"], answer: |app| get(readiness).with_state(app.clone()) },
    Route { path: "/schema.graphql", methods: &["GET"], answer: |_| get(schema_text) },
];

/// What is served to those who run the server, and to nobody else.
const INSIDE_ROUTES: &[Route] =
    &[Route { path: "/metrics", methods: &["GET"], answer: |app| get(scrape::scrape).with_state(app.context.clone()) }];

impl Route {
    fn doors(&self) -> impl Iterator<Item = String> {
        self.methods.iter().map(|method| format!("{method} {}", self.path))
    }
}

/// The path of every route, as it stands in the router.
fn templates() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|route| route.path).chain(web::PAGES.iter().map(|page| page.path))
}

/// Ready means: the database answers, its schema is this binary's, and the directory is in memory.
async fn readiness(State(app): State<App>) -> Response {
    let schema = app.has_current_schema().await;
    let database_is_ready = schema.is_ok();
    let schema_is_ready = schema.unwrap_or(false);
    let directory_is_ready = app.context.directory.is_loaded();
    let body = serde_json::json!({
        "database": database_is_ready, "migrations": schema_is_ready, "directory": directory_is_ready,
    });
    let is_ready = database_is_ready && schema_is_ready && directory_is_ready;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

async fn schema_text() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl()).into_response()
}

/// An error with its causes, for the log.
fn chain_of(error: &ActionError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
