//! The view of a referral: from the sender's side everything, from the recipient's side by stage.

use super::access::Access;
use super::person_view::{CaseView, ConsentView, show_case, show_consent};
use super::rules::{Perspective, perspective};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::account::Project;
use crate::domain::case::CaseReference;
use crate::domain::code::CodeList;
use crate::domain::consent::{Consent, ConsentField, ContactRule};
use crate::domain::directory::Service;
use crate::domain::disclosure::{DeadlineBand, Stage, alias, deadline_band, flags_for, stage};
use crate::domain::id::{LocationId, OrganizationId, ReferralId, ServiceId};
use crate::domain::lifecycle::{Event, Party, Status};
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Profile, ProtectionFlag, Situation};
use crate::domain::referral::{DeclineCode, OutcomeCode, Referral, TimelineEntry, Urgency};
use crate::domain::refusal::Refusal;
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

    fn definition(self) -> &'static str {
        match self {
            Self::Known(status) => status.definition(),
            Self::Closed => "closed; a recipient is not told why",
        }
    }
}

/// Days after its end in which a referral may be reopened by both sides.
const REOPENING_DAYS: i64 = 30;

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
    /// The side from which the viewer sees it.
    pub perspective: Perspective,
    /// How far it is open to its recipient.
    pub stage: Told<Stage>,
    /// The state, as far as the viewer may know it.
    pub status: Told<ReferralStatus>,
    /// The receiving organisation.
    pub recipient_id: Told<OrganizationId>,
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
    /// What the offer tells of the person.
    pub offer: OfferView,
    /// The recipient's own name for the case.
    pub alias: Protected<String>,
    /// Until when the consent is valid.
    pub consent_valid_until: Protected<Timestamp>,
    /// What the consent allows to be told.
    pub consent_scope: Protected<Vec<ConsentField>>,
    /// Protection concerns that the service is specialised in.
    pub protection_flags: Protected<Vec<ProtectionFlag>>,
    /// When the service began.
    pub service_started_at: Protected<Timestamp>,
    /// Why it was declined.
    pub decline_code: Protected<DeclineCode>,
    /// What became of it.
    pub outcome_code: Protected<OutcomeCode>,
    /// What happened so far, oldest first.
    pub timeline: Protected<Vec<TimelineView>>,
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
    /// The decline or outcome code that belongs to it.
    pub code: Option<String>,
}

/// What an offer tells of the person.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct OfferView {
    /// Age band.
    pub age_band: Protected<AgeBand>,
    /// Gender, where the service restricts by it.
    pub gender: Protected<Gender>,
    /// Household, where the service restricts by it.
    pub household: Protected<Household>,
    /// Administrative status, where the service restricts by it.
    pub admin_status: Protected<AdminStatus>,
    /// Living situation, where the service restricts by it.
    pub situation: Protected<Situation>,
    /// Languages spoken.
    pub languages: Protected<Vec<Language>>,
    /// Commune or larger area.
    pub area: Protected<AreaCode>,
}

impl OfferView {
    fn of(told: Option<Profile>) -> Self {
        let languages = told.as_ref().map(|told| told.languages.clone());
        let told = told.unwrap_or_default();
        Self {
            age_band: Protected::new("ageBand", told.age_band),
            gender: Protected::new("gender", told.gender),
            household: Protected::new("household", told.household),
            admin_status: Protected::new("adminStatus", told.admin_status),
            situation: Protected::new("situation", told.situation),
            languages: Protected::new("languages", languages),
            area: Protected::new("area", told.area),
        }
    }
}

/// What is open to a viewer: for each group of fields, whether it is told.
#[derive(Clone, Copy)]
struct Opening {
    /// Need, service, dates.
    is_told_at_all: bool,
    /// Urgency, contact rule, sender and the offer.
    has_offer: bool,
    /// Alias, consent and concerns.
    has_acceptance: bool,
    /// The decision and outcome codes.
    has_codes: bool,
    /// Sensitive facts (D4) of the offer.
    has_sensitive_offer: bool,
}

