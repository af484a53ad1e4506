//! The composition root: from a database, a clock and a source of chance to a router and a refresh loop.

use crate::actions::protection::project::replay_freezes;
use crate::actions::{ActionError, Context, directory};
use crate::clock::{Chance, Clock, pause};
use crate::directory::Directory;
use crate::domain::reveal::RevealBudget;
use crate::graphql::http::methods;
use crate::graphql::limits::Limits;
use crate::graphql::{Api, sdl};
use crate::policy::table::Table;
use crate::serve::harden;
use crate::store::{Store, StoreError};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use std::sync::Arc;

/// One Relais node.
#[derive(Clone)]
pub struct App {
    context: Context,
}

impl App {
    /// Opens the database, brings its schema up to date, and loads the directory.
    pub async fn open(database_url: &str, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Self, ActionError> {
        let store = Store::connect(database_url).await.map_err(ActionError::from)?;
        store.migrate().await.map_err(ActionError::from)?;
        let context = Context {
            store,
            directory: Arc::new(Directory::empty()),
            clock,
            chance,
            reveal_budget: RevealBudget::default(),
            table: Table::standard(),
        };
        replay_freezes(&context).await?;
        directory::refresh(&context).await?;
        Ok(Self { context })
    }

    /// This node with another reveal budget.
    #[must_use]
    pub fn with_reveal_budget(mut self, reveal_budget: RevealBudget) -> Self {
        self.context.reveal_budget = reveal_budget;
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
        let has_doors = |route: &&Route| route.doors().all(|door| self.context.table.door(&door).is_some());
        let served = ROUTES.iter().filter(has_doors);
        harden(served.fold(Router::new(), |router, route| router.route(route.path, (route.answer)(self))))
    }

    /// The doors of every route, as the table names them: `METHOD /path`.
    pub fn doors() -> Vec<String> {
        ROUTES.iter().flat_map(Route::doors).collect()
    }

    /// Looks for changes of the directory by other processes, for as long as it is polled.
    pub async fn keep_directory_fresh(&self, every_seconds: u64) {
        loop {
            pause(every_seconds).await;
            if let Err(error) = directory::refresh(&self.context).await {
                tracing::warn!(%error, "the directory could not be refreshed; the last one goes on serving");
            }
        }
    }

    /// Closes the database after everything else has ended.
    pub async fn close(self) {
        self.context.store.close().await;
    }

    async fn has_current_schema(&self) -> Result<bool, StoreError> {
        self.context.store.has_current_schema().await
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
        answer: |app| methods(Api::new(app.context.clone()), Limits::STANDARD),
    },
    Route { path: "/healthz", methods: &["GET"], answer: |_| get(async || "ok\n") },
    Route { path: "/readyz", methods: &["GET"], answer: |app| get(readiness).with_state(app.clone()) },
    Route { path: "/schema.graphql", methods: &["GET"], answer: |_| get(schema_text) },
];

impl Route {
    fn doors(&self) -> impl Iterator<Item = String> {
        self.methods.iter().map(|method| format!("{method} {}", self.path))
    }
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
