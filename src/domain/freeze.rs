//! The freeze of a project: one person stops it, two people start it again, and what was open is not
//! lost meanwhile.
//!
//! Invariant: a freeze is never refused and never waits. Thawing takes somebody who asks and somebody
//! else who confirms (T18). A desk that takes over in another country takes two people as well.

use super::code::code_list;
use super::id::{AccountId, CustodyId, ProjectId, ReferralId, ServiceId, TeamId};
use super::refusal::{ProtectionProblem, Refusal};
use super::time::Timestamp;

code_list! {
    /// Whether a project works.
    ProjectStatus {
        Active = "active": "at work as usual",
        Frozen = "frozen": "stopped: partners see nothing of it, its staff only read",
        Archived = "archived": "ended for good",
    }
}

/// A freeze of a project, from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The project.
    pub project_id: ProjectId,
    /// Since when.
    pub frozen_at: Timestamp,
    /// When somebody asked to end it.
    pub thaw_requested_at: Option<Timestamp>,
    /// Who asked.
    pub thaw_requested_by: Option<AccountId>,
    /// When it ended.
    pub thawed_at: Option<Timestamp>,
}

impl Freeze {
    /// The freeze after `account` has asked to end it; whoever asks again stands for the one before.
    #[must_use]
    pub fn asked_to_end(self, account: AccountId, now: Timestamp) -> Self {
        Self { thaw_requested_at: Some(now), thaw_requested_by: Some(account), ..self }
    }

    /// The freeze ended by `account`, who must not be the one that asked.
    pub fn ended(self, account: AccountId, now: Timestamp) -> Result<Self, Refusal> {
        let asked_by = self.thaw_requested_by.ok_or(Refusal::Protection(ProtectionProblem::ThawNotRequested))?;
        two_people(asked_by, account)?;
        Ok(Self { thawed_at: Some(now), ..self })
    }
}

/// Refuses an act that one person would do alone.
pub fn two_people(first: AccountId, second: AccountId) -> Result<(), Refusal> {
    if first == second { Err(Refusal::Protection(ProtectionProblem::SecondPersonNeeded)) } else { Ok(()) }
}

/// A deadline counted from `since`, moved by the time that the project was frozen after it: nobody could
/// answer then, and nobody is late by it.
pub fn moved_by_freezes(deadline: Timestamp, since: Timestamp, freezes: &[Freeze], now: Timestamp) -> Timestamp {
    let mut ordered: Vec<&Freeze> = freezes.iter().collect();
    ordered.sort_by_key(|freeze| freeze.frozen_at);
    ordered.into_iter().fold(deadline, |deadline, freeze| {
        let from = freeze.frozen_at.max(since);
        let until = freeze.thawed_at.unwrap_or(now);
        let is_of_the_wait = from < deadline && until > from;
        let stopped = if is_of_the_wait { until.microseconds() - from.microseconds() } else { 0 };
        Timestamp::from_microseconds(deadline.microseconds().saturating_add(stopped))
    })
}

/// Which project a freeze is of, of those that have followed a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeOf {
    /// The one that it was always with.
    Keeper,
    /// The one that it came from, until its desk took it.
    Former(Timestamp),
    /// The one whose desk follows it, since it was taken.
    Desk(Timestamp),
}

/// The freeze as far as it stopped the clocks of a case: while its project followed the case.
pub fn while_following(freeze: Freeze, of: FreezeOf) -> Option<Freeze> {
    match of {
        FreezeOf::Keeper => Some(freeze),
        FreezeOf::Former(taken_at) if freeze.frozen_at < taken_at => {
            Some(Freeze { thawed_at: Some(freeze.thawed_at.map_or(taken_at, |thawed| thawed.min(taken_at))), ..freeze })
        }
        FreezeOf::Desk(taken_at) if freeze.thawed_at.is_none_or(|thawed| taken_at < thawed) => {
            Some(Freeze { frozen_at: freeze.frozen_at.max(taken_at), ..freeze })
        }
        FreezeOf::Former(_) | FreezeOf::Desk(_) => None,
    }
}

