//! The table of clocks: for each urgency how long an answer may take, and what silence leads to.

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::domain::code::{CodeList as _, code_list};
use crate::domain::referral::Urgency;

code_list! {
    /// A column of the table of clocks.
    ClockField {
        Acknowledge = "acknowledge": "the recipient has said that it has the referral",
        Decide = "decide": "the recipient has decided",
        Serve = "serve": "the service has begun",
        Remind = "remind": "the agent of the recipient is reminded",
        Escalate = "escalate": "the second contact and the coordinator are told",
        Propose = "propose": "the next recipients are proposed to the sender",
        Expire = "expire": "the referral ends without an answer",
        Review = "review": "the sender looks whether it still goes on",
    }
}

/// Looking again, at intervals, at a referral that takes months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// From the sending to the first look, and from one to the next.
    pub every: Span,
    /// How many there are at most; one interval after the last one the referral has had its time (R11).
    #[serde(default = "most_reviews")]
    pub at_most: u16,
}

impl Review {
    /// True where it happens as often as is allowed, and the last one is within ten years.
    fn ends_in_time(self) -> bool {
        (1..=Clocks::MOST_REVIEWS).contains(&self.at_most)
            && !self.every.times(self.at_most).is_longer_in_any_calendar(Clocks::LONGEST)
    }
}

const fn most_reviews() -> u16 {
    12
}

/// The clocks of one urgency, each counted from the sending; only [`Clocks::parse`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockRow {
    acknowledge: Span,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decide: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serve: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remind: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    escalate: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    propose: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expire: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review: Option<Review>,
}

/// The clocks of every urgency, of which each ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks(Rows);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    emergency: ClockRow,
    urgent: ClockRow,
    normal: ClockRow,
    long_track: ClockRow,
}

/// What is wrong with a table of clocks. Nothing that was written in it is said again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockProblem {
    /// It is no JSON object of this form.
    #[error(
        "cannot be read: write one row for each urgency, in each `acknowledge` and the clocks that it has, as spans such \
         as \"3h\", \"30d\" or \"2wd\", and `review` as {{\"every\": \"30d\", \"at_most\": 12}}"
    )]
    Unreadable,
    /// A clock runs out behind one that it leads up to.
    #[error("`{earlier}` lies behind `{later}`: make it shorter, or `{later}` longer")]
    Behind {
        /// The clock that has to run out first.
        earlier: ClockField,
        /// The clock that has to run out after it.
        later: ClockField,
    },
    /// Nothing would ever end such a referral.
    #[error("never ends: give it `expire` or `review`")]
    Endless,
    /// There are no reviews, or too many to count them all at sending.
    #[error(
        "`review` happens from 1 to {} times, the last within {}: change `at_most` or `every`",
        Clocks::MOST_REVIEWS,
        Clocks::LONGEST
    )]
    Reviews,
}

/// A table of clocks that cannot be used, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidClocks {
    /// The row, where one can be told.
    pub row: Option<Urgency>,
    /// The column, where one can be told.
    pub field: Option<ClockField>,
    /// What is wrong.
    pub problem: ClockProblem,
}

impl std::fmt::Display for InvalidClocks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.row, self.field) {
            (None, _) => formatter.write_str("the table of clocks")?,
            (Some(row), None) => write!(formatter, "row `{row}` of the clocks")?,
            (Some(row), Some(field)) => write!(formatter, "`{field}` in row `{row}` of the clocks")?,
        }
        write!(formatter, ": {}", self.problem)
    }
}

impl std::error::Error for InvalidClocks {}

impl Default for Clocks {
    /// The table of the domain reference (§3): the one-hour and three-hour steps of an emergency and the hours of an
    /// urgent referral from inter-agency standards, two weeks, ten days and thirty days from what is measured there.
    fn default() -> Self {
        Self::parse(include_str!("default.json")).expect("a test reads the table that is built in")
    }
}

impl Clocks {
    /// Most reviews of a row.
    pub const MOST_REVIEWS: u16 = 120;
    /// Until the last of them at most.
    pub const LONGEST: Span = Span::Days(3_650);

    /// Reads a table from JSON, the one built in and a coordinator's own alike.
    pub fn parse(json: &str) -> Result<Self, InvalidClocks> {
        let mut json = serde_json::Deserializer::from_str(json);
        let rows: Rows = serde_path_to_error::deserialize(&mut json).map_err(|error| unreadable(error.path()))?;
        json.end().map_err(|_| InvalidClocks { row: None, field: None, problem: ClockProblem::Unreadable })?;
        let clocks = Self(rows);
        for urgency in Urgency::ALL {
            clocks.row(*urgency).check().map_err(|problem| InvalidClocks {
                row: Some(*urgency),
                field: None,
                problem,
            })?;
        }
        Ok(clocks)
    }

