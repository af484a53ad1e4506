//! Revoked partners, and what a project looks at first when it starts again.

use super::organization::Organization;
use crate::actions::directory;
use crate::domain::freeze::RestartList as RestartListModel;
use crate::domain::revocation::{Revocation, RevocationReason};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// That a project works with a partner no more: nothing is sent to it, and it reads nothing of the project. For who leads
/// the project.
#[derive(Description)]
pub struct PartnerRevocation(pub Visible<Revocation>);

#[Object(use_type_description)]
impl PartnerRevocation {
    /// Identifier, beginning with `rvk_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The partner; null when it is gone from the directory.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        directory::counterpart(&request.context, &request.access, self.0.organization_id).ok().map(Organization)
    }

    /// Why it was revoked.
    async fn reason(&self) -> RevocationReason {
        self.0.reason
    }

    /// Since when it is revoked.
    async fn revoked_at(&self) -> DateTime {
        DateTime(self.0.revoked_at)
    }

    /// When somebody asked to end it; somebody else confirms.
    async fn end_requested_at(&self) -> Option<DateTime> {
        self.0.end_requested_at.map(DateTime)
    }

    /// When it ended; null while it stands. What it has closed stays closed.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.ended_at.map(DateTime)
    }
}

/// What a project that was frozen looks at first when it starts again, by ids that open by their own rules.
#[derive(Description)]
pub struct RestartList(pub Visible<RestartListModel>);

#[Object(use_type_description)]
impl RestartList {
    /// Open referrals whose consent has lapsed, or will within a week; longest sent first, at most 500.
    async fn lapsing_referral_ids(&self) -> Vec<ID> {
        self.0.lapsing.iter().map(|id| (*id).into()).collect()
    }

    /// Services with an open referral that have to be confirmed anew, or whose organisation is not vetted any more; of 500 at
    /// most. Those that are gone, closed or about to close stand in `sentReferrals(serviceEnding: true)`.
    async fn service_ids_to_verify(&self) -> Vec<ID> {
        self.0.to_verify.iter().map(|id| (*id).into()).collect()
    }

    /// Teams with cases and nobody who could follow them.
    async fn team_ids_without_caseworker(&self) -> Vec<ID> {
        self.0.without_caseworker.iter().map(|id| (*id).into()).collect()
    }
}
