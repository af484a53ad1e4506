//! Case references.

use crate::domain::profile::{AdminStatus, AgeBand, AgeBasis, Gender, Household, Language, ProtectionFlag, Situation};
use crate::policy::person_view::CaseView;
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object};

/// A person's case without the person: no name, birth date, phone, number or address. Its team sees it.
#[derive(Description)]
pub struct CaseReference(pub Visible<CaseView>);

#[Object(use_type_description)]
impl CaseReference {
    /// Identifier, beginning with `cas_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Version, one more with every change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The code that is spoken, and written by pen into the paper register: six characters, one a check.
    async fn spoken_code(&self) -> Option<&String> {
        self.0.reveal(&self.0.spoken_code)
    }

    /// The team's own file number; null when it has none.
    async fn file_number(&self) -> Option<&String> {
        self.0.reveal(&self.0.file_number)
    }

    /// Age band; null when not recorded.
    async fn age_band(&self) -> Option<AgeBand> {
        self.0.reveal(&self.0.age_band).copied()
    }

    /// On what the age rests; null when not recorded.
    async fn age_basis(&self) -> Option<AgeBasis> {
        self.0.reveal(&self.0.age_basis).copied()
    }

    /// Gender; null when not recorded.
    async fn gender(&self) -> Option<Gender> {
        self.0.reveal(&self.0.gender).copied()
    }

    /// Household; null when not recorded.
    async fn household(&self) -> Option<Household> {
        self.0.reveal(&self.0.household).copied()
    }

    /// Administrative status; null when not recorded.
    async fn admin_status(&self) -> Option<AdminStatus> {
        self.0.reveal(&self.0.admin_status).copied()
    }

    /// Living situation; null when not recorded.
    async fn situation(&self) -> Option<Situation> {
        self.0.reveal(&self.0.situation).copied()
    }

    /// Languages spoken, best first, as BCP 47 tags.
    async fn languages(&self) -> Option<Vec<&str>> {
        self.0.reveal(&self.0.languages).map(|languages| languages.iter().map(Language::as_str).collect())
    }

    /// Code of the commune or larger area; null when not recorded.
    async fn area(&self) -> Option<&str> {
        self.0.reveal(&self.0.area).map(|area| area.as_str())
    }

    /// Protection concerns, as far as known.
    async fn protection_flags(&self) -> Option<&[ProtectionFlag]> {
        self.0.reveal(&self.0.protection_flags).map(Vec::as_slice)
    }

    /// Month in which it was opened, such as `2026-11`.
    async fn created_month(&self) -> String {
        self.0.tell(&self.0.created_month).to_string()
    }
}
