//! Referring without a consent: what two people may do for one day when the person cannot be asked (P-05).
//!
//! Invariants: one asks and somebody else confirms; who they are, the ground and the reason stay on record after it
//! has ended. It carries an offer and never more, because nobody has agreed to more, and it lapses by itself. The
//! person's own consent for the same recipient replaces it, and from then on only that counts.

use super::code::code_list;
use super::consent::{Assent, Consent, ConsentBasis, ConsentField, ConsentPurpose, ContactRule, Interpreting};
use super::freeze::two_people;
use super::id::{
    AccountId, CaseId, ConsentId, ConversationId, Identifier, OrganizationId, OverrideId, ProjectId, TeamId,
};
use super::refusal::{InputProblem, ProtectionProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

/// Hours for which a request waits for the second person: who is in danger is not helped by one of yesterday.
pub const REQUEST_HOURS: i64 = 4;
/// Hours for which it carries a referral once it is confirmed.
pub const LIVE_HOURS: i64 = 24;

/// What it carries: the fields of an offer, and none of what only an acceptance opens.
pub const CARRIED: [ConsentField; 7] = [
    ConsentField::AgeBand,
    ConsentField::Gender,
    ConsentField::Household,
    ConsentField::AdminStatus,
    ConsentField::Situation,
    ConsentField::Languages,
    ConsentField::Area,
];

code_list! {
    /// On what ground a referral is made without a consent.
    OverrideBasis {
        VitalInterest = "vital_interest": "a life is at risk, and the person cannot decide",
        LegalDuty = "legal_duty": "the law orders a report",
    }
}

impl OverrideBasis {
    /// The ground as it stands on the consent's record.
    pub const fn on_record(self) -> ConsentBasis {
        match self {
            Self::VitalInterest => ConsentBasis::VitalInterest,
            Self::LegalDuty => ConsentBasis::LegalDuty,
        }
    }
}

code_list! {
    /// Why nobody could be asked; each belongs to one ground.
    OverrideReason {
        CannotDecide = "cannot_decide": "the person cannot decide, and waiting risks a life",
        NobodyToDecide = "nobody_to_decide": "a child cannot decide, and nobody who may is reached in time",
        ChildInDanger = "child_in_danger": "a child is in serious and immediate danger",
        ReportOrdered = "report_ordered": "the law orders the report, whatever the person wishes",
    }
}

impl OverrideReason {
    /// The ground that it belongs to.
    pub const fn basis(self) -> OverrideBasis {
        match self {
            Self::CannotDecide | Self::NobodyToDecide => OverrideBasis::VitalInterest,
            Self::ChildInDanger | Self::ReportOrdered => OverrideBasis::LegalDuty,
        }
    }
}

code_list! {
    /// How an override was ended before its time.
    OverrideEnd {
        TakenBack = "taken_back": "somebody took it back, or the person withdrew it",
        Replaced = "replaced": "a consent for the same recipient was recorded",
    }
}

code_list! {
    /// How far an override has come.
    OverrideStatus {
        Requested = "requested": "waits for the second person",
        Unconfirmed = "unconfirmed": "nobody confirmed it in time",
        Live = "live": "carries a referral",
        RunOut = "run_out": "its 24 hours are over",
        TakenBack = "taken_back": "was taken back, or withdrawn by the person",
        Replaced = "replaced": "a consent has taken its place",
    }
}

/// An override, asked for or confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentOverride {
    /// Identifier.
    pub id: OverrideId,
    /// The case.
    pub case_id: CaseId,
    /// The project of the case.
    pub project_id: ProjectId,
    /// The organisation that runs the project.
    pub organization_id: OrganizationId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// The ground.
    pub basis: OverrideBasis,
    /// Why nobody could be asked.
    pub reason: OverrideReason,
    /// How the recipient may reach the person: what it needs to receive her.
    pub contact_rule: ContactRule,
    /// When somebody asked.
    pub requested_at: Timestamp,
    /// Who asked.
    pub requested_by: AccountId,
    /// Handle of that account.
    pub requested_by_handle: Option<String>,
    /// When somebody else confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// Handle of whoever confirmed.
    pub confirmed_by_handle: Option<String>,
    /// What carries a referral in place of a consent, since it was confirmed.
    pub consent_id: Option<ConsentId>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub end: Option<OverrideEnd>,
}

hidden_debug!(ConsentOverride);

impl ConsentOverride {
    /// How far it has come.
    pub fn status(&self, now: Timestamp) -> OverrideStatus {
        let is_over = now >= self.expires_at();
        match (self.end, self.confirmed_at) {
            (Some(OverrideEnd::TakenBack), _) => OverrideStatus::TakenBack,
            (Some(OverrideEnd::Replaced), _) => OverrideStatus::Replaced,
            (None, Some(_)) if is_over => OverrideStatus::RunOut,
            (None, Some(_)) => OverrideStatus::Live,
            (None, None) if is_over => OverrideStatus::Unconfirmed,
            (None, None) => OverrideStatus::Requested,
        }
    }

