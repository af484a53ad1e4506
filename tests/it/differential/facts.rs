//! Facts drawn at random: somebody, a referral with all that belongs to it, and the instant.

use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use relais::domain::account::{Account, Project, RiskProfile, Role};
use relais::domain::case::CaseReference;
use relais::domain::clocks::{Calendar, CalendarSettings, Clocks, Deadlines};
use relais::domain::code::CodeList;
use relais::domain::consent::{
    Assent, Consent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose, ContactRule,
    Interpreting,
};
use relais::domain::demand::{Demand, DemandResult};
use relais::domain::directory::{Service, Specialisation, Tier};
use relais::domain::disclosure::Offer;
use relais::domain::freeze::Desk;
use relais::domain::glass::{Glass, GlassReason};
use relais::domain::id::{
    AccountId, CaseId, ConsentId, ConversationId, DemandId, GlassId, Identifier, LocationId, OrganizationId,
    PartnerOfferId, ProjectId, ReferralId, RoundId, ServiceId, TeamId,
};
use relais::domain::lifecycle::{Event, Party, Status};
use relais::domain::need::Need;
use relais::domain::partner_offer::{PartnerOffer, PartnerOfferStatus};
use relais::domain::place::AreaCode;
use relais::domain::profile::{
    AdminStatus, AgeBand, AgeBasis, Gender, Household, Language, Profile, ProtectionFlag, Situation,
};
use relais::domain::referral::{
    Attestation, Channel, DeclineCode, HandoverMode, OutcomeCode, Referral, ReferralKind, TimelineEntry, Urgency,
};
use relais::domain::spoken_code::SpokenCode;
use relais::domain::time::Timestamp;
use relais::policy::access::{Access, Viewer};
use relais::policy::referral_view::ReferralFacts;
use relais::policy::table::Table;
use serde_json::json;
use std::sync::Arc;

/// Sender, recipient, and neither.
pub const ORGANIZATIONS: [[u8; 16]; 3] = [[1; 16], [2; 16], [3; 16]];
const PROJECTS: [[u8; 16]; 2] = [[4; 16], [5; 16]];
const TEAMS: [[u8; 16]; 2] = [[6; 16], [7; 16]];
const ALIAS_KEY: &[u8] = b"key of the project";

/// Every instant of a draw lies whole days from this one, so that none is on the hour.
const INSTANT: &str = "2026-11-23T18:20:12.345678Z";

pub struct Chance(TestRng);

impl Chance {
    pub fn new() -> Self {
        Self(TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.0.random_ratio(1, count)
    }

    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.0.random_range(0..values.len())].clone()
    }
}

/// One draw.
#[derive(Debug)]
pub struct Drawn {
    pub account: Option<Account>,
    pub referral: Referral,
    pub consent: Consent,
    pub case: CaseReference,
    pub demand: Demand,
    pub service: Arc<Service>,
    pub ended_days_ago: i64,
    timeline: Vec<TimelineEntry>,
    project: Project,
    now: Timestamp,
}

impl Drawn {
    pub fn draw(chance: &mut Chance) -> Self {
        let at = Timestamp::parse(INSTANT).expect("an instant");
        let ended_days_ago = chance.pick(&[0, 1, 29, 30, 31, 60]);
        let now = at.plus_days(ended_days_ago);
        let referral = referral(chance, at);
        let consent = consent(chance, &referral, at);
        Self {
            account: if chance.one_in(12) { None } else { Some(account(chance)) },
            case: case(&referral),
            demand: demand(chance, &referral),
            service: Arc::new(service(chance, &referral)),
            timeline: vec![entry(&referral, Event::Create), entry(&referral, Event::Send)],
            project: project(),
            consent,
            referral,
            ended_days_ago,
            now,
        }
    }

    pub fn access(&self) -> Access {
        self.access_under(Table::standard())
    }

    pub fn access_under(&self, table: &'static Table) -> Access {
        let viewer = self.account.clone().map_or(Viewer::Anonymous, Viewer::Staff);
        Access::new(viewer, table)
    }

