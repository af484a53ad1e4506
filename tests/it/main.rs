//! The one test binary: the house as its users and its operators meet it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are configured by RELAIS_TEST_… variables")]

mod access_matrix;
mod architecture;
mod case;
mod command_line;
mod demand;
mod differential;
mod disclosure;
mod docs;
mod echo;
mod egress;
mod erasure;
mod errors;
mod hostile;
mod idempotency;
mod import_feeds;
mod import_hsds;
mod jobs;
mod kit;
mod legal_hold;
mod markers;
mod matrix;
mod oidc;
mod oracle;
mod pages;
mod people_commands;
mod policy;
mod referral;
mod referral_fields;
mod retention;
mod schema;
mod search;
mod seeds;
mod sessions;
mod shutdown;
mod sign_in;
mod sockets;
mod store;
mod story;
mod strangers;
mod tokens;
mod transport;
