//! A year of referrals of every urgency, answered at random times or not at all, by two nodes at once: held against a model
//! of its own, which knows one referral at a time and nothing of jobs.

use super::{led, settings};
use crate::kit::loop_calls::{Referral, fresh_key, with};
use crate::kit::steps::{Ready, service_id};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use chrono::{Datelike as _, Weekday};
use relais::actions::jobs::{Worker, run_due};
use relais::app::App;
use relais::domain::time::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Times at which referrals are sent, several at each.
const SENDINGS: u64 = 26;
const AT_ONCE: u64 = 8;
/// Days from one sending to the next.
const APART: i64 = 14;
/// Days that a consent lives.
const CONSENT_DAYS: i64 = 120;
/// Days that whoever waits for a place is told to wait.
const WAIT_DAYS: i64 = 70;
/// Days off beside the weekends: two of them in a row, one on a weekend, one on a Monday.
const HOLIDAYS: [&str; 5] = ["2026-12-24", "2026-12-25", "2027-01-02", "2027-03-29", "2027-05-06"];

/// A sequence of numbers that is the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Minutes, often few and at times many.
    fn minutes(&mut self) -> i64 {
        let most = [60, 600, 3000, 20_000, 60_000][self.below(5) as usize];
        1 + self.below(most) as i64
    }
}

/// What somebody does to a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Acknowledge,
    Ask,
    Answer,
    Waitlist,
    Accept,
    Decline,
    Start,
    Complete,
}

/// A referral as it is to be lived.
#[derive(Clone, Debug)]
struct Plan {
    urgency: &'static str,
    /// Somebody called, and the sender records what it is told.
    is_told: bool,
    sent_at: Timestamp,
    lapses_at: Timestamp,
    acts: Vec<(Timestamp, Act)>,
}

impl Plan {
    fn drawn(numbers: &mut Numbers, sent_at: Timestamp, lapses_at: Timestamp) -> Self {
        let urgency = ["EMERGENCY", "URGENT", "NORMAL", "NORMAL", "LONG_TRACK"][numbers.below(5) as usize];
        let is_told = numbers.chance(30);
        let mut chain = Vec::new();
        if numbers.chance(70) {
            chain.push(Act::Acknowledge);
            if !is_told && numbers.chance(30) {
                chain.push(Act::Ask);
                if numbers.chance(70) {
                    chain.push(Act::Answer);
                }
            }
            if numbers.chance(20) {
                chain.push(Act::Waitlist);
            }
            if numbers.chance(70) {
                let is_accepted = numbers.chance(70);
                chain.push(if is_accepted { Act::Accept } else { Act::Decline });
                if is_accepted && numbers.chance(60) {
                    chain.push(Act::Start);
                    if numbers.chance(60) {
                        chain.push(Act::Complete);
                    }
                }
            }
        }
        let mut at = sent_at;
        let mut acts = Vec::new();
        for act in chain {
            at = at.plus_minutes(numbers.minutes());
            acts.push((at, act));
        }
        Self { urgency, is_told, sent_at, lapses_at, acts }
    }
}

/// So many working days of UTC after an instant: on a working day the same time of day, from a day off on the midnight behind the
/// last of them.
fn weekdays_after(from: Timestamp, count: i64) -> Timestamp {
    let is_free = |at: Timestamp| {
        matches!(at.date().weekday(), Weekday::Sat | Weekday::Sun) || HOLIDAYS.contains(&&*at.date().to_string())
    };
    let mut at = from;
    if is_free(from) {
        while is_free(at) {
            at = at.start_of_day().plus_days(1);
        }
        let mut left = count - 1;
        while left > 0 {
            at = at.plus_days(1);
            left -= i64::from(!is_free(at));
        }
        return at.plus_days(1);
    }
    let mut left = count;
    while left > 0 {
        at = at.plus_days(1);
        left -= i64::from(!is_free(at));
    }
    at
}

/// One referral, lived by itself.
struct Model<'a> {
    plan: &'a Plan,
    status: &'static str,
    status_at: Timestamp,
    /// When the question was asked, and when it was answered.
    question: Option<(Timestamp, Option<Timestamp>)>,
    fired: BTreeMap<&'static str, Timestamp>,
    need: &'static str,
}