fn opening(perspective: Perspective, stage: Stage) -> Opening {
    let is_sending_side = perspective != Perspective::Recipient;
    let is_closed = stage == Stage::Closed;
    Opening {
        is_told_at_all: is_sending_side || !is_closed,
        has_offer: is_sending_side || matches!(stage, Stage::Offer | Stage::Accepted | Stage::Handover),
        has_acceptance: match perspective {
            Perspective::Sender => true,
            Perspective::Coordinator => false,
            Perspective::Recipient => matches!(stage, Stage::Accepted | Stage::Handover),
        },
        has_codes: is_sending_side || !is_closed,
        has_sensitive_offer: perspective != Perspective::Coordinator,
    }
}

/// The view of a referral; `None` when it is nothing to the viewer.
pub fn show_referral(access: &Access, facts: ReferralFacts<'_>) -> Option<Visible<ReferralView>> {
    let perspective = perspective(access, facts.referral)?;
    let stage = stage(facts.referral.status, facts.consent.is_live(facts.now));
    if perspective == Perspective::Recipient && stage == Stage::Hidden {
        return None;
    }
    let view = view(access, &facts, perspective, stage);
    Some(Visible::of_subject(view, subject(facts.referral, perspective), access.recorder().clone()))
}

fn subject(referral: &Referral, perspective: Perspective) -> Subject {
    Subject {
        object: referral.id.to_string(),
        project_id: referral.project_id,
        consent_id: (perspective == Perspective::Recipient).then_some(referral.consent_id),
    }
}

/// A refusal of an act on a referral, as whoever tried may know it: it tells a recipient no more of the
/// state than the view does (ruling R10), and the state that it tells counts as read.
pub fn show_refusal(access: &Access, referral: &Referral, refusal: Refusal) -> Refusal {
    let Refusal::Transition { event, .. } = refusal else { return refusal };
    let perspective = perspective(access, referral)
        .filter(|perspective| opening(*perspective, stage(referral.status, false)).is_told_at_all);
    if let Some(perspective) = perspective {
        access.recorder().record(&subject(referral, perspective), "status");
    }
    Refusal::Transition { status: perspective.map(|_| referral.status), event }
}

fn told_status(open: Opening, status: Status) -> ReferralStatus {
    if open.is_told_at_all { ReferralStatus::Known(status) } else { ReferralStatus::Closed }
}

/// Whether the viewer finds the service in the directory: an id that opens nothing is not told.
fn is_known(access: &Access, facts: &ReferralFacts<'_>) -> bool {
    facts.service.is_some_and(|service| access.directory_scope().admits(service))
}

