//! Referrals.

use super::case::CaseReference;
use super::consent::Consent;
use super::delivery::Delivery;
use super::message::Message;
use super::offer::told_of_person;
use super::organization::Organization;
use super::service::Service;
use crate::actions::directory;
use crate::domain::consent::{ConsentField, ContactRule};
use crate::domain::disclosure::{DeadlineBand, Stage};
use crate::domain::id::OrganizationId;
use crate::domain::lifecycle::{Event, Party};
use crate::domain::need::Need;
use crate::domain::profile::{AgeBasis, ProtectionFlag};
use crate::domain::referral::{Attestation, Channel, DeclineCode, HandoverMode, OutcomeCode, ReferralKind, Urgency};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::referral_view::{
    AnswerCodeView, AttestedView, ProofView, ReferralStatus, ReferralView, SlipView, TimelineView,
};
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};
use std::sync::Arc;

/// One need of one case, put to one service. What of it is told depends on the viewer and on how far it
/// has come: a null is "not known, or not yours to know now".
#[derive(Description, Clone)]
pub struct Referral(pub Arc<Visible<ReferralView>>);

impl From<Visible<ReferralView>> for Referral {
    fn from(view: Visible<ReferralView>) -> Self {
        Self(Arc::new(view))
    }
}

#[Object(use_type_description)]
impl Referral {
    /// Identifier, beginning with `ref_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Version, to be given back as `expectedVersion` with the next change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The state; a recipient is not told why a referral was closed.
    async fn status(&self) -> ReferralStatus {
        *self.0.tell(&self.0.status)
    }

    /// How far it is open to its recipient.
    async fn stage(&self) -> Stage {
        *self.0.tell(&self.0.stage)
    }

