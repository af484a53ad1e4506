//! Where the log goes and how much of it there is.

use crate::config::{Config, LogLevel};
use std::io::IsTerminal as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts the log of this process, on standard error.
pub(super) fn start_log(config: &Config) {
    let level = match config.log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // What libraries tell below these levels can hold statements, headers and bodies.
    let quiet = Targets::new()
        .with_default(level)
        .with_target("sqlx", LevelFilter::WARN.min(level))
        .with_target("hyper", LevelFilter::INFO.min(level))
        .with_target("h2", LevelFilter::INFO.min(level))
        .with_target("reqwest", LevelFilter::INFO.min(level))
        .with_target("rustls", LevelFilter::INFO.min(level));
    // Colours are for a terminal; in a file or a journal they are noise.
    let is_terminal = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal);
    let registry = tracing_subscriber::registry().with(quiet);
    if config.log.json {
        registry.with(lines.json()).init();
    } else {
        registry.with(lines).init();
    }
}
