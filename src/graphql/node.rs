//! Anything that has an identifier of its own.

use super::error::{ApiError, nullable, parse_id};
use super::request::RequestContext;
use super::types::capacity_check::CapacityCheck;
use super::types::case::CaseReference;
use super::types::consent::Consent;
use super::types::consent_override::ConsentOverride;
use super::types::demand::Demand;
use super::types::device::Device;
use super::types::directory_edit::DirectoryProposal;
use super::types::incident::Incident;
use super::types::organization::Organization;
use super::types::partner_offer::PartnerOffer;
use super::types::protection::{BreakGlass, Custody, Deletion, Notice, Project};
use super::types::referral::Referral;
use super::types::revocation::PartnerRevocation;
use super::types::service::Service;
use super::types::statutory_report::StatutoryReport;
use super::types::webhook::WebhookEndpoint;
use crate::actions::protection::{
    continuity, deletion, glass, incidents, notice, overrides, project, reports, revocation,
};
use crate::actions::{
    ActionError, capacity_check, case, consent, demand, device, directory, directory_edit, partner_offer, referral,
    webhook,
};
use crate::domain::id::{
    CapacityCheckId, CaseId, ConsentId, CustodyId, DeletionId, DemandId, DeviceId, GlassId, Identifier, IncidentId,
    NoticeId, OrganizationId, OverrideId, PartnerOfferId, ProjectId, ProposalId, ReferralId, ReportId, RevocationId,
    ServiceId, WebhookEndpointId,
};
use async_graphql::{ID, Interface};

/// An object with an identifier of its own.
#[derive(Interface)]
#[expect(clippy::large_enum_variant, reason = "one at a time, on its way into an answer")]
#[graphql(field(name = "id", ty = "ID", desc = "Identifier; its prefix tells the kind of object."))]
pub enum Node {
    /// A service.
    Service(Service),
    /// An organisation.
    Organization(Organization),
    /// A referral.
    Referral(Referral),
    /// A case reference.
    CaseReference(CaseReference),
    /// A consent.
    Consent(Consent),
    /// A demand record.
    Demand(Demand),
    /// A question for places.
    CapacityCheck(CapacityCheck),
    /// An offer of a partner.
    PartnerOffer(PartnerOffer),
    /// A project.
    Project(Project),
    /// The revocation of a partner.
    PartnerRevocation(PartnerRevocation),
    /// A notice.
    Notice(Notice),
    /// A custody.
    Custody(Custody),
    /// A broken glass.
    BreakGlass(BreakGlass),
    /// A request to delete.
    Deletion(Deletion),
    /// The record of a statutory report.
    StatutoryReport(StatutoryReport),
    /// An override of consent.
    ConsentOverride(ConsentOverride),
    /// An incident.
    Incident(Incident),
    /// A proposed change of the directory.
    DirectoryProposal(DirectoryProposal),
    /// An address of an organisation's own system.
    WebhookEndpoint(WebhookEndpoint),
    /// A phone that a team shares.
    Device(Device),
}

/// The object with this id, by the same rules as its own field.
pub async fn find(request: &RequestContext, id: &ID) -> Result<Option<Node>, ApiError> {
    let (context, access) = (&request.context, &request.access);
    let prefix = id.split('_').next().unwrap_or_default();
    match prefix {
        ServiceId::PREFIX => {
            found(id, async |id| directory::find(context, access, id), |view| Node::Service(Service(view))).await
        }
        OrganizationId::PREFIX => {
            found(
                id,
                async |id| directory::find_organization(context, access, id),
                |view| Node::Organization(Organization(view)),
            )
            .await
        }
        ReferralId::PREFIX => {
            found(id, async |id| referral::find(context, access, id).await, |view| Node::Referral(view.into())).await
        }
        CaseId::PREFIX => {
            found(id, async |id| case::find(context, access, id).await, |view| Node::CaseReference(CaseReference(view)))
                .await
        }
        ConsentId::PREFIX => {
            found(id, async |id| consent::find(context, access, id).await, |view| Node::Consent(Consent(view))).await
        }
        DemandId::PREFIX => {
            found(id, async |id| demand::find(context, access, id).await, |view| Node::Demand(Demand(view))).await
        }
        CapacityCheckId::PREFIX => {
            let found_check = async |id| capacity_check::find(context, access, id).await;
            found(id, found_check, |view| Node::CapacityCheck(CapacityCheck(view))).await
        }
        PartnerOfferId::PREFIX => {
            let found_offer = async |id| partner_offer::find(context, access, id).await;
            found(id, found_offer, |view| Node::PartnerOffer(view.into())).await
        }
        _ => find_of_protection(request, id, prefix).await,
    }
}

async fn find_of_protection(request: &RequestContext, id: &ID, prefix: &str) -> Result<Option<Node>, ApiError> {
    let (context, access) = (&request.context, &request.access);
    match prefix {
        ProjectId::PREFIX => {
            found(id, async |id| project::find(context, access, id).await, |view| Node::Project(Project(view))).await
        }
        NoticeId::PREFIX => {
            found(id, async |id| notice::find(context, access, id).await, |view| Node::Notice(Notice(view))).await
        }
        RevocationId::PREFIX => {
            let found_revocation = async |id| revocation::find(context, access, id).await;
            found(id, found_revocation, |view| Node::PartnerRevocation(PartnerRevocation(view))).await
        }
        CustodyId::PREFIX => {
            found(id, async |id| continuity::find(context, access, id).await, |view| Node::Custody(Custody(view))).await
        }
        GlassId::PREFIX => {
            found(id, async |id| glass::find(context, access, id).await, |view| Node::BreakGlass(BreakGlass(view)))
                .await
        }
        DeletionId::PREFIX => {
            found(id, async |id| deletion::find(context, access, id).await, |view| Node::Deletion(Deletion(view))).await
        }
        ReportId::PREFIX => {
            let found_report = async |id| reports::find(context, access, id).await;
            found(id, found_report, |view| Node::StatutoryReport(StatutoryReport(view))).await
        }
        OverrideId::PREFIX => {
            let found_override = async |id| overrides::find(context, access, id).await;
            found(id, found_override, |view| Node::ConsentOverride(ConsentOverride(view))).await
        }
        IncidentId::PREFIX => {
            found(id, async |id| incidents::find(context, access, id).await, |view| Node::Incident(Incident(view)))
                .await
        }
        ProposalId::PREFIX => {
            let found_proposal = async |id| directory_edit::find_proposal(context, access, id).await;
            found(id, found_proposal, |view| Node::DirectoryProposal(DirectoryProposal(view))).await
        }
        WebhookEndpointId::PREFIX => {
            let found_endpoint = async |id| webhook::find(context, access, id).await;
            found(id, found_endpoint, |view| Node::WebhookEndpoint(WebhookEndpoint(view))).await
        }
        DeviceId::PREFIX => {
            found(id, async |id| device::find(context, access, id).await, |view| Node::Device(Device(view))).await
        }
        _ => Err(ApiError::bad_user_input(
            "An id begins with svc_, org_, ref_, cas_, con_, dem_, cap_, prj_, ntc_, cus_, gla_, del_, ovr_, rep_, inc_, rvk_, prp_, whk_ or dev_.",
        )),
    }
}

async fn found<I: Identifier, V>(
    id: &ID,
    find: impl AsyncFnOnce(I) -> Result<V, ActionError>,
    node: impl FnOnce(V) -> Node,
) -> Result<Option<Node>, ApiError> {
    let found = find(parse_id(id)?).await;
    nullable(Ok(found), node).transpose()
}