    /// Since when it is in this state; for the recipient the hour.
    async fn status_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.status_at).map(|time| DateTime(*time))
    }

    /// When it was sent; for the recipient the hour. Null for a draft.
    async fn requested_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.requested_at).map(|time| DateTime(*time))
    }

    /// What it asks of the recipient.
    async fn kind(&self) -> Option<ReferralKind> {
        self.0.reveal(&self.0.kind).copied()
    }

    /// How it reached the recipient; null for a draft. For the sender's side only.
    async fn channel(&self) -> Option<Channel> {
        self.0.reveal(&self.0.channel).copied()
    }

    /// Id of the referral in whose place it was made; for the sender's side only.
    async fn reroute_of(&self) -> Option<ID> {
        self.0.reveal(&self.0.reroute_of).map(|id| (*id).into())
    }

    /// Id of the first referral of its chain: its own, unless it was rerouted. For the sender's side only.
    async fn chain(&self) -> Option<ID> {
        self.0.reveal(&self.0.chain_id).map(|id| (*id).into())
    }

    /// Id of the round in which it was sent, the same for all that were offered to the first who accepts; null for one
    /// that was sent alone. For the sender's side only.
    async fn round(&self) -> Option<ID> {
        self.0.reveal(&self.0.round_id).map(|id| (*id).into())
    }

    /// Id of the ended referral that it asks about; null unless it is a follow-up.
    async fn follows(&self) -> Option<ID> {
        self.0.reveal(&self.0.follows).map(|id| (*id).into())
    }

    /// The receiving organisation; null when it is gone from the directory.
    async fn recipient(&self, context: &Context<'_>) -> Option<Organization> {
        counterpart(context, self.0.reveal(&self.0.recipient_id))
    }

    /// The service asked; null when it is gone from the directory, or closed to the viewer.
    async fn service(&self, context: &Context<'_>) -> Option<Service> {
        let request = request(context);
        let id = self.0.reveal(&self.0.service_id)?;
        directory::service(&request.context, &request.access, *id).ok().map(Service)
    }

    /// Id of the place asked; null where it does not matter.
    async fn location_id(&self) -> Option<ID> {
        self.0.reveal(&self.0.location_id).map(|id| (*id).into())
    }

    /// The need, by its code.
    async fn need(&self) -> Option<Need> {
        self.0.reveal(&self.0.need).copied()
    }

    /// The urgency; closed to the recipient once the referral has ended.
    async fn urgency(&self) -> Option<Urgency> {
        self.0.reveal(&self.0.urgency).copied()
    }

    /// When the service must have begun at the latest; for the sender's side only.
    async fn needed_by(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.needed_by).map(|time| DateTime(*time))
    }

    /// Until when the recipient acknowledges; for the recipient the hour, while it is open and where the clock and not the
    /// sender's own deadline says so. Null for a draft.
    async fn acknowledge_by(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.acknowledge_by).map(|time| DateTime(*time))
    }

    /// Until when the recipient decides; told as `acknowledgeBy`. Null where the decision has no clock.
    async fn decide_by(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.decide_by).map(|time| DateTime(*time))
    }

    /// Until when the service begins; told as `acknowledgeBy`. Null where that has no clock.
    async fn serve_by(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.serve_by).map(|time| DateTime(*time))
    }

    /// When it ends without an answer; told as `acknowledgeBy`. A reply on record, or a place on a waiting list, puts the
    /// end off.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.expires_at).map(|time| DateTime(*time))
    }

    /// How soon an answer is needed, in a band counted from the sending; null without a deadline.
    async fn deadline_band(&self) -> Option<DeadlineBand> {
        self.0.reveal(&self.0.deadline_band).copied()
    }

    /// How the recipient may reach the person.
    async fn contact_rule(&self) -> Option<ContactRule> {
        self.0.reveal(&self.0.contact_rule).copied()
    }

    /// The sending organisation.
    async fn sender(&self, context: &Context<'_>) -> Option<Organization> {
        counterpart(context, self.0.reveal(&self.0.sender_id))
    }

    /// Name of the sending project.
    async fn sender_project(&self) -> Option<&String> {
        self.0.reveal(&self.0.sender_project)
    }

    /// Role mailbox of the sending project.
    async fn sender_mailbox(&self) -> Option<&String> {
        self.0.reveal(&self.0.sender_mailbox)
    }

    /// Number by which the sending project is called; null where it has none.
    async fn sender_phone(&self) -> Option<&String> {
        self.0.reveal(&self.0.sender_phone)
    }

    /// What the offer tells of the person.
    async fn offer(&self) -> Offer {
        Offer(Arc::clone(&self.0))
    }

    /// The recipient's own name for the case, from acceptance on. Two recipients cannot join theirs.
    async fn alias(&self) -> Option<&String> {
        self.0.reveal(&self.0.alias)
    }

    /// The two words that both sides say before any name, while it is accepted on a live consent; the same for both, in
    /// every language. Null for whom somebody has called.
    async fn call_phrase(&self) -> Option<&String> {
        self.0.reveal(&self.0.call_phrase)
    }

    /// Until when the consent is valid, from acceptance on.
    async fn consent_valid_until(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.consent_valid_until).map(|time| DateTime(*time))
    }

    /// What the consent allows to be told, from acceptance on.
    async fn consent_scope(&self) -> Option<&[ConsentField]> {
        self.0.reveal(&self.0.consent_scope).map(Vec::as_slice)
    }

    /// Protection concerns that the consent allows and the service is specialised in, from acceptance on.
    async fn protection_flags(&self) -> Option<&[ProtectionFlag]> {
        self.0.reveal(&self.0.protection_flags).map(Vec::as_slice)
    }

    /// On what the age rests, from acceptance on: for a legal need, where the consent allows it.
    async fn age_basis(&self) -> Option<AgeBasis> {
        self.0.reveal(&self.0.age_basis).copied()
    }

    /// Days until a place is expected, counted from when it was put on the waiting list; null unless it was.
    async fn expected_wait_days(&self) -> Option<i64> {
        self.0.reveal(&self.0.expected_wait_days).copied()
    }

    /// True where the wait that the recipient told goes beyond `neededBy`: somebody else is to be asked, such as one of
    /// `referralNextPartners`. Null where no wait was told, or there is no such time; for the sender's side only.
    async fn wait_exceeds_deadline(&self) -> Option<bool> {
        self.0.reveal(&self.0.wait_exceeds_deadline).copied()
    }

    /// How the person was handed over; null before.
    async fn handover_mode(&self) -> Option<HandoverMode> {
        self.0.reveal(&self.0.handover_mode).copied()
    }

    /// When the service began; null before.
    async fn service_started_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.service_started_at).map(|time| DateTime(*time))
    }

    /// Why it was declined; null unless it was.
    async fn decline_code(&self) -> Option<DeclineCode> {
        self.0.reveal(&self.0.decline_code).copied()
    }

    /// What became of it; null until it is completed.
    async fn outcome_code(&self) -> Option<OutcomeCode> {
        self.0.reveal(&self.0.outcome_code).copied()
    }

    /// What is proved of it, each fact by whose word.
    async fn proof(&self) -> Option<ReferralProof> {
        self.0.reveal(&self.0.proof).cloned().map(ReferralProof)
    }

    /// What happened so far, oldest first; the recipient's begins with the sending.
    async fn timeline(&self) -> Option<Vec<TimelineEntry>> {
        self.0.reveal(&self.0.timeline).map(|entries| entries.iter().cloned().map(TimelineEntry).collect())
    }

    /// What the recipient was told of it by mail or webhook, and whether that got there; for the sender's side only.
    async fn deliveries(&self) -> Option<Vec<Delivery>> {
        self.0.reveal(&self.0.deliveries).map(|told| told.iter().copied().map(Delivery).collect())
    }

    /// What its two sides have written, oldest first; null for everybody else, and for the recipient once it has ended.
    async fn messages(&self) -> Option<Vec<Message>> {
        self.0.reveal(&self.0.messages).map(|messages| messages.iter().cloned().map(Message).collect())
    }

    /// The case; for the sender's team only.
    async fn case(&self) -> Option<CaseReference> {
        self.0.case.clone().map(CaseReference)
    }

    /// The consent; for the sender's team only.
    async fn consent(&self) -> Option<Consent> {
        self.0.consent.clone().map(Consent)
    }
}

