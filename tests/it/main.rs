//! The one test binary: the house as its users and its operators meet it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::disallowed_methods, reason = "tests are configured by RELAIS_TEST_… variables")]

mod access_matrix;
mod architecture;
mod case;
mod command_line;
mod cross_site;
mod demand;
mod differential;
mod disclosure;
mod docs;
mod echo;
mod emergencies;
mod errors;
mod guessing;
mod hardening;
mod hostile;
mod idempotency;
mod import_feeds;
mod import_hsds;
mod kit;
mod log_fields;
mod markers;
mod rates;
mod matrix;
mod oracle;
mod policy;
mod referral;
mod referral_fields;
mod schema;
mod search;
mod seeds;
mod sensitive_types;
mod shutdown;
mod silence;
mod sockets;
mod store;
mod story;
mod strangers;
mod transport;