/// The team that takes over what a project leaves open when it is frozen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// The project that named it.
    pub project_id: ProjectId,
    /// The team.
    pub team_id: TeamId,
    /// Who named it.
    pub named_by: AccountId,
    /// When it was named.
    pub named_at: Timestamp,
    /// Since when it counts: at once in the same country, else from a second person's word on.
    pub confirmed_at: Option<Timestamp>,
}

/// What naming a desk rests on.
#[derive(Clone, Copy, Debug)]
pub struct DeskFacts<'a> {
    /// The project that names it.
    pub project: &'a super::account::Project,
    /// The project of the team that is named.
    pub desk_project: &'a super::account::Project,
    /// The team.
    pub team_id: TeamId,
    /// The desk as it was named before.
    pub before: Option<&'a Desk>,
}

impl Desk {
    /// The desk that `account` names now. It is named while the project works, of the same organisation
    /// and of another project, since the own one would be frozen too. Said again by somebody else, a desk
    /// in another country is confirmed.
    pub fn named(facts: DeskFacts<'_>, account: AccountId, now: Timestamp) -> Result<Self, Refusal> {
        let DeskFacts { project, desk_project, team_id, before } = facts;
        if project.status != ProjectStatus::Active {
            return Err(Refusal::Protection(ProtectionProblem::ProjectFrozen));
        }
        let is_fit = desk_project.organization_id == project.organization_id && desk_project.id != project.id;
        if !is_fit {
            return Err(Refusal::Protection(ProtectionProblem::DeskUnfit));
        }
        if desk_project.country == project.country {
            return Ok(Self {
                project_id: project.id,
                team_id,
                named_by: account,
                named_at: now,
                confirmed_at: Some(now),
            });
        }
        match before {
            Some(before) if before.team_id == team_id && before.confirmed_at.is_some() => Ok(before.clone()),
            Some(before) if before.team_id == team_id => {
                two_people(before.named_by, account)?;
                Ok(Self { confirmed_at: Some(now), ..before.clone() })
            }
            _ => Ok(Self { project_id: project.id, team_id, named_by: account, named_at: now, confirmed_at: None }),
        }
    }
}

/// The passing of a case to the desk of its frozen project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    /// Identifier.
    pub id: CustodyId,
    /// The referral for which it was taken; its case and the case's other referrals go with it.
    pub referral_id: ReferralId,
    /// The project whose case it was.
    pub project_id: ProjectId,
    /// The team that followed the case.
    pub from_team_id: TeamId,
    /// The team that follows it now.
    pub to_team_id: TeamId,
    /// When.
    pub taken_at: Timestamp,
    /// Who took it.
    pub taken_by: AccountId,
}

/// What a project that starts again has to look at first. Everything is named by its id and opens by its own rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartList {
    /// Open referrals whose consent has lapsed, or will within a week.
    pub lapsing: Vec<ReferralId>,
    /// Services with an open referral that have to be confirmed anew, or whose organisation is not vetted any more.
    pub to_verify: Vec<ServiceId>,
    /// Teams with cases and nobody who could follow them.
    pub without_caseworker: Vec<TeamId>,
}

