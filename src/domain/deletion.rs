//! Requests to delete: what a recipient already holds is out of reach, so it is asked, and its answer kept.
//!
//! Invariant: every referral that was sent and then closed without an answer brings the same request, whether
//! it was cancelled, withdrawn or in error: by the request nobody can tell a withdrawal (ruling R10).

use super::code::code_list;
use super::id::{DeletionId, OrganizationId, ProjectId, ReferralId, TeamId};
use super::time::Timestamp;

code_list! {
    /// What a recipient says to a request to delete.
    DeletionAnswer {
        Deleted = "deleted": "what was held is deleted",
        NothingHeld = "nothing_held": "nothing was held",
        KeptByLaw = "kept_by_law": "a law requires to keep it",
    }
}

/// A request to a recipient to delete what it holds of a closed referral.
#[derive(Clone, PartialEq, Eq)]
pub struct DeletionRequest {
    /// Identifier.
    pub id: DeletionId,
    /// The referral.
    pub referral_id: ReferralId,
    /// The project that asks.
    pub project_id: ProjectId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// The sending organisation.
    pub sender_id: OrganizationId,
    /// Who is asked.
    pub recipient_id: OrganizationId,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// The answer.
    pub answer: Option<DeletionAnswer>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}
