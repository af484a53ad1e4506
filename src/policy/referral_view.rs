//! The view of a referral: each field as the table says for the viewer's side and the stage.

use self::timeline_view::{own_reason, timeline};
use super::access::Access;
use super::looking::Looking;
use super::message_view::{self, MessageView};
use super::offer_view::{OfferRows, OfferView};
use super::person_view::{CaseView, ConsentView, show_case, show_consent};
use super::table::{Guard, Mask, Relation, Sight, Standing};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::account::Project;
use crate::domain::audit::AuditPurpose;
use crate::domain::call_phrase::call_phrase;
use crate::domain::case::CaseReference;
use crate::domain::clocks::{ClockShift, Deadlines};
use crate::domain::code::CodeList;
use crate::domain::consent::{Consent, ConsentField, ContactRule};
use crate::domain::delivery;
use crate::domain::directory::Service;
use crate::domain::disclosure::{DeadlineBand, Stage, age_basis_for, alias, deadline_band, flags_for, stage, stage_on};
use crate::domain::freeze::Freeze;
use crate::domain::id::{LocationId, OrganizationId, ReferralId, RoundId, ServiceId};
use crate::domain::lifecycle::{Event, Party, Status};
use crate::domain::message::Message;
use crate::domain::need::Need;
use crate::domain::profile::{AgeBasis, ProtectionFlag};
use crate::domain::referral::{
    Attestation, Channel, DeclineCode, HandoverMode, OutcomeCode, REOPENING_DAYS, Referral, ReferralKind,
    TimelineEntry, Urgency, first_clarification,
};
use crate::domain::refusal::{ConsentProblem, Refusal};
use crate::domain::time::Timestamp;

/// The state of a referral as a viewer may know it: the state itself, or only that it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferralStatus {
    /// The state, told in full.
    Known(Status),
    /// Closed; a recipient is not told why (ruling R10).
    Closed,
}

impl ReferralStatus {
    const fn all() -> [Self; <Status as CodeList>::ALL.len() + 1] {
        let mut all = [Self::Closed; <Status as CodeList>::ALL.len() + 1];
        let mut position = 0;
        while position < <Status as CodeList>::ALL.len() {
            all[position] = Self::Known(<Status as CodeList>::ALL[position]);
            position += 1;
        }
        all
    }
}

impl CodeList for ReferralStatus {
    const NAME: &'static str = "ReferralStatus";
    const DESCRIPTION: &'static str = "The state of a referral as a viewer may know it, in the order of its life.";
    const SYMBOL_PREFIX: &'static str = "";
    const ALL: &'static [Self] = &Self::all();

    fn code(self) -> &'static str {
        match self {
            Self::Known(status) => status.code(),
            Self::Closed => "closed",
        }
    }

    fn position(self) -> usize {
        match self {
            Self::Known(status) => status.position(),
            Self::Closed => Status::ALL.len(),
        }
    }

    fn definition(self) -> &'static str {
        match self {
            Self::Known(status) => status.definition(),
            Self::Closed => "closed; a recipient is not told why",
        }
    }
}

/// Everything that the view of a referral is made of.
#[derive(Clone, Copy)]
pub struct ReferralFacts<'a> {
    /// The referral.
    pub referral: &'a Referral,
    /// Its consent as it stands now.
    pub consent: &'a Consent,
    /// Its case; what of it may be told is decided here.
    pub case: Option<&'a CaseReference>,
    /// The service as the directory has it.
    pub service: Option<&'a Service>,
    /// The sending project.
    pub project: &'a Project,
    /// Its timeline.
    pub timeline: &'a [TimelineEntry],
    /// The freezes that stopped its clocks.
    pub freezes: &'a [Freeze],
    /// The messages on it.
    pub messages: &'a [Message],
    /// What the recipient was told of it, and whether that got there.
    pub told: &'a [(ReferralId, delivery::Told)],
    /// The sending project's alias key, once it has one.
    pub alias_key: Option<&'a [u8]>,
    /// The present instant.
    pub now: Timestamp,
}