fn view(access: &Access, facts: &ReferralFacts<'_>, perspective: Perspective, stage: Stage) -> ReferralView {
    let (referral, consent) = (facts.referral, facts.consent);
    let open = opening(perspective, stage);
    let at = |time| time_for(perspective, time);
    let band = referral.needed_by.map(|needed_by| deadline_band(referral.requested_at.unwrap_or(facts.now), needed_by));
    ReferralView {
        id: referral.id,
        version: referral.version,
        perspective,
        stage: Told::new("stage", stage),
        status: Told::new("status", told_status(open, referral.status)),
        recipient_id: Told::new("recipient", referral.recipient_id),
        service_id: protect("service", open.is_told_at_all && is_known(access, facts), Some(referral.service_id)),
        location_id: protect("locationId", open.is_told_at_all, referral.location_id),
        status_at: protect("statusAt", open.is_told_at_all, Some(at(referral.status_at))),
        requested_at: protect("requestedAt", open.is_told_at_all, referral.requested_at.map(at)),
        need: protect("need", open.is_told_at_all, Some(referral.need)),
        urgency: protect("urgency", open.has_offer, Some(referral.urgency)),
        needed_by: protect("neededBy", perspective != Perspective::Recipient, referral.needed_by),
        deadline_band: protect("deadlineBand", open.has_offer, band),
        contact_rule: protect("contactRule", open.has_offer, Some(consent.contact_rule)),
        sender_id: protect("sender", open.has_offer, Some(referral.sender_id)),
        sender_project: protect("senderProject", open.has_offer, Some(facts.project.name.clone())),
        sender_mailbox: protect("senderMailbox", open.has_offer, Some(facts.project.mailbox.expose().clone())),
        offer: OfferView::of(offer(referral, open)),
        alias: protect("alias", open.has_acceptance || may_be_reopened(facts, perspective, stage), case_alias(facts)),
        consent_valid_until: protect("consentValidUntil", open.has_acceptance, Some(at(consent.expires_at))),
        consent_scope: protect("consentScope", open.has_acceptance, Some(consent.field_scope.clone())),
        protection_flags: protect("protectionFlags", open.has_acceptance, concerns(facts)),
        service_started_at: protect("serviceStartedAt", open.has_codes, referral.service_started_at.map(at)),
        decline_code: protect("declineCode", open.has_codes, referral.decline_code),
        outcome_code: protect("outcomeCode", open.has_codes, referral.outcome_code),
        timeline: protect("timeline", open.is_told_at_all, Some(timeline(facts, perspective, open))),
        case: facts.case.filter(|_| perspective == Perspective::Sender).and_then(|case| show_case(access, case)),
        consent: Some(consent)
            .filter(|_| perspective == Perspective::Sender)
            .and_then(|consent| show_consent(access, consent)),
    }
}

/// A recipient reads times by the hour, so that two recipients cannot join a case by them (P-08).
const fn time_for(perspective: Perspective, time: Timestamp) -> Timestamp {
    match perspective {
        Perspective::Recipient => time.start_of_hour(),
        Perspective::Sender | Perspective::Coordinator => time,
    }
}

/// A recipient's timeline begins with the sending, and no longer names the sender than the view does.
fn timeline(facts: &ReferralFacts<'_>, perspective: Perspective, open: Opening) -> Vec<TimelineView> {
    let names_all = open.has_offer;
    facts
        .timeline
        .iter()
        .filter(|entry| perspective != Perspective::Recipient || entry.event != Event::Create)
        .map(|entry| TimelineView {
            at: time_for(perspective, entry.at),
            event: entry.event,
            party: entry.party,
            organization_id: Some(entry.organization_id)
                .filter(|organization| names_all || *organization == facts.referral.recipient_id),
            code: entry.code.clone(),
        })
        .collect()
}

fn protect<T>(name: &'static str, is_open: bool, value: Option<T>) -> Protected<T> {
    Protected::new(name, value.filter(|_| is_open))
}

fn offer(referral: &Referral, open: Opening) -> Option<Profile> {
    open.has_offer.then(|| {
        let mut told = referral.offer.told.clone();
        if !open.has_sensitive_offer {
            told.admin_status = None;
            told.situation = None;
        }
        told
    })
}

/// For thirty days after an accepted referral has ended the recipient keeps the name by which it knows the
/// case, so that both sides can speak of reopening it.
fn may_be_reopened(facts: &ReferralFacts<'_>, perspective: Perspective, stage: Stage) -> bool {
    let was_accepted = matches!(facts.referral.status, Status::Completed | Status::NotRealised);
    let is_recent = facts.now < facts.referral.status_at.plus_days(REOPENING_DAYS);
    perspective == Perspective::Recipient
        && stage == Stage::Ended
        && was_accepted
        && is_recent
        && facts.consent.is_live(facts.now)
}

fn case_alias(facts: &ReferralFacts<'_>) -> Option<String> {
    facts.alias_key.map(|key| alias(key, facts.referral.case_id, facts.referral.recipient_id))
}

fn concerns(facts: &ReferralFacts<'_>) -> Option<Vec<ProtectionFlag>> {
    let (service, case) = (facts.service?, facts.case?);
    Some(flags_for(service, facts.consent, &case.flags))
}

#[cfg(test)]
mod tests;