    /// When the request lapses, and once it is confirmed, the override.
    pub fn expires_at(&self) -> Timestamp {
        let requested = self.requested_at.plus_hours(REQUEST_HOURS);
        self.confirmed_at.map_or(requested, |confirmed_at| confirmed_at.plus_hours(LIVE_HOURS))
    }

    /// What carries a referral once `account`, who must be somebody else than who asked, confirms it.
    pub fn confirmed(&self, account: AccountId, consent: ConsentId, now: Timestamp) -> Result<Consent, Refusal> {
        two_people(self.requested_by, account)?;
        match self.status(now) {
            OverrideStatus::Requested => Ok(Consent {
                id: consent,
                version: 1,
                case_id: self.case_id,
                project_id: self.project_id,
                team_id: self.team_id,
                // Nobody was spoken with: it is alone of its kind.
                conversation_id: ConversationId::from_bytes(consent.bytes()),
                position: 1,
                recipient_id: self.recipient_id,
                basis: self.basis.on_record(),
                purpose: ConsentPurpose::Referral,
                given_by: None,
                assent: Assent::NotApplicable,
                field_scope: CARRIED.to_vec(),
                modality: None,
                language: None,
                interpreter: Interpreting::None,
                explained: Vec::new(),
                consequences: Vec::new(),
                restrictions: Vec::new(),
                third_country_acknowledged: false,
                contact_rule: self.contact_rule,
                obtained_at: now,
                obtained_by: self.requested_by,
                confirmed_at: Some(now),
                expires_at: now.plus_hours(LIVE_HOURS),
                withdrawn_at: None,
            }),
            OverrideStatus::Live => Err(Refusal::Protection(ProtectionProblem::AlreadyConfirmed)),
            _ => Err(Refusal::Protection(ProtectionProblem::OverrideEnded)),
        }
    }
}

/// Refuses a reason that belongs to another ground.
pub fn check_reason(basis: OverrideBasis, reason: OverrideReason) -> Result<(), Refusal> {
    if reason.basis() == basis { Ok(()) } else { Err(Refusal::input("reason", InputProblem::ReasonOfBasis)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::parse("2026-11-23T18:20:00Z").expect("an instant").plus_hours(hours)
    }

    fn asked() -> ConsentOverride {
        ConsentOverride {
            id: OverrideId::from_bytes([1; 16]),
            case_id: CaseId::from_bytes([2; 16]),
            project_id: ProjectId::from_bytes([3; 16]),
            organization_id: OrganizationId::from_bytes([4; 16]),
            team_id: TeamId::from_bytes([5; 16]),
            recipient_id: OrganizationId::from_bytes([6; 16]),
            basis: OverrideBasis::VitalInterest,
            reason: OverrideReason::CannotDecide,
            contact_rule: ContactRule::PersonWillCome,
            requested_at: at(0),
            requested_by: AccountId::from_bytes([7; 16]),
            requested_by_handle: None,
            confirmed_at: None,
            confirmed_by_handle: None,
            consent_id: None,
            ended_at: None,
            end: None,
        }
    }

    #[test]
    fn it_takes_two_people_within_four_hours_and_lasts_for_a_day() {
        let (first, second) = (AccountId::from_bytes([7; 16]), AccountId::from_bytes([8; 16]));
        let consent = ConsentId::from_bytes([9; 16]);
        let refusal = |held: &ConsentOverride, who, hours| held.confirmed(who, consent, at(hours)).err();
        let problem = |problem| Some(Refusal::Protection(problem));
        assert_eq!(refusal(&asked(), first, 1), problem(ProtectionProblem::SecondPersonNeeded));
        assert_eq!(refusal(&asked(), second, 4), problem(ProtectionProblem::OverrideEnded));
        let carries = asked().confirmed(second, consent, at(3)).expect("confirmed");
        assert!(carries.is_live(at(26)) && !carries.is_live(at(27)));
        assert!(!carries.releases(at(4)), "an acceptance opens nothing");
        let confirmed = ConsentOverride { confirmed_at: Some(at(3)), ..asked() };
        assert_eq!(refusal(&confirmed, second, 5), problem(ProtectionProblem::AlreadyConfirmed));
        let ended = |end| ConsentOverride { ended_at: Some(at(4)), end: Some(end), ..confirmed.clone() };
        for (held, hours, status) in [
            (asked(), 3, OverrideStatus::Requested),
            (asked(), 4, OverrideStatus::Unconfirmed),
            (confirmed.clone(), 26, OverrideStatus::Live),
            (confirmed.clone(), 27, OverrideStatus::RunOut),
            (ended(OverrideEnd::TakenBack), 5, OverrideStatus::TakenBack),
            (ended(OverrideEnd::Replaced), 50, OverrideStatus::Replaced),
        ] {
            assert_eq!(held.status(at(hours)), status, "after {hours} hours");
        }
    }
}