    /// The table as JSON, which [`Clocks::parse`] reads.
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.0).expect("a table of texts and numbers is JSON")
    }

    /// The clocks of an urgency.
    pub const fn row(&self, urgency: Urgency) -> &ClockRow {
        match urgency {
            Urgency::Emergency => &self.0.emergency,
            Urgency::Urgent => &self.0.urgent,
            Urgency::Normal => &self.0.normal,
            Urgency::LongTrack => &self.0.long_track,
        }
    }
}

/// Where reading stopped, by the names that are ours.
fn unreadable(path: &serde_path_to_error::Path) -> InvalidClocks {
    let mut names = path.iter().map(|segment| match segment {
        serde_path_to_error::Segment::Map { key } => key.as_str(),
        _ => "",
    });
    let row = names.next().and_then(Urgency::from_code);
    let field = names.next().and_then(ClockField::from_code);
    InvalidClocks { row, field, problem: ClockProblem::Unreadable }
}

/// Which clock runs out before which, as far as both are there. Silence is told no later than it is acted upon.
const ORDER: &[(ClockField, ClockField)] = &[
    (ClockField::Acknowledge, ClockField::Decide),
    (ClockField::Decide, ClockField::Serve),
    (ClockField::Remind, ClockField::Escalate),
    (ClockField::Remind, ClockField::Propose),
    (ClockField::Escalate, ClockField::Propose),
    (ClockField::Acknowledge, ClockField::Expire),
    (ClockField::Decide, ClockField::Expire),
    (ClockField::Remind, ClockField::Expire),
    (ClockField::Escalate, ClockField::Expire),
    (ClockField::Propose, ClockField::Expire),
];

impl ClockRow {
    /// The span of a column; of reviews, until the first.
    pub fn span(&self, field: ClockField) -> Option<Span> {
        match field {
            ClockField::Acknowledge => Some(self.acknowledge),
            ClockField::Decide => self.decide,
            ClockField::Serve => self.serve,
            ClockField::Remind => self.remind,
            ClockField::Escalate => self.escalate,
            ClockField::Propose => self.propose,
            ClockField::Expire => self.expire,
            ClockField::Review => self.review.map(|review| review.every),
        }
    }

    /// How it is looked at again.
    pub const fn review(&self) -> Option<Review> {
        self.review
    }

    /// Until it ends without an answer: by its own clock, else one interval after the last review.
    pub fn end(&self) -> Span {
        let after_reviews = || self.review.map(|review| review.every.times(review.at_most.saturating_add(1)));
        self.expire.or_else(after_reviews).expect("a row that never ends is refused when it is read")
    }

    /// Hours and working days are compared where every calendar agrees; what only some calendar turns round ends with the
    /// referral all the same (`Deadlines::at`).
    fn check(&self) -> Result<(), ClockProblem> {
        if self.expire.is_none() && self.review.is_none() {
            return Err(ClockProblem::Endless);
        }
        if self.review.is_some_and(|review| !review.ends_in_time()) {
            return Err(ClockProblem::Reviews);
        }
        let is_behind = |earlier, later| match (self.span(earlier), self.span(later)) {
            (Some(earlier), Some(later)) => earlier.is_longer_in_any_calendar(later),
            _ => false,
        };
        match ORDER.iter().find(|(earlier, later)| is_behind(*earlier, *later)) {
            Some((earlier, later)) => Err(ClockProblem::Behind { earlier: *earlier, later: *later }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&str, &str, serde_json::Value)]) -> Result<Clocks, InvalidClocks> {
        let mut table: serde_json::Value = serde_json::from_str(include_str!("default.json")).unwrap();
        for (row, field, value) in changes {
            let row = table[row].as_object_mut().unwrap();
            if value.is_null() {
                row.remove(*field)
            } else {
                row.insert((*field).to_owned(), value.clone())
            };
        }
        Clocks::parse(&table.to_string())
    }

