//! When services are open, read once for all services that have the same hours.

use crate::domain::code::CodeList;
use crate::domain::country::CountryCode;
use crate::domain::directory::Service;
use crate::domain::opening::{
    DayPlans, HolidayCalendars, InternedOpening, Moment, OpeningState, OpeningStatus, Openings, TimeZone, TimetableId,
};
use crate::domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Plans of days kept for the next question, for each timetable: the days that are asked about are few and near.
const KEPT_PLANS_EACH: usize = 8;

/// Plans kept in all: some hundred bytes each, so at most some tens of megabytes.
const KEPT_PLANS: std::ops::RangeInclusive<usize> = 4_096..=65_536;

/// Bytes of answers kept for the next question: whoever asks what is open now asks within the same minute as others.
const KEPT_ANSWER_BYTES: usize = 1 << 20;

/// Moments whose answers are kept.
const KEPT_MOMENTS: std::ops::RangeInclusive<usize> = 4..=128;

/// Ordinary hours that several services may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HoursId(u32);

impl HoursId {
    /// Closures or dated hours have to be looked at with the service itself.
    pub const SPECIAL: Self = Self(u32::MAX);
}

/// The hours of the services of one index.
pub(super) struct Hours {
    openings: Openings,
    of_services: Box<[HoursId]>,
    /// The opening of each [`HoursId`].
    ordinary: Box<[InternedOpening]>,
    /// Those of services with closures or dated hours, by rank.
    special: HashMap<u32, InternedOpening>,
    plans: DayPlans,
    calendars: Arc<HolidayCalendars>,
    moments: RwLock<HashMap<Moment, Arc<[AtomicU8]>>>,
    most_moments: usize,
}

impl Hours {
    /// Reads the hours of services, which come in the order of their ranks.
    pub fn new(services: &[Arc<Service>], calendars: Arc<HolidayCalendars>) -> Self {
        let mut openings = Openings::default();
        let (mut ids, mut ordinary) = (HashMap::new(), Vec::new());
        let (mut special, mut of_services) = (HashMap::new(), Vec::with_capacity(services.len()));
        let mut texts: HashMap<Told<'_>, HoursId> = HashMap::new();
        for (rank, service) in (0_u32..).zip(services) {
            let is_special = !service.closures.is_empty() || !service.dated_hours.is_empty();
            if is_special || !service.schedules.is_empty() {
                let interned = openings.intern(&service.opening());
                if is_special {
                    special.insert(rank, interned);
                    of_services.push(HoursId::SPECIAL);
                    continue;
                }
                of_services.push(ordinary_id(&mut ids, &mut ordinary, interned));
                continue;
            }
            // Reading a text takes far longer than finding out that it was read before.
            let told = (service.opening_hours.as_deref(), service.time_zone, service.country);
            let read = || ordinary_id(&mut ids, &mut ordinary, openings.intern(&service.opening()));
            of_services.push(*texts.entry(told).or_insert_with(read));
        }
        drop(texts);
        let (of_services, ordinary): (Box<[_]>, Box<[InternedOpening]>) = (of_services.into(), ordinary.into());
        let kept_plans = (ordinary.len() * KEPT_PLANS_EACH).clamp(*KEPT_PLANS.start(), *KEPT_PLANS.end());
        let most_moments = KEPT_ANSWER_BYTES / ordinary.len().max(1);
        let most_moments = most_moments.clamp(*KEPT_MOMENTS.start(), *KEPT_MOMENTS.end());
        let (plans, moments) = (DayPlans::new(kept_plans), RwLock::default());
        Self { openings, of_services, ordinary, special, plans, calendars, moments, most_moments }
    }

    /// The ordinary hours of each service, by rank.
    pub fn of_services(&self) -> &[HoursId] {
        &self.of_services
    }

    /// The question whether services are open at an instant.
    pub fn open_at(&self, instant: Timestamp) -> OpenAt<'_> {
        let moment = self.openings.moment(instant);
        let known = self.moments.read().unwrap_or_else(PoisonError::into_inner).get(&moment).cloned();
        let answers = known.unwrap_or_else(|| {
            let mut moments = self.moments.write().unwrap_or_else(PoisonError::into_inner);
            if moments.len() >= self.most_moments {
                moments.clear();
            }
            let none = || self.ordinary.iter().map(|_| AtomicU8::new(UNASKED)).collect();
            Arc::clone(moments.entry(moment.clone()).or_insert_with(none))
        });
        OpenAt { hours: self, moment, answers }
    }

    fn interned(&self, rank: u32) -> &InternedOpening {
        match self.of_services[rank as usize] {
            HoursId::SPECIAL => &self.special[&rank],
            HoursId(number) => &self.ordinary[number as usize],
        }
    }

    /// Whether a service is open at an instant, why, and until when.
    pub fn state_at(&self, rank: u32, instant: Timestamp) -> OpeningState {
        self.plans.state_at(&self.openings, self.interned(rank), instant, &self.calendars)
    }
}

