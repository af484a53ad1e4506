//! The end-to-end scenarios of the domain reference (§7), as tests that read like their text; without sealed notes, of
//! which there are none yet.

mod order_to_stop;
mod revoked_partner;
