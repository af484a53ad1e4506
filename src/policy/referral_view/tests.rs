//! The states that no act reaches yet, and the pairs of state and consent that are too many for the API.

use super::*;
use crate::domain::account::{Account, RiskProfile, Role};
use crate::domain::clocks::{Calendar, CalendarSettings, Clocks};
use crate::domain::consent::{Assent, ConsentBasis, ConsentGiver, ConsentModality, ConsentPurpose, Interpreting};
use crate::domain::disclosure::Offer;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{AccountId, CaseId, ConsentId, ConversationId, Identifier, ProjectId, TeamId};
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Profile, Situation};
use crate::domain::spoken_code::SpokenCode;
use crate::policy::access::{Confinement, Viewer};
use crate::policy::table::Table;
use std::collections::BTreeSet;

const RECIPIENT: [u8; 16] = [2; 16];
const PROJECT: [u8; 16] = [3; 16];

struct Facts {
    referral: Referral,
    consent: Consent,
    case: CaseReference,
    project: Project,
    timeline: Vec<TimelineEntry>,
    now: Timestamp,
}

const SENDER: [u8; 16] = [4; 16];

fn instant() -> Timestamp {
    Timestamp::parse("2026-11-23T18:50:12.345678Z").expect("an instant")
}

fn language() -> Language {
    Language::parse("bm").expect("a language")
}

fn deadlines(requested_at: Timestamp) -> Deadlines {
    let calendar = Calendar::new(CalendarSettings::of_country_named("FR"), None).expect("a calendar");
    Deadlines::at(Clocks::default().row(Urgency::Normal), &calendar, requested_at, None)
}

/// A referral with a value in every field.
fn referral() -> Referral {
    let now = instant();
    Referral {
        id: ReferralId::from_bytes([6; 16]),
        version: 4,
        kind: ReferralKind::FollowUp,
        chain_id: ReferralId::from_bytes([11; 16]),
        reroute_of: Some(ReferralId::from_bytes([12; 16])),
        follows: Some(ReferralId::from_bytes([13; 16])),
        round_id: Some(RoundId::from_bytes([14; 16])),
        case_id: CaseId::from_bytes([1; 16]),
        project_id: ProjectId::from_bytes(PROJECT),
        team_id: TeamId::from_bytes([4; 16]),
        sender_id: OrganizationId::from_bytes(SENDER),
        recipient_id: OrganizationId::from_bytes(RECIPIENT),
        service_id: ServiceId::from_bytes([7; 16]),
        location_id: Some(LocationId::from_bytes([8; 16])),
        need: Need::LegalAsylum,
        urgency: Urgency::Urgent,
        needed_by: Some(now.plus_days(2)),
        consent_id: ConsentId::from_bytes([5; 16]),
        status: Status::Requested,
        status_at: now,
        requested_at: Some(now),
        deadlines: Some(deadlines(now)),
        channel: Some(Channel::Electronic),
        service_started_at: Some(now),
        decline_code: Some(DeclineCode::Full),
        outcome_code: Some(OutcomeCode::ServiceReceived),
        expected_wait_days: Some(70),
        handover_mode: Some(HandoverMode::Phone),
        offer: Offer {
            told: Profile {
                age_band: Some(AgeBand::From15To17),
                gender: Some(Gender::Woman),
                household: Some(Household::Alone),
                admin_status: Some(AdminStatus::AsylumSeeker),
                situation: Some(Situation::Street),
                languages: vec![language()],
                area: AreaCode::parse("FR-93055").ok(),
            },
        },
    }
}

/// The consent that carries it, live for 90 days.
fn consent(referral: &Referral) -> Consent {
    Consent {
        id: referral.consent_id,
        version: 1,
        case_id: referral.case_id,
        project_id: referral.project_id,
        team_id: referral.team_id,
        recipient_id: referral.recipient_id,
        basis: ConsentBasis::SelfInformed,
        field_scope: vec![ConsentField::ProtectionFlags],
        modality: Some(ConsentModality::Verbal),
        language: Some(language()),
        explained: Vec::new(),
        conversation_id: ConversationId::from_bytes([5; 16]),
        position: 1,
        purpose: ConsentPurpose::Referral,
        given_by: Some(ConsentGiver::Person),
        assent: Assent::NotApplicable,
        interpreter: Interpreting::None,
        consequences: Vec::new(),
        restrictions: Vec::new(),
        third_country_acknowledged: false,
        obtained_by: AccountId::from_bytes([2; 16]),
        confirmed_at: None,
        contact_rule: ContactRule::CodeWord,
        obtained_at: instant(),
        expires_at: instant().plus_days(90),
        withdrawn_at: None,
    }
}

