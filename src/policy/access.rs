//! Who asks, and what they have been told so far.

use super::visible::Recorder;
use crate::domain::account::{Account, Role, TokenScope};
use crate::domain::glass::SECOND_FACTOR_MINUTES;
use crate::domain::scope::{DirectoryScope, Scope};
use crate::domain::time::Timestamp;

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
    token_scopes: Option<Vec<TokenScope>>,
    second_factor_at: Option<Timestamp>,
    recorder: Recorder,
}

impl Access {
    /// Opens the access of a viewer for one request.
    pub fn new(viewer: Viewer) -> Self {
        Self { viewer, token_scopes: None, second_factor_at: None, recorder: Recorder::default() }
    }

    /// Narrows the access to what a token may be used for.
    #[must_use]
    pub fn narrowed_to(self, scopes: Vec<TokenScope>) -> Self {
        Self { token_scopes: Some(scopes), ..self }
    }

    /// Says when the viewer last showed a second factor.
    #[must_use]
    pub fn with_second_factor(self, shown_at: Timestamp) -> Self {
        Self { second_factor_at: Some(shown_at), ..self }
    }

    /// Whether the viewer has just shown a second factor. A bearer token cannot show one: it was made for acts
    /// of protection by somebody who did, and its scope says so.
    pub fn has_fresh_second_factor(&self, now: Timestamp) -> bool {
        match self.second_factor_at {
            Some(shown_at) => now.minutes_since(shown_at) < SECOND_FACTOR_MINUTES,
            None => self.has_scope(TokenScope::Protection),
        }
    }

    /// True unless the credential is a token without this scope.
    pub fn has_scope(&self, scope: TokenScope) -> bool {
        self.token_scopes.as_ref().is_none_or(|scopes| scopes.contains(&scope))
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

    /// The people-linked rows within reach. Only who answers for an organisation receives for it; only
    /// who follows cases reaches those of the own teams.
    pub fn scope(&self) -> Scope {
        let Some(account) = self.account() else { return Scope::default() };
        let answers = matches!(account.role, Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin);
        let leads = matches!(account.role, Role::Coordinator | Role::ProtectionLead);
        let leads_unit = account.role == Role::ProtectionLead && account.project_id.is_none();
        Scope {
            project: account.project_id,
            unit: leads_unit.then_some(account.organization_id),
            account: (answers || leads).then_some(account.id),
            covers_all_teams: leads || account.role == Role::Analyst,
            organization: answers.then_some(account.organization_id),
        }
    }

    /// The directory entries within reach.
    pub fn directory_scope(&self) -> DirectoryScope {
        self.account().map_or_else(DirectoryScope::default, |account| DirectoryScope {
            is_member: true,
            is_trained: account.is_trained,
            is_coordinator: matches!(account.role, Role::Coordinator | Role::ProtectionLead),
            project: account.project_id,
            organization: Some(account.organization_id),
        })
    }
}
