//! The rules of Relais: values, states and decisions.
//!
//! Invariant: pure. No async, no SQL, no HTTP, no clock, no chance; `now` and every random value are
//! parameters. Only directory documents and code lists carry serde. Nothing of ours is imported here.
//! Start at [`referral`] for the loop and at [`fit`] for the directory.

pub mod code;
pub mod directory;
pub mod fit;
pub mod freshness;
pub mod id;
pub mod need;
pub mod place;
pub mod profile;
pub mod scope;
pub mod time;