fn timeline(referral: &Referral) -> Vec<TimelineEntry> {
    let entry = |event, party, organization_id| TimelineEntry {
        referral_id: referral.id,
        version: 1,
        at: instant(),
        event,
        party,
        actor_id: Some(AccountId::from_bytes([9; 16])),
        organization_id: Some(organization_id),
        attested_by: Attestation::of(event, party, false),
        code: None,
    };
    vec![
        entry(Event::Create, Party::Sender, referral.sender_id),
        entry(Event::Send, Party::Sender, referral.sender_id),
        entry(Event::Accept, Party::Recipient, referral.recipient_id),
    ]
}

impl Facts {
    fn new() -> Self {
        let (referral, now) = (referral(), instant());
        let case = CaseReference {
            id: referral.case_id,
            version: 1,
            project_id: referral.project_id,
            team_id: referral.team_id,
            spoken_code: SpokenCode::from_chance(7),
            profile: Profile::default(),
            age_basis: Some(AgeBasis::Contested),
            flags: vec![ProtectionFlag::Torture],
            file_number: None,
            created_month: now.month(),
            last_contact_at: now,
        };
        let project = Project {
            id: referral.project_id,
            organization_id: referral.sender_id,
            name: "Passerelles".to_owned(),
            country: "FR".to_owned(),
            risk_profile: RiskProfile::Standard,
            mailbox: "passerelles@example.org".to_owned().into(),
            phone: Some("+33 1 99 00 00 70".to_owned().into()),
            status: ProjectStatus::Active,
            clocks: Clocks::default(),
            calendar: CalendarSettings::of_country_named("FR"),
        };
        Self { consent: consent(&referral), timeline: timeline(&referral), case, project, referral, now }
    }

    fn with(status: Status) -> Self {
        let mut facts = Self::new();
        facts.referral.status = status;
        facts
    }

    fn shown_to(&self, access: &Access) -> Option<Visible<ReferralView>> {
        let facts = ReferralFacts {
            referral: &self.referral,
            consent: &self.consent,
            case: Some(&self.case),
            service: None,
            project: &self.project,
            messages: &[],
            timeline: &self.timeline,
            freezes: &[],
            told: &[],
            alias_key: Some(b"key of the project"),
            now: self.now,
        };
        show_referral(access, facts)
    }

    /// Everything that the recipient is shown, as text.
    fn told(&self) -> Option<String> {
        self.shown_to(&recipient()).map(|visible| format!("{:?}", *visible))
    }
}

fn recipient() -> Access {
    Access::new(
        Viewer::Staff(Account {
            id: AccountId::from_bytes([9; 16]),
            handle: "agent".to_owned(),
            role: Role::PartnerAgent,
            organization_id: OrganizationId::from_bytes(RECIPIENT),
            project_id: None,
            team_ids: Vec::new(),
            is_trained: false,
        }),
        Table::standard(),
    )
}

#[test]
fn a_recipient_cannot_tell_a_withdrawn_consent_from_a_cancellation_or_an_error() {
    let mut told = Vec::new();
    for status in [Status::Cancelled, Status::Withdrawn, Status::EnteredInError] {
        let mut facts = Facts::with(status);
        told.push(facts.told());
        facts.consent.withdrawn_at = Some(facts.now);
        told.push(facts.told());
        facts.referral.status_at = facts.now.plus_days(3);
        facts.consent.contact_rule = ContactRule::NoContact;
        told.push(facts.told());
        // The version tells how many changes there were, and is needed by nobody any more; it differs.
        facts.referral.version += 1;
        assert_ne!(facts.told(), told[0]);
        assert_eq!(facts.told().map(|text| text.replace("version: 5", "version: 4")), told[0]);
    }
    assert!(told[0].is_some());
    assert!(told.iter().all(|text| *text == told[0]), "{told:#?}");
}

