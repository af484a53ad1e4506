//! The rows within a viewer's reach, as conditions that every read of people-linked rows shares.
//!
//! A condition names its parameters, so that it can stand at any place of a statement: the scope's
//! project, its unit, its account, and whether it covers all teams.

/// The row's `project_id` is the scope's project, or one of its unit's.
macro_rules! in_reached_project {
    ($project:literal, $unit:literal) => {
        concat!(
            "(project_id = ",
            $project,
            " OR project_id IN (SELECT p.id FROM projects p WHERE p.organization_id = ",
            $unit,
            "))"
        )
    };
}
pub(super) use in_reached_project;

/// The row's `team_id` is a team of the scope's account.
macro_rules! of_own_team {
    ($account:literal) => {
        concat!("team_id IN (SELECT m.team_id FROM team_members m WHERE m.account_id = ", $account, ")")
    };
}
pub(super) use of_own_team;

/// The row's `case_id` is a case of a team of the scope's account.
macro_rules! of_own_case {
    ($account:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM cases c JOIN team_members m ON m.team_id = c.team_id WHERE c.id = case_id AND m.account_id = ",
            $account,
            ")"
        )
    };
}
pub(super) use of_own_case;
