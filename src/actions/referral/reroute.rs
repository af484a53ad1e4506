//! Asking the next recipient whom the person has named, in the place of one who declined, never answered or did not
//! give the service (T15).

use super::draft::CreateReferral;
use super::send::SendDeclarations;
use super::write::audit_at;
use super::{Sender, Target, decide, find, find_for_change, or_conflict};
use crate::actions::idempotency::Create;
use crate::actions::{ActionError, Context, directory, hidden};
use crate::domain::audit::{AuditEvent, AuditPurpose};
use crate::domain::consent::Consent;
use crate::domain::demand::unmet_with;
use crate::domain::id::{ConsentId, OrganizationId, ReferralId, ServiceId};
use crate::domain::lifecycle::Party;
use crate::domain::need::Need;
use crate::domain::referral::{Command, Referral};
use crate::domain::refusal::{ConsentProblem, InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// What rerouting a referral takes.
#[derive(Clone, Hash)]
pub struct RerouteReferral {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The referral that came to nothing.
    pub target: Target,
    /// The service to be asked; by default the only one of the recipient for this need.
    pub service_id: Option<ServiceId>,
    /// The consent that carries it; by default the next of the same conversation.
    pub consent_id: Option<ConsentId>,
    /// What the sender declares when sending.
    pub declared: SendDeclarations,
}

/// Drafts and sends a referral in the place of one that came to nothing, in one transaction. The old one stays as it
/// ended, and its need is settled by its reason; the new one counts the need anew.
pub async fn reroute(
    context: &Context,
    access: &Access,
    input: RerouteReferral,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let create = Create::new(account, &input.idempotency_key, "referral_reroute", &input)?;
    let sender = Sender { context, access, account, now: context.now() };
    let id: ReferralId = context.fresh_id();
    let written = create.once(context, id, async |tx| sender.reroute(tx, &input, id).await).await;
    let id = or_conflict(context, access, input.target, written).await?;
    find(context, access, id).await
}

impl Sender<'_> {
    async fn reroute(&self, tx: &mut Tx, input: &RerouteReferral, id: ReferralId) -> Result<AuditEvent, ActionError> {
        let Self { access, now, .. } = *self;
        let ended = find_for_change(tx, access, input.target, Relation::Team).await?;
        // Locked, so that two reroutes at once do not ask the same one twice.
        tx.lock_referral(ended.id).await?;
        decide(access, &ended, &Command::Reroute, Party::Sender, now)?;
        if tx.is_still_asked(&ended).await? {
            return Err(Refusal::input("referralId", InputProblem::StillAsked).into());
        }
        if ended.needed_by.is_some_and(|deadline| deadline <= now) {
            return Err(Refusal::input("referralId", InputProblem::DeadlinePast).into());
        }
        let consent = self.next_consent(tx, input.consent_id, &ended).await?;
        let service_id = match input.service_id {
            Some(service_id) => service_id,
            None => self.only_service(consent.recipient_id, ended.need)?,
        };
        let asked = CreateReferral {
            idempotency_key: input.idempotency_key.clone(),
            case_id: ended.case_id,
            service_id,
            location_id: None,
            kind: ended.kind,
            follows: ended.follows,
            need: ended.need,
            urgency: ended.urgency,
            needed_by: ended.needed_by,
            consent_id: consent.id,
        };
        let draft = self.draft(tx, &asked, id).await?;
        let draft = Referral { chain_id: ended.chain_id, reroute_of: Some(ended.id), ..draft };
        // Nothing is written on the old one: its recipient would read that somebody else is asked, and when.
        if let Some(result) = unmet_with(&ended) {
            tx.settle_demand(ended.id, result).await?;
        }
        let created = self.insert(tx, &draft).await?;
        self.send(tx, draft, input.declared).await?;
        audit_at(tx, access, &ended, (AuditPurpose::Care, now)).await?;
        Ok(created)
    }

    /// The consent that the caller names, or the next live one of the same conversation whose recipient this chain has
    /// not asked yet.
    async fn next_consent(
        &self,
        tx: &mut Tx,
        named: Option<ConsentId>,
        ended: &Referral,
    ) -> Result<Consent, ActionError> {
        let scope = self.access.scope();
        if let Some(id) = named {
            return tx.find_consent(&scope, id).await?.ok_or_else(|| hidden(self.access, id));
        }
        let carried = tx.find_consent(&scope, ended.consent_id).await?.ok_or(ActionError::NotVisible)?;
        let asked = tx.list_recipients_of_chain(ended.chain_id).await?;
        let consents = tx.list_consents_of_conversation(&scope, carried.conversation_id).await?;
        let is_next = |consent: &Consent| consent.is_live(self.now) && !asked.contains(&consent.recipient_id);
        let next = consents.into_iter().find(is_next);
        next.ok_or_else(|| Refusal::consent(ConsentProblem::NobodyNamed).into())
    }

    /// The service of an organisation that answers this need, where the viewer may know of exactly one.
    fn only_service(&self, organization: OrganizationId, need: Need) -> Result<ServiceId, ActionError> {
        let organization = directory::organization(self.context, self.access, organization)?;
        let services = directory::services_of(self.context, self.access, &organization);
        let mut answering = services.iter().filter(|view| view.service.needs.contains(&need));
        match (answering.next(), answering.next()) {
            (Some(only), None) => Ok(only.service.id),
            _ => Err(Refusal::input("serviceId", InputProblem::ServiceToName).into()),
        }
    }
}
