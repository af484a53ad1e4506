//! The case reference: a person's case without the person.
//!
//! Invariant: no name, birth date, phone, number of a state or of UNHCR, photo or address has a field
//! here (P-02). The team's own file number is the only link to its paper register, and never leaves
//! the team.

use super::id::{CaseId, ProjectId, TeamId};
use super::profile::{AdminStatus, AgeBand, AgeBasis, Profile, ProtectionFlag};
use super::refusal::{InputProblem, Refusal};
use super::sensitive::{Sensitive, hidden_debug};
use super::spoken_code::SpokenCode;
use super::time::{Month, Timestamp};

/// A case reference.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseReference {
    /// Identifier.
    pub id: CaseId,
    /// Version, 1 for a new one.
    pub version: i64,
    /// The project.
    pub project_id: ProjectId,
    /// The team that follows the case; nobody else reads it (P-17).
    pub team_id: TeamId,
    /// The code that is spoken, and written by pen into the paper register.
    pub spoken_code: SpokenCode,
    /// What is known of the person, coarse enough to be nobody.
    pub profile: Profile,
    /// On what the age rests; apart from the profile, so that no offer holds it.
    pub age_basis: Option<AgeBasis>,
    /// Protection concerns.
    pub flags: Vec<ProtectionFlag>,
    /// The team's own file number.
    pub file_number: Option<FileNumber>,
    /// Month in which the case was opened.
    pub created_month: Month,
    /// Last act on the case; retention counts from here.
    pub last_contact_at: Timestamp,
}

impl CaseReference {
    /// True while an appeal for recognition as a minor is open, or the age is contested: until its team says how
    /// that ended, every guard of a child holds and no retention clock of the case starts (P-29).
    pub fn has_open_appeal(&self) -> bool {
        self.profile.admin_status == Some(AdminStatus::MinorInAppeal) || self.age_basis == Some(AgeBasis::Contested)
    }

    /// True when the guards of a child hold: by the age, or by the presumption while that is contested (P-29).
    pub fn is_guarded_as_child(&self) -> bool {
        self.has_open_appeal() || self.profile.age_band.is_some_and(AgeBand::is_child)
    }

    /// True when nothing tells an adult: a ground of consent for children is open then.
    pub fn may_be_child(&self) -> bool {
        self.is_guarded_as_child() || self.profile.age_band.is_none_or(|band| band == AgeBand::Unknown)
    }

    /// The case with another basis of the age. While an appeal is open nothing but its end, which
    /// [`Self::with_appeal_closed`] records, takes the presumption of a contested age away.
    pub fn with_age_basis(mut self, basis: AgeBasis) -> Result<Self, Refusal> {
        if self.age_basis == Some(AgeBasis::Contested) && basis != AgeBasis::Contested {
            return Err(Refusal::input("ageBasis", InputProblem::AppealOpen));
        }
        self.age_basis = Some(basis);
        Ok(self)
    }

    /// The case after its last appeal of age has ended in this status, and in this basis where the age was
    /// contested: nothing may be left that keeps an appeal open.
    pub fn with_appeal_closed(mut self, status: AdminStatus, basis: Option<AgeBasis>) -> Result<Self, Refusal> {
        let was_open = self.has_open_appeal();
        self.profile.admin_status = Some(status);
        if !was_open || status == AdminStatus::MinorInAppeal {
            return Err(Refusal::input("adminStatus", InputProblem::NoAppeal));
        }
        self.age_basis = basis.or(self.age_basis);
        if self.has_open_appeal() {
            return Err(Refusal::input("ageBasis", InputProblem::AppealOpen));
        }
        Ok(self)
    }
}

/// A team's own file number: 2 to 24 letters, digits, dashes, slashes or dots, a digit among them, so
/// that a name does not pass for one. Letters are raised.
#[derive(Clone, PartialEq, Eq)]
pub struct FileNumber(Sensitive<String>);

hidden_debug!(CaseReference, FileNumber);

/// The text cannot be a file number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file number has 2 to 24 letters, digits, dashes, slashes or dots, a digit among them")]
pub struct InvalidFileNumber;

impl FileNumber {
    /// Checks and keeps a file number.
    pub fn parse(text: &str) -> Result<Self, InvalidFileNumber> {
        let text = text.trim().to_ascii_uppercase();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.');
        let has_digit = text.chars().any(|c| c.is_ascii_digit());
        if (2..=24).contains(&text.len()) && text.chars().all(allowed) && has_digit {
            Ok(Self(text.into()))
        } else {
            Err(InvalidFileNumber)
        }
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_a_file_number() {
        for (text, valid) in [
            ("2026/118", true),
            ("pan-7", true),
            ("Aminata", false),
            ("7", false),
            ("Mme Diallo 3", false),
            ("٣٤٥", false),
        ] {
            assert_eq!(FileNumber::parse(text).is_ok(), valid, "{text}");
        }
    }
}
