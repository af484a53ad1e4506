//! The rules of Relais: values, states and decisions.
//!
//! Invariant: pure. No async, no SQL, no HTTP, no clock, no chance; `now` and every random value are
//! parameters. Only the documents of directory and geography, profiles, clocks
//! and code lists carry serde. Nothing of ours is imported here.
//! Start at [`referral`] for the loop, at [`fit`] for the directory and at [`opening`] for when a service is open.

pub mod account;
pub mod answer_code;
pub mod answering;
pub mod audit;
pub mod call_phrase;
pub mod capacity_check;
pub mod case;
pub mod clocks;
pub mod code;
pub mod code_set;
pub mod consent;
pub mod consent_override;
pub mod country;
pub mod deletion;
pub mod delivery;
pub mod demand;
pub mod device;
pub mod directory;
pub mod directory_edit;
pub mod directory_merge;
pub mod disclosure;
pub mod duplicates;
pub mod erasure;
pub mod fingerprint;
pub mod fit;
pub mod freeze;
pub mod freshness;
pub mod geography;
pub mod glass;
pub mod id;
pub mod incident;
pub mod job;
pub mod legal_hold;
pub mod lifecycle;
pub mod link;
pub mod linter;
pub mod message;
pub mod need;
pub mod news;
pub mod notice;
pub mod opening;
pub mod partner_offer;
pub mod pin;
pub mod place;
pub mod profile;
pub mod provider;
pub mod ranking;
pub mod referral;
pub mod refusal;
pub mod retention;
pub mod reveal;
pub mod revocation;
pub mod scope;
pub mod sensitive;
pub mod session;
pub mod sign_in;
pub mod slip;
pub mod spoken_code;
pub mod statutory_report;
pub mod time;
pub mod webhook;
pub mod words;
