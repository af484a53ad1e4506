//! Questions for places.

use super::organization::Organization;
use super::service::Service;
use crate::actions::directory;
use crate::domain::capacity_check::CapacityAnswer;
use crate::domain::id::OrganizationId;
use crate::domain::need::Need;
use crate::domain::referral::{Attestation, Urgency};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::capacity_check_view::CapacityCheckView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// A question to a recipient whether it has places, asked before anybody is spoken of: it is of no case and no person, and
/// rests on no consent.
#[derive(Description)]
pub struct CapacityCheck(pub Visible<CapacityCheckView>);

#[Object(use_type_description)]
impl CapacityCheck {
    /// Identifier, beginning with `cap_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// True until the team closes it, or the time has passed until when places are asked for.
    async fn open(&self) -> bool {
        *self.0.tell(&self.0.is_open)
    }

    /// The organisation that asks; null when it is gone from the directory.
    async fn sender(&self, context: &Context<'_>) -> Option<Organization> {
        counterpart(context, self.0.reveal(&self.0.sender_id))
    }

    /// The organisation that is asked; null when it is gone from the directory.
    async fn recipient(&self, context: &Context<'_>) -> Option<Organization> {
        counterpart(context, self.0.reveal(&self.0.recipient_id))
    }

    /// The service asked; null when it is gone from the directory, or closed to the viewer.
    async fn service(&self, context: &Context<'_>) -> Option<Service> {
        let request = request(context);
        let id = self.0.reveal(&self.0.service_id)?;
        directory::service(&request.context, &request.access, *id).ok().map(Service)
    }

    /// The need, by its code; of violence for the trained only.
    async fn need(&self) -> Option<Need> {
        self.0.reveal(&self.0.need).copied()
    }

    /// How urgent it is.
    async fn urgency(&self) -> Urgency {
        *self.0.tell(&self.0.urgency)
    }

    /// How many places are asked for.
    async fn quantity(&self) -> i64 {
        *self.0.tell(&self.0.quantity)
    }

    /// From when on.
    async fn from(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.from))
    }

    /// Until when; it closes by itself then.
    async fn until(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.until))
    }

    /// When it was asked; for the recipient the hour.
    async fn asked_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.asked_at).map(|time| DateTime(*time))
    }

    /// What was answered; null until then.
    async fn answer(&self) -> Option<CapacityAnswer> {
        self.0.reveal(&self.0.answer).copied()
    }

    /// How many places are free, where it was told.
    async fn available(&self) -> Option<i64> {
        self.0.reveal(&self.0.available).copied()
    }

    /// When it was answered; for the recipient the hour.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.answered_at).map(|time| DateTime(*time))
    }

    /// Who says so: the recipient itself, or the asking team as it was told.
    async fn attested_by(&self) -> Option<Attestation> {
        self.0.reveal(&self.0.attested_by).copied()
    }

    /// When the asking team closed it; for its side only.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.closed_at).map(|time| DateTime(*time))
    }
}

fn counterpart(context: &Context<'_>, id: Option<&OrganizationId>) -> Option<Organization> {
    let request = request(context);
    directory::counterpart(&request.context, &request.access, *id?).ok().map(Organization)
}