/// A referral as one viewer may see it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ReferralView {
    /// Identifier.
    pub id: ReferralId,
    /// Version, to be given back with the next change.
    pub version: i64,
    /// How far it is open to its recipient.
    pub stage: Told<Stage>,
    /// The state, as far as the viewer may know it.
    pub status: Told<ReferralStatus>,
    /// What it asks of the recipient.
    pub kind: Protected<ReferralKind>,
    /// How it reached the recipient; the sender's side only.
    pub channel: Protected<Channel>,
    /// The referral in whose place it was made; the sender's side only.
    pub reroute_of: Protected<ReferralId>,
    /// The first referral of the chain; the sender's side only.
    pub chain_id: Protected<ReferralId>,
    /// The ended referral that it asks about.
    pub follows: Protected<ReferralId>,
    /// The round in which it was sent; the sender's side only.
    pub round_id: Protected<RoundId>,
    /// The receiving organisation.
    pub recipient_id: Protected<OrganizationId>,
    /// The service asked.
    pub service_id: Protected<ServiceId>,
    /// The place asked.
    pub location_id: Protected<LocationId>,
    /// Since when it is in this state; for a recipient the hour.
    pub status_at: Protected<Timestamp>,
    /// When it was sent; for a recipient the hour.
    pub requested_at: Protected<Timestamp>,
    /// The need.
    pub need: Protected<Need>,
    /// The urgency.
    pub urgency: Protected<Urgency>,
    /// The deadline; the sender's side only.
    pub needed_by: Protected<Timestamp>,
    /// Until when the recipient acknowledges; for a recipient the hour, as for the three below.
    pub acknowledge_by: Protected<Timestamp>,
    /// Until when it decides.
    pub decide_by: Protected<Timestamp>,
    /// Until when the service begins.
    pub serve_by: Protected<Timestamp>,
    /// When it ends without an answer.
    pub expires_at: Protected<Timestamp>,
    /// How soon an answer is needed.
    pub deadline_band: Protected<DeadlineBand>,
    /// How the person may be reached.
    pub contact_rule: Protected<ContactRule>,
    /// The sending organisation.
    pub sender_id: Protected<OrganizationId>,
    /// Name of the sending project.
    pub sender_project: Protected<String>,
    /// Role mailbox of the sending project.
    pub sender_mailbox: Protected<String>,
    /// Number by which the sending project is called.
    pub sender_phone: Protected<String>,
    /// What the offer tells of the person.
    pub offer: OfferView,
    /// The recipient's own name for the case.
    pub alias: Protected<String>,
    /// The two words that both sides say before any name.
    pub call_phrase: Protected<String>,
    /// Until when the consent is valid.
    pub consent_valid_until: Protected<Timestamp>,
    /// What the consent allows to be told.
    pub consent_scope: Protected<Vec<ConsentField>>,
    /// Protection concerns that the service is specialised in.
    pub protection_flags: Protected<Vec<ProtectionFlag>>,
    /// On what the age rests, for a legal need.
    pub age_basis: Protected<AgeBasis>,
    /// Days until a place is expected, where it is on a waiting list.
    pub expected_wait_days: Protected<i64>,
    /// Whether the wait that was told goes beyond the deadline; the sender's side only.
    pub wait_exceeds_deadline: Protected<bool>,
    /// How the person was handed over.
    pub handover_mode: Protected<HandoverMode>,
    /// When the service began.
    pub service_started_at: Protected<Timestamp>,
    /// Why it was declined.
    pub decline_code: Protected<DeclineCode>,
    /// What became of it.
    pub outcome_code: Protected<OutcomeCode>,
    /// What is proved of it, and by whose word.
    pub proof: Protected<ProofView>,
    /// What happened so far, oldest first.
    pub timeline: Protected<Vec<TimelineView>>,
    /// What the recipient was told of it; the sender's side only.
    pub deliveries: Protected<Vec<delivery::Told>>,
    /// The messages on it, in their order; the two sides only.
    pub messages: Protected<Vec<MessageView>>,
    /// The case; the sender's team only.
    pub case: Option<Visible<CaseView>>,
    /// The consent; the sender's team only.
    pub consent: Option<Visible<ConsentView>>,
}

/// One line of a timeline.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct TimelineView {
    /// When; for a recipient the hour.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// On whose behalf.
    pub party: Party,
    /// The organisation of whoever did it; for a recipient, once the referral has ended, only its own.
    pub organization_id: Option<OrganizationId>,
    /// Who says so, where it is something that somebody says.
    pub attested_by: Option<Attestation>,
    /// The code that belongs to it.
    pub code: Option<String>,
}

