//! Phones that a team shares: enrolled by a code, known by a secret of their own, used by one person at a time.
//!
//! Invariant: whoever takes such a phone over by a PIN has proved fully who they are that day, on that phone; nothing that
//! rests on the proof outlives that day.

use super::account::Team;
use super::code::code_list;
use super::id::{AccountId, DeviceId, OrganizationId, TeamId};
use super::opening::{MINUTES_PER_DAY, TimeZone};
use super::time::{Date, Timestamp};

/// Minutes for which the code counts that enrols a phone.
pub const CODE_MINUTES: i64 = 15;
/// Days after which a phone is enrolled anew.
pub const MOST_DAYS: i64 = 90;
/// Most characters of a phone's name.
pub const NAME_CHARACTERS: usize = 40;
/// Most phones of a team that count at a time.
pub const MOST_PER_TEAM: i64 = 10;
/// Hours for which a full sign-in counts where nobody knows what the clock on the wall shows.
const HOURS_WITHOUT_A_CLOCK: i64 = 14;
/// What the calendar of a project says where nobody knows its clock.
const NO_CLOCK: &str = "UTC";

code_list! {
    /// How a shared phone stands.
    DeviceStatus {
        Awaited = "awaited": "its code was not typed yet",
        InUse = "in_use": "people of the team take it over from each other",
        Expired = "expired": "its code or its time has run out: enrol it anew",
        Revoked = "revoked": "it opens nothing any more",
    }
}

/// A phone that a team shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Identifier; it opens nothing.
    pub id: DeviceId,
    /// The team.
    pub team_id: TeamId,
    /// What the team calls it.
    pub name: String,
    /// When its code was made.
    pub enrolled_at: Timestamp,
    /// Who made it.
    pub enrolled_by: AccountId,
    /// When the code was typed.
    pub opened_at: Option<Timestamp>,
    /// Until when its code counts, and once that was typed, the phone; for a revoked one when it was.
    pub ends_at: Timestamp,
    /// The last day on which it was used; no finer, so that nobody's working hours can be read from it.
    pub seen_on: Option<Date>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Device {
    /// How it stands.
    pub fn status(&self, now: Timestamp) -> DeviceStatus {
        match (self.revoked_at, self.opened_at) {
            (Some(_), _) => DeviceStatus::Revoked,
            (None, _) if now >= self.ends_at => DeviceStatus::Expired,
            (None, None) => DeviceStatus::Awaited,
            (None, Some(_)) => DeviceStatus::InUse,
        }
    }

    /// Whether what its cookie holds still counts.
    pub fn is_in_use(&self, now: Timestamp) -> bool {
        self.status(now) == DeviceStatus::InUse
    }
}

/// A shared phone with what is around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedDevice {
    /// The phone.
    pub device: Device,
    /// Whose it is.
    pub team: Team,
    /// The organisation that runs the team's project.
    pub organization_id: OrganizationId,
    /// The clock by which the project counts its days.
    pub time_zone: TimeZone,
    /// Who enrolled it, by the handle.
    pub enrolled_by_handle: String,
}

/// Whether this can be what a team calls a phone.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().count() <= NAME_CHARACTERS && !name.chars().any(char::is_control)
}

/// Until when a full sign-in counts on the phone where it was made: to the end of the day on the project's clock, whatever
/// summer time does to that day. A project of whose clock nobody knows has the time of no place; midnight there could fall
/// into the middle of a shift, so hours are counted.
pub fn full_sign_in_ends(at: Timestamp, zone: TimeZone) -> Timestamp {
    if zone.name() == NO_CLOCK {
        return at.plus_hours(HOURS_WITHOUT_A_CLOCK);
    }
    let day = zone.local(at).date;
    let midnight = zone.first_instant(day, MINUTES_PER_DAY);
    // Where the clock is set back over midnight it shows the day that is over once more.
    if midnight > at { midnight } else { zone.last_instant(day, MINUTES_PER_DAY) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier as _;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    #[test]
    fn a_full_sign_in_counts_to_the_end_of_its_day_on_the_clock_of_the_project() {
        for (zone, signed_in, end) in [
            ("Europe/Paris", "2026-11-23T18:50:12Z", "2026-11-23T23:00:00Z"),
            ("Europe/Paris", "2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z"),
            ("Europe/Paris", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z"),
            // The days on which the clock is set forward and back.
            ("Europe/Paris", "2026-03-29T00:30:00Z", "2026-03-29T22:00:00Z"),
            ("Europe/Paris", "2026-10-24T22:30:00Z", "2026-10-25T23:00:00Z"),
            // Beirut sets the clock back from 24:00 to 23:00, so that its day has an hour more.
            ("Asia/Beirut", "2026-10-24T20:30:00Z", "2026-10-24T22:00:00Z"),
            ("Africa/Tripoli", "2026-11-23T21:00:00Z", "2026-11-23T22:00:00Z"),
            // Of whose clock nobody knows.
            ("UTC", "2026-11-23T22:30:00Z", "2026-11-24T12:30:00Z"),
        ] {
            let zone = TimeZone::parse(zone).expect("a zone");
            assert_eq!(full_sign_in_ends(at(signed_in), zone), at(end), "{zone} {signed_in}");
            assert!(full_sign_in_ends(at(signed_in), zone) > at(signed_in));
        }
    }

    #[test]
    fn a_phone_counts_from_its_code_to_its_end_or_its_revocation() {
        let device = Device {
            id: DeviceId::from_bytes([1; 16]),
            team_id: TeamId::from_bytes([2; 16]),
            name: "tablet 2".to_owned(),
            enrolled_at: at("2026-11-23T08:00:00Z"),
            enrolled_by: AccountId::from_bytes([3; 16]),
            opened_at: None,
            ends_at: at("2026-11-23T08:15:00Z"),
            seen_on: None,
            revoked_at: None,
        };
        let opened = Device {
            opened_at: Some(at("2026-11-23T08:05:00Z")),
            ends_at: at("2027-02-21T08:05:00Z"),
            ..device.clone()
        };
        let revoked = Device { revoked_at: Some(at("2026-11-24T08:00:00Z")), ..opened.clone() };
        for (device, now, status) in [
            (&device, "2026-11-23T08:14:59Z", DeviceStatus::Awaited),
            (&device, "2026-11-23T08:15:00Z", DeviceStatus::Expired),
            (&opened, "2027-02-21T08:04:59Z", DeviceStatus::InUse),
            (&opened, "2027-02-21T08:05:00Z", DeviceStatus::Expired),
            (&revoked, "2026-11-24T08:00:00Z", DeviceStatus::Revoked),
        ] {
            assert_eq!(device.status(at(now)), status, "{now}");
            assert_eq!(device.is_in_use(at(now)), status == DeviceStatus::InUse);
        }
    }

    #[test]
    fn a_name_is_short_and_one_line() {
        for (name, is_one) in [("tablet 2", true), ("", false), ("a\nb", false), ("هاتف المركز", true)] {
            assert_eq!(is_name(name), is_one, "{name}");
        }
        assert!(is_name(&"n".repeat(40)) && !is_name(&"n".repeat(41)));
    }
}
