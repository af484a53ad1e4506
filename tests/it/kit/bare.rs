//! The real router over an empty database: for what is decided before anybody's data matter.

use axum::Router;
use relais::app::App;
use relais::clock::Fixed;
use relais::config::{Limits, Server};
use relais::domain::time::Timestamp;
use std::sync::Arc;
use tempfile::TempDir;

/// A Relais without an entry, an account or a case.
pub struct Bare {
    router: Router,
    // Dropped last: the router's connections hold its file.
    _folder: TempDir,
}

impl Bare {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("relais.db").display());
        let clock = Arc::new(Fixed::at(Timestamp::parse(super::world::BEGINNING).expect("an instant")));
        let app = App::open(&url, clock.clone(), clock).await.expect("an open database");
        // The clock stands still: a limit that a test is not about would be met for good.
        let app = app.with_edge(&Limits::NONE, &Server::default());
        Self { router: app.router(), _folder: folder }
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }
}
