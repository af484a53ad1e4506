//! Who asks, and what they have been told so far.

use super::rules::perspective;
use super::visible::Recorder;
use crate::domain::account::{Account, Role};
use crate::domain::referral::Referral;
use crate::domain::scope::{DirectoryScope, Scope};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody that Relais knows.
    Anonymous,
    /// Somebody with an account.
    Staff(Account),
}

/// One viewer's access during one request: every view is made for it, and every disclosure recorded
/// in it. Two requests never share one.
#[derive(Clone, Debug)]
pub struct Access {
    viewer: Viewer,
    recorder: Recorder,
}

impl Access {
    /// Opens the access of a viewer for one request.
    pub fn new(viewer: Viewer) -> Self {
        Self { viewer, recorder: Recorder::default() }
    }

    /// Who asks.
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The account that asks, if any.
    pub const fn account(&self) -> Option<&Account> {
        match &self.viewer {
            Viewer::Anonymous => None,
            Viewer::Staff(account) => Some(account),
        }
    }

    /// What was told so far in this request.
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The people-linked rows within reach: a coordinator receives nothing for the organisation.
    pub fn scope(&self) -> Scope {
        self.account().map_or_else(Scope::default, |account| Scope {
            project: account.project_id,
            organization: (account.role != Role::Coordinator).then_some(account.organization_id),
        })
    }

    /// The rows that belong to a referral which the viewer has read within its scope: those of the
    /// sending project. Policy decides what of them the viewer is told.
    pub fn scope_of(&self, referral: &Referral) -> Scope {
        let project = perspective(self, referral).map(|_| referral.project_id);
        Scope { project, organization: None }
    }

    /// The directory entries within reach.
    pub fn directory_scope(&self) -> DirectoryScope {
        self.account().map_or_else(DirectoryScope::default, |account| DirectoryScope {
            is_member: true,
            is_trained: account.is_trained,
            is_coordinator: account.role == Role::Coordinator,
            project: account.project_id,
            organization: Some(account.organization_id),
        })
    }
}
