//! Shared phones.

use crate::domain::device::DeviceStatus;
use crate::domain::sensitive::Sensitive;
use crate::graphql::scalars::{DateTime, Day};
use crate::policy::device_view::DeviceView;
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object};

/// A phone that a team shares. Each person signs in fully on it once a day, and takes it over by an own PIN from then on. For the
/// coordinator of the team's project, and for the organisation's partner admins and system administrators.
#[derive(Description)]
pub struct Device(pub Visible<DeviceView>);

#[Object(use_type_description)]
impl Device {
    /// Identifier, beginning with `dev_`; it opens nothing.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What the team calls it; no name of a person.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The team, an id beginning with `tea_`.
    async fn team_id(&self) -> ID {
        self.0.team_id.into()
    }

    /// The team's name.
    async fn team_name(&self) -> &str {
        &self.0.team_name
    }

    /// How it stands.
    async fn status(&self) -> DeviceStatus {
        self.0.status
    }

    /// The day on which its code was made.
    async fn enrolled_on(&self) -> Day {
        Day(self.0.enrolled_on)
    }

    /// The handle of who made the code; no name of a person.
    async fn enrolled_by(&self) -> Option<&str> {
        self.0.enrolled_by.as_deref()
    }

    /// The day on which the code was typed on it; null before.
    async fn opened_on(&self) -> Option<Day> {
        self.0.opened_on.map(Day)
    }

    /// The day on which it was used last; null before it was.
    async fn last_seen_on(&self) -> Option<Day> {
        self.0.last_seen_on.map(Day)
    }

    /// Until when its code counts, and once that was typed, the phone; null for a revoked one.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// The day on which it was revoked; null while it was not.
    async fn revoked_on(&self) -> Option<Day> {
        self.0.revoked_on.map(Day)
    }
}

/// What is typed on a phone to enrol it, shown this once.
#[derive(Description)]
pub struct DeviceCode(pub Sensitive<String>);

#[Object(use_type_description)]
impl DeviceCode {
    /// Eight letters and digits in two groups; typed at `/phone` on the phone, once and within 15 minutes.
    async fn spelling(&self) -> &str {
        self.0.expose()
    }
}
