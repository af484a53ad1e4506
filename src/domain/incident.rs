//! Incidents: a referral that caused harm is looked into by who leads the project, and its end says what came of it.

use super::code::code_list;
use super::id::{AccountId, IncidentId, OrganizationId, ProjectId, ReferralId, TeamId};
use super::refusal::{ProtectionProblem, Refusal};
use super::time::Timestamp;

code_list! {
    /// What came of looking into an incident.
    IncidentResolution {
        Remedied = "remedied": "what went wrong was put right for the person",
        PracticeChanged = "practice_changed": "the way of working was changed, here or at the recipient",
        RecipientLeft = "recipient_left": "this recipient is asked no more",
        Reported = "reported": "it was taken to an authority or a complaints body",
        NotFounded = "not_founded": "no harm was found to come from the referral",
    }
}

/// One incident. What happened is said by its referral's code and, in words, outside of Relais.
#[derive(Clone, PartialEq, Eq)]
pub struct Incident {
    /// Identifier.
    pub id: IncidentId,
    /// The referral that ended with harm.
    pub referral_id: ReferralId,
    /// The sending project.
    pub project_id: ProjectId,
    /// The organisation that runs the project.
    pub organization_id: OrganizationId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who recorded the outcome that opened it, of either side.
    pub opened_by: AccountId,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What came of it.
    pub resolution: Option<IncidentResolution>,
}

impl Incident {
    /// Checks that it is still open.
    pub fn check_open(&self) -> Result<(), Refusal> {
        match self.closed_at {
            None => Ok(()),
            Some(_) => Err(Refusal::Protection(ProtectionProblem::AlreadyDecided)),
        }
    }
}