fn counterpart(context: &Context<'_>, id: Option<&OrganizationId>) -> Option<Organization> {
    let request = request(context);
    directory::counterpart(&request.context, &request.access, *id?).ok().map(Organization)
}

told_of_person! {
    /// What an offer tells of the person: age band, languages and area, and beyond these only the dimensions
    /// by which the service restricts its intake.
    Offer of ReferralView
}

/// Four separate facts of a referral's life, each as it was first attested; null for what nobody has said.
#[derive(Description)]
pub struct ReferralProof(ProofView);

#[Object(use_type_description)]
impl ReferralProof {
    /// The request has reached the recipient: by a call, or because it has answered.
    async fn delivered(&self) -> Option<AttestedFact> {
        self.0.delivered.clone().map(AttestedFact)
    }

    /// The recipient has the request, or has decided at once.
    async fn acknowledged(&self) -> Option<AttestedFact> {
        self.0.acknowledged.clone().map(AttestedFact)
    }

    /// The recipient has accepted it, put it on its waiting list, or declined it.
    async fn decided(&self) -> Option<AttestedFact> {
        self.0.decided.clone().map(AttestedFact)
    }

    /// The person has got the service: it began, or ended as given.
    async fn received(&self) -> Option<AttestedFact> {
        self.0.received.clone().map(AttestedFact)
    }
}

/// When something was said to have happened, and by whom.
#[derive(Description)]
pub struct AttestedFact(AttestedView);

#[Object(use_type_description)]
impl AttestedFact {
    /// When; for the recipient the hour.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// Who says so.
    async fn attested_by(&self) -> Attestation {
        self.0.attested_by
    }
}

/// What is written on the slip that a person carries to a service.
#[derive(Description)]
pub struct HandoverSlip(pub Visible<SlipView>);

#[Object(use_type_description)]
impl HandoverSlip {
    /// The code: eight characters out of 2–9 and A–Z without I and O. It is shown here and never again.
    async fn code(&self) -> &String {
        self.0.tell(&self.0.code)
    }

    /// Until when it can be presented.
    async fn expires_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.expires_at))
    }
}

/// A code that the case's team speaks to the directory's number of a recipient that answers by a link.
#[derive(Description)]
pub struct AnswerCode(pub Visible<AnswerCodeView>);

#[Object(use_type_description)]
impl AnswerCode {
    /// The code: six digits. It is shown here and never again.
    async fn code(&self) -> &String {
        self.0.tell(&self.0.code)
    }

    /// Until when it can be typed.
    async fn expires_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.expires_at))
    }
}

/// One line of a referral's timeline.
#[derive(Description)]
pub struct TimelineEntry(TimelineView);

#[Object(use_type_description)]
impl TimelineEntry {
    /// When; for the recipient the hour.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// What happened then.
    async fn event(&self) -> Event {
        self.0.event
    }

    /// On whose behalf.
    async fn party(&self) -> Party {
        self.0.party
    }

    /// The organisation of whoever did it; null where nobody did, when it is gone from the directory, and for the
    /// sender's once the referral has ended for a recipient.
    async fn organization(&self, context: &Context<'_>) -> Option<Organization> {
        counterpart(context, self.0.organization_id.as_ref())
    }

    /// Who says that it happened; null for an act of the sender's own, and for what Relais did by itself.
    async fn attested_by(&self) -> Option<Attestation> {
        self.0.attested_by
    }

    /// Code of the decline, the handover, the outcome or the reason that belongs to it; null for other events.
    async fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }
}
