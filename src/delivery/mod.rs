//! What goes over the wire to those who are told: how a call is made and what its answer means.
//!
//! Invariants: nothing here reads a clock or the database; what is told is decided elsewhere, and is the same at every attempt.

pub mod webhook;
