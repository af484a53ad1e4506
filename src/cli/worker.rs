//! `relais worker` and `relais jobs`: the work that is due at a time, and what is to be told.

use super::audit::open_sealer;
use super::metrics::{self, serve_metrics};
use super::post::{post, stopped};
use super::{open, warn_of_duties};
use crate::actions::jobs;
use crate::config::Config;
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

/// Works until SIGTERM or Ctrl-C, then lets the mails and calls under way end; a job that is under way then is taken again after
/// its lease.
pub(super) async fn run_worker(config: &Config) -> anyhow::Result<()> {
    let sealer = open_sealer(config, config.database_url.expose())?;
    let app = open(config).await?.sealing(sealer);
    warn_of_duties(config);
    let post = post(&app, config)?;
    let terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let monitoring = metrics::listen(config).await?;
    println!("working on jobs, mails and webhooks");
    tokio::select! {
        () = app.work_on_jobs(config.jobs.look_seconds) => {}
        () = app.listen_to_other_nodes() => {}
        () = serve_metrics(&app, monitoring) => {}
        _ = async { tokio::join!(post.work(config.delivery.look_seconds), stopped(terminate, &post)) } => {}
    }
    app.close().await;
    Ok(())
}

/// Prints the jobs that are due next.
pub(super) async fn list_jobs(config: &Config) -> anyhow::Result<()> {
    let app = open(config).await?;
    let listed = jobs::list(app.context()).await;
    app.close().await;
    for job in listed.context("the jobs cannot be read")? {
        let result = job.last_result.map_or_else(|| "not run yet".to_owned(), |result| result.to_string());
        let done = job.last_done_at.map_or_else(|| "never".to_owned(), |done| done.to_string());
        println!("{}: due {}, last result {result}, last done {done}, attempts {}", job.name, job.due_at, job.attempts);
    }
    Ok(())
}
