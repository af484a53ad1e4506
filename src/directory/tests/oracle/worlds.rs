//! Random worlds, with everything that geometry, hours and data can do wrong.

use super::super::super::{Change, Directory, EntryId, Snapshot};
use super::super::{at, now, organization, place, present, redacted_place, service};
use super::Chance;
use crate::domain::code::CodeList;
use crate::domain::country::CountryCode;
use crate::domain::directory::{
    Capacity, CapacityStatus, Document, Eligibility, Organization, Place, Schedule, Service, Specialisation, Tier,
    Translation,
};
use crate::domain::id::{Identifier, ProjectId, ServiceId};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::{Closure, DatedHoliday, DatedHours, HolidayCalendars, OpeningHours, TimeZone};
use crate::domain::place::{Area, AreaCode, AreaTree, Position};
use crate::domain::profile::Language;
use crate::domain::time::Date;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

pub(super) const NEEDS: [Need; 4] =
    [Need::LegalAsylum, Need::LegalResidence, Need::ShelterMinor, Need::ShelterWomenSafe];

pub(super) const PROJECTS: [[u8; 16]; 2] = [[1; 16], [2; 16]];

/// The code of an EPCI, which no map holds.
pub(super) const UNKNOWN_AREA: &str = "FR-200054781";

pub(super) const AREAS: [&str; 6] = ["FR-62193", "FR-62", "FR-93055", "FR", "LY0215", UNKNOWN_AREA];

// Read once: worlds are many, and texts are read slowly.
pub(super) static LANGUAGES: LazyLock<[Language; 6]> = LazyLock::new(|| {
    ["fr", "ar", "ar-LY", "fr-CA", "ti", "ckb-Arab"].map(|tag| Language::parse(tag).expect("a language"))
});

pub(super) static AREA_CODES: LazyLock<[AreaCode; 6]> = LazyLock::new(|| AREAS.map(area));

static ZONES: LazyLock<[TimeZone; 3]> = LazyLock::new(|| {
    ["Europe/Paris", "Africa/Tripoli", "Pacific/Kiritimati"].map(|name| TimeZone::parse(name).expect("a zone"))
});

static CLOSURES: LazyLock<[Closure; 4]> = LazyLock::new(|| {
    let closure = |(from, until)| Closure { from: day(from), until: day(until) };
    [
        ("2026-11-23", "2026-11-24"),
        ("2026-11-25", "2026-11-25"),
        ("2026-12-20", "2027-01-03"),
        // Mistyped: it closes nothing.
        ("2026-11-30", "2026-11-20"),
    ]
    .map(closure)
});

static DATED_HOURS: LazyLock<[DatedHours; 4]> = LazyLock::new(|| {
    let dated = |(from, until, hours)| DatedHours {
        from: day(from),
        until: day(until),
        opening_hours: OpeningHours::parse(hours).expect("hours"),
    };
    [
        ("2026-11-23", "2026-11-25", "11:00-13:00,23:00-04:00"),
        ("2026-11-24", "2026-11-24", "10:00-20:00"),
        ("2026-12-24", "2026-12-25", "Mo-Su 08:00-12:00"),
        ("2026-12-25", "2026-12-25", "off"),
    ]
    .map(dated)
});

const HOURS: [Option<&str>; 10] = [
    None,
    None,
    Some("24/7"),
    Some("Mo-Fr 09:00-17:00"),
    Some("Tu 18:00-02:00; PH off"),
    Some("Mo-Su 08:00-20:00; PH 10:00-12:00"),
    Some("Mo-Su 10:00-16:00; Dec 25 off"),
    Some("Mo-Fr 10:00-18:00 \"sur rendez-vous\""),
    Some("SH 10:00-12:00"),
    Some("le soir"),
];

const NAMES: [&str; 8] = [
    "Night shelter",
    "Lawyers for all",
    "Aide à l'asile",
    "مأوى الليل",
    "Приют «Надежда»",
    "Κέντρο αλληλεγγύης",
    "ድጋፍ ለስደተኞች",
    "Service",
];

