//! The directory's documents: organisations, their services and the places where these are given.
//!
//! These values are stored and versioned as whole documents, so they are the only domain values that
//! carry serde. Invariant: a redacted place has an area and no point, address or phone (ruling R8).

mod capacity;
mod codes;
mod fields;
mod phone;
mod place;
mod service;

pub use capacity::Capacity;
pub use codes::{
    Accessibility, AuthorityLink, CapacityPeriod, CapacityStatus, CapacityUnit, ChangeKind, KnownConsequence,
    LocationKind, OrganizationKind, Precision, ServiceMode, ServiceStatus, Specialisation, Teller, Tier, Welcome,
};
pub use fields::{FieldConfirmation, FieldEdit, FieldValue, ServiceField};
pub use phone::Phone;
pub use place::{Place, RedactedPlaces};
pub use service::{Detail, Eligibility, Schedule, Service, Translation};

use super::id::OrganizationId;
use serde::{Deserialize, Serialize};

/// An organisation of the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier, derived from source and key.
    pub id: OrganizationId,
    /// Name as its source writes it.
    pub name: String,
    /// Another name, often in another script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Website, as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Kind, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganizationKind>,
    /// Tie with public authority, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_link: Option<AuthorityLink>,
    /// Name and description in further languages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

impl Organization {
    /// An organisation of which only the name is known.
    pub fn named(id: OrganizationId, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            alternate_name: None,
            description: None,
            website: None,
            kind: None,
            authority_link: None,
            translations: Vec::new(),
        }
    }

    /// False for police, border and detention bodies: they are mapped and never a recipient (P-10).
    pub fn may_receive_referrals(&self) -> bool {
        self.kind != Some(OrganizationKind::AuthorityEnforcement)
            && self.authority_link != Some(AuthorityLink::PoliceImmigration)
    }
}

/// One entry of the directory, as it is stored, versioned and loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "entries live behind an Arc, nearly all of them services")]
pub enum Document {
    /// An organisation.
    Organization(Organization),
    /// A service with its places.
    Service(Service),
}
