//! Offers of partners.

use super::offer::told_of_person;
use super::organization::Organization;
use super::service::Service;
use crate::actions::directory;
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::need::Need;
use crate::domain::partner_offer::PartnerOfferStatus;
use crate::domain::referral::{DeclineCode, OutcomeCode, Urgency};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};
use std::sync::Arc;

/// A person whom a partner offers to one of our services, before anybody is named: of no case, and with the person's
/// agreement by the partner's word.
#[derive(Description, Clone)]
pub struct PartnerOffer(pub Arc<Visible<PartnerOfferView>>);

impl From<Visible<PartnerOfferView>> for PartnerOffer {
    fn from(view: Visible<PartnerOfferView>) -> Self {
        Self(Arc::new(view))
    }
}

#[Object(use_type_description)]
impl PartnerOffer {
    /// Identifier, beginning with `pof_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Version, to be given back with the next change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// How it stands.
    async fn status(&self) -> PartnerOfferStatus {
        *self.0.tell(&self.0.status)
    }

    /// The partner; null when it is gone from the directory.
    async fn sender(&self, context: &Context<'_>) -> Option<Organization> {
        organization(context, self.0.reveal(&self.0.sender_id))
    }

    /// The partner's service that it came from, whose numbers are called; for the answering side. Null where somebody with an
    /// account has made it.
    async fn sender_service(&self, context: &Context<'_>) -> Option<Service> {
        service(context, self.0.reveal(&self.0.sender_service_id))
    }

    /// The organisation of the service; null when it is gone from the directory.
    async fn receiver(&self, context: &Context<'_>) -> Option<Organization> {
        organization(context, self.0.reveal(&self.0.receiver_id))
    }

    /// The service to which the person is offered; null when it is gone from the directory, or closed to the viewer.
    async fn service(&self, context: &Context<'_>) -> Option<Service> {
        service(context, self.0.reveal(&self.0.service_id))
    }

    /// The need, by its code; of violence for the trained only.
    async fn need(&self) -> Option<Need> {
        self.0.reveal(&self.0.need).copied()
    }

    /// How urgent it is.
    async fn urgency(&self) -> Option<Urgency> {
        self.0.reveal(&self.0.urgency).copied()
    }

    /// What it tells of the person: only what the service goes by, and nothing once it has ended.
    async fn offer(&self) -> OfferedPerson {
        OfferedPerson(Arc::clone(&self.0))
    }

    /// When it was made; for the partner the hour.
    async fn offered_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.offered_at).map(|time| DateTime(*time))
    }

    /// Since when it stands so; for the partner the hour.
    async fn status_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.status_at).map(|time| DateTime(*time))
    }

    /// Until when the team is to answer; for the partner the hour.
    async fn decide_by(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.decide_by).map(|time| DateTime(*time))
    }

    /// When it ends without an answer; for the partner the hour.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.expires_at).map(|time| DateTime(*time))
    }

    /// Why it was declined.
    async fn decline_code(&self) -> Option<DeclineCode> {
        self.0.reveal(&self.0.decline_code).copied()
    }

    /// What came of it.
    async fn outcome_code(&self) -> Option<OutcomeCode> {
        self.0.reveal(&self.0.outcome_code).copied()
    }

    /// The number by which the team is called, once it takes the person; null where it has none.
    async fn receiver_phone(&self) -> Option<&str> {
        self.0.reveal(&self.0.receiver_phone).map(String::as_str)
    }

    /// The team's role mailbox, once it takes the person.
    async fn receiver_mailbox(&self) -> Option<&str> {
        self.0.reveal(&self.0.receiver_mailbox).map(String::as_str)
    }

    /// The two words that both sides say on the phone before any name, once the team takes the person.
    async fn call_phrase(&self) -> Option<&str> {
        self.0.reveal(&self.0.call_phrase).map(String::as_str)
    }
}

told_of_person! {
    /// What an offer of a partner tells of the person: age band, languages and area, and beyond these only the dimensions by
    /// which the service restricts its intake.
    OfferedPerson of PartnerOfferView
}

fn organization(context: &Context<'_>, id: Option<&OrganizationId>) -> Option<Organization> {
    let request = request(context);
    directory::counterpart(&request.context, &request.access, *id?).ok().map(Organization)
}

fn service(context: &Context<'_>, id: Option<&ServiceId>) -> Option<Service> {
    let request = request(context);
    directory::service(&request.context, &request.access, *id?).ok().map(Service)
}
