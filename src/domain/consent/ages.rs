//! Who consents for whom: the ground, the giver and the child's own word, by age (domain reference §2.6).

use super::{Assent, ConsentBasis, ConsentGiver, ConsentModality};
use crate::domain::case::CaseReference;
use crate::domain::profile::{AgeBand, Household, Profile};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::hidden_debug;
use Age::{Adult, Under5, Under12, Under15, Under18};
use Assent::{NotApplicable, NotCapable, Yes};
use ConsentBasis::{BestInterestsTwoPerson, ChildConsentMature, GuardianPlusAssent, SelfInformed};
use ConsentGiver::{Caregiver, Guardian, Person, TrustedAdult};

/// Whose guards hold: a child's by its age, or an adult's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Under5,
    Under12,
    Under15,
    Under18,
    Adult,
}

impl Age {
    /// Whose age is unknown or contested is guarded as the oldest children are, who speak for themselves (P-29).
    fn of(case: &CaseReference) -> Self {
        match case.profile.age_band {
            Some(AgeBand::From0To4) => Under5,
            Some(AgeBand::From5To11) => Under12,
            Some(AgeBand::From12To14) => Under15,
            _ if case.may_be_child() => Under18,
            _ => Adult,
        }
    }
}

/// What a consent of one age may rest on.
struct Rule {
    age: Age,
    basis: ConsentBasis,
    /// Who may give it; `None` is nobody, where staff decide.
    given_by: &'static [Option<ConsentGiver>],
    assent: &'static [Assent],
    /// Whether the child's word is put down in writing.
    is_written: bool,
}

const CAREGIVERS: &[Option<ConsentGiver>] = &[Some(Guardian), Some(Caregiver)];
const THE_PERSON: &[Option<ConsentGiver>] = &[Some(Person)];
/// No safe caregiver: two people of the staff decide, with an adult whom the child trusts where there is one.
const STAFF: &[Option<ConsentGiver>] = &[None, Some(TrustedAdult)];
const ASKED: &[Assent] = &[Yes, NotCapable];
const OWN_WORD: &[Assent] = &[NotApplicable];

const fn rule(
    age: Age,
    basis: ConsentBasis,
    given_by: &'static [Option<ConsentGiver>],
    assent: &'static [Assent],
) -> Rule {
    Rule { age, basis, given_by, assent, is_written: false }
}

/// Everything that may be. Nobody consents against a child's own no. A child is asked at every age; the bands of the
/// profile begin at 5, so that the words of 6 to 11 hold for it too.
const RULES: [Rule; 11] = [
    rule(Under5, GuardianPlusAssent, CAREGIVERS, ASKED),
    rule(Under12, GuardianPlusAssent, CAREGIVERS, &[Yes]),
    Rule { is_written: true, ..rule(Under15, GuardianPlusAssent, CAREGIVERS, &[Yes]) },
    rule(Under18, GuardianPlusAssent, CAREGIVERS, &[Yes]),
    rule(Under18, SelfInformed, THE_PERSON, OWN_WORD),
    rule(Under18, ChildConsentMature, THE_PERSON, OWN_WORD),
    rule(Under5, BestInterestsTwoPerson, STAFF, ASKED),
    rule(Under12, BestInterestsTwoPerson, STAFF, ASKED),
    rule(Under15, BestInterestsTwoPerson, STAFF, ASKED),
    rule(Under18, BestInterestsTwoPerson, STAFF, ASKED),
    rule(Adult, SelfInformed, THE_PERSON, OWN_WORD),
];

/// How a consent is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Giving {
    /// The ground.
    pub basis: ConsentBasis,
    /// Who gives it.
    pub given_by: Option<ConsentGiver>,
    /// What the child says.
    pub assent: Assent,
    /// How it is given.
    pub modality: ConsentModality,
}

hidden_debug!(Giving);

impl ConsentBasis {
    /// Who gives a consent on this ground, unless somebody says otherwise.
    pub const fn usual_giver(self) -> Option<ConsentGiver> {
        match self {
            SelfInformed | ChildConsentMature => Some(Person),
            GuardianPlusAssent => Some(Guardian),
            BestInterestsTwoPerson | Self::VitalInterest | Self::LegalDuty => None,
        }
    }
}