/// What the hours of most services are read from.
type Told<'s> = (Option<&'s str>, Option<TimeZone>, Option<CountryCode>);

fn ordinary_id(
    ids: &mut HashMap<TimetableId, HoursId>,
    ordinary: &mut Vec<InternedOpening>,
    interned: InternedOpening,
) -> HoursId {
    *ids.entry(interned.timetable()).or_insert_with(|| {
        ordinary.push(interned);
        HoursId(u32::try_from(ordinary.len() - 1).unwrap_or(u32::MAX - 1))
    })
}

/// What stands where nobody has asked yet, below the place of every status among all, counted from 1.
const UNASKED: u8 = 0;

/// The question whether services are open at one moment. The answers are remembered, for this search and for others that
/// ask at the same moment, since many services have the same hours.
pub(super) struct OpenAt<'h> {
    hours: &'h Hours,
    moment: Moment,
    /// The answer for each [`HoursId`]. Two who ask at once find the same.
    answers: Arc<[AtomicU8]>,
}

impl OpenAt<'_> {
    /// False where the hours say closed.
    pub fn may_be_open(&self, id: HoursId) -> bool {
        id == HoursId::SPECIAL || self.ordinary(id) != OpeningStatus::Closed
    }

    /// Whether a service is open.
    pub fn status(&self, rank: u32) -> OpeningStatus {
        match self.hours.of_services[rank as usize] {
            HoursId::SPECIAL => self.ask(&self.hours.special[&rank]),
            ordinary => self.ordinary(ordinary),
        }
    }

    fn ordinary(&self, id: HoursId) -> OpeningStatus {
        let answer = &self.answers[id.0 as usize];
        let known = answer.load(Ordering::Relaxed).checked_sub(1);
        known.and_then(|place| OpeningStatus::ALL.get(usize::from(place)).copied()).unwrap_or_else(|| {
            let status = self.ask(&self.hours.ordinary[id.0 as usize]);
            let place = OpeningStatus::ALL.iter().position(|one| *one == status);
            answer.store(place.map_or(UNASKED, |place| u8::try_from(place + 1).unwrap_or(UNASKED)), Ordering::Relaxed);
            status
        })
    }

    fn ask(&self, opening: &InternedOpening) -> OpeningStatus {
        let Hours { openings, plans, calendars, .. } = self.hours;
        plans.status_at(openings, opening, &self.moment, calendars).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Identifier, OrganizationId, ServiceId};

    #[test]
    fn answers_are_shared_within_a_minute_and_never_with_the_next() {
        let named = |number| {
            let id = (ServiceId::from_bytes([number; 16]), OrganizationId::from_bytes([0; 16]));
            Service::named(id.0, id.1, "x")
        };
        let service = |number, hours: &str| {
            let country = CountryCode::parse("FR").ok();
            Arc::new(Service { opening_hours: Some(hours.to_owned()), country, ..named(number) })
        };
        let services = [service(1, "Mo-Fr 09:00-10:00"), service(2, "Mo-Fr 09:00-10:00"), Arc::new(named(3))];
        let hours = Hours::new(&services, Arc::default());
        let asked = |text: &str| hours.open_at(Timestamp::parse(text).expect("an instant"));
        let statuses = |asked: OpenAt<'_>| [0, 1, 2].map(|rank| asked.status(rank));
        let (open, closed) = (OpeningStatus::Open, OpeningStatus::Closed);
        for _ in 0..2 {
            assert_eq!(statuses(asked("2026-11-24T08:59:59Z")), [open, open, OpeningStatus::Unknown]);
            assert_eq!(statuses(asked("2026-11-24T09:00:00Z")), [closed, closed, OpeningStatus::Unknown]);
        }
        let (one, other) = (asked("2026-11-24T08:59:01Z"), asked("2026-11-24T08:59:02Z"));
        assert!(Arc::ptr_eq(&one.answers, &other.answers));
        assert_eq!(one.answers.len(), 2, "one for each distinct opening");
    }

    #[test]
    fn no_more_moments_are_kept_than_there_is_room_for() {
        let hours = Hours::new(&[], Arc::default());
        for days in 0..1_000 {
            hours.open_at(Timestamp::from_microseconds(0).plus_hours(24 * days));
            let kept = hours.moments.read().expect("no panic").len();
            assert!((1..=*KEPT_MOMENTS.end()).contains(&kept), "{kept}");
        }
    }
}