const OFFER: OfferRows = OfferRows {
    age_band: "Offer.ageBand",
    gender: "Offer.gender",
    household: "Offer.household",
    admin_status: "Offer.adminStatus",
    situation: "Offer.situation",
    languages: "Offer.languages",
    area: "Offer.area",
};

/// What the schema promises of a referral.
const PROMISED: [&str; 5] = ["Referral.id", "Referral.version", "Referral.status", "Referral.stage", "Referral.offer"];
/// What it promises of a line of a timeline.
const PROMISED_OF_ENTRY: [&str; 3] = ["TimelineEntry.at", "TimelineEntry.event", "TimelineEntry.party"];

/// The view of a referral; `None` when it is nothing to the viewer.
pub fn show_referral(access: &Access, facts: ReferralFacts<'_>) -> Option<Visible<ReferralView>> {
    let relation = access.relation_to_referral(facts.referral);
    let look = look(access, &facts, relation);
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let view = view(access, &facts, &look);
    Some(Visible::of_subject(view, subject(facts.referral, relation), access.recorder().clone()))
}

fn look(access: &Access, facts: &ReferralFacts<'_>, relation: Relation) -> Looking {
    let referral = facts.referral;
    // An id that opens nothing is not told.
    let is_known = facts.service.is_some_and(|service| access.directory_scope().admits(service));
    let concerns_violence = referral.need.concerns_gender_based_violence();
    let told = access.facts_of_referral(referral, (relation, standing(facts)), concerns_violence);
    let told = told.holding(Guard::ServiceKnown, is_known);
    Looking::new(access, told)
}

/// How the referral stands. For thirty days after an accepted referral has ended the recipient keeps the name
/// by which it knows the case, so that both sides can speak of reopening it.
fn standing(facts: &ReferralFacts<'_>) -> Standing {
    let (referral, consent) = (facts.referral, facts.consent);
    let was_accepted = matches!(referral.status, Status::Completed | Status::NotRealised);
    let is_recent = facts.now < referral.status_at.plus_days(REOPENING_DAYS);
    match stage_on(referral.status, consent, facts.now) {
        Stage::Ended if was_accepted && is_recent && consent.releases(facts.now) => Standing::Reopenable,
        stage => standing_at(stage),
    }
}

const fn standing_at(stage: Stage) -> Standing {
    match stage {
        Stage::Hidden => Standing::Draft,
        Stage::Offer => Standing::Offer,
        Stage::Accepted => Standing::Accepted,
        Stage::Handover => Standing::Handover,
        Stage::Ended => Standing::Ended,
        Stage::Closed => Standing::Closed,
    }
}

fn subject(referral: &Referral, relation: Relation) -> Subject {
    Subject {
        object: referral.id.to_string(),
        project_id: referral.project_id,
        consent_id: (relation == Relation::Recipient).then_some(referral.consent_id),
        purpose: purpose(relation),
    }
}

/// What a referral is read for, from each side.
const fn purpose(relation: Relation) -> AuditPurpose {
    match relation {
        Relation::Recipient => AuditPurpose::ReferralAnswer,
        Relation::ProtectionLead => AuditPurpose::Protection,
        Relation::Coordinator => AuditPurpose::Coordination,
        _ => AuditPurpose::Care,
    }
}

/// A refusal of an act on a referral, as whoever tried may know it: it tells a recipient no more of the
/// state than the view does (ruling R10), and the state that it tells counts as read. That the person has withdrawn is
/// no recipient's to know: a consent that carries nothing has lapsed.
pub fn show_refusal(access: &Access, referral: &Referral, refusal: Refusal) -> Refusal {
    let relation = access.relation_to_referral(referral);
    let event = match refusal {
        Refusal::Transition { event, .. } => event,
        Refusal::Consent { problem: ConsentProblem::Withdrawn | ConsentProblem::RecipientRestricted, .. }
            if relation == Relation::Recipient =>
        {
            return Refusal::consent(ConsentProblem::Expired);
        }
        _ => return refusal,
    };
    if relation == Relation::Recipient && is_closed(referral) {
        return Refusal::ClosedMeanwhile { event };
    }
    let facts = access.facts_of_referral(referral, (relation, standing_at(stage(referral.status, false))), false);
    let is_told = access.table().decide("InvalidTransitionError.status", &facts) == Sight::Shown;
    if is_told {
        access.recorder().record(&subject(referral, relation), "status");
    }
    Refusal::Transition { status: is_told.then_some(referral.status), event }
}