#[test]
fn a_closed_referral_tells_a_recipient_that_it_is_closed_and_nothing_else() {
    let facts = Facts::with(Status::Withdrawn);
    let view = facts.shown_to(&recipient()).expect("the referral was received");
    let text = format!("{:?}", *view);
    assert_eq!((*view.tell(&view.status), *view.tell(&view.stage)), (ReferralStatus::Closed, Stage::Closed));
    // Every protected field is there and empty, 39 of the referral and 7 of the offer, but whose referral it was:
    // the recipient's own organisation.
    assert_eq!((text.matches("value: None").count(), text.matches("value: Some").count()), (46, 1), "{text}");
    assert_eq!(view.reveal(&view.recipient_id), Some(&OrganizationId::from_bytes(RECIPIENT)));
    assert!(view.case.is_none() && view.consent.is_none());
}

/// P-05: whatever the state, an override opens no more than the offer, and nothing of the person once it has run out.
#[test]
fn no_state_opens_more_than_the_offer_on_an_override_and_the_offer_only_for_its_day() {
    for status in Status::ALL.iter().filter(|status| **status != Status::Draft) {
        let mut live = Facts::with(*status);
        live.consent.basis = ConsentBasis::VitalInterest;
        let mut run_out = Facts::with(*status);
        run_out.consent.basis = ConsentBasis::LegalDuty;
        run_out.consent.expires_at = run_out.now;
        for (facts, is_live) in [(live, true), (run_out, false)] {
            let view = facts.shown_to(&recipient()).expect("it was received");
            assert!(view.reveal(&view.alias).is_none() && view.reveal(&view.consent_scope).is_none(), "{status}");
            assert!(
                view.reveal(&view.protection_flags).is_none() && view.reveal(&view.age_basis).is_none(),
                "{status}"
            );
            let is_told = is_live && !status.is_terminal();
            assert_eq!(view.reveal(&view.offer.age_band).is_some(), is_told, "{status}");
            assert_eq!(view.reveal(&view.contact_rule).is_some(), is_told, "{status}");
        }
    }
}

#[test]
fn no_state_opens_an_accepted_referral_without_a_live_consent() {
    for status in Status::ALL {
        let live = Facts::with(*status);
        let mut lapsed = Facts::with(*status);
        lapsed.consent.expires_at = lapsed.now;
        let mut withdrawn = Facts::with(*status);
        withdrawn.consent.withdrawn_at = Some(withdrawn.now);
        for (facts, is_live) in [(live, true), (lapsed, false), (withdrawn, false)] {
            let Some(view) = facts.shown_to(&recipient()) else {
                assert_eq!(*status, Status::Draft, "only a draft is nothing to its recipient");
                continue;
            };
            let is_open = matches!(status, Status::Accepted | Status::HandedOver | Status::InService);
            let may_reopen = matches!(status, Status::Completed | Status::NotRealised);
            assert_eq!(view.reveal(&view.alias).is_some(), is_live && (is_open || may_reopen), "{status}");
            assert_eq!(view.reveal(&view.consent_scope).is_some(), is_live && is_open, "{status}");
            assert_eq!(view.reveal(&view.consent_valid_until).is_some(), is_live && is_open, "{status}");
            assert!(view.reveal(&view.needed_by).is_none() && view.case.is_none() && view.consent.is_none());
        }
    }
}

#[test]
fn a_refusal_tells_a_recipient_no_more_of_the_state_than_the_view() {
    let refused = |status| Refusal::Transition { status: Some(status), event: Event::Accept };
    for status in Status::ALL.iter().copied().filter(|status| *status != Status::Draft) {
        let facts = Facts::with(status);
        let access = recipient();
        let shown = show_refusal(&access, &facts.referral, refused(status));
        let view = facts.shown_to(&access).expect("the referral was received");
        let is_told = *view.tell(&view.status) == ReferralStatus::Known(status);
        let expected = if is_told { refused(status) } else { Refusal::ClosedMeanwhile { event: Event::Accept } };
        assert_eq!(shown, expected, "{status}");
    }
    let facts = Facts::with(Status::Completed);
    let access = recipient();
    show_refusal(&access, &facts.referral, refused(Status::Completed));
    assert_eq!(access.recorder().take().len(), 1, "the state that a refusal tells counts as read");
}

