//! Reports that the law orders or allows, to the authority for children in danger or to the prosecutor: that one was
//! made, and nothing of what it said (P-06).
//!
//! Invariants: there is no field for a content, for a person or for an addressee; two people answer for it. What the
//! authority is and whether the child was told would harm her if the disk were read, and stands sealed.

use super::code::code_list;
use super::freeze::two_people;
use super::id::{AccountId, CaseId, OrganizationId, ProjectId, ReportId, TeamId};
use super::refusal::{InputProblem, ProtectionProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::{Date, Timestamp};

code_list! {
    /// To which kind of authority a report went.
    ReportAuthority {
        ChildProtection = "child_protection": "the département's unit for children in danger (CRIP)",
        Prosecutor = "prosecutor": "the public prosecutor",
    }
}

code_list! {
    /// Whether those concerned were told of a report.
    ReportInformation {
        Informed = "informed": "the child and the holders of parental authority were informed",
        ContraryToInterest = "contrary_to_interest": "they were not, because it would be contrary to the child's interest",
    }
}

/// What is kept of a report.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReportFacts {
    /// To which kind of authority.
    pub authority: ReportAuthority,
    /// On which day.
    pub reported_on: Date,
    /// Whether those concerned were told.
    pub information: ReportInformation,
}

/// A report of a case.
#[derive(Clone, PartialEq, Eq)]
pub struct StatutoryReport {
    /// Identifier.
    pub id: ReportId,
    /// The case.
    pub case_id: CaseId,
    /// The project of the case.
    pub project_id: ProjectId,
    /// The organisation that runs the project.
    pub organization_id: OrganizationId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// What is kept of it.
    pub facts: ReportFacts,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// Handle of that account.
    pub recorded_by_handle: Option<String>,
    /// When a second person confirmed the record.
    pub confirmed_at: Option<Timestamp>,
    /// Handle of that person.
    pub confirmed_by_handle: Option<String>,
}

hidden_debug!(ReportFacts, StatutoryReport);

impl ReportFacts {
    /// Refuses a day that has not come yet.
    pub fn checked(self, now: Timestamp) -> Result<Self, Refusal> {
        if self.reported_on <= now.date() {
            Ok(self)
        } else {
            Err(Refusal::input("reportedOn", InputProblem::ReportDay))
        }
    }
}

impl StatutoryReport {
    /// Refuses a confirmation by who recorded it, and a second one.
    pub fn may_be_confirmed_by(&self, account: AccountId) -> Result<(), Refusal> {
        two_people(self.recorded_by, account)?;
        if self.confirmed_at.is_some() {
            return Err(Refusal::Protection(ProtectionProblem::AlreadyConfirmed));
        }
        Ok(())
    }
}