impl Model<'_> {
    fn lived(plan: &Plan) -> Model<'_> {
        let mut model = Model {
            plan,
            status: "requested",
            status_at: plan.sent_at,
            question: None,
            fired: BTreeMap::new(),
            need: "pending",
        };
        let mut acts: VecDeque<_> = plan.acts.iter().copied().collect();
        loop {
            let due = model.due().into_iter().min_by_key(|(timer, at)| (*at, *timer));
            match (acts.front().copied(), due) {
                (Some((at, act)), due) if due.is_none_or(|(_, due)| at <= due) => {
                    acts.pop_front();
                    model.act(act, at);
                }
                (_, Some((timer, at))) => model.fire(timer, at),
                (_, None) => return model,
            }
        }
    }

    fn act(&mut self, act: Act, at: Timestamp) {
        let (from, to): (&[&str], _) = match act {
            Act::Acknowledge => (&["requested"], "acknowledged"),
            Act::Ask => (&["acknowledged"], "clarifying"),
            Act::Answer if self.plan.lapses_at <= at => (&[], "nothing is told any more"),
            Act::Answer => (&["clarifying"], "acknowledged"),
            Act::Waitlist => (&["acknowledged", "clarifying"], "waitlisted"),
            Act::Accept => (&["acknowledged", "clarifying", "waitlisted"], "accepted"),
            Act::Decline => (&["acknowledged", "clarifying", "waitlisted"], "declined"),
            Act::Start => (&["accepted"], "in_service"),
            Act::Complete => (&["in_service"], "completed"),
        };
        if from.contains(&self.status) {
            if self.status == "clarifying" {
                self.question = self.question.map(|(asked_at, _)| (asked_at, Some(at)));
            }
            (self.status, self.status_at) = (to, at);
            match to {
                "clarifying" => self.question = Some((at, None)),
                "completed" => self.need = "met",
                _ => {}
            }
        }
    }

    fn fire(&mut self, timer: &'static str, at: Timestamp) {
        self.fired.insert(timer, at);
        match timer {
            "expire" | "wait_expired" => (self.status, self.status_at) = ("expired", at),
            "service_review" => {
                (self.status, self.status_at, self.need) = ("not_realised", at, "unmet_no_answer");
            }
            "need_unanswered" => self.need = if self.status == "declined" { "unmet_full" } else { "unmet_no_answer" },
            _ => {}
        }
    }

    /// Acknowledge, decide, serve; remind, escalate, propose, expire.
    fn clocks(&self) -> ([Option<Timestamp>; 3], [Option<Timestamp>; 4]) {
        let s = self.plan.sent_at;
        let hours = |hours: i64| Some(s.plus_hours(hours));
        let weekdays = |days: i64| Some(weekdays_after(s, days));
        match self.plan.urgency {
            "EMERGENCY" => ([hours(3), hours(6), hours(24)], [hours(1), hours(3), hours(6), hours(24)]),
            "URGENT" => ([hours(24), hours(48), hours(72)], [hours(12), hours(24), hours(48), hours(168)]),
            "NORMAL" => ([weekdays(2), weekdays(5), hours(336)], [weekdays(2), weekdays(5), hours(240), hours(720)]),
            _ => ([weekdays(5), None, None], [None, None, None, hours(390 * 24)]),
        }
    }

    /// The decision, later by the time that the question was open, and by half of its own time at most.
    fn decision(&self, decide: Option<Timestamp>) -> Option<Timestamp> {
        let decide = decide?;
        let Some((asked_at, answered_at)) = self.question.filter(|(asked_at, _)| *asked_at < decide) else {
            return Some(decide);
        };
        let most = (decide.microseconds() - self.plan.sent_at.microseconds()) / 2;
        let open = answered_at.map_or(most, |at| (at.microseconds() - asked_at.microseconds()).min(most));
        Some(Timestamp::from_microseconds(decide.microseconds() + open))
    }

    fn due(&self) -> Vec<(&'static str, Timestamp)> {
        let ([acknowledge, decide, serve], [remind, escalate, propose, expire]) = self.clocks();
        let mut due: Vec<(&'static str, Option<Timestamp>)> = Vec::new();
        let is_waiting = matches!(self.status, "requested" | "acknowledged" | "clarifying");
        let is_listed = self.status == "waitlisted";
        let is_taken = matches!(self.status, "accepted" | "in_service");
        let chased =
            |at: Option<Timestamp>| if self.status == "requested" { at } else { at.max(at.and(self.decision(decide))) };
        if self.status == "requested" {
            due.push(("remind", remind));
        }
        if is_waiting {
            let is_answered_by_phone = self.plan.is_told && self.status != "requested";
            let a_month_later = expire.map(|at| at.plus_days(30)).max(Some(self.status_at.plus_days(30)));
            let end = if is_answered_by_phone { a_month_later } else { chased(expire) };
            due.extend([("escalate", chased(escalate)), ("propose", chased(propose)), ("expire", end)]);
        }
        if is_listed {
            due.push(("wait_over", Some(self.status_at.plus_days(WAIT_DAYS))));
            due.push(("wait_expired", Some(self.status_at.plus_days(WAIT_DAYS + 7))));
        }
        if is_taken {
            let served = serve.or(expire).map(|at| at.plus_days(30));
            due.push(("service_review", served.max(Some(self.status_at.plus_days(30)))));
        }
        if is_waiting || is_listed || is_taken {
            due.push(("consent_lapsing", Some(self.plan.lapses_at.plus_days(-7))));
        }
        if matches!(self.status, "declined" | "expired") {
            let later = self.status_at.microseconds() - self.plan.sent_at.microseconds();
            let by = decide.or(acknowledge).map(|by| Timestamp::from_microseconds(by.microseconds() + later));
            due.push(("need_unanswered", by));
        }
        due.retain(|(timer, _)| !self.fired.contains_key(timer));
        if (is_waiting || is_listed || is_taken) && self.plan.urgency == "LONG_TRACK" {
            let seen = self.fired.get("long_track_review").copied();
            let months = (1..=12).map(|month| self.plan.sent_at.plus_days(30 * month));
            due.push(("long_track_review", months.into_iter().find(|at| seen.is_none_or(|seen| seen < *at))));
        }
        due.into_iter().filter_map(|(timer, at)| at.map(|at| (timer, at))).collect()
    }
}

