//! Six months of made-up work before now, done by the actions that everybody uses: cases are opened, recipients asked,
//! answers given or not, and the clocks of referrals run meanwhile. The same seed and the same now make the same referrals.

use super::course::{AFTER_SILENCE, Course, ENDED, STANDING, Step, Timed};
use super::draw::Draw;
use super::episode::{Episode, Stage};
use super::place::{PLACES, Place};
use super::staff::Staff;
use crate::actions::jobs::{self, Worker};
use crate::actions::{ActionError, Context};
use crate::clock::{Clock as _, Simulated};
use crate::domain::id::{Identifier as _, OrganizationId};
use crate::domain::lifecycle::Status;
use crate::domain::need::Need;
use crate::domain::referral::Urgency;
use crate::domain::time::Timestamp;
use crate::store::Selection;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;
use std::sync::Arc;

/// Days that are made up.
pub(super) const DAYS: i64 = 182;
/// Of so many cases one is still open now, whatever its clocks.
const STANDING_OF: u64 = 4;
/// The hours of a day between which people work, where nothing burns.
const WORKING_HOURS: (i64, i64) = (7, 18);

/// What to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SixMonths {
    /// The seed.
    pub seed: u64,
    /// How many cases.
    pub cases: u64,
}

impl SixMonths {
    /// What the demonstration makes unless it is asked for something else.
    pub const STANDARD: Self = Self { seed: 7, cases: 300 };
}

/// What was made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// From which seed.
    pub seed: u64,
    /// Referrals by the state that they are in now.
    pub by_status: BTreeMap<Status, usize>,
    /// Needs for which nobody could be asked.
    pub needs_without_service: u64,
    /// Steps that were not possible any more when somebody wanted to take them.
    pub steps_refused: u64,
}

impl Made {
    /// How many referrals.
    pub fn referrals(&self) -> usize {
        self.by_status.values().sum()
    }
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states: Vec<String> = self.by_status.iter().map(|(status, count)| format!("{count} {status}")).collect();
        write!(
            f,
            "Generated from seed {}: {} referrals of six months ({}), and {} needs for which there was nobody to ask. All of it \
             is fictional.",
            self.seed,
            self.referrals(),
            states.join(", "),
            self.needs_without_service
        )
    }
}

/// What comes up at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    /// The next step of an episode.
    Step(usize),
    /// A month's figures, counted from the first.
    Figures(usize),
}

/// The walk through the six months.
pub(super) struct Walk {
    context: Context,
    clock: Arc<Simulated>,
    draw: Draw,
    staff: Staff,
    worker: Worker,
    until: Timestamp,
    agenda: BinaryHeap<Reverse<(Timestamp, u64, Happening)>>,
    listed: u64,
    episodes: Vec<Episode>,
    made: Made,
}

impl Walk {
    /// Stands at the time of the clock, with everything planned until `until`.
    pub(super) fn new(context: Context, clock: Arc<Simulated>, staff: Staff, wanted: SixMonths) -> Self {
        let worker = Worker::new(context.chance.as_ref());
        let draw = Draw(context.chance.clone());
        let made = Made { seed: wanted.seed, by_status: BTreeMap::new(), needs_without_service: 0, steps_refused: 0 };
        let until = clock.now().plus_days(DAYS);
        let (agenda, episodes) = (BinaryHeap::new(), Vec::new());
        let mut walk = Self { context, clock, draw, staff, worker, until, agenda, listed: 0, episodes, made };
        walk.plan(wanted.cases);
        walk
    }

    fn list(&mut self, at: Timestamp, what: Happening) {
        self.listed += 1;
        self.agenda.push(Reverse((at, self.listed, what)));
    }

    fn plan(&mut self, cases: u64) {
        let begins = self.clock.now();
        let standing = cases.div_ceil(STANDING_OF);
        for number in 0..standing {
            self.plan_standing(usize::try_from(number).unwrap_or_default());
        }
        let ended = cases - standing;
        for number in 0..ended {
            let day = i64::try_from(number).unwrap_or_default() * DAYS / i64::try_from(ended).unwrap_or(1).max(1);
            let minutes = self.draw.between(WORKING_HOURS.0 * 60, WORKING_HOURS.1 * 60 - 60);
            let opens_at = begins.start_of_day().plus_days(day).plus_minutes(minutes);
            self.plan_ended(usize::try_from(number).unwrap_or_default(), opens_at.max(begins));
        }
        for month in 0..6 {
            let at = begins.plus_days(12 + 30 * i64::try_from(month).unwrap_or_default());
            self.list(at, Happening::Figures(month));
        }
    }

    /// What is open now: in turn through the states and through the places, so that each place has something in each queue.
    fn plan_standing(&mut self, number: usize) {
        let (standing, place) = (&STANDING[number % STANDING.len()], &PLACES[number % PLACES.len()]);
        let need = if number < STANDING.len() { place.needs[0] } else { self.answered_need(place) };
        let opens_at = self.until.plus_hours(-standing.hours_ago).plus_minutes(-self.draw.between(1, 50));
        self.begin(place, need, &standing.course, (true, opens_at));
    }

    /// What has ended: each course once, and then as often as it is taken.
    fn plan_ended(&mut self, number: usize, opens_at: Timestamp) {
        if let Some(course) = ENDED.get(number) {
            let place = &PLACES[number % PLACES.len()];
            return self.begin(place, place.needs[0], course, (true, opens_at));
        }
        let course = self.draw.weighted(&ENDED, |course| course.weight).unwrap_or(&ENDED[0]);
        let place = self.draw.weighted(&PLACES, |place| place.share).unwrap_or(&PLACES[0]);
        let meets_nothing = self.draw.in_hundred(16);
        let gap = self.draw.one(place.gaps).copied().filter(|_| meets_nothing);
        let need = gap.unwrap_or_else(|| self.answered_need(place));
        self.begin(place, need, course, (false, opens_at));
    }

