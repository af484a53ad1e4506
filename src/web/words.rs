//! Times, codes and refusals in the words of a page.

use crate::domain::code::CodeList;
use crate::domain::directory::Service;
use crate::domain::lifecycle::Party;
use crate::domain::opening::{MINUTES_PER_DAY, TimeZone};
use crate::domain::profile;
use crate::domain::refusal::{ConsentProblem, Refusal};
use crate::domain::time::{Date, Timestamp};
use crate::i18n::{self, Language, code_key};
use chrono::Datelike as _;

/// In which language and in whose time a page speaks.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) language: Language,
    pub(super) zone: Option<TimeZone>,
    /// Which side of a referral reads it: "you" is the team that has sent it, or else who has received it.
    pub(super) reader: Party,
}

impl Words {
    /// The words for what concerns a service: its own clock, and UTC where nobody knows that.
    pub(super) fn of(language: Language, service: Option<&Service>) -> Self {
        let of_service =
            |service: &Service| service.time_zone.or_else(|| service.country.and_then(TimeZone::of_country));
        let zone = service.and_then(of_service).or_else(|| TimeZone::parse("UTC").ok());
        Self { language, zone, reader: Party::Recipient }
    }

    /// The same words for the team that has sent it.
    pub(super) fn to_sender(self) -> Self {
        Self { reader: Party::Sender, ..self }
    }

    /// The words by a clock, for a team.
    pub(super) fn by_clock(language: Language, zone: Option<TimeZone>) -> Self {
        Self { language, zone: zone.or_else(|| TimeZone::parse("UTC").ok()), reader: Party::Sender }
    }

    /// A word that each side reads otherwise, such as "you".
    pub(super) fn of_side<T: CodeList>(self, prefix: &str, code: T) -> String {
        match self.reader {
            Party::Sender => self.code(&format!("own-{prefix}"), code),
            _ => self.code(prefix, code),
        }
    }

    pub(super) fn text(self, key: &str) -> String {
        i18n::text(self.language, key)
    }

    pub(super) fn with(self, key: &str, arguments: &[(&'static str, String)]) -> String {
        i18n::text_with(self.language, key, arguments)
    }

    pub(super) fn code<T: CodeList>(self, prefix: &str, code: T) -> String {
        self.text(&code_key(prefix, code))
    }

    pub(super) fn counted(self, key: &str, number: i64) -> String {
        i18n::text_with(self.language, key, &[("number", number.to_string())])
    }

    /// A number with one decimal, as the language writes it.
    pub(super) fn decimal(self, number: f64) -> String {
        let text = format!("{number:.1}");
        if self.language == Language::French { text.replace('.', ",") } else { text }
    }

    /// Several names in one line.
    pub(super) fn listed(self, names: impl IntoIterator<Item = String>) -> String {
        let comma = if self.language == Language::Arabic { "، " } else { ", " };
        names.into_iter().collect::<Vec<_>>().join(comma)
    }

    /// The name of a language; its tag where no name is known here.
    pub(super) fn language_name(self, tag: &profile::Language) -> String {
        i18n::known_text(self.language, &format!("language-{}", tag.as_str().to_lowercase()))
            .unwrap_or_else(|| tag.as_str().to_owned())
    }

    /// The name of the clock.
    pub(super) fn zone_name(self) -> String {
        let name = self.zone.map_or("UTC", TimeZone::name);
        i18n::text_with(self.language, "partner-zone", &[("zone", i18n::isolated(self.language, name))])
    }

    /// A day and an hour by the clock of the page.
    pub(super) fn when(self, at: Timestamp) -> String {
        let Some(local) = self.zone.map(|zone| zone.local(at)) else { return at.to_string() };
        let time = format!("{:02}:{:02}", local.minute / 60, local.minute % 60);
        let arguments = [
            ("weekday", self.text(&format!("weekday-{}", local.date.weekday().number_from_monday()))),
            ("day", local.date.day().to_string()),
            ("month", self.text(&format!("month-{}", local.date.month()))),
            ("time", time),
        ];
        i18n::text_with(self.language, "partner-when", &arguments)
    }

    /// The day that it is by the clock of the page.
    pub(super) fn day(self, at: Timestamp) -> Date {
        self.zone.map_or_else(|| at.date(), |zone| zone.local(at).date)
    }

    /// The middle of a day by that clock.
    pub(super) fn noon(self, day: Date) -> Option<Timestamp> {
        self.zone.map(|zone| zone.first_instant(day, MINUTES_PER_DAY / 2))
    }

    /// What a refusal says beside its form.
    pub(super) fn refusal(self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::Input { problem, .. } | Refusal::Ring { problem, .. } => self.code("input", *problem),
            Refusal::Conflict { .. } => self.text("partner-changed"),
            Refusal::KeyReused if self.reader == Party::Sender => self.text("refer-already-sent"),
            Refusal::Consequences { missing } if self.reader == Party::Sender => {
                let consequences = self.listed(missing.iter().map(|known| self.code("consequence", *known)));
                let arguments = [("fields", String::new()), ("consequences", consequences)];
                let problem = code_key("consent", ConsentProblem::ConsequencesNotExplained);
                i18n::text_with(self.language, &problem, &arguments)
            }
            Refusal::Transition { .. } | Refusal::KeyReused | Refusal::Consequences { .. } => {
                self.text("partner-not-now")
            }
            Refusal::ClosedMeanwhile { .. } => self.text("closed-meanwhile"),
            Refusal::Consent { problem, missing } => {
                let fields = self.listed(missing.iter().map(|field| self.code("field", *field)));
                let arguments = [("fields", fields), ("consequences", String::new())];
                i18n::text_with(self.language, &code_key("consent", *problem), &arguments)
            }
            Refusal::Recipient(problem) => self.code("recipient", *problem),
            Refusal::Text { findings, asked, suggestion } => {
                i18n::text_refused(self.language, findings, asked, *suggestion)
            }
            Refusal::Protection(problem) => self.code("protection", *problem),
        }
    }
}
