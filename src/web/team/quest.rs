//! What somebody looks for, for whom, and what was chosen of it: it stands in the address of the next page, so that going
//! back and loading anew work, and it is sealed there, so that a browser's history tells nothing of it. It opens for the
//! session in which it was sealed, and for nobody once that has ended.

use crate::actions::Context;
use crate::actions::input::ProfileInput;
use crate::actions::search::{JudgeFit, SearchServices};
use crate::crypto::{Key, NONCE_BYTES, open_cursor, seal_cursor};
use crate::domain::code::CodeList;
use crate::domain::fit::Verdict;
use crate::domain::id::{CaseId, Identifier as _, ServiceId};
use crate::domain::need::Need;
use crate::domain::opening::TimeZone;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Situation};
use crate::domain::ranking::ServiceOrder;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::Timestamp;
use crate::policy::person_view::CaseView;
use crate::policy::visible::Visible;
use crate::web::visit::Visit;
use sha2::{Digest as _, Sha256};

/// Most services that are compared at once.
pub(super) const MOST_COMPARED: usize = 8;
/// Most characters of a place's name or of words that are looked for: what an address can hold.
const MOST_LETTERS: usize = 80;
/// The list to which sealed addresses belong.
const LIST: &str = "pages/quest";

/// What is looked for.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Quest {
    pub(super) need: Option<Need>,
    pub(super) age_band: Option<AgeBand>,
    pub(super) gender: Option<Gender>,
    pub(super) household: Option<Household>,
    pub(super) admin_status: Option<AdminStatus>,
    pub(super) situation: Option<Situation>,
    /// Tag of the language that the person speaks best.
    pub(super) language: String,
    /// Name of the place to be near to.
    pub(super) place: String,
    /// The point to be near to, in degrees; a named place has the say.
    pub(super) point: Option<(f64, f64)>,
    pub(super) when: When,
    /// Words to be found.
    pub(super) words: String,
    /// The case of the person, where there is one.
    pub(super) case_id: Option<CaseId>,
    /// The services that were chosen of what was found, in the order of the choice.
    pub(super) chosen: Vec<ServiceId>,
    /// Tag of the language of the sheet, where another one was asked for.
    pub(super) sheet: String,
    /// How many kilometres a map shows across, while a point of it is chosen.
    pub(super) kilometers_across: Option<u32>,
    /// The end of the page before.
    pub(super) after: String,
    /// What makes one act of a form that is sent twice.
    pub(super) key: String,
}

hidden_debug!(Quest);

/// When a service has to be open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum When {
    /// It does not matter.
    #[default]
    Any,
    /// At this moment.
    Now,
    /// At an instant.
    At(Timestamp),
}

