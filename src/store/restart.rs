//! What a project that starts again looks at first, read from what is there.

use super::reach::in_reached_project;
use super::row::{Table, optional_text};
use super::{Store, StoreError, read, statements};
use crate::domain::id::{ProjectId, ReferralId, ServiceId, TeamId};
use crate::domain::scope::Scope;
use crate::domain::time::{Date, Timestamp};

const TABLE: Table = Table("referrals");

/// Of the project $4, which the scope covers whole: project $1, unit $2, all teams $3.
macro_rules! led {
    () => {
        concat!("CAST($3 AS BOOLEAN) AND ", in_reached_project!("$1", "$2"), " AND project_id = $4")
    };
}

/// Sent, and still open.
macro_rules! waiting {
    () => {
        concat!(
            led!(),
            " AND is_open AND requested_at IS NOT NULL AND case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL)"
        )
    };
}

statements! {
    LIST_LAPSING = concat!(
        "SELECT id FROM referrals WHERE ",
        waiting!(),
        " AND EXISTS (SELECT 1 FROM consents k WHERE k.id = consent_id AND k.expires_at <= $5) ORDER BY requested_at, id LIMIT $6"
    );
    LIST_SERVICES = concat!(
        // Whom somebody only called needs no vetting.
        "SELECT DISTINCT service_id, channel <> 'electronic' OR EXISTS (SELECT 1 FROM vettings v WHERE v.organization_id = \
         recipient_id AND v.is_vetted AND v.protocol_expires_on >= $5) AS is_vetted FROM referrals WHERE ",
        waiting!(),
        " ORDER BY service_id LIMIT $6"
    );
    LIST_TEAMS = concat!(
        "SELECT id FROM teams WHERE ",
        led!(),
        " AND EXISTS (SELECT 1 FROM cases c WHERE c.team_id = teams.id AND c.erasing_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM team_members m JOIN accounts a ON a.id = m.account_id WHERE m.team_id = teams.id \
         AND NOT a.is_disabled AND a.role IN ('caseworker', 'partner_agent', 'partner_admin')) ORDER BY name, id LIMIT $5"
    );
}

impl Store {
    /// The open referrals of a project that the scope covers whose consent lapses by this time, or has, longest sent first.
    pub async fn list_lapsing(
        &self,
        scope: &Scope,
        project: ProjectId,
        by: Timestamp,
        limit: i64,
    ) -> Result<Vec<ReferralId>, StoreError> {
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(LIST_LAPSING)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(scope.covers_all_teams)
            .bind(project.to_string())
            .bind(by.microseconds())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }

    /// The services with an open referral of a project that the scope covers, each with whether its organisation is vetted
    /// on this day.
    pub async fn list_services_asked(
        &self,
        scope: &Scope,
        project: ProjectId,
        today: Date,
        limit: i64,
    ) -> Result<Vec<(ServiceId, bool)>, StoreError> {
        let rows: Vec<(String, bool)> = read!(self, |pool| sqlx::query_as(LIST_SERVICES)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(scope.covers_all_teams)
            .bind(project.to_string())
            .bind(today.to_string())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.iter().map(|(id, is_vetted)| Ok((TABLE.id(id)?, *is_vetted))).collect()
    }

    /// The teams of a project that the scope covers which have cases and nobody to follow them, by name.
    pub async fn list_teams_without_caseworker(
        &self,
        scope: &Scope,
        project: ProjectId,
        limit: i64,
    ) -> Result<Vec<TeamId>, StoreError> {
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(LIST_TEAMS)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(scope.covers_all_teams)
            .bind(project.to_string())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }
}
