//! What tests stand on: databases, the real binary, and the README's story.

pub mod bare;
pub mod client;
pub mod installation;
pub mod postgres;
pub mod process;
pub mod requirement;
pub mod server;
pub mod shell;
pub mod world;