    fn answered_need(&self, place: &Place) -> Need {
        let is_commonest = self.draw.in_hundred(35);
        self.draw.one(place.needs).copied().filter(|_| !is_commonest).unwrap_or(place.needs[0])
    }

    fn begin(
        &mut self,
        place: &'static Place,
        need: Need,
        course: &'static Course,
        (is_certain, opens_at): (bool, Timestamp),
    ) {
        let Course { urgency, steps, .. } = *course;
        self.list(opens_at, Happening::Step(self.episodes.len()));
        self.episodes.push(Episode { place, need, urgency, steps, is_certain, stage: Stage::ToOpen });
    }

    /// Walks until now, telling after each step how many of the planned days are behind.
    pub(super) async fn go(mut self, progress: &mut dyn FnMut(usize, usize)) -> Result<Made, ActionError> {
        let begins = self.clock.now();
        let days = usize::try_from(DAYS).unwrap_or_default();
        while let Some(Reverse((at, _, what))) = self.agenda.pop().filter(|next| next.0.0 < self.until) {
            self.work_until(at).await?;
            match what {
                Happening::Step(number) => self.step(number).await?,
                Happening::Figures(month) => self.staff.tell_figures(&self.context, &self.draw, month).await?,
            }
            progress(usize::try_from(at.hours_since(begins) / 24).unwrap_or_default(), days);
        }
        self.work_until(self.until).await?;
        self.count().await?;
        Ok(self.made)
    }

    /// Lets the time come to an instant. Who serves looks for what is due; here it looks in each hour in which something is.
    async fn work_until(&mut self, at: Timestamp) -> Result<(), ActionError> {
        while let Some(due_at) = self.context.store.find_next_due().await?.filter(|due_at| *due_at <= at) {
            let looked_at = due_at.max(self.clock.now()).start_of_hour().plus_hours(1).min(at);
            self.clock.come_to(looked_at);
            for ran in jobs::run_due(&self.context, &self.worker).await? {
                ran.error.map_or(Ok(()), Err)?;
            }
            if looked_at == at {
                break;
            }
        }
        self.clock.come_to(at);
        Ok(())
    }

    /// Takes the next step of an episode, and lists the one after it. What is not possible any more ends the episode.
    async fn step(&mut self, number: usize) -> Result<(), ActionError> {
        let episode = &mut self.episodes[number];
        let key = format!("six-months-{number}-{}", episode.steps.len());
        let taken = match &episode.stage {
            Stage::ToOpen => episode.open(&self.context, &self.staff, &self.draw, &key).await,
            Stage::Asked(_) => episode.act(&self.context, &self.staff, &key).await,
            Stage::Over => return Ok(()),
        };
        match taken {
            Ok(()) if matches!(episode.stage, Stage::Over) => self.made.needs_without_service += 1,
            Ok(()) => self.list_next(number).await?,
            Err(ActionError::Refused(_)) => self.made.steps_refused += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn list_next(&mut self, number: usize) -> Result<(), ActionError> {
        let episode = &self.episodes[number];
        let Stage::Asked(asked) = &episode.stage else { return Ok(()) };
        let Some((hours, step)) = episode.steps.first().copied() else { return Ok(()) };
        let now = self.clock.now();
        if episode.is_certain {
            self.list(now.plus_hours(hours), Happening::Step(number));
            return Ok(());
        }
        let habit = Habit::of(asked.recipient_id);
        if habit == Habit::Silent && step == Step::Acknowledge && self.draw.in_hundred(60) {
            self.episodes[number].steps = AFTER_SILENCE;
            let (hours, _): Timed = AFTER_SILENCE[0];
            self.list(now.plus_hours(hours), Happening::Step(number));
            return Ok(());
        }
        let factor = if step.is_of_recipient() && habit == Habit::Slow { 3 } else { 1 };
        let minutes = hours * factor * self.draw.between(40, 85);
        let at = now.plus_minutes(minutes);
        let is_at_once = episode.urgency == Some(Urgency::Emergency);
        let at = if is_at_once { at } else { within_working_hours(at, self.draw.between(0, 59)) };
        self.list(at, Happening::Step(number));
        Ok(())
    }

    async fn count(&mut self) -> Result<(), ActionError> {
        for place in &PLACES {
            let all = Selection {
                open: None,
                case_id: None,
                to_ending_services: false,
                after: None,
                limit: i64::from(i32::MAX),
            };
            let scope = self.staff.team(&self.context, place)?.scope();
            for referral in self.context.store.list_sent_referrals(&scope, all).await? {
                *self.made.by_status.entry(referral.status).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// How a recipient answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    Prompt,
    Slow,
    Silent,
}

impl Habit {
    /// The habit of an organisation: a few hardly answer, and some take their time.
    fn of(recipient: OrganizationId) -> Self {
        match recipient.bytes()[0] % 8 {
            0 => Self::Silent,
            1 | 2 => Self::Slow,
            _ => Self::Prompt,
        }
    }
}

/// The same instant where people work then, and otherwise the next morning.
fn within_working_hours(at: Timestamp, minute: i64) -> Timestamp {
    let hour = at.hours_since(at.start_of_day());
    let morning = at.start_of_day().plus_hours(WORKING_HOURS.0 + 1).plus_minutes(minute);
    if hour < WORKING_HOURS.0 {
        morning
    } else if hour >= WORKING_HOURS.1 {
        morning.plus_days(1)
    } else {
        at
    }
}
