//! How urgent a referral is at least, whatever the sender says (domain reference §2.9).

use super::codes::Urgency;
use crate::domain::need::{Need, NeedFamily};
use crate::domain::profile::{Household, Profile, Situation};
use crate::domain::time::Timestamp;

/// Hours within which a deadline makes a referral urgent, and care after sexual violence an emergency.
const CLOSE_HOURS: i64 = 72;

impl Urgency {
    /// The urgency, raised to what the need of this person by this time asks for at least: a deadline within 72 hours,
    /// a child alone without a place tonight, or care after sexual violence makes it urgent; that care within a window of
    /// 72 hours an emergency.
    #[must_use]
    pub fn at_least_for(self, need: Need, profile: &Profile, needed_by: Option<Timestamp>, now: Timestamp) -> Self {
        let is_close = needed_by.is_some_and(|deadline| deadline.hours_since(now) < CLOSE_HOURS);
        let floor = if is_close && need == Need::HealthSexualViolenceCare {
            Self::Emergency
        } else if is_close || need == Need::HealthSexualViolenceCare || is_child_without_a_place(need, profile) {
            Self::Urgent
        } else {
            Self::LongTrack
        };
        self.min(floor)
    }
}

fn is_child_without_a_place(need: Need, profile: &Profile) -> bool {
    let is_alone = matches!(profile.household, Some(Household::UnaccompaniedChild | Household::SeparatedChild));
    let sleeps_rough = matches!(
        profile.situation,
        Some(Situation::Street | Situation::Squat | Situation::Camp | Situation::AtLandingPoint)
    );
    need.family() == NeedFamily::Shelter && is_alone && sleeps_rough
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_the_child_and_the_clinical_window_raise_what_the_sender_says() {
        let now = Timestamp::from_microseconds(1_700_000_000_000_000);
        let alone_outside = Profile {
            household: Some(Household::UnaccompaniedChild),
            situation: Some(Situation::Street),
            ..Profile::default()
        };
        let lodged = Profile { situation: Some(Situation::Hosted), ..alone_outside.clone() };
        let nothing = Profile::default();
        let in_hours = |hours: i64| Some(now.plus_seconds(hours * 3600));
        let rows = [
            (Urgency::Normal, Need::LegalMinorityAppeal, &nothing, in_hours(48), Urgency::Urgent),
            (Urgency::Normal, Need::LegalMinorityAppeal, &nothing, in_hours(72), Urgency::Normal),
            (Urgency::LongTrack, Need::LegalAsylum, &nothing, None, Urgency::LongTrack),
            (Urgency::Emergency, Need::LegalAsylum, &nothing, in_hours(48), Urgency::Emergency),
            (Urgency::Normal, Need::ShelterMinor, &alone_outside, None, Urgency::Urgent),
            (Urgency::Normal, Need::ShelterMinor, &lodged, None, Urgency::Normal),
            (Urgency::Normal, Need::LegalAsylum, &alone_outside, None, Urgency::Normal),
            (Urgency::Normal, Need::HealthSexualViolenceCare, &nothing, in_hours(42), Urgency::Emergency),
            (Urgency::Normal, Need::HealthSexualViolenceCare, &nothing, None, Urgency::Urgent),
        ];
        for (said, need, profile, needed_by, least) in rows {
            assert_eq!(said.at_least_for(need, profile, needed_by, now), least, "{said} {need}");
        }
    }
}