    #[test]
    fn the_table_built_in_is_that_of_the_domain_reference() {
        let row = |urgency| {
            let row = *Clocks::default().row(urgency);
            let spans =
                ClockField::ALL.iter().map(|field| row.span(*field).map_or("–".to_owned(), |span| span.to_string()));
            (spans.collect::<Vec<_>>().join(" "), row.review().map(|review| review.at_most))
        };
        // acknowledge decide serve, remind escalate propose, expire, review
        assert_eq!(row(Urgency::Emergency), ("3h 6h 24h 1h 3h 6h 24h –".to_owned(), None));
        assert_eq!(row(Urgency::Urgent), ("24h 48h 72h 12h 24h 48h 7d –".to_owned(), None));
        assert_eq!(row(Urgency::Normal), ("2wd 5wd 14d 2wd 5wd 10d 30d –".to_owned(), None));
        assert_eq!(row(Urgency::LongTrack), ("5wd – – – – – – 30d".to_owned(), Some(12)));
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let clocks = Clocks::default();
        assert_eq!(Clocks::parse(&clocks.to_json()), Ok(clocks));
        let unsaid = with(&[("long_track", "review", serde_json::json!({ "every": "1d" }))]).unwrap();
        assert_eq!(unsaid.row(Urgency::LongTrack).review, Some(Review { every: Span::Days(1), at_most: 12 }));
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused_at_its_place() {
        let unreadable = |row, field| Err(InvalidClocks { row, field, problem: ClockProblem::Unreadable });
        for text in ["", "[]", "{}", "null", "{\"emergency\": 3}", "{} {}"] {
            let found = Clocks::parse(text).map_err(|invalid| invalid.problem);
            assert_eq!(found, Err(ClockProblem::Unreadable), "{text}");
        }
        assert_eq!(Clocks::parse(&format!("{} x", Clocks::default().to_json())), unreadable(None, None));
        for (row, field, value, expected) in [
            ("urgent", "decide", "2 days".into(), (Some(Urgency::Urgent), Some(ClockField::Decide))),
            ("urgent", "decide", 48.into(), (Some(Urgency::Urgent), Some(ClockField::Decide))),
            ("long_track", "review", "30d".into(), (Some(Urgency::LongTrack), Some(ClockField::Review))),
            ("normal", "acknowledge", serde_json::Value::Null, (Some(Urgency::Normal), None)),
            ("normal", "answer", "2wd".into(), (Some(Urgency::Normal), None)),
        ] {
            assert_eq!(with(&[(row, field, value)]), unreadable(expected.0, expected.1), "{row} {field}");
        }
        let told = with(&[("urgent", "decide", "4 fois".into())]).unwrap_err().to_string();
        assert!(told.starts_with("`decide` in row `urgent` of the clocks: cannot be read") && !told.contains("fois"));
    }

    #[test]
    fn clocks_that_turn_the_order_round_are_refused_where_every_calendar_agrees() {
        use ClockField::{Decide, Escalate, Expire, Propose, Remind, Serve};
        let behind = |earlier, later| Some(ClockProblem::Behind { earlier, later });
        let none = serde_json::Value::Null;
        for (row, field, value, expected) in [
            ("emergency", "remind", "25h".into(), behind(Remind, Escalate)),
            ("emergency", "remind", "3h".into(), None),
            ("emergency", "escalate", "7h".into(), behind(Escalate, Propose)),
            ("emergency", "propose", "2d".into(), behind(Propose, Expire)),
            ("emergency", "propose", "1d".into(), None),
            ("emergency", "decide", "25h".into(), behind(Decide, Serve)),
            ("normal", "decide", "15wd".into(), behind(Decide, Serve)),
            // Five working days may outlast a short expiry, and may not.
            ("normal", "serve", none.clone(), None),
            ("normal", "remind", "6wd".into(), behind(Remind, Escalate)),
            ("normal", "propose", "2d".into(), behind(Escalate, Propose)),
            ("urgent", "escalate", none.clone(), None),
            ("urgent", "expire", none, Some(ClockProblem::Endless)),
            ("long_track", "review", serde_json::json!({ "every": "30d", "at_most": 0 }), Some(ClockProblem::Reviews)),
            ("long_track", "review", serde_json::json!({ "every": "1d", "at_most": 121 }), Some(ClockProblem::Reviews)),
            ("long_track", "review", serde_json::json!({ "every": "365d", "at_most": 10 }), None),
            (
                "long_track",
                "review",
                serde_json::json!({ "every": "365d", "at_most": 11 }),
                Some(ClockProblem::Reviews),
            ),
            (
                "long_track",
                "review",
                serde_json::json!({ "every": "999wd", "at_most": 4 }),
                Some(ClockProblem::Reviews),
            ),
        ] {
            let found = with(&[(row, field, value)]).err().map(|invalid| (invalid.row, invalid.problem));
            assert_eq!(found, expected.map(|problem| (Urgency::from_code(row), problem)), "{row} {field}");
        }
    }
}