/// Where many places are: poles, both sides of the antimeridian, a town and its antipode.
static CROWDED: LazyLock<[Position; 10]> = LazyLock::new(|| {
    [
        at(90.0, 0.0),
        at(90.0, 120.0),
        at(-90.0, -45.0),
        at(0.0, 180.0),
        at(0.0, -180.0),
        at(10.0, 179.9999),
        at(10.0, -179.9999),
        at(50.9513, 1.8587),
        at(-50.9513, -178.1413),
        at(0.0, 0.0),
    ]
});

/// Calendars without and with days that a coordinator has dated.
pub(super) static CALENDARS: LazyLock<[Arc<HolidayCalendars>; 2]> = LazyLock::new(|| {
    let dated = |country, date, is_closed| DatedHoliday {
        country: CountryCode::parse(country).expect("a country"),
        date: day(date),
        name: "Holiday".to_owned(),
        is_closed,
    };
    let dated = [dated("LY", "2026-11-24", true), dated("LY", "2027-03-10", false), dated("ZZ", "2026-11-25", true)];
    [HolidayCalendars::new(&[]), HolidayCalendars::new(&dated)].map(Arc::new)
});

/// Areas whose codes begin with those of the areas that they lie in.
#[derive(Debug)]
pub(super) struct Prefixes;

impl AreaTree for Prefixes {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        let is_map_known = [whole, part].iter().all(|area| area.as_str() != UNKNOWN_AREA);
        whole == part || (is_map_known && part.as_str().starts_with(whole.as_str()))
    }

    fn are_apart(&self, one: &AreaCode, other: &AreaCode) -> bool {
        let is_known = [one, other].iter().all(|area| area.as_str() != UNKNOWN_AREA);
        is_known && !self.covers(one, other) && !self.covers(other, one)
    }
}

pub(super) fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).expect("an area code")
}

pub(super) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A directory as it was told, and as it was taken in.
pub(super) struct World {
    pub organizations: Vec<Organization>,
    pub services: Vec<Service>,
    pub calendars: Arc<HolidayCalendars>,
    pub snapshot: Arc<Snapshot>,
}

impl Chance {
    pub fn world(&mut self, services: RangeInclusive<u32>) -> World {
        let count = services.start() + self.up_to(services.end() - services.start());
        let services = (0..count).map(|_| self.service()).collect();
        self.world_of(services)
    }

    pub fn world_of(&mut self, services: Vec<Service>) -> World {
        let organizations = self.organizations();
        let calendars = Arc::clone(&self.pick(&*CALENDARS));
        let snapshot = self.snapshot_of(&organizations, &services, &calendars);
        World { organizations, services, calendars, snapshot }
    }

    /// Most of the organisations; of one that is not known its services are found all the same.
    fn organizations(&mut self) -> Vec<Organization> {
        let alternate = ["Collectif du Nord", "جمعية المساعدة"];
        let named = |chance: &mut Self, number| Organization {
            alternate_name: chance.maybe(3, |chance| chance.pick(&alternate).to_owned()),
            translations: chance.maybe(4, Self::translation).into_iter().collect(),
            description: Some("Nobody is found by these words: hospital".to_owned()),
            ..organization(number)
        };
        (1..=3).filter_map(|number| if self.one_in(8) { None } else { Some(named(self, number)) }).collect()
    }

    /// The entries, some of them only after others had been read, and some as they were before.
    fn snapshot_of(
        &mut self,
        organizations: &[Organization],
        services: &[Service],
        calendars: &Arc<HolidayCalendars>,
    ) -> Arc<Snapshot> {
        let (mut first, mut later) = (Vec::new(), Vec::new());
        for organization in organizations {
            let document = |organization: Organization| Change::present(Document::Organization(organization));
            if self.one_in(4) {
                first.push(document(Organization::named(organization.id, "Former lawyers")));
                later.push(document(organization.clone()));
            } else {
                first.push(document(organization.clone()));
            }
        }
        for service in services {
            match self.up_to(3) {
                0 => later.push(present(service)),
                1 => {
                    let id = EntryId::Service(service.id);
                    first.push(present(&Service { places: vec![place(Some(self.position()))], ..service.clone() }));
                    later.extend([Change::Gone { id }, present(service)]);
                }
                _ => first.push(present(service)),
            }
        }
        let directory = Directory::empty();
        directory.apply(0, first);
        directory.keep_calendars(Arc::clone(calendars));
        directory.apply(1, later);
        directory.merge();
        directory.snapshot()
    }

