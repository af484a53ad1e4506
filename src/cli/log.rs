//! How the configuration says what the log is.

use crate::clock::System;
use crate::config::{Log, LogLevel};
use crate::log::{Form, start};
use std::sync::Arc;
use tracing::level_filters::LevelFilter;

/// Starts the log of this process.
pub(super) fn start_log(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    start(level, if log.json { Form::Json } else { Form::Text }, Arc::new(System));
}
