//! Rules of opening hours, and what they say of one day.
//!
//! The library parses and decides which days a rule speaks of. How rules meet on one day is decided here, minute by
//! minute, as the specification has it (<https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification>) and
//! the reference implementation does it; the library combines whole days, which makes a fallback (`||`) fill
//! only days without any other rule, drops the night of a rule that ended at midnight, and reads an open end (`18:00+`)
//! as open until midnight (its issue 37: <https://github.com/remi-dupre/opening-hours-rs/issues/37>).

use std::collections::BTreeSet;

use opening_hours::{Context, ContextHolidays, OpeningHours as LibraryHours, RuleKind};
use opening_hours_syntax::rules::day::{Date as DayOfYear, DaySelector, HolidayKind, MonthdayRange, WeekDayRange};
use opening_hours_syntax::rules::time::{Time, TimeSelector, TimeSpan};
use opening_hours_syntax::rules::{OpeningHoursExpression, RuleOperator, RuleSequence};

use super::hours::InvalidOpeningHours;
use super::time_zone::MINUTES_PER_DAY;
use crate::domain::time::Date;

/// More rules than any real hours have; it bounds what one day costs.
const MOST_RULES: usize = 60;

/// More time spans in all than any real hours have.
const MOST_SPANS: usize = 200;

/// One rule: on these days, at these times, this holds.
#[derive(Debug)]
pub(super) struct Rule {
    /// Expressions of the library, each open all day on its days: the rule speaks of the days that are in all of them.
    days: Vec<LibraryHours>,
    names_single_dates: bool,
    operator: RuleOperator,
    kind: RuleKind,
    spans: Vec<Span>,
    is_whole_day: bool,
}

/// Minutes from the midnight that starts the rule's day, up to 48 hours.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: u16,
    to: u16,
    kind: RuleKind,
}

/// What holds for some minutes of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First minute; it ends where the next one starts, the last at the end of the day.
    pub(super) start: u16,
    pub(super) kind: RuleKind,
    /// True when the hours of the day before reach into this one.
    pub(super) is_of_the_day_before: bool,
    /// True when a fallback has decided, after which nothing more is read.
    is_settled: bool,
}

/// Which of the two days that touch a date are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parts {
    /// The day and what reaches into it from the day before.
    Both,
    /// The day alone.
    DayOnly,
    /// What reaches into it from the day before alone.
    NightOnly,
}

/// Reads the rules of an expression, and refuses what could not be told rightly.
///
/// `joined` says how many of its rules join holidays and weekdays by a space (`SH Mo-Fr`), which narrows the one by the
/// other where a comma would add them. The library reads both alike, so either all such rules are joined or it is refused.
pub(super) fn compile(expression: &OpeningHoursExpression, joined: usize) -> Result<Vec<Rule>, InvalidOpeningHours> {
    let spans: usize = expression.rules.iter().map(|rule| rule.time_selector.spans.len()).sum();
    if expression.rules.len() > MOST_RULES || spans > MOST_SPANS {
        return Err(InvalidOpeningHours::TooManyRules);
    }
    let has_both = |rule: &&RuleSequence| {
        let days = &rule.day_selector.weekday;
        days.iter().any(is_holiday) && !days.iter().all(is_holiday)
    };
    if joined > 0 && joined != expression.rules.iter().filter(has_both).count() {
        return Err(InvalidOpeningHours::NotSupported);
    }
    expression.rules.iter().map(|told| rule(told, joined > 0)).collect()
}

fn is_holiday(day: &WeekDayRange) -> bool {
    matches!(day, WeekDayRange::Holiday { .. })
}

/// True when a rule of the expression is about holidays of this kind.
pub(super) fn mentions(expression: &OpeningHoursExpression, sought: HolidayKind) -> bool {
    let mut days = expression.rules.iter().flat_map(|rule| &rule.day_selector.weekday);
    days.any(|day| matches!(day, WeekDayRange::Holiday { kind, .. } if *kind == sought))
}

/// True for `24/7` and its other spellings: open at all times of all days, holidays among them.
pub(super) fn is_always_open(expression: &OpeningHoursExpression) -> bool {
    let [rule] = expression.rules.as_slice() else { return false };
    rule.kind == RuleKind::Open && rule.time_selector == TimeSelector::default() && is_every_day(&rule.day_selector)
}

