//! How something leaves Relais: from a row of the outbox to a mail or a call of a webhook, and what came of it.

pub mod webhook;
