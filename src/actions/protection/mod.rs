//! The acts of protection: freezing a project and what goes on meanwhile, breaking the glass, withdrawal,
//! closing a referral, requests to delete, overrides of consent, statutory reports, revoked partners, and the notices
//! that all of these bring.

pub mod consents;
pub mod continuity;
pub mod deletion;
pub mod glass;
pub mod incidents;
pub mod notice;
pub mod overrides;
pub mod project;
pub mod reports;
pub mod restart;
pub mod revocation;
pub mod withdrawal;

use super::{ActionError, Context};
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{AccountId, ProjectId};
use crate::domain::notice::{Addressee, Notice, NoticeKind};
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::store::Tx;

/// What several notices of one act have in common.
pub(super) struct Notify<'a> {
    pub(super) kind: NoticeKind,
    pub(super) object: String,
    pub(super) actor_id: Option<AccountId>,
    pub(super) at: Timestamp,
    pub(super) context: &'a Context,
}

impl Notify<'_> {
    /// Writes one notice to each addressee, in the commit of the act.
    pub(super) async fn send(self, tx: &mut Tx, to: &[Addressee]) -> Result<(), ActionError> {
        let notices: Vec<Notice> = to
            .iter()
            .map(|addressee| Notice {
                id: self.context.fresh_id(),
                at: self.at,
                kind: self.kind,
                object: self.object.clone(),
                addressee: *addressee,
                actor_id: self.actor_id,
            })
            .collect();
        Ok(tx.insert_notices(&notices).await?)
    }
}

/// Refuses an act of somebody whose project does not work. Who has no project answers for an organisation,
/// and finds nothing of a frozen one.
pub(super) async fn require_project_at_work(tx: &mut Tx, project: Option<ProjectId>) -> Result<(), ActionError> {
    let Some(project) = project else { return Ok(()) };
    match tx.find_project(project).await? {
        Some(project) if project.status != ProjectStatus::Active => {
            Err(Refusal::Protection(ProtectionProblem::ProjectFrozen).into())
        }
        _ => Ok(()),
    }
}
