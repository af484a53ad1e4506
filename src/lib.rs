#![doc = include_str!("ARCHITECTURE.md")]
#![forbid(unsafe_code)]

pub mod actions;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod delivery;
pub mod demo;
pub mod directory;
pub mod domain;
pub mod edge;
pub mod egress;
pub mod export;
pub mod geography;
pub mod graphql;
pub mod i18n;
pub mod identity;
pub mod import;
pub mod log;
pub mod metrics;
pub mod policy;
pub mod seal;
pub mod serve;
pub mod store;
pub mod web;

/// A directory that is taken over anew leaves as much free memory behind as it holds, between what stays. This allocator
/// gives that back to the system; that of the system keeps it. How soon stands in `.cargo/config.toml`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
