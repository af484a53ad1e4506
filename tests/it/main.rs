//! The one test binary: the house as its users and its operators meet it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod command_line;
mod docs;
mod echo;
mod hostile;
mod import_feeds;
mod import_hsds;
mod kit;
mod schema;
mod seeds;
mod shutdown;
mod sockets;
mod store;
mod story;
mod transport;
