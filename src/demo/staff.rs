//! Who does what in the six months: the accounts of the command file, each by an access of its own for each act.

use super::STORY_ACCOUNTS;
use super::draw::Draw;
use super::place::{PLACES, Place};
use crate::actions::commands::CommandFile;
use crate::actions::demand::{self, CountDemand};
use crate::actions::directory;
use crate::actions::directory_edit::{TellCapacity, tell_capacity};
use crate::actions::{ActionError, Context};
use crate::domain::account::{Account, Role};
use crate::domain::demand::DemandResult;
use crate::domain::directory::CapacityStatus;
use crate::domain::id::OrganizationId;
use crate::domain::referral::{Channel, Referral};
use crate::policy::access::{Access, Viewer};
use std::collections::BTreeMap;

/// The accounts that work.
pub(super) struct Staff {
    teams: BTreeMap<String, Account>,
    partners: BTreeMap<OrganizationId, Account>,
}

impl Staff {
    /// Everybody of the command file, as the store has them.
    pub(super) async fn of(context: &Context, file: &CommandFile) -> Result<Self, ActionError> {
        let (mut teams, mut partners) = (BTreeMap::new(), BTreeMap::new());
        for command in &file.accounts {
            let Some(account) = context.store.find_account_by_handle(&command.handle).await? else { continue };
            match (command.role, &command.project) {
                (Role::Caseworker, Some(project)) => drop(teams.insert(project.clone(), account)),
                (Role::PartnerAgent, _) => drop(partners.insert(account.organization_id, account)),
                _ => {}
            }
        }
        Ok(Self { teams, partners })
    }

    /// A new access of who works in a place.
    pub(super) fn team(&self, context: &Context, place: &Place) -> Result<Access, ActionError> {
        let account = self.teams.get(place.project).ok_or(ActionError::Unauthenticated)?;
        Ok(access(context, account))
    }

    /// A new access of who says what a recipient does: its own agent, or the team that it has told by phone.
    pub(super) fn answering(&self, context: &Context, place: &Place, asked: &Referral) -> Result<Access, ActionError> {
        let partner = self.partners.get(&asked.recipient_id).filter(|_| asked.channel == Some(Channel::Electronic));
        partner.map_or_else(|| self.team(context, place), |account| Ok(access(context, account)))
    }

    /// What is counted once a month: people met outside for whom there was nothing, and how many partners can take.
    pub(super) async fn tell_figures(&self, context: &Context, draw: &Draw, month: usize) -> Result<(), ActionError> {
        for place in &PLACES {
            let input = CountDemand {
                idempotency_key: format!("six-months-count-{month}"),
                team_id: None,
                need: place.gaps[0],
                area: place.areas[0].to_owned(),
                people: draw.between(4, 28),
                age_band: None,
                gender: None,
                result: Some(DemandResult::UnmetNoService),
            };
            demand::count(context, &self.team(context, place)?, input).await?;
        }
        // The story's own partner has room whenever it is told.
        let partners =
            self.partners.values().filter(|account| STORY_ACCOUNTS.iter().all(|(_, handle)| *handle != account.handle));
        for (_, account) in partners.enumerate().filter(|(number, _)| number % 3 == month % 3) {
            tell_room(context, draw, account).await?;
        }
        Ok(())
    }
}

fn access(context: &Context, account: &Account) -> Access {
    Access::new(Viewer::Staff(account.clone()), context.table)
}

/// A partner says whether the first of its services can take anybody.
async fn tell_room(context: &Context, draw: &Draw, account: &Account) -> Result<(), ActionError> {
    let access = access(context, account);
    let organization = directory::organization(context, &access, account.organization_id)?;
    let services = directory::services_of(context, &access, &organization);
    let Some(service) = services.first() else { return Ok(()) };
    let rows = [
        (40, CapacityStatus::Open, None),
        (35, CapacityStatus::Limited, None),
        (15, CapacityStatus::Waitlist, Some(21)),
        (10, CapacityStatus::Full, None),
    ];
    let Some((_, status, expected_wait_days)) = draw.weighted(&rows, |row| row.0).copied() else { return Ok(()) };
    let (unit, available, maximum, per) = (None, None, None, None);
    let service_id = service.service.id;
    let told = TellCapacity { service_id, status, unit, available, maximum, per, expected_wait_days };
    tell_capacity(context, &access, told).await.map(drop)
}