impl Quest {
    /// What a form says; `value` gives the text of a field. `zone` is the clock by which a day and an hour are typed.
    pub(super) fn read<'f>(value: impl Fn(&str) -> &'f str, zone: Option<TimeZone>) -> Self {
        let short = |name: &str| value(name).trim().chars().take(MOST_LETTERS).collect::<String>();
        let when = match value("when") {
            "now" => When::Now,
            "at" => instant(value("day"), value("hour"), zone).map_or(When::Any, When::At),
            _ => When::Any,
        };
        Self {
            need: Need::from_code(value("need")),
            age_band: AgeBand::from_code(value("age")),
            gender: Gender::from_code(value("gender")),
            household: Household::from_code(value("household")),
            admin_status: AdminStatus::from_code(value("status")),
            situation: Situation::from_code(value("situation")),
            language: short("language"),
            place: short("place"),
            point: point(value("near")),
            when,
            words: short("words"),
            ..Self::default()
        }
    }

    fn text(&self) -> String {
        // Named one by one, so that a new field cannot be forgotten.
        let Self { need, age_band, gender, household, admin_status, situation, language, place, point, .. } = self;
        let Self { when, words, case_id, chosen, sheet, kilometers_across, after, key, .. } = self;
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let mut put = |name: &str, value: Option<&str>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                pairs.append_pair(name, value);
            }
        };
        put("need", need.map(CodeList::code));
        // What a case tells of a person is read from it each time, and stands nowhere else.
        if case_id.is_none() {
            put("age", age_band.map(CodeList::code));
            put("gender", gender.map(CodeList::code));
            put("household", household.map(CodeList::code));
            put("status", admin_status.map(CodeList::code));
            put("situation", situation.map(CodeList::code));
            put("language", Some(language));
        }
        put("place", Some(place));
        put("near", point.map(|(latitude, longitude)| format!("{latitude:.5},{longitude:.5}")).as_deref());
        match when {
            When::Any => {}
            When::Now => put("when", Some("now")),
            When::At(at) => put("instant", Some(&at.to_string())),
        }
        put("words", Some(words));
        put("case", case_id.map(|id| id.to_string()).as_deref());
        for id in chosen {
            put("service", Some(&id.to_string()));
        }
        put("sheet", Some(sheet));
        put("across", kilometers_across.map(|across| across.to_string()).as_deref());
        put("after", Some(after));
        put("key", Some(key));
        pairs.finish()
    }

    fn parse(text: &str) -> Self {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        let chosen = pairs.iter().filter(|(key, _)| key == "service").filter_map(|(_, id)| ServiceId::parse(id).ok());
        let read = Self::read(value, None);
        Self {
            when: Timestamp::parse(value("instant")).map_or(read.when, When::At),
            case_id: CaseId::parse(value("case")).ok(),
            chosen: chosen.collect(),
            sheet: value("sheet").to_owned(),
            kilometers_across: value("across").parse().ok(),
            after: value("after").to_owned(),
            key: value("key").to_owned(),
            ..read
        }
    }

    /// As it stands in an address of this visit.
    pub(super) fn seal(&self, context: &Context, visit: &Visit) -> String {
        let mut nonce = [0; NONCE_BYTES];
        context.chance.fill(&mut nonce);
        seal_cursor(&key_of(&visit.session_secret), LIST, "", &nonce, self.text().as_bytes())
    }

    /// What an address of this visit holds; `None` where it was sealed in another one, or was changed.
    pub(super) fn open(visit: &Visit, sealed: &str) -> Option<Self> {
        let text = open_cursor(&key_of(&visit.session_secret), LIST, "", sealed).ok()?;
        Some(Self::parse(std::str::from_utf8(&text).ok()?))
    }

    /// The same for the person of a case, as it tells of her.
    pub(super) fn about(self, view: &Visible<CaseView>) -> Self {
        let languages = view.reveal(&view.languages).cloned().unwrap_or_default();
        Self {
            age_band: view.reveal(&view.age_band).copied(),
            gender: view.reveal(&view.gender).copied(),
            household: view.reveal(&view.household).copied(),
            admin_status: view.reveal(&view.admin_status).copied(),
            situation: view.reveal(&view.situation).copied(),
            language: languages.first().map(|tag| tag.as_str().to_owned()).unwrap_or_default(),
            case_id: Some(view.id),
            ..self
        }
    }

    /// The person, as far as it is told here; the area is known by the place.
    pub(super) fn profile(&self, area: Option<String>) -> ProfileInput {
        let languages = Some(self.language.clone()).filter(|tag| !tag.is_empty()).into_iter().collect();
        let Self { age_band, gender, household, admin_status, situation, .. } = *self;
        ProfileInput { age_band, gender, household, admin_status, situation, languages, area }
    }

    /// The search for services of these verdicts.
    pub(super) fn search(&self, area: Option<String>, verdicts: &[Verdict]) -> SearchServices {
        let named = Some(self.place.clone()).filter(|place| !place.is_empty());
        SearchServices {
            near: self.point.filter(|_| named.is_none()),
            near_place: named.map(|place| (place, None)),
            words: Some(self.words.clone()).filter(|words| !words.is_empty()),
            fit: self.fit(area),
            verdicts: Some(verdicts.to_vec()),
            order: ServiceOrder::Best,
            ..SearchServices::default()
        }
    }

    /// For whom and when a service is judged.
    pub(super) fn fit(&self, area: Option<String>) -> JudgeFit {
        let open_at = if let When::At(at) = self.when { Some(at) } else { None };
        let profile = self.profile(area);
        JudgeFit { need: self.need, profile, open_at, is_open_now: self.when == When::Now, ..JudgeFit::default() }
    }

    /// The same quest with another choice of services.
    pub(super) fn choosing(&self, chosen: Vec<ServiceId>) -> Self {
        Self { chosen, after: String::new(), ..self.clone() }
    }
}

