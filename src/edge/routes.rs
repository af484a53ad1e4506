//! The routes of a node. What is served and the list of what is served are one thing, so that a test of every
//! route cannot forget one.

use axum::Router;
use axum::routing::MethodRouter;

/// Routes under their path templates.
#[derive(Default)]
pub struct Routes {
    router: Router,
    paths: Vec<&'static str>,
}

impl Routes {
    /// Adds a route.
    #[must_use]
    pub fn add(mut self, path: &'static str, methods: MethodRouter) -> Self {
        self.paths.push(path);
        Self { router: self.router.route(path, methods), paths: self.paths }
    }

    /// Adds the routes of another room.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.paths.extend(others.paths);
        Self { router: self.router.merge(others.router), paths: self.paths }
    }

    /// The templates, in the order in which they were added.
    pub fn paths(&self) -> &[&'static str] {
        &self.paths
    }

    /// What answers them.
    pub fn into_router(self) -> Router {
        self.router
    }
}