/// The code by which a desk, the team and the recipient speak of an open referral: eight letters and
/// digits that belong to no person, no alias and no other project.
pub fn continuity_code(project_key: &[u8], referral: ReferralId) -> String {
    use super::id::Identifier as _;
    let mac = super::disclosure::keyed_hash(project_key, &[b"continuity", &referral.bytes()]);
    data_encoding::BASE32_NOPAD.encode(&mac[..5])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Project, RiskProfile};
    use crate::domain::clocks::{CalendarSettings, Clocks};
    use crate::domain::id::{Identifier, OrganizationId};

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_microseconds(0).plus_hours(hours)
    }

    fn account(number: u8) -> AccountId {
        AccountId::from_bytes([number; 16])
    }

    fn freeze(from: i64, until: Option<i64>) -> Freeze {
        Freeze {
            project_id: ProjectId::from_bytes([1; 16]),
            frozen_at: at(from),
            thaw_requested_at: None,
            thaw_requested_by: None,
            thawed_at: until.map(at),
        }
    }

    #[test]
    fn one_person_alone_does_not_end_a_freeze() {
        let problem = |result: Result<Freeze, Refusal>| result.expect_err("a refusal");
        let unasked = problem(freeze(0, None).ended(account(1), at(1)));
        assert_eq!(unasked, Refusal::Protection(ProtectionProblem::ThawNotRequested));
        let asked = freeze(0, None).asked_to_end(account(1), at(1));
        let alone = problem(asked.clone().ended(account(1), at(2)));
        assert_eq!(alone, Refusal::Protection(ProtectionProblem::SecondPersonNeeded));
        assert_eq!(asked.ended(account(2), at(2)).map(|freeze| freeze.thawed_at), Ok(Some(at(2))));
    }

    #[test]
    fn a_deadline_moves_by_the_frozen_time_and_by_no_other() {
        for (freezes, expected) in [
            (vec![], 24),
            (vec![freeze(10, Some(70))], 84),
            (vec![freeze(-50, Some(-10))], 24),
            (vec![freeze(-50, Some(10))], 34),
            (vec![freeze(30, Some(40))], 24),
            // The second lies behind the first deadline, and before the one that the first has moved.
            (vec![freeze(30, Some(40)), freeze(10, Some(20))], 44),
            (vec![freeze(20, None)], 104),
        ] {
            assert_eq!(moved_by_freezes(at(24), at(0), &freezes, at(100)), at(expected), "{freezes:?}");
        }
    }

    #[test]
    fn a_freeze_stops_the_clocks_of_a_case_while_its_project_follows_it() {
        let taken_at = at(50);
        for (from, until, of, expected) in [
            (10, Some(20), FreezeOf::Keeper, Some((10, Some(20)))),
            (10, None, FreezeOf::Keeper, Some((10, None))),
            // A desk takes over in a freeze, which goes on for the project and is over for the case.
            (10, None, FreezeOf::Former(taken_at), Some((10, Some(50)))),
            (10, Some(90), FreezeOf::Former(taken_at), Some((10, Some(50)))),
            (10, Some(20), FreezeOf::Former(taken_at), Some((10, Some(20)))),
            (60, None, FreezeOf::Former(taken_at), None),
            (10, Some(50), FreezeOf::Desk(taken_at), None),
            (10, Some(60), FreezeOf::Desk(taken_at), Some((50, Some(60)))),
            (60, None, FreezeOf::Desk(taken_at), Some((60, None))),
        ] {
            let expected = expected.map(|(from, until)| freeze(from, until));
            assert_eq!(while_following(freeze(from, until), of), expected, "{from} {until:?} {of:?}");
        }
    }

    #[test]
    fn a_desk_is_elsewhere_in_the_organisation_and_across_a_border_takes_two() {
        let project = |number: u8, organization: u8, country: &str| Project {
            id: ProjectId::from_bytes([number; 16]),
            organization_id: OrganizationId::from_bytes([organization; 16]),
            name: String::new(),
            country: country.to_owned(),
            risk_profile: RiskProfile::Severe,
            mailbox: Default::default(),
            phone: None,
            status: ProjectStatus::Active,
            clocks: Clocks::default(),
            calendar: CalendarSettings::of_country_named(country),
        };
        let (tripoli, team) = (project(1, 1, "LY"), TeamId::from_bytes([7; 16]));
        let name = |desk_project: &Project, before: Option<&Desk>, by| {
            Desk::named(DeskFacts { project: &tripoli, desk_project, team_id: team, before }, account(by), at(1))
        };
        for unfit in [&tripoli, &project(2, 2, "LY")] {
            assert_eq!(name(unfit, None, 1), Err(Refusal::Protection(ProtectionProblem::DeskUnfit)));
        }
        let near = name(&project(2, 1, "LY"), None, 1).expect("a desk");
        assert_eq!(near.confirmed_at, Some(at(1)));
        let tunis = project(3, 1, "TN");
        let asked = name(&tunis, None, 1).expect("a desk to confirm");
        assert_eq!(asked.confirmed_at, None);
        let alone = name(&tunis, Some(&asked), 1);
        assert_eq!(alone, Err(Refusal::Protection(ProtectionProblem::SecondPersonNeeded)));
        assert_eq!(name(&tunis, Some(&asked), 2).map(|desk| desk.confirmed_at), Ok(Some(at(1))));
    }
}
