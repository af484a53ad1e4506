//! Overrides of consent.

use super::organization::Organization;
use crate::actions::directory;
use crate::domain::consent::ContactRule;
use crate::domain::consent_override::{OverrideBasis, OverrideReason, OverrideStatus};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::override_view::OverrideView;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// A referral without a consent, allowed by two people for 24 hours. It carries an offer and never more. The case's
/// team and whoever leads the project see it, also when it is over.
#[derive(Description)]
pub struct ConsentOverride(pub Visible<OverrideView>);

#[Object(use_type_description)]
impl ConsentOverride {
    /// Identifier, beginning with `ovr_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// How far it has come.
    async fn status(&self) -> OverrideStatus {
        *self.0.tell(&self.0.status)
    }

    /// On what ground it rests.
    async fn basis(&self) -> OverrideBasis {
        *self.0.tell(&self.0.basis)
    }

    /// Why nobody could be asked.
    async fn reason(&self) -> OverrideReason {
        *self.0.tell(&self.0.reason)
    }

    /// The one organisation that may be told; null when it is gone from the directory.
    async fn recipient(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let id = self.0.reveal(&self.0.recipient_id)?;
        directory::counterpart(&request.context, &request.access, *id).ok().map(Organization)
    }

    /// How the recipient may reach the person.
    async fn contact_rule(&self) -> Option<ContactRule> {
        self.0.reveal(&self.0.contact_rule).copied()
    }

    /// When somebody asked.
    async fn requested_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.requested_at))
    }

    /// Handle of who asked; null when the account is gone.
    async fn requested_by(&self) -> Option<&String> {
        self.0.reveal(&self.0.requested_by)
    }

    /// When somebody else confirmed; null before.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.confirmed_at).map(|time| DateTime(*time))
    }

    /// Handle of who confirmed; null before.
    async fn confirmed_by(&self) -> Option<&String> {
        self.0.reveal(&self.0.confirmed_by)
    }

    /// When the request lapses, and once it is confirmed, the override.
    async fn expires_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.expires_at))
    }

    /// When it was taken back or replaced; null while neither.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.ended_at).map(|time| DateTime(*time))
    }

    /// The case, an id beginning with `cas_`; for its team only.
    async fn case_id(&self) -> Option<ID> {
        self.0.reveal(&self.0.case_id).map(|id| (*id).into())
    }

    /// What carries a referral in place of a consent, an id beginning with `con_`; null before it is confirmed, and
    /// for the case's team only.
    async fn consent_id(&self) -> Option<ID> {
        self.0.reveal(&self.0.consent_id).map(|id| (*id).into())
    }
}
