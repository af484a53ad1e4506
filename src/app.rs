//! The composition root: from a database, a clock and a source of chance to a router and a refresh loop.

use crate::actions::credentials::Passwords;
use crate::actions::provider::Provider;
use crate::actions::{ActionError, Context, directory};
use crate::clock::{Chance, Clock, pause};
use crate::directory::Directory;
use crate::graphql::http::routes;
use crate::graphql::limits::Limits;
use crate::graphql::{Api, sdl};
use crate::identity::password::PasswordCost;
use crate::serve::harden;
use crate::store::{Store, StoreError};
use crate::web;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
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
        let passwords = Passwords::new(PasswordCost::STANDARD);
        let directory = Arc::new(Directory::empty());
        let context = Context { store, directory, clock, chance, provider: None, passwords };
        directory::refresh(&context).await?;
        Ok(Self { context })
    }

    /// The same node, hashing passwords at this cost.
    #[must_use]
    pub fn with_password_cost(self, cost: PasswordCost) -> Self {
        let passwords = Passwords::new(cost);
        Self { context: Context { passwords, ..self.context } }
    }

    /// The same node, with this identity provider, or without any.
    #[must_use]
    pub fn with_provider(self, provider: Option<Arc<Provider>>) -> Self {
        Self { context: Context { provider, ..self.context } }
    }

    /// What the actions of this node work with.
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Everything that is served, hardened.
    pub fn router(&self) -> Router {
        let probes = Router::new()
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readiness))
            .route("/schema.graphql", get(schema_text))
            .with_state(self.clone());
        harden(
            routes(Api::new(self.context.clone()), Limits::STANDARD)
                .merge(web::routes(self.context.clone()))
                .merge(probes),
        )
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
