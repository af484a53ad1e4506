//! The directory's documents: organisations, their services and the places where these are given.
//!
//! These values are stored and versioned as whole documents, so they are the only domain values that
//! carry serde. Invariant: a redacted place has an area and no point, address or phone (ruling R8).

mod capacity;
mod codes;
mod fields;
mod organization;
mod phone;
mod place;
mod service;

pub use capacity::Capacity;
pub use codes::{
    Accessibility, AuthorityLink, CapacityPeriod, CapacityStatus, CapacityUnit, ChangeKind, KnownConsequence,
    LocationKind, OrganizationKind, Precision, ServiceMode, ServiceStatus, Specialisation, Teller, Tier, Welcome,
};
pub use fields::{FieldConfirmation, FieldEdit, FieldValue, ServiceField};
pub use organization::{Organization, OrganizationEdit, OrganizationField, OrganizationValue};
pub use phone::Phone;
pub use place::{Place, RedactedPlaces};
pub use service::{Detail, Eligibility, Schedule, Service, SourceRecord, Translation};

use serde::{Deserialize, Serialize};

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