fn is_every_day(days: &DaySelector) -> bool {
    let is_any_week = days.year.is_empty() && days.monthday.is_empty() && days.week.is_empty();
    let covers = |weekday: u8| {
        days.weekday.iter().any(|range| match range {
            WeekDayRange::Fixed { range, offset: 0, nth_from_start: [true, true, true, true, true], .. } => {
                let (start, end) = (*range.start() as u8, *range.end() as u8);
                if start <= end { (start..=end).contains(&weekday) } else { weekday >= start || weekday <= end }
            }
            _ => false,
        })
    };
    is_any_week && (days.weekday.is_empty() || (0..7).all(covers))
}

fn rule(told: &RuleSequence, narrows_holidays: bool) -> Result<Rule, InvalidOpeningHours> {
    let mut spans = Vec::new();
    for span in &told.time_selector.spans {
        read_span(span, told.kind, &mut spans)?;
    }
    let is_single_date = |range: &MonthdayRange| matches!(range, MonthdayRange::Date { start, end } if start == end);
    let monthdays = &told.day_selector.monthday;
    let selectors = if narrows_holidays {
        let (holidays, weekdays) = told.day_selector.weekday.iter().cloned().partition(is_holiday);
        vec![
            DaySelector { weekday: holidays, ..told.day_selector.clone() },
            DaySelector { weekday: weekdays, ..told.day_selector.clone() },
        ]
    } else {
        vec![told.day_selector.clone()]
    };
    let selectors = selectors.iter().filter(|selector| !selector.is_empty());
    Ok(Rule {
        days: selectors.map(days).collect::<Result<_, _>>()?,
        names_single_dates: !monthdays.is_empty() && monthdays.iter().all(is_single_date),
        operator: told.operator,
        kind: told.kind,
        spans,
        is_whole_day: told.time_selector == TimeSelector::default(),
    })
}

/// Days as an expression of their own. The library writes it out; reading it back must give the same days, or the
/// rule is refused.
fn days(selector: &DaySelector) -> Result<LibraryHours, InvalidOpeningHours> {
    let bounded_by_easter = |range: &MonthdayRange| {
        let is_easter = |date: &DayOfYear| matches!(date, DayOfYear::Easter { .. });
        matches!(range, MonthdayRange::Date { start, end } if start != end && (is_easter(&start.0) || is_easter(&end.0)))
    };
    if selector.monthday.iter().any(bounded_by_easter) {
        return Err(InvalidOpeningHours::EasterRange);
    }
    // Days after a holiday are written without their sign, which the grammar demands.
    let written = selector.to_string();
    let written = (0..10).fold(written, |text, digit| text.replace(&format!("H {digit}"), &format!("H +{digit}")));
    let hours: LibraryHours = written.parse().map_err(|_| InvalidOpeningHours::NotSupported)?;
    match hours.get_expression().rules.as_slice() {
        [whole] if whole.day_selector == *selector && whole.time_selector == TimeSelector::default() => Ok(hours),
        _ => Err(InvalidOpeningHours::NotSupported),
    }
}

fn read_span(told: &TimeSpan, kind: RuleKind, spans: &mut Vec<Span>) -> Result<(), InvalidOpeningHours> {
    if told.repeats.is_some() {
        return Err(InvalidOpeningHours::PointsInTime);
    }
    let (Time::Fixed(start), Time::Fixed(end)) = (told.range.start, told.range.end) else {
        return Err(InvalidOpeningHours::DependsOnSun);
    };
    let (from, end) = (start.mins_from_midnight(), end.mins_from_midnight());
    let to = if end > from { end } else { end + MINUTES_PER_DAY };
    if !told.open_end {
        spans.push(Span { from, to, kind });
        return Ok(());
    }
    // `18:00+` is written out as `18:00-24:00+`. Open until the end that is named, unknown until a guess at the real one.
    let open_from = if end == MINUTES_PER_DAY { from } else { to };
    if open_from > from {
        spans.push(Span { from, to: open_from, kind });
    }
    let unknown = if kind == RuleKind::Closed { RuleKind::Closed } else { RuleKind::Unknown };
    spans.push(Span { from: open_from, to: guessed_end(open_from), kind: unknown });
    Ok(())
}