/// True for a referral that its recipient knows to be closed, and not why.
pub fn is_closed(referral: &Referral) -> bool {
    standing_at(stage(referral.status, false)) == Standing::Closed
}

fn view(access: &Access, facts: &ReferralFacts<'_>, look: &Looking) -> ReferralView {
    let (referral, consent) = (facts.referral, facts.consent);
    let reason = |code| own_reason(facts, look, code, &[Event::Decline]);
    let tells_deadline = facts.timeline.last().is_some_and(|last| tells_hard_deadline(facts, last));
    let status_hour = |mask, at| hour(mask, at).filter(|_| !tells_deadline);
    let outcome = |code| own_reason(facts, look, code, &[Event::Complete, Event::NotRealise]);
    let stage = if look.is_at(Standing::Offer) { Stage::Offer } else { stage_on(referral.status, consent, facts.now) };
    let deadlines = deadlines(facts);
    let due = |path, at: fn(&Deadlines) -> Option<Timestamp>| due(look, deadlines.as_ref(), path, at);
    let band = referral.needed_by.map(|needed_by| deadline_band(referral.requested_at.unwrap_or(facts.now), needed_by));
    ReferralView {
        id: referral.id,
        version: referral.version,
        stage: look.told("Referral.stage", stage),
        status: look.told("Referral.status", told_status(look, referral.status)),
        kind: look.field("Referral.kind", Some(referral.kind)),
        channel: look.field("Referral.channel", referral.channel),
        reroute_of: look.field("Referral.rerouteOf", referral.reroute_of),
        chain_id: look.field("Referral.chain", Some(referral.chain_id)),
        follows: look.field("Referral.follows", referral.follows),
        round_id: look.field("Referral.round", referral.round_id),
        recipient_id: look.field("Referral.recipient", Some(referral.recipient_id)),
        service_id: look.field("Referral.service", Some(referral.service_id)),
        location_id: look.field("Referral.locationId", referral.location_id),
        status_at: look.masked("Referral.statusAt", Some(referral.status_at), status_hour),
        requested_at: look.masked("Referral.requestedAt", referral.requested_at, hour),
        need: look.field("Referral.need", Some(referral.need)),
        urgency: look.field("Referral.urgency", Some(referral.urgency)),
        needed_by: look.field("Referral.neededBy", referral.needed_by),
        acknowledge_by: due("Referral.acknowledgeBy", |deadlines| Some(deadlines.acknowledge_by)),
        decide_by: due("Referral.decideBy", |deadlines| deadlines.decide_by),
        serve_by: due("Referral.serveBy", |deadlines| deadlines.serve_by),
        expires_at: due("Referral.expiresAt", |deadlines| Some(deadlines.expire_at)),
        deadline_band: look.field("Referral.deadlineBand", band),
        contact_rule: look.field("Referral.contactRule", Some(consent.contact_rule)),
        sender_id: look.field("Referral.sender", Some(referral.sender_id)),
        sender_project: look.field("Referral.senderProject", Some(facts.project.name.clone())),
        sender_mailbox: look.field("Referral.senderMailbox", Some(facts.project.mailbox.expose().clone())),
        sender_phone: look.field("Referral.senderPhone", facts.project.phone.as_ref().map(|it| it.expose().clone())),
        offer: OfferView::of(look, &OFFER, &referral.offer.told),
        alias: look.field("Referral.alias", case_alias(facts)),
        call_phrase: look.field("Referral.callPhrase", phrase(facts)),
        consent_valid_until: look.masked("Referral.consentValidUntil", Some(consent.expires_at), hour),
        consent_scope: look.field("Referral.consentScope", Some(consent.field_scope.clone())),
        protection_flags: look.field("Referral.protectionFlags", concerns(facts)),
        age_basis: look.field("Referral.ageBasis", age_basis(facts)),
        expected_wait_days: look.field("Referral.expectedWaitDays", referral.expected_wait_days),
        wait_exceeds_deadline: look.field("Referral.waitExceedsDeadline", wait_exceeds_deadline(facts)),
        handover_mode: look.field("Referral.handoverMode", referral.handover_mode),
        service_started_at: look.masked("Referral.serviceStartedAt", referral.service_started_at, hour),
        decline_code: look.field("Referral.declineCode", reason(referral.decline_code)),
        outcome_code: look.field("Referral.outcomeCode", outcome(referral.outcome_code)),
        proof: look.field("Referral.proof", proof_view(facts, look)),
        timeline: look.field("Referral.timeline", Some(timeline(facts, look))),
        deliveries: look.field("Referral.deliveries", Some(told_view::told(facts, look))),
        messages: look.field("Referral.messages", Some(message_view::views(access, facts, look))),
        case: look.value("Referral.case", facts.case).and_then(|case| show_case(access, case)),
        consent: look.value("Referral.consent", Some(consent)).and_then(|consent| show_consent(access, consent)),
    }
}