/// On which ground somebody of this profile usually consents: adults and the oldest children for themselves, younger ones
/// by whoever has the care of them, and where there is nobody, by two people of the staff.
pub fn usual_basis(profile: &Profile) -> ConsentBasis {
    let is_alone = matches!(profile.household, Some(Household::UnaccompaniedChild | Household::SeparatedChild));
    match profile.age_band {
        Some(AgeBand::From0To4 | AgeBand::From5To11 | AgeBand::From12To14) if is_alone => BestInterestsTwoPerson,
        Some(AgeBand::From0To4 | AgeBand::From5To11 | AgeBand::From12To14) => GuardianPlusAssent,
        Some(AgeBand::From15To17) if is_alone => ChildConsentMature,
        _ => SelfInformed,
    }
}

/// Refuses a consent whose ground, giver or assent do not fit the age, saying which.
pub fn check_giving(case: &CaseReference, giving: &Giving) -> Result<(), Refusal> {
    let age = Age::of(case);
    let refuse = |field, problem| Err(Refusal::input(field, problem));
    if age == Adult && giving.basis.is_for_children() {
        return refuse("basis", InputProblem::BasisForAdult);
    }
    let Some(rule) = RULES.iter().find(|rule| rule.age == age && rule.basis == giving.basis) else {
        return refuse("basis", InputProblem::BasisOfAge);
    };
    if !rule.given_by.contains(&giving.given_by) {
        return refuse("giver", InputProblem::GiverOfBasis);
    }
    if !rule.assent.contains(&giving.assent) {
        return refuse("assent", InputProblem::AssentOfAge);
    }
    if rule.is_written && giving.modality != ConsentModality::Written {
        return refuse("modality", InputProblem::AssentInWriting);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{CaseId, Identifier, ProjectId, TeamId};
    use crate::domain::profile::{AdminStatus, AgeBasis};
    use crate::domain::spoken_code::SpokenCode;
    use crate::domain::time::Timestamp;

    fn case(age_band: Option<AgeBand>) -> CaseReference {
        let now = Timestamp::parse("2026-11-23T18:20:00Z").expect("an instant");
        CaseReference {
            id: CaseId::from_bytes([1; 16]),
            version: 1,
            project_id: ProjectId::from_bytes([2; 16]),
            team_id: TeamId::from_bytes([3; 16]),
            spoken_code: SpokenCode::from_chance(7),
            profile: Profile { age_band, ..Profile::default() },
            age_basis: None,
            flags: Vec::new(),
            file_number: None,
            created_month: now.month(),
            last_contact_at: now,
        }
    }

    fn problem(case: &CaseReference, giving: &Giving) -> Option<InputProblem> {
        match check_giving(case, giving) {
            Err(Refusal::Input { problem, .. }) => Some(problem),
            other => {
                assert_eq!(other, Ok(()));
                None
            }
        }
    }

    const fn giving(
        basis: ConsentBasis,
        given_by: Option<ConsentGiver>,
        assent: Assent,
        modality: ConsentModality,
    ) -> Giving {
        Giving { basis, given_by, assent, modality }
    }

    #[test]
    fn each_age_has_its_grounds_givers_and_assent() {
        use ConsentModality::{Verbal, Written};
        use InputProblem::{AssentInWriting, AssentOfAge, BasisForAdult, BasisOfAge, GiverOfBasis};
        let by_guardian = |assent, modality| giving(GuardianPlusAssent, Some(Guardian), assent, modality);
        let own = |basis| giving(basis, Some(Person), NotApplicable, Verbal);
        let two_people = giving(BestInterestsTwoPerson, None, NotCapable, Verbal);
        let rows = [
            (AgeBand::From0To4, by_guardian(NotCapable, Verbal), None),
            (AgeBand::From0To4, by_guardian(NotApplicable, Verbal), Some(AssentOfAge)),
            (AgeBand::From0To4, own(SelfInformed), Some(BasisOfAge)),
            (AgeBand::From0To4, two_people, None),
            (AgeBand::From5To11, by_guardian(Yes, Verbal), None),
            (AgeBand::From5To11, giving(GuardianPlusAssent, Some(Caregiver), Yes, Verbal), None),
            (AgeBand::From5To11, by_guardian(NotCapable, Verbal), Some(AssentOfAge)),
            (AgeBand::From5To11, giving(GuardianPlusAssent, Some(Person), Yes, Verbal), Some(GiverOfBasis)),
            (AgeBand::From5To11, own(ChildConsentMature), Some(BasisOfAge)),
            (AgeBand::From12To14, by_guardian(Yes, Verbal), Some(AssentInWriting)),
            (AgeBand::From12To14, by_guardian(Yes, Written), None),
            (AgeBand::From12To14, by_guardian(Assent::No, Written), Some(AssentOfAge)),
            (AgeBand::From12To14, own(ChildConsentMature), Some(BasisOfAge)),
            (AgeBand::From12To14, giving(BestInterestsTwoPerson, Some(TrustedAdult), Yes, Verbal), None),
            (AgeBand::From15To17, own(SelfInformed), None),
            (AgeBand::From15To17, own(ChildConsentMature), None),
            (AgeBand::From15To17, by_guardian(Yes, Verbal), None),
            (
                AgeBand::From15To17,
                giving(ChildConsentMature, Some(Guardian), NotApplicable, Verbal),
                Some(GiverOfBasis),
            ),
            (AgeBand::From15To17, giving(BestInterestsTwoPerson, Some(Person), Yes, Verbal), Some(GiverOfBasis)),
            (AgeBand::Unknown, own(SelfInformed), None),
            (AgeBand::Unknown, two_people, None),
            (AgeBand::From25To59, own(SelfInformed), None),
            (AgeBand::From25To59, giving(SelfInformed, Some(Person), Yes, Verbal), Some(AssentOfAge)),
            (AgeBand::From25To59, giving(SelfInformed, Some(Guardian), NotApplicable, Verbal), Some(GiverOfBasis)),
            (AgeBand::From25To59, two_people, Some(BasisForAdult)),
        ];
        for (band, giving, expected) in rows {
            assert_eq!(problem(&case(Some(band)), &giving), expected, "{band} {giving:?}");
        }
    }

    #[test]
    fn a_contested_age_keeps_the_guards_of_a_child() {
        let two_people = giving(BestInterestsTwoPerson, None, NotCapable, ConsentModality::Verbal);
        let contested = CaseReference { age_basis: Some(AgeBasis::Contested), ..case(Some(AgeBand::From25To59)) };
        assert_eq!(problem(&contested, &two_people), None);
        let mut in_appeal = case(Some(AgeBand::From18To24));
        in_appeal.profile.admin_status = Some(AdminStatus::MinorInAppeal);
        assert_eq!(problem(&in_appeal, &two_people), None);
        assert_eq!(problem(&case(None), &two_people), None, "an age that nobody has told");
    }

    #[test]
    fn the_usual_ground_of_each_age_is_one_that_this_age_may_have() {
        use crate::domain::code::CodeList as _;
        for band in AgeBand::ALL {
            for household in Household::ALL {
                let profile = Profile { household: Some(*household), ..case(Some(*band)).profile };
                let basis = usual_basis(&profile);
                let age = Age::of(&CaseReference { profile, ..case(None) });
                assert!(RULES.iter().any(|rule| rule.age == age && rule.basis == basis), "{band} {household} {basis}");
            }
        }
        let alone = Profile { household: Some(Household::UnaccompaniedChild), ..Profile::default() };
        for (band, expected) in [
            (AgeBand::From5To11, BestInterestsTwoPerson),
            (AgeBand::From15To17, ChildConsentMature),
            (AgeBand::From25To59, SelfInformed),
        ] {
            assert_eq!(usual_basis(&Profile { age_band: Some(band), ..alone.clone() }), expected, "{band}");
        }
        assert_eq!(usual_basis(&case(Some(AgeBand::From12To14)).profile), GuardianPlusAssent);
    }

    #[test]
    fn nobody_consents_against_a_childs_own_no() {
        assert!(RULES.iter().all(|rule| !rule.assent.contains(&Assent::No)));
    }
}