/// How long after its start an open end is unknown rather than closed, in the way of the reference implementation
/// (`opening_hours.js`): to the end of the day, late in the day for ten hours, and for eight in the night.
fn guessed_end(from: u16) -> u16 {
    let end = match from {
        0..1020 => MINUTES_PER_DAY,
        1020..1320 => from + 10 * 60,
        _ => from + 8 * 60,
    };
    end.min(2 * MINUTES_PER_DAY)
}

/// What the rules say of a day, in stretches that are the same for each day. `holidays` are those that are taken to hold.
pub(super) fn stretches_of(rules: &[Rule], date: Date, parts: Parts, holidays: &ContextHolidays) -> Vec<Stretch> {
    let context = Context::default().with_holidays(holidays.clone());
    let day_before = date.pred_opt();
    let mut held: Vec<(&Rule, bool)> = Vec::with_capacity(rules.len());
    for (index, rule) in rules.iter().enumerate() {
        if parts != Parts::NightOnly && rule.speaks_of(date, &context) {
            if rule.replaces(index.checked_sub(1).and_then(|before| rules.get(before))) {
                held.clear();
            }
            held.push((rule, false));
        }
        let is_read = parts != Parts::DayOnly && rule.reaches_next_day();
        if is_read && day_before.is_some_and(|before| rule.speaks_of(before, &context)) {
            held.push((rule, true));
        }
    }
    let closed = |start| Stretch { start, kind: RuleKind::Closed, is_of_the_day_before: false, is_settled: false };
    let mut stretches: Vec<Stretch> = edges(rules).into_iter().map(closed).collect();
    for (rule, is_of_the_day_before) in held {
        rule.write(is_of_the_day_before, &mut stretches);
    }
    stretches
}

/// The minutes of the day at which anything in the rules starts or ends.
fn edges(rules: &[Rule]) -> BTreeSet<u16> {
    let spans = rules.iter().flat_map(|rule| &rule.spans);
    std::iter::once(0).chain(spans.flat_map(|span| [span.from, span.to].map(|edge| edge % MINUTES_PER_DAY))).collect()
}

/// True when the last rule that speaks of a date names this very date (`Mo-Fr 09:00-17:00; Dec 25 off`), so that no
/// calendar has to be asked about it.
pub(super) fn name_the_date(rules: &[Rule], date: Date) -> bool {
    let context = Context::default();
    rules.iter().rfind(|rule| rule.speaks_of(date, &context)).is_some_and(|rule| rule.names_single_dates)
}

impl Rule {
    fn speaks_of(&self, date: Date, context: &Context) -> bool {
        self.days.iter().all(|days| !days.clone().with_context(context.clone()).schedule_at(date).is_empty())
    }

    fn reaches_next_day(&self) -> bool {
        self.spans.iter().any(|span| span.to > MINUTES_PER_DAY)
    }

    /// True when the rule, on its days, replaces all that earlier rules said: after a `;` and unless it only closes.
    /// A rule without days of its own (`12:00-13:00`) adds to one that has days, and replaces one that has none.
    fn replaces(&self, before: Option<&Self>) -> bool {
        let has_days = !self.days.is_empty();
        let replaces_alike = self.kind == RuleKind::Open && before.is_some_and(|before| before.days.is_empty());
        matches!(self.operator, RuleOperator::Normal) && self.kind != RuleKind::Closed && (has_days || replaces_alike)
    }

    fn write(&self, is_of_the_day_before: bool, stretches: &mut [Stretch]) {
        let is_fallback = matches!(self.operator, RuleOperator::Fallback);
        for span in &self.spans {
            let (from, to) = if is_of_the_day_before {
                (span.from.saturating_sub(MINUTES_PER_DAY), span.to.saturating_sub(MINUTES_PER_DAY))
            } else {
                (span.from, span.to.min(MINUTES_PER_DAY))
            };
            let is_open_to_it = |one: &Stretch| !one.is_settled && (!is_fallback || one.kind == RuleKind::Closed);
            let within = stretches.iter_mut().filter(|one| from <= one.start && one.start < to);
            for stretch in within.filter(|one| is_open_to_it(one)) {
                let is_settled = is_fallback && !self.is_whole_day;
                *stretch = Stretch { kind: span.kind, is_of_the_day_before, is_settled, ..*stretch };
            }
        }
    }
}