/// When something is due. Once the hard deadline has cut a clock, each of them would help to find it: a recipient reads its
/// band.
fn due(
    look: &Looking,
    deadlines: Option<&Deadlines>,
    path: &'static str,
    at: fn(&Deadlines) -> Option<Timestamp>,
) -> Protected<Timestamp> {
    let is_cut = deadlines.is_some_and(Deadlines::is_cut);
    look.masked(path, deadlines.and_then(at), |mask, at| hour(mask, at).filter(|_| !is_cut))
}

/// True where a clock did it that the hard deadline had cut: its hour would tell the deadline, of which a recipient reads
/// the band.
fn tells_hard_deadline(facts: &ReferralFacts<'_>, entry: &TimelineEntry) -> bool {
    entry.party == Party::Timer && deadlines(facts).is_some_and(|deadlines| deadlines.is_cut())
}

/// Counted from when the wait was told.
fn wait_exceeds_deadline(facts: &ReferralFacts<'_>) -> Option<bool> {
    let told = facts.timeline.iter().rev().find(|entry| entry.event == Event::Waitlist);
    facts.referral.wait_exceeds_deadline(told.map_or(facts.referral.status_at, |entry| entry.at))
}

/// The deadlines as freezes and the first question have moved them.
fn deadlines(facts: &ReferralFacts<'_>) -> Option<Deadlines> {
    let shift = ClockShift { freezes: facts.freezes, clarification: first_clarification(facts.timeline) };
    facts.referral.deadlines.as_ref().map(|deadlines| deadlines.shifted(&shift, facts.now))
}

fn told_status(look: &Looking, status: Status) -> ReferralStatus {
    match look.sight("Referral.status") {
        Sight::Shown => ReferralStatus::Known(status),
        Sight::Masked(_) | Sight::Absent => ReferralStatus::Closed,
    }
}

/// By the hour, so that two recipients cannot join a case by its times (P-08).
fn hour(mask: Mask, time: Timestamp) -> Option<Timestamp> {
    (mask == Mask::Hour).then(|| time.start_of_hour())
}

/// Whom somebody has called reads no phrase, so there is none to be said.
fn phrase(facts: &ReferralFacts<'_>) -> Option<String> {
    let key = facts.alias_key.filter(|_| facts.referral.is_told_electronically())?;
    Some(call_phrase(key, facts.referral.id))
}

fn case_alias(facts: &ReferralFacts<'_>) -> Option<String> {
    facts.alias_key.map(|key| alias(key, facts.referral.case_id, facts.referral.recipient_id))
}

fn concerns(facts: &ReferralFacts<'_>) -> Option<Vec<ProtectionFlag>> {
    let (service, case) = (facts.service?, facts.case?);
    Some(flags_for(service, facts.consent, &case.flags))
}

fn age_basis(facts: &ReferralFacts<'_>) -> Option<AgeBasis> {
    let (service, case) = (facts.service?, facts.case?);
    age_basis_for(service, facts.referral.need, facts.consent, case.age_basis)
}

mod proof_view;
mod slip_view;
mod timeline_view;
mod told_view;

use proof_view::proof_view;
pub use proof_view::{AttestedView, ProofView};
pub use slip_view::{AnswerCodeView, SlipView, show_answer_code, show_slip};

#[cfg(test)]
mod tests;
