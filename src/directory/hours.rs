//! When services are open, read once for all services that have the same hours.

use crate::domain::country::CountryCode;
use crate::domain::directory::Service;
use crate::domain::opening::{
    DayPlans, HolidayCalendars, InternedOpening, Moment, OpeningState, OpeningStatus, Openings, TimeZone, TimetableId,
};
use crate::domain::time::Timestamp;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Plans of days kept for the next question, for each timetable: the days that are asked about are few and near.
const KEPT_PLANS_EACH: usize = 8;

/// Plans kept in all: some hundred bytes each, so at most some tens of megabytes.
const KEPT_PLANS: std::ops::RangeInclusive<usize> = 4_096..=65_536;

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
        Self { openings, of_services, ordinary, special, plans: DayPlans::new(kept_plans), calendars }
    }

    /// The ordinary hours of each service, by rank.
    pub fn of_services(&self) -> &[HoursId] {
        &self.of_services
    }

    /// The question whether services are open at an instant.
    pub fn open_at(&self, instant: Timestamp) -> OpenAt<'_> {
        let answers = RefCell::new(vec![None; self.ordinary.len()]);
        OpenAt { hours: self, moment: self.openings.moment(instant), answers }
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

/// The question whether services are open at one instant. It remembers its answers, since many services have the same
/// hours.
pub(super) struct OpenAt<'h> {
    hours: &'h Hours,
    moment: Moment,
    answers: RefCell<Vec<Option<OpeningStatus>>>,
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
        let number = id.0 as usize;
        let known = self.answers.borrow()[number];
        known.unwrap_or_else(|| {
            let status = self.ask(&self.hours.ordinary[number]);
            self.answers.borrow_mut()[number] = Some(status);
            status
        })
    }

    fn ask(&self, opening: &InternedOpening) -> OpeningStatus {
        let Hours { openings, plans, calendars, .. } = self.hours;
        plans.status_at(openings, opening, &self.moment, calendars).0
    }
}
