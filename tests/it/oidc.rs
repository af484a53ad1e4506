//! Sign-in by OpenID Connect: a real provider, and one that does everything wrong that a provider, or
//! somebody between, can do.

mod faulty;
mod keys;
mod pages;
pub mod provider;
mod real;
mod renewal;
mod silence;
pub mod stage;