#[test]
fn once_ended_the_timeline_names_the_recipient_only() {
    for (status, named) in [(Status::Requested, 2), (Status::Completed, 1), (Status::Declined, 1)] {
        let view = Facts::with(status).shown_to(&recipient()).expect("the referral was received");
        let timeline = view.reveal(&view.timeline).expect("a timeline");
        assert_eq!(timeline.len(), 2, "it begins with the sending");
        assert_eq!(timeline.iter().filter(|entry| entry.organization_id.is_some()).count(), named, "{status}");
    }
}

#[test]
fn a_clock_that_the_hard_deadline_has_cut_ends_a_referral_without_telling_the_recipient_when() {
    for (needed_by, is_told) in [(None, true), (Some(instant().plus_days(1)), false)] {
        let mut facts = Facts::with(Status::Expired);
        let calendar = Calendar::new(CalendarSettings::of_country_named("FR"), None).expect("a calendar");
        let clocks = Clocks::default();
        facts.referral.deadlines = Some(Deadlines::at(clocks.row(Urgency::Normal), &calendar, instant(), needed_by));
        let by_clock = |entry: TimelineEntry| TimelineEntry { event: Event::Expire, party: Party::Timer, ..entry };
        facts.timeline.extend(timeline(&facts.referral).pop().map(by_clock));
        let view = facts.shown_to(&recipient()).expect("the referral was received");
        assert_eq!(*view.tell(&view.status), ReferralStatus::Known(Status::Expired), "that it has ended is told");
        assert_eq!(view.reveal(&view.status_at).is_some(), is_told, "{needed_by:?}");
        let events: Vec<_> = view.reveal(&view.timeline).expect("a timeline").iter().map(|line| line.event).collect();
        assert_eq!(events.contains(&Event::Expire), is_told, "{needed_by:?}");
    }
}

/// Somebody who came by a link to the mailbox of the service.
fn by_link(is_proved: bool) -> Access {
    let proved = is_proved.then(|| referral().id);
    recipient().confined_to(Confinement { service: referral().service_id, referral: None, proved })
}

/// The names of the fields that have a value in a view.
fn told_fields(facts: &Facts, access: &Access) -> BTreeSet<String> {
    let view = facts.shown_to(access).expect("it was received");
    let text = format!("{:?}", *view);
    let fields = text.split("Protected { name: \"").skip(1).filter_map(|rest| rest.split_once('"'));
    fields.filter(|(_, rest)| rest.starts_with(", value: Some")).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn who_came_by_a_link_reads_no_more_than_the_offer_before_the_code_and_never_more_than_an_account() {
    let offer = told_fields(&Facts::with(Status::Requested), &recipient());
    for status in Status::ALL.iter().filter(|status| **status != Status::Draft) {
        let facts = Facts::with(*status);
        let of_account = told_fields(&facts, &recipient());
        let (unproved, proved) = (told_fields(&facts, &by_link(false)), told_fields(&facts, &by_link(true)));
        assert_eq!(proved, of_account, "{status}");
        assert!(unproved.is_subset(&of_account) && unproved.is_subset(&offer), "{status}: {unproved:?}");
        let view = facts.shown_to(&by_link(false)).expect("it was received");
        if matches!(status, Status::Accepted | Status::HandedOver | Status::InService) {
            assert_eq!(*view.tell(&view.stage), Stage::Offer, "{status}");
            assert_eq!(*view.tell(&view.status), ReferralStatus::Known(*status), "that it is accepted is no secret");
            assert!(of_account.contains("alias") && !unproved.contains("alias"), "{status}");
            assert!(unproved.contains("senderPhone"), "{status}: whom to call");
        }
    }
}

#[test]
fn a_link_of_another_mailbox_or_to_another_referral_reaches_nothing() {
    let facts = Facts::with(Status::Requested);
    let other = ReferralId::from_bytes([77; 16]);
    for (service, referral) in [(ServiceId::from_bytes([77; 16]), None), (facts.referral.service_id, Some(other))] {
        let access = recipient().confined_to(Confinement { service, referral, proved: Some(facts.referral.id) });
        assert!(facts.shown_to(&access).is_none());
    }
}
