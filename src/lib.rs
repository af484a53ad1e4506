//! Relais.
#![forbid(unsafe_code)]
pub mod domain;
pub mod import;
