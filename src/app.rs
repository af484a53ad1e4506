//! The composition root: from a database, a clock and a source of chance to a router and a refresh loop.

use crate::actions::{ActionError, Context, directory};
use crate::clock::{Chance, Clock, pause};
use crate::config::{Limits, Server};
use crate::directory::Directory;
use crate::edge::Edge;
use crate::edge::routes::Routes;
use crate::graphql::http::routes;
use crate::graphql::limits::Limits as GraphqlLimits;
use crate::graphql::{Api, sdl};
use crate::serve::harden;
use crate::store::{Store, StoreError};
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
    edge: Edge,
}

impl App {
    /// Opens the database, brings its schema up to date, and loads the directory.
    pub async fn open(database_url: &str, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>) -> Result<Self, ActionError> {
        let store = Store::connect(database_url).await.map_err(ActionError::from)?;
        store.migrate().await.map_err(ActionError::from)?;
        let context = Context { store, directory: Arc::new(Directory::empty()), clock, chance };
        directory::refresh(&context).await?;
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

    /// What the actions of this node work with.
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// Every route, without what stands around them.
    pub fn routes(&self) -> Routes {
        routes(Api::new(self.context.clone(), self.edge.clone()), GraphqlLimits::STANDARD)
            .add("/healthz", get(async || "ok\n"))
            .add("/readyz", get(readiness).with_state(self.clone()))
            .add("/schema.graphql", get(schema_text))
    }

    /// Everything that is served, hardened.
    pub fn router(&self) -> Router {
        self.edge.around(harden(self.routes().into_router()))
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

fn edge(context: &Context, limits: &Limits, server: &Server) -> Edge {
    Edge::new(limits, server, context.clock.clone(), context.chance.as_ref())
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
