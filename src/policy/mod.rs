//! Need to know: who may see what of whom, and when.
//!
//! Invariants: nothing outside this room can make a [`Visible`](visible::Visible); a hidden value is absent from the view,
//! not masked when read; hidden and absent answer the same. Reading a field of class D3 or above is
//! recorded, and the record is written before the answer leaves (ruling R3).
//!
//! Who sees what is written in one place, [`table`]: every view asks it for every field, every action for
//! every act. `relais policy` prints it.

pub mod access;
pub mod account_view;
pub mod audit_view;
pub mod capacity_check_view;
pub mod device_view;
pub mod directory_view;
pub mod entry_rules;
pub mod hold_view;
pub mod incident_view;
mod looking;
pub mod message_view;
pub mod offer_view;
pub mod override_view;
pub mod partner_offer_view;
pub mod person_view;
pub mod proposal_view;
pub mod protection_view;
pub mod referral_view;
mod removal;
pub mod report_view;
pub mod rules;
pub mod suppress;
pub mod table;
pub mod visible;
pub mod webhook_view;