    pub fn facts(&self) -> ReferralFacts<'_> {
        ReferralFacts {
            referral: &self.referral,
            consent: &self.consent,
            case: Some(&self.case),
            service: Some(&self.service),
            project: &self.project,
            timeline: &self.timeline,
            freezes: &[],
            messages: &[],
            told: &[],
            alias_key: Some(ALIAS_KEY),
            now: self.now,
        }
    }

    /// What a viewer is to everything that was drawn, to a desk and to a broken glass.
    pub fn relations(&self, access: &Access) -> String {
        let desk = Desk {
            project_id: self.project.id,
            team_id: TeamId::from_bytes(TEAMS[1]),
            named_by: AccountId::from_bytes([16; 16]),
            named_at: self.now,
            confirmed_at: Some(self.now),
        };
        let glass = Glass {
            id: GlassId::from_bytes([17; 16]),
            project_id: self.project.id,
            team_id: self.case.team_id,
            case_id: self.case.id,
            account_id: AccountId::from_bytes([9; 16]),
            handle: "somebody".to_owned(),
            reason: GlassReason::ALL[0],
            opened_at: self.now,
            ends_at: self.now.plus_hours(1),
            reviewed_at: None,
            verdict: None,
        };
        let relations = [
            access.relation_to_referral(&self.referral),
            access.relation_to_offer(&offer(&self.referral)),
            access.relation_to_figures(),
            access.relation_to_event(None),
            access.relation_to_project(&self.project),
            access.relation_to_what_is_left(&self.project, Some(&desk)),
            access.relation_through_glass(&glass, self.now),
            access.relation_to_system(self.project.organization_id),
        ];
        format!("{relations:?}")
    }

    pub fn consent_is_live(&self) -> bool {
        self.consent.withdrawn_at.is_none() && self.consent.expires_at > self.now
    }

    pub fn is_trained(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.is_trained)
    }

    /// Whether there is a value at all.
    pub fn has(&self, field: &str) -> bool {
        field != "requestedAt" || self.referral.requested_at.is_some()
    }
}

fn account(chance: &mut Chance) -> Account {
    let project_id = if chance.one_in(4) { None } else { Some(ProjectId::from_bytes(chance.pick(&PROJECTS))) };
    // Two in three are of roles that can be something to a referral.
    let role = if chance.one_in(3) {
        chance.pick(Role::ALL)
    } else {
        chance.pick(&[
            Role::Caseworker,
            Role::PartnerAgent,
            Role::PartnerAdmin,
            Role::Coordinator,
            Role::ProtectionLead,
        ])
    };
    Account {
        id: AccountId::from_bytes([9; 16]),
        handle: "somebody".to_owned(),
        role,
        organization_id: OrganizationId::from_bytes(chance.pick(&ORGANIZATIONS)),
        project_id,
        team_ids: if chance.one_in(3) { vec![] } else { vec![TeamId::from_bytes(chance.pick(&TEAMS))] },
        is_trained: chance.one_in(2),
    }
}

/// Those of an urgent referral: all but the acknowledgement are cut by its hard deadline.
fn deadlines(at: Timestamp) -> Deadlines {
    let calendar = Calendar::new(CalendarSettings::of_country_named("FR"), None).expect("a calendar");
    Deadlines::at(Clocks::default().row(Urgency::Urgent), &calendar, at, Some(at.plus_days(2)))
}

fn referral(chance: &mut Chance, at: Timestamp) -> Referral {
    let status = chance.pick(Status::ALL);
    let violent = [Need::HealthSexualViolenceCare, Need::ShelterWomenSafe];
    Referral {
        id: ReferralId::from_bytes([10; 16]),
        version: 4,
        kind: chance.pick(ReferralKind::ALL),
        chain_id: ReferralId::from_bytes([15; 16]),
        reroute_of: Some(ReferralId::from_bytes([16; 16])),
        follows: Some(ReferralId::from_bytes([17; 16])),
        round_id: Some(RoundId::from_bytes([18; 16])),
        case_id: CaseId::from_bytes([11; 16]),
        project_id: ProjectId::from_bytes(PROJECTS[0]),
        team_id: TeamId::from_bytes(TEAMS[0]),
        sender_id: OrganizationId::from_bytes(ORGANIZATIONS[0]),
        recipient_id: OrganizationId::from_bytes(ORGANIZATIONS[1]),
        service_id: ServiceId::from_bytes([12; 16]),
        location_id: Some(LocationId::from_bytes([13; 16])),
        need: if chance.one_in(3) { chance.pick(&violent) } else { Need::LegalAsylum },
        urgency: Urgency::Urgent,
        needed_by: Some(at.plus_days(2)),
        consent_id: ConsentId::from_bytes([14; 16]),
        status,
        status_at: at,
        requested_at: (status != Status::Draft && !chance.one_in(20)).then_some(at),
        channel: Some(if chance.one_in(5) { Channel::Call } else { Channel::Electronic }),
        deadlines: Some(deadlines(at)),
        service_started_at: Some(at),
        decline_code: Some(DeclineCode::Full),
        outcome_code: Some(OutcomeCode::ServiceReceived),
        expected_wait_days: Some(70),
        handover_mode: Some(HandoverMode::Phone),
        offer: Offer { told: profile() },
    }
}

