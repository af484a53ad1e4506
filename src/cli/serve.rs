//! `relais serve` and `relais demo`.

use super::audit::open_sealer;
use super::import::progress_bar;
use super::metrics::{self, serve_metrics};
use super::post::{post, stopped};
use super::provider::with_provider;
use super::{location, open_at, warn_of_duties};
use crate::app::App;
use crate::clock::pause;
use crate::config::Config;
use crate::demo::{self, SixMonths};
use crate::serve::{ServeLimits, serve};
use anyhow::Context as _;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Serves until SIGTERM or Ctrl-C, then lets what is in flight end.
pub(super) async fn serve_app(app: App, config: &Config, announce: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    warn_of_duties(config);
    let address = config.server.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    // Before anybody is told that it listens: whoever is told may ask it to end at once.
    let terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be heard")?;
    let monitoring = metrics::listen(config).await?;
    println!("listening on http://{address}");
    announce(address);
    let post = post(&app, config)?;
    // Behind the proxy every client has the proxy's address.
    let limits = ServeLimits { connections_per_address: None, ..ServeLimits::STANDARD };
    let edged = app.clone().with_edge(&config.limits, &config.server);
    let sockets = &edged.edge().sockets;
    let stopping = async {
        stopped(terminate, &post).await;
        sockets.end();
    };
    let served = async {
        serve(listener, edged.router(), stopping, limits).await?;
        // Each was told that it ends; none is waited for longer than an answer would be.
        tokio::select! {
            () = sockets.ended() => {}
            () = pause(limits.drain_timeout.as_secs()) => tracing::warn!("live connections were cut off"),
        }
        Ok::<(), std::io::Error>(())
    };
    let told = async {
        post.work(config.delivery.look_seconds).await;
        Ok(())
    };
    tokio::select! {
        ended = async { tokio::try_join!(served, told) } => ended.map(drop).context("serving failed")?,
        () = app.keep_directory_fresh(config.server.refresh_seconds) => {}
        () = app.work_on_jobs(config.jobs.look_seconds) => {}
        () = app.listen_to_other_nodes() => {}
        () = serve_metrics(&app, monitoring) => {}
    }
    let sealed = app.seal_audit().await;
    app.close().await;
    sealed.context(
        "THE AUDIT TRAIL COULD NOT BE SEALED: its last entries can be rewritten unseen; mend this and serve again",
    )
}

pub(super) async fn run_demo(config: &Config, data: Option<&Path>, wanted: SixMonths) -> anyhow::Result<()> {
    let folder = demo::Folder::open(data)?;
    let embedded = (!config.names_a_database()).then(|| folder.database_url());
    let url = embedded.as_ref().unwrap_or(&config.database_url);
    // Whatever database it uses, a demonstration has its audit key in its own folder.
    let sealer = open_sealer(config, folder.database_url().expose())?;
    let app = open_at(config, location(config, url)).await?.sealing(sealer);
    let bar = progress_bar("days made up");
    let mut show = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let made = demo::make_up(app.context(), wanted, &mut show).await;
    bar.finish_and_clear();
    let (made, tokens) = (made?, demo::load(app.context()).await?);
    let app = with_provider(app, config).await?;
    serve_app(app, config, |address| print!("{}", demo::story(address, embedded.as_ref(), &tokens, made.as_ref())))
        .await
}
