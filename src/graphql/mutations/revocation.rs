//! Revoking partners, and admitting them again.

use crate::actions::protection::revocation::{self, EndStep, RevokePartner};
use crate::domain::revocation::RevocationReason;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::revocation::PartnerRevocation;
use crate::graphql::user_errors::{
    FromUserError, PartnerRevocationEndConfirmError, PartnerRevocationEndRequestError, PartnerRevokeError, settle,
};
use async_graphql::{Context, ID, InputObject, Object};

#[derive(Default)]
pub struct RevocationMutations;

#[Object]
impl RevocationMutations {
    /// Revokes a partner of a project at once: it reads nothing of the project any more, nothing is sent to it, its people
    /// are signed out, and what it has not decided is cancelled. One person is enough; a revoked partner stays revoked, so
    /// that the call can be sent again.
    async fn partner_revoke(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which partner of which project, and why.")] input: PartnerRevokeInput,
    ) -> Result<PartnerRevokePayload, ApiError> {
        let request = request(context);
        let asked = RevokePartner {
            project_id: parse_id(&input.project_id)?,
            organization_id: parse_id(&input.organization_id)?,
            reason: input.reason,
        };
        let revoked = revocation::revoke(&request.context, &request.access, asked).await;
        let (partner, errors) = settle(revoked, request.language)?;
        Ok(PartnerRevokePayload { partner: partner.map(PartnerRevocation), errors })
    }

    /// Asks to end a revocation; somebody else who leads the project confirms.
    async fn partner_revocation_end_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which revocation is to end.")] input: PartnerRevocationEndRequestInput,
    ) -> Result<PartnerRevocationEndRequestPayload, ApiError> {
        let (partner, errors) = end(context, &input.partner_revocation_id, EndStep::Request).await?;
        Ok(PartnerRevocationEndRequestPayload { partner, errors })
    }

    /// Confirms that a revocation ends; refused to who asked for it. The partner reads again what is still open with it.
    async fn partner_revocation_end_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which revocation ends.")] input: PartnerRevocationEndConfirmInput,
    ) -> Result<PartnerRevocationEndConfirmPayload, ApiError> {
        let (partner, errors) = end(context, &input.partner_revocation_id, EndStep::Confirm).await?;
        Ok(PartnerRevocationEndConfirmPayload { partner, errors })
    }
}

async fn end<E: FromUserError>(
    context: &Context<'_>,
    id: &ID,
    step: EndStep,
) -> Result<(Option<PartnerRevocation>, Vec<E>), ApiError> {
    let request = request(context);
    let changed = revocation::end(&request.context, &request.access, parse_id(id)?, step).await;
    let (revocation, errors) = settle(changed, request.language)?;
    Ok((revocation.map(PartnerRevocation), errors))
}

/// What revoking a partner takes.
#[derive(InputObject)]
pub struct PartnerRevokeInput {
    /// The project, an id beginning with `prj_`.
    project_id: ID,
    /// The partner, an id beginning with `org_`.
    organization_id: ID,
    /// Why it is revoked; the partner is not told.
    reason: RevocationReason,
}

/// What asking to end a revocation takes.
#[derive(InputObject)]
pub struct PartnerRevocationEndRequestInput {
    /// The revocation, an id beginning with `rvk_`.
    partner_revocation_id: ID,
}

/// What confirming the end of a revocation takes.
#[derive(InputObject)]
pub struct PartnerRevocationEndConfirmInput {
    /// The revocation, an id beginning with `rvk_`.
    partner_revocation_id: ID,
}

payloads! {
    /// The revocation, or why the partner was not revoked.
    PartnerRevokePayload { partner: PartnerRevocation, PartnerRevokeError }
    /// The revocation that waits for its end, or why it does not.
    PartnerRevocationEndRequestPayload { partner: PartnerRevocation, PartnerRevocationEndRequestError }
    /// The ended revocation, or why it stands.
    PartnerRevocationEndConfirmPayload { partner: PartnerRevocation, PartnerRevocationEndConfirmError }
}
