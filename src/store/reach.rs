//! The rows within a viewer's reach, as conditions that every read of people-linked rows shares.
//!
//! A condition names its parameters, so that it can stand at any place of a statement: the scope's
//! project, its unit, its account, and whether it covers all teams.

/// The row's `project_id` is the scope's project, or one of its unit's: one list, so that an index on it serves both.
macro_rules! in_reached_project {
    ($project:literal, $unit:literal) => {
        concat!(
            "project_id IN (SELECT p.id FROM projects p WHERE p.id = ",
            $project,
            " OR p.organization_id = ",
            $unit,
            ")"
        )
    };
}
pub(super) use in_reached_project;

/// The row's `project_id` is one of all whose rows the scope may reach: the own ones, and those from which a team of the
/// account has taken cases over. It decides nothing, and lets the index of the projects serve what decides.
macro_rules! in_reaching_project {
    ($project:literal, $unit:literal, $account:literal) => {
        concat!(
            "project_id IN (SELECT p.id FROM projects p WHERE p.id = ",
            $project,
            " OR p.organization_id = ",
            $unit,
            " UNION SELECT k.project_id FROM custodies k JOIN team_members h ON h.team_id = k.to_team_id WHERE h.account_id = ",
            $account,
            ")"
        )
    };
}
pub(super) use in_reaching_project;

/// The row's `team_id` is a team of the scope's account, in the scope's project. The row's own project may
/// be another one: a case that a desk has taken over keeps the project that it came from.
macro_rules! of_own_team {
    ($project:literal, $account:literal) => {
        concat!(
            "team_id IN (SELECT m.team_id FROM team_members m JOIN teams o ON o.id = m.team_id WHERE m.account_id = ",
            $account,
            " AND o.project_id = ",
            $project,
            ")"
        )
    };
}
pub(super) use of_own_team;

/// The row is of a team of the scope's account, or of a project that the scope covers whole.
macro_rules! of_reached_team {
    ($project:literal, $unit:literal, $account:literal, $covers:literal) => {
        concat!(
            "(",
            $crate::store::reach::in_reached_project!($project, $unit),
            " AND (CAST(",
            $covers,
            " AS BOOLEAN) OR ",
            $crate::store::reach::of_own_team!($project, $account),
            "))"
        )
    };
}
pub(super) use of_reached_team;

/// The row is between a partner and a project that is at work and has not revoked it. Who is confined to one service reads
/// what is between that and the project, where nobody could be arrested or attacked; who is confined to one referral reads
/// nothing else.
macro_rules! between_partner_and_project {
    ($organization:literal, $service:literal, $referral:literal, of $row_partner:literal, $row_service:literal) => {
        concat!(
            "(",
            $row_partner,
            " = ",
            $organization,
            " AND CAST(",
            $referral,
            " AS TEXT) IS NULL AND (CAST(",
            $service,
            " AS TEXT) IS NULL OR (",
            $row_service,
            " = ",
            $service,
            " AND NOT EXISTS (SELECT 1 FROM projects x WHERE x.id = project_id AND x.risk_profile = 'severe'))) AND EXISTS (SELECT 1 FROM projects w WHERE w.id = project_id AND w.status = 'active' AND ",
            $crate::store::reach::not_revoked_by!("w.id", $row_partner),
            "))"
        )
    };
}
pub(super) use between_partner_and_project;

/// The row's `case_id` is a case of a team of the scope's account, in the scope's project.
macro_rules! of_own_case {
    ($project:literal, $account:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM cases c JOIN team_members m ON m.team_id = c.team_id JOIN teams o ON o.id = c.team_id ",
            "WHERE c.id = case_id AND m.account_id = ",
            $account,
            " AND o.project_id = ",
            $project,
            ")"
        )
    };
}
pub(super) use of_own_case;

/// The project has not revoked the recipient.
macro_rules! not_revoked_by {
    ($project:literal, $recipient:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM revocations v WHERE v.organization_id = ",
            $recipient,
            " AND v.project_id = ",
            $project,
            " AND v.ended_at IS NULL)"
        )
    };
}
pub(super) use not_revoked_by;

/// The row about a case is open to its recipient: the project whose team follows the case now is at work, and neither
/// it nor the one that the case came from has revoked the recipient.
macro_rules! open_to_recipient {
    ($case:literal, $recipient:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM cases w JOIN teams o ON o.id = w.team_id JOIN projects p ON p.id = o.project_id WHERE w.id = ",
            $case,
            " AND p.status = 'active' AND ",
            $crate::store::reach::not_revoked_by!("p.id", $recipient),
            " AND ",
            $crate::store::reach::not_revoked_by!("w.project_id", $recipient),
            ")"
        )
    };
}
pub(super) use open_to_recipient;

/// The row about a case is within a confinement to one service and perhaps one referral: everything, where there is none;
/// what a service was sent is without what could have people arrested or attacked.
macro_rules! within_confinement {
    ($service:literal, $referral:literal, of $row_service:literal, $row:literal, $case:literal) => {
        concat!(
            "(CAST(",
            $service,
            " AS TEXT) IS NULL OR (",
            $row_service,
            " = ",
            $service,
            " AND (",
            $row,
            " = ",
            $referral,
            " OR (CAST(",
            $referral,
            " AS TEXT) IS NULL AND NOT EXISTS (SELECT 1 FROM cases w JOIN teams o ON o.id = w.team_id \
             JOIN projects p ON p.id IN (o.project_id, w.project_id) WHERE w.id = ",
            $case,
            " AND p.risk_profile = 'severe'))))) "
        )
    };
}
pub(super) use within_confinement;

/// The row is, or belongs to, the case of a broken glass of the scope's account that has not ended.
macro_rules! through_glass {
    ($case:literal, $account:literal, $now:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM glasses g WHERE g.case_id = ",
            $case,
            " AND g.account_id = ",
            $account,
            " AND g.ends_at > ",
            $now,
            ")"
        )
    };
}
pub(super) use through_glass;

/// Binds what says who reaches the row, as the first four parameters: project, unit, account, and whether the scope covers
/// all teams.
macro_rules! within {
    ($query:expr, $scope:expr) => {
        $query
            .bind($crate::store::row::optional_text($scope.project))
            .bind($crate::store::row::optional_text($scope.unit))
            .bind($crate::store::row::optional_text($scope.account))
            .bind($scope.covers_all_teams)
    };
}
pub(super) use within;

/// Binds what says what a recipient reaches, as the next three parameters: organisation, service and referral.
macro_rules! receiving {
    ($query:expr, $scope:expr) => {
        $query
            .bind($crate::store::row::optional_text($scope.organization))
            .bind($crate::store::row::optional_text($scope.service))
            .bind($crate::store::row::optional_text($scope.referral))
    };
}
pub(super) use receiving;
