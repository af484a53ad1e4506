//! What is told of a person before anybody is named.

use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::referral_view::{OfferView, ReferralView};
use crate::policy::visible::{Protected, Visible};
use async_graphql::{Description, Object};
use std::sync::Arc;

/// What an offer tells of the person: age band, languages and area, and beyond these only the dimensions
/// by which the service restricts its intake.
#[derive(Description)]
pub struct Offer(Source);

/// In which view it stands; what is read of it is recorded there.
enum Source {
    Referral(Arc<Visible<ReferralView>>),
    Partner(Arc<Visible<PartnerOfferView>>),
}

impl Offer {
    pub(super) fn of_referral(view: &Arc<Visible<ReferralView>>) -> Self {
        Self(Source::Referral(Arc::clone(view)))
    }

    pub(super) fn of_partner(view: &Arc<Visible<PartnerOfferView>>) -> Self {
        Self(Source::Partner(Arc::clone(view)))
    }

    fn reveal<F>(&self, field: impl Fn(&OfferView) -> &Protected<F>) -> Option<&F> {
        match &self.0 {
            Source::Referral(view) => view.reveal(field(&view.offer)),
            Source::Partner(view) => view.reveal(field(&view.offer)),
        }
    }
}

#[Object(use_type_description)]
impl Offer {
    /// Age band; null when not told.
    async fn age_band(&self) -> Option<AgeBand> {
        self.reveal(|offer| &offer.age_band).copied()
    }

    /// Gender, where the service restricts by it; null when not told.
    async fn gender(&self) -> Option<Gender> {
        self.reveal(|offer| &offer.gender).copied()
    }

    /// Household, where the service restricts by it; null when not told.
    async fn household(&self) -> Option<Household> {
        self.reveal(|offer| &offer.household).copied()
    }

    /// Administrative status, where the service restricts by it; null when not told.
    async fn admin_status(&self) -> Option<AdminStatus> {
        self.reveal(|offer| &offer.admin_status).copied()
    }

    /// Living situation, where the service restricts by it, and never detention; null when not told.
    async fn situation(&self) -> Option<Situation> {
        self.reveal(|offer| &offer.situation).copied()
    }

    /// Languages spoken, as BCP 47 tags; null when not told.
    async fn languages(&self) -> Option<Vec<&str>> {
        self.reveal(|offer| &offer.languages).map(|languages| languages.iter().map(Language::as_str).collect())
    }

    /// Code of the commune or larger area; null when not told.
    async fn area(&self) -> Option<&str> {
        self.reveal(|offer| &offer.area).map(|area| area.as_str())
    }
}