    pub fn position(&mut self) -> Position {
        if !self.one_in(4) {
            return self.landmark();
        }
        // A few metres away from where many are, at most.
        let base = self.pick(&*CROWDED);
        let mut shift = || (f64::from(self.up_to(20)) - 10.0) * 1e-6;
        at((base.latitude() + shift()).clamp(-90.0, 90.0), (base.longitude() + shift()).clamp(-180.0, 180.0))
    }

    /// A position that is never a hair's breadth from another: of what lies that near to an edge the last bit decides
    /// on which side, and plain arithmetic rounds it away.
    pub fn landmark(&mut self) -> Position {
        match self.up_to(2) {
            0 => self.pick(&*CROWDED),
            // A coarse grid, so that different positions lie equally far.
            1 => at(f64::from(self.up_to(12)) * 15.0 - 90.0, f64::from(self.up_to(24)) * 15.0 - 180.0),
            _ => at(self.between(-90.0, 90.0), self.between(-180.0, 180.0)),
        }
    }

    fn place(&mut self) -> Place {
        let drawn = match self.up_to(9) {
            0 => place(None),
            1 => redacted_place(None),
            2 => redacted_place(Some(self.position())),
            // As if an importer had forgotten to drop the point and the name.
            3 => Place {
                position: Some(self.position()),
                name: Some("Maison Bleue".to_owned()),
                ..redacted_place(Some(self.position()))
            },
            _ => place(Some(self.position())),
        };
        let center = drawn.area.as_ref().and_then(|area| area.center);
        let lies_in = |code: AreaCode| Area { code, name: None, center, radius_meters: None };
        Place {
            area: self.maybe(2, |chance| lies_in(chance.pick(&*AREA_CODES))).or(drawn.area),
            name: self.maybe(5, |chance| chance.pick(&["Maison Bleue", "Дом на углу"]).to_owned()).or(drawn.name),
            do_not_use: self.one_in(12),
            ..drawn
        }
    }

    pub fn service(&mut self) -> Service {
        let places = (0..self.up_to(3)).map(|_| self.place()).collect();
        let number = self.number();
        let plain = service(number, places);
        let family = |chance: &mut Self| chance.pick(&[NeedFamily::Legal, NeedFamily::Shelter]);
        let asked = Service {
            needs: self.pick_some(&NEEDS, 3).into(),
            need_families: self.maybe(4, family).into_iter().collect(),
            status: if self.one_in(5) { self.pick(CodeList::ALL) } else { plain.status },
            welcome: self.perhaps(),
            eligibility: self.eligibility(),
            criteria_text: self.maybe(4, |_| "Adults, on an appointment".to_owned()),
            capacity: self.capacity(),
            languages: self.maybe(2, |chance| chance.pick_some(&*LANGUAGES, 3)).unwrap_or_default(),
            accessibility: self.pick_some(CodeList::ALL, 3).into(),
            areas_served: self.maybe(3, |chance| chance.pick_some(&*AREA_CODES, 2)).unwrap_or_default().into(),
            modes: self.pick_some(CodeList::ALL, 2).into(),
            ..plain
        };
        let checked = self.checked(asked);
        self.in_words(checked)
    }

