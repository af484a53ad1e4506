//! What tests stand on: databases, the real binary, and the README's story.

pub mod bare;
pub mod browser;
pub mod client;
pub mod erasing;
pub mod feed_host;
pub mod france;
pub mod hearing;
pub mod installation;
pub mod key_store;
pub mod loop_calls;
pub mod people;
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod requirement;
pub mod schema;
pub mod server;
pub mod shell;
pub mod sql;
pub mod steps;
pub mod tables;
pub mod watch;
pub mod world;
