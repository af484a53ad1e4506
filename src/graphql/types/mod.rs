//! Objects of the schema. Each holds a view that policy made, and reads person-linked fields through it.

pub mod audit;
pub mod capacity;
pub mod capacity_check;
pub mod case;
pub mod consent;
pub mod consent_override;
pub mod delivery;
pub mod demand;
pub mod device;
pub mod directory_edit;
pub mod incident;
pub mod legal_hold;
pub mod message;
mod offer;
pub mod organization;
pub mod partner_offer;
pub mod place;
pub mod protection;
pub mod referral;
pub mod revocation;
pub mod service;
pub mod sharing;
pub mod statutory_report;
pub mod viewer;
pub mod webhook;