/// What people are about to do, in the order of time.
type Agenda = BTreeMap<(Timestamp, usize), Step>;

enum Step {
    Send(Vec<Plan>),
    Do(usize, Act),
}

/// A referral that was sent, with what was meant to become of it.
struct Sent {
    referral: Referral,
    plan: Plan,
}

fn agenda(begun: Timestamp) -> Agenda {
    let mut numbers = Numbers(20_261_123);
    let sending = |number: u64| {
        let minutes = numbers.minutes() % 10_000;
        let at = begun.plus_days(APART * number as i64).plus_minutes(minutes);
        let plans = (0..AT_ONCE).map(|_| Plan::drawn(&mut numbers, at, at.plus_days(CONSENT_DAYS))).collect();
        ((at, number as usize), Step::Send(plans))
    };
    (0..SENDINGS).map(sending).collect()
}

async fn send_all(world: &World, plans: Vec<Plan>, sent: &mut Vec<Sent>, agenda: &mut Agenda) {
    let over = json!({ "expiresAt": plans[0].lapses_at.to_string() });
    let Ready { case, consent, .. } = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), over).await;
    for plan in plans {
        let draft = json!({ "idempotencyKey": fresh_key(), "caseId": case, "consentId": consent,
            "serviceId": service_id(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL", "urgency": plan.urgency });
        let draft = world.run("caseworker", "referralCreate", draft).await.referral();
        let channel = if plan.is_told { "CALL" } else { "ELECTRONIC" };
        let how = json!({ "capacityConfirmed": true, "phoneCalled": true, "channel": channel });
        let referral = world.send_referral("caseworker", &draft, how).await.referral();
        for (at, act) in &plan.acts {
            agenda.insert((*at, 1000 + sent.len() * 10 + *act as usize), Step::Do(sent.len(), *act));
        }
        sent.push(Sent { referral, plan });
    }
}

/// What is too late is refused, and changes nothing.
async fn act(world: &World, sent: &mut Sent, act: Act) {
    let (name, more): (_, Value) = match act {
        Act::Acknowledge => ("referralAcknowledge", json!({})),
        Act::Ask => ("referralAsk", json!({ "question": { "template": "COMES_ALONE" } })),
        Act::Answer => ("referralAnswerQuestion", json!({ "answer": { "word": "YES" } })),
        Act::Waitlist => ("referralWaitlist", json!({ "expectedWaitDays": WAIT_DAYS })),
        Act::Accept => ("referralAccept", json!({})),
        Act::Decline => ("referralDecline", json!({ "code": "FULL" })),
        Act::Start => ("referralStart", json!({ "serviceStartedAt": world.now().to_string() })),
        Act::Complete => ("referralComplete", json!({ "outcome": "SERVICE_RECEIVED" })),
    };
    let input = with(json!({ "referralId": sent.referral.id, "expectedVersion": sent.referral.version }), more.clone());
    let who = if sent.plan.is_told || act == Act::Answer { "caseworker" } else { "lawyer" };
    let mut done = world.run(who, name, input).await;
    if !done.is_done() && done.refusal().starts_with("ConflictError") {
        let seen = world.read(who, &sent.referral).await;
        let version = &seen["version"];
        let input = with(json!({ "referralId": sent.referral.id, "expectedVersion": version }), more);
        done = world.run(who, name, input).await;
    }
    if done.is_done() {
        sent.referral = done.referral();
    } else {
        let is_expected =
            |refusal: &str| refusal.starts_with("InvalidTransitionError") || refusal == "ConsentMissingError EXPIRED";
        assert!(is_expected(&done.refusal()), "{}", done.refusal());
    }
}

/// Everything that is due now, done by all nodes at once.
async fn work(nodes: &[App]) {
    let run = |app: &App| {
        let context = app.context().clone();
        let worker = Worker::new(context.chance.as_ref());
        tokio::spawn(async move { run_due(&context, &worker).await })
    };
    let running: Vec<_> = nodes.iter().map(run).collect();
    for run in running {
        let ran = run.await.expect("a node ends").expect("a store");
        assert!(ran.iter().all(|ran| ran.error.is_none()), "{ran:?}");
    }
}

async fn next_due(world: &World) -> Option<Timestamp> {
    let jobs = world.app.context().store.list_jobs().await.expect("a store");
    jobs.first().map(|job| job.due_at)
}

/// Lives until nothing is planned and nothing is due any more; gives what was sent.
async fn live(world: &World, nodes: &[App]) -> Vec<Sent> {
    let mut agenda = agenda(world.now());
    let mut sent = Vec::new();
    loop {
        let planned = agenda.keys().next().copied();
        match (planned, next_due(world).await) {
            (Some(key), due) if due.is_none_or(|due| key.0 <= due) => {
                world.clock.set(key.0.max(world.now()));
                match agenda.remove(&key).expect("a step") {
                    Step::Send(plans) => send_all(world, plans, &mut sent, &mut agenda).await,
                    Step::Do(index, what) => act(world, &mut sent[index], what).await,
                }
            }
            (_, Some(due)) => {
                world.clock.set(due.max(world.now()));
                work(nodes).await;
            }
            (_, None) => return sent,
        }
    }
}

on_both_databases! {
    async fn a_year_of_referrals_ends_as_a_model_of_each_says(world: World) {
        let world = led(world).await;
        let calendar = json!({ "time_zone": "UTC", "weekend": ["SA", "SU"], "holidays": HOLIDAYS, "keeps_public_holidays": false });
        world.apply(&settings::file_with(json!({ "calendar": calendar }))).await;
        let mut nodes = vec![world.app.clone()];
        if !world.database_url().starts_with("sqlite:") {
            nodes.push(App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a node"));
        }
        let sent = live(&world, &nodes).await;
        assert_eq!(sent.len() as u64, SENDINGS * AT_ONCE);
        let mut expected = Vec::new();
        let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
        for Sent { referral, plan } in &sent {
            let model = Model::lived(plan);
            *ends.entry(model.status).or_default() += 1;
            expected.push(format!("{} is {}, {}", referral.id, model.status, model.need));
            let fired = model.fired.iter().map(|(timer, at)| format!("{} {timer} {}", referral.id, at.microseconds()));
            expected.extend(fired);
        }
        let mut found = world.texts("SELECT referral_id || ' ' || timer || ' ' || CAST(fired_at AS TEXT) FROM referral_firings".to_owned()).await;
        let ended = "SELECT r.id || ' is ' || r.status || ', ' || d.result FROM referrals r JOIN demands d ON d.referral_id = r.id";
        found.extend(world.texts(ended.to_owned()).await);
        expected.sort();
        found.sort();
        let differing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).chain(found.iter().filter(|line| !expected.contains(line))).collect();
        assert!(differing.is_empty() && expected.len() == found.len(), "{differing:#?}");
        assert!(ends.len() == 4 && ends.values().all(|count| *count > 10), "each end is reached often: {ends:?}");
        let lived = |is: fn(&Plan) -> bool| sent.iter().filter(|sent| is(&sent.plan)).count();
        let does = |plan: &Plan, what: Act| plan.acts.iter().any(|(_, act)| *act == what);
        let asked = sent.iter().filter(|sent| does(&sent.plan, Act::Ask)).count();
        let listed = sent.iter().filter(|sent| does(&sent.plan, Act::Waitlist)).count();
        let (told, long) = (lived(|plan| plan.is_told), lived(|plan| plan.urgency == "LONG_TRACK"));
        assert!([asked, listed, told, long].iter().all(|count| *count > 10), "{asked} {listed} {told} {long}");
        let twice = "SELECT object || ' ' || reason FROM audit_events WHERE actor_id IS NULL AND reason IS NOT NULL AND \
            reason <> 'long_track_review' GROUP BY object, reason HAVING count(*) > 1";
        assert_eq!(world.texts(twice.to_owned()).await, [""; 0]);
        assert_eq!(world.rows("jobs").await, [""; 0], "nothing is left to do");
    }
}