    /// Who may know of it, when it was checked, and when it is open.
    fn checked(&mut self, service: Service) -> Service {
        let days_ago = |chance: &mut Self| chance.pick(&[-3, 0, 1, 182, 183, 365, 729, 730, 731, 900]);
        let day_before = |days: i64| now().plus_days(-days).date();
        Service {
            specialisations: if self.one_in(8) { [Specialisation::Gbv].into() } else { [].into() },
            tier: if self.one_in(2) { Tier::Public } else { self.pick(Tier::ALL) },
            projects: self.pick_some(&PROJECTS.map(ProjectId::from_bytes), 2).into(),
            verified_on: self.maybe(2, |chance| day_before(days_ago(chance))),
            closes_on: self.maybe(8, |chance| day_before(chance.pick(&[-30, -1, 0, 1, 40]))),
            valid_until: self.maybe(5, |chance| day_before(chance.pick(&[-30, -1, 0, 1, 2, 400]))),
            opening_hours: self.pick(&HOURS).map(str::to_owned),
            schedules: self.schedules().into(),
            time_zone: self.maybe(4, |chance| chance.pick(&*ZONES)),
            country: CountryCode::parse(self.pick(&["FR", "FR", "LY", "MR", "US", "ZZ", "?"])).ok(),
            closures: self.maybe(8, |chance| chance.pick_some(&*CLOSURES, 2)).unwrap_or_default().into(),
            dated_hours: self.maybe(8, |chance| chance.pick_some(&*DATED_HOURS, 2)).unwrap_or_default().into(),
            do_not_use: self.one_in(20),
            criteria_disagree: self.one_in(8),
            merged_into: self.maybe(20, |_| ServiceId::from_bytes([7; 16])),
            ..service
        }
    }

    fn in_words(&mut self, plain: Service) -> Service {
        let describe =
            |chance: &mut Self| chance.pick(&["A bed for the night", "Aide et hébergement", "محامون"]).to_owned();
        Service {
            organization_id: organization(self.pick(&[1, 2, 3])).id,
            name: self.pick(&NAMES).to_owned(),
            alternate_name: self.maybe(4, |chance| chance.pick(&NAMES).to_owned()),
            description: self.maybe(4, describe),
            translations: self.maybe(6, Self::translation).into_iter().collect(),
            ..plain
        }
    }

    fn translation(&mut self) -> Translation {
        Translation {
            language: self.pick(&*LANGUAGES),
            name: self.maybe(2, |chance| chance.pick(&NAMES).to_owned()),
            description: self.maybe(2, |_| "Un lit pour la nuit".to_owned()),
        }
    }

    /// Several restrictions at once; as documents are checked, the youngest age is never above the oldest.
    fn eligibility(&mut self) -> Eligibility {
        if self.one_in(3) {
            return Eligibility::default();
        }
        let ages = [0, 3, 13, 15, 16, 18, 25, 60, 65, 99];
        let minimum_age = self.maybe(4, |chance| chance.pick(&ages));
        let maximum_age = self.maybe(4, |chance| chance.pick(&ages).max(minimum_age.unwrap_or(0)));
        Eligibility {
            minimum_age,
            maximum_age,
            age_bands: self.maybe(4, |chance| chance.pick_some(CodeList::ALL, 3)).unwrap_or_default().into(),
            genders: self.maybe(3, |chance| chance.pick_some(CodeList::ALL, 3)).unwrap_or_default().into(),
            households: self.maybe(4, |chance| chance.pick_some(CodeList::ALL, 5)).unwrap_or_default().into(),
            admin_statuses: self.maybe(4, |chance| chance.pick_some(CodeList::ALL, 5)).unwrap_or_default().into(),
            situations: self.maybe(4, |chance| chance.pick_some(CodeList::ALL, 5)).unwrap_or_default().into(),
        }
    }

    fn capacity(&mut self) -> Option<Capacity> {
        let status = self.perhaps::<CapacityStatus>()?;
        let told_at = |chance: &mut Self| now().plus_hours(-chance.pick(&[-5, 0, 1, 23, 24, 40, 167, 168, 300]));
        let updated_at_microseconds = if self.one_in(8) { None } else { Some(told_at(self).microseconds()) };
        Some(Capacity { unit: self.perhaps(), updated_at_microseconds, ..Capacity::of(status) })
    }

    fn schedules(&mut self) -> Vec<Schedule> {
        let told = |text: &str| Some(text.to_owned());
        let weekly = |weekdays, opens_at, closes_at| Schedule {
            weekdays: told(weekdays),
            opens_at: told(opens_at),
            closes_at: told(closes_at),
            text: None,
        };
        let (week, night) = (weekly("MO,TU,WE", "10:00", "14:00"), weekly("MO,SA", "22:00", "03:00"));
        match self.up_to(19) {
            0 => vec![week],
            1 => vec![week, night],
            2 => vec![Schedule { text: told("in winter"), ..week }],
            3 => vec![Schedule { closes_at: None, ..night }],
            _ => vec![],
        }
    }
}