/// What the recipient of the referral offers to the team that has sent it.
fn offer(referral: &Referral) -> PartnerOffer {
    PartnerOffer {
        id: PartnerOfferId::from_bytes([19; 16]),
        version: 1,
        project_id: referral.project_id,
        team_id: referral.team_id,
        receiver_id: referral.sender_id,
        service_id: referral.service_id,
        sender_id: referral.recipient_id,
        sender_service_id: None,
        need: referral.need,
        urgency: referral.urgency,
        offer: referral.offer.clone(),
        offered_at: referral.status_at,
        decide_by: referral.status_at,
        expire_at: referral.status_at,
        status: PartnerOfferStatus::Offered,
        status_at: referral.status_at,
        reminded_at: None,
        decline_code: None,
        outcome_code: None,
    }
}

fn profile() -> Profile {
    Profile {
        age_band: Some(AgeBand::From15To17),
        gender: Some(Gender::Woman),
        household: Some(Household::Alone),
        admin_status: Some(AdminStatus::AsylumSeeker),
        situation: Some(Situation::Street),
        languages: vec![language()],
        area: AreaCode::parse("FR-93055").ok(),
    }
}

fn language() -> Language {
    Language::parse("bm").expect("a language")
}

/// Live in half of the draws; in the others lapsed or withdrawn.
fn consent(chance: &mut Chance, referral: &Referral, at: Timestamp) -> Consent {
    Consent {
        id: referral.consent_id,
        version: 1,
        case_id: referral.case_id,
        project_id: referral.project_id,
        team_id: referral.team_id,
        recipient_id: referral.recipient_id,
        basis: ConsentBasis::SelfInformed,
        field_scope: ConsentField::ALL.to_vec(),
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
        contact_rule: ContactRule::ViaCaseworker,
        obtained_at: at,
        expires_at: at.plus_days(chance.pick(&[0, 15, 90, 90])),
        withdrawn_at: chance.one_in(5).then_some(at),
    }
}

fn case(referral: &Referral) -> CaseReference {
    CaseReference {
        id: referral.case_id,
        version: 1,
        project_id: referral.project_id,
        team_id: referral.team_id,
        spoken_code: SpokenCode::from_chance(7),
        profile: profile(),
        age_basis: Some(AgeBasis::Contested),
        flags: vec![ProtectionFlag::Torture],
        file_number: None,
        created_month: referral.status_at.month(),
        last_contact_at: referral.status_at,
    }
}

fn demand(chance: &mut Chance, referral: &Referral) -> Demand {
    Demand {
        id: DemandId::from_bytes([15; 16]),
        project_id: referral.project_id,
        team_id: referral.team_id,
        month: referral.status_at.month(),
        area: AreaCode::parse("FR-93055").expect("an area"),
        need: chance.pick(Need::ALL),
        age_band: None,
        gender: None,
        household: None,
        people: 1,
        person_key: Some(String::new()),
        referral_id: None,
        result: DemandResult::Pending,
    }
}

fn service(chance: &mut Chance, referral: &Referral) -> Service {
    let organization = if chance.one_in(4) { ORGANIZATIONS[2] } else { ORGANIZATIONS[1] };
    let document = json!({
        "id": referral.service_id, "organization_id": OrganizationId::from_bytes(organization), "name": "Service",
        "needs": [referral.need], "status": "open", "tier": "public", "phones": [{ "typed": "+33 1 99 00 00 01" }],
    });
    let service: Service = serde_json::from_value(document).expect("a service");
    Service {
        tier: chance.pick(Tier::ALL),
        specialisations: if chance.one_in(4) { [Specialisation::Gbv].into() } else { [Specialisation::Torture].into() },
        projects: if chance.one_in(2) { vec![ProjectId::from_bytes(PROJECTS[0])].into() } else { vec![].into() },
        ..service
    }
}

fn entry(referral: &Referral, event: Event) -> TimelineEntry {
    TimelineEntry {
        referral_id: referral.id,
        version: 1,
        at: referral.status_at,
        event,
        party: Party::Sender,
        actor_id: Some(AccountId::from_bytes([9; 16])),
        organization_id: Some(referral.sender_id),
        attested_by: Attestation::of(event, Party::Sender, false),
        code: None,
    }
}

fn project() -> Project {
    Project {
        id: ProjectId::from_bytes(PROJECTS[0]),
        organization_id: OrganizationId::from_bytes(ORGANIZATIONS[0]),
        name: "Passerelles".to_owned(),
        country: "FR".to_owned(),
        risk_profile: RiskProfile::Standard,
        status: relais::domain::freeze::ProjectStatus::Active,
        clocks: Clocks::default(),
        calendar: CalendarSettings::of_country_named("FR"),
        mailbox: "passerelles@example.org".to_owned().into(),
        phone: Some("+33 1 99 00 00 70".to_owned().into()),
    }
}