/// The key of what stands in the addresses of a visit: whoever holds its secret can open them, and nobody else.
fn key_of(session_secret: &Sensitive<String>) -> Key {
    let digest = Sha256::new().chain_update("relais/quest/1\0").chain_update(session_secret.expose()).finalize();
    Key::from_random(digest.into())
}

fn point(text: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = text.split_once(',')?;
    let degrees = |text: &str, most: f64| text.trim().parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    degrees(latitude, 90.0).zip(degrees(longitude, 180.0))
}

/// An instant out of a day and an hour by a clock.
fn instant(day: &str, hour: &str, zone: Option<TimeZone>) -> Option<Timestamp> {
    let (hours, minutes) = hour.trim().split_once(':')?;
    let minutes = hours.parse::<u16>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
    Some(zone?.first_instant(day.trim().parse().ok()?, minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Quest {
        Quest {
            need: Some(Need::LegalMinorityAppeal),
            age_band: Some(AgeBand::From15To17),
            gender: Some(Gender::Woman),
            household: Some(Household::UnaccompaniedChild),
            admin_status: Some(AdminStatus::MinorInAppeal),
            situation: Some(Situation::Street),
            language: "bm".to_owned(),
            place: "Aubervilliers & l’Est".to_owned(),
            point: Some((48.91, -2.5)),
            when: When::At(Timestamp::parse("2026-11-23T19:00:00Z").expect("an instant")),
            words: "avocat".to_owned(),
            case_id: None,
            chosen: vec![ServiceId::from_bytes([1; 16]), ServiceId::from_bytes([2; 16])],
            sheet: "it".to_owned(),
            kilometers_across: Some(40),
            after: "cursor".to_owned(),
            key: "0123456789abcdef".to_owned(),
        }
    }

    #[test]
    fn a_quest_is_read_back_as_it_was_written() {
        for quest in [everything(), Quest::default(), Quest { when: When::Now, ..Quest::default() }] {
            assert_eq!(Quest::parse(&quest.text()), quest);
        }
    }

    #[test]
    fn of_a_case_nothing_is_kept_but_which_one_it_is() {
        let quest = Quest { case_id: Some(CaseId::from_bytes([7; 16])), ..everything() };
        let read = Quest::parse(&quest.text());
        assert!(read.case_id == quest.case_id && read.need == quest.need);
        assert!(read.age_band.is_none() && read.household.is_none() && read.language.is_empty());
        assert!(!format!("{quest:?}").contains("minor"), "and nothing is printed");
    }

    #[test]
    fn what_is_no_value_is_not_said() {
        let typed = |name: &str| match name {
            "need" => "legal.nothing",
            "near" => "91,0",
            "when" => "at",
            "day" => "tomorrow",
            "place" => "  Calais ",
            _ => "",
        };
        assert_eq!(
            Quest::read(typed, TimeZone::parse("Europe/Paris").ok()),
            Quest { place: "Calais".to_owned(), ..Quest::default() }
        );
        assert_eq!(Quest::read(|_| "x".repeat(500).leak(), None).place.len(), MOST_LETTERS);
    }

    #[test]
    fn a_day_and_an_hour_are_of_the_clock_of_the_page() {
        let typed = |name: &str| match name {
            "when" => "at",
            "day" => "2026-11-23",
            "hour" => "20:00",
            _ => "",
        };
        let quest = Quest::read(typed, TimeZone::parse("Europe/Paris").ok());
        assert_eq!(quest.when, When::At(Timestamp::parse("2026-11-23T19:00:00Z").expect("an instant")));
        let late = Quest::read(|name| if name == "hour" { "99:99" } else { typed(name) }, None);
        assert_eq!(late.when, When::Any);
    }
}
