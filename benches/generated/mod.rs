//! A directory of any size, the same for the same size, and questions that are put to it.

#![allow(dead_code, reason = "each bench uses a part of it")]

use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use relais::directory::{Change, Directory, Page, Query, Snapshot};
use relais::domain::code::CodeList;
use relais::domain::country::CountryCode;
use relais::domain::directory::{
    Capacity, CapacityStatus, CapacityUnit, Document, Eligibility, LocationKind, Phone, Place, Service, Tier, Welcome,
};
use relais::domain::fit::{Finding, Fit, Seeker, Verdict, fit, need_finding};
use relais::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use relais::domain::need::Need;
use relais::domain::opening::{HolidayCalendars, OpeningStatus};
use relais::domain::place::{NoAreas, Position};
use relais::domain::profile::{AdminStatus, AgeBand, Gender, Language, Profile};
use relais::domain::ranking::ServiceOrder;
use relais::domain::scope::DirectoryScope;
use relais::domain::time::{Date, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// How many services a page has.
pub const LIMIT: usize = 20;
const KEPT: &[Verdict] = &[Verdict::Match, Verdict::ToConfirm];

/// When all is judged: a Tuesday morning.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T09:30:00Z").expect("a valid time")
}

/// By then the allocator has given back what was freed.
const REST: Duration = Duration::from_secs(3);

/// Bytes of this process in memory, once what it has freed is given back.
pub fn resident_bytes() -> usize {
    std::thread::sleep(REST);
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or_default() * 4_096
}

/// What is asked: a place, a need, an hour.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    pub near: Position,
    pub need: Need,
    pub open_at: Timestamp,
}

/// The question of that number.
pub fn question(number: u64) -> Question {
    let mut chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(number));
    let need = Need::ALL[chance.random_range(0..Need::ALL.len())];
    let open_at = now().plus_hours(chance.random_range(0..72));
    Question { near: position(&mut chance), need, open_at }
}

fn seed(number: u64) -> [u8; 32] {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    seed
}

/// A directory and those who ask.
pub struct World {
    services: Vec<Arc<Service>>,
    snapshot: Arc<Snapshot>,
    person: Profile,
    /// Somebody whom no service takes.
    stranger: Profile,
    scope: DirectoryScope,
    calendars: Arc<HolidayCalendars>,
}

impl World {
    /// A directory of so many services.
    pub fn generate(count: u32) -> Self {
        let directory = Directory::empty();
        let calendars = Arc::new(HolidayCalendars::new(&[]));
        directory.keep_calendars(Arc::clone(&calendars));
        directory.apply(0, services(count).map(|service| Change::present(Document::Service(service))).collect());
        let snapshot = directory.snapshot();
        let person = Profile {
            age_band: Some(AgeBand::From15To17),
            gender: Some(Gender::Woman),
            languages: Language::parse("ti").into_iter().collect(),
            ..Profile::default()
        };
        let stranger = Profile { admin_status: Some(AdminStatus::Regular), ..person.clone() };
        Self {
            services: snapshot.services().cloned().collect(),
            snapshot,
            person,
            stranger,
            scope: DirectoryScope::new(None, None, |kind| kind.tier <= Tier::Network).telling_capacity(|_| true),
            calendars,
        }
    }

    /// Every service.
    pub fn services(&self) -> &[Arc<Service>] {
        &self.services
    }

    fn seeker<'a>(&'a self, need: Need, profile: &'a Profile) -> Seeker<'a> {
        Seeker { need: Some(need), profile, accessibility: &[], areas: &NoAreas, at: now() }
    }

    fn query<'a>(&'a self, asked: Question, profile: &'a Profile) -> Query<'a> {
        Query {
            near: Some(asked.near),
            within_meters: None,
            region: None,
            words: None,
            seeker: self.seeker(asked.need, profile),
            open_at: Some(asked.open_at),
            verdicts: KEPT,
            scope: &self.scope,
            answering: None,
            order: ServiceOrder::Nearest,
            after: None,
            limit: LIMIT,
        }
    }

    /// The search.
    pub fn walk(&self, asked: Question) -> Page {
        self.snapshot.search(&self.query(asked, &self.person))
    }

    /// The search for somebody whom nobody takes within thirty kilometres.
    pub fn walk_rare(&self, asked: Question) -> Page {
        let near = self.query(asked, &self.stranger);
        let query = Query { within_meters: Some(30_000.0), verdicts: &[Verdict::Match], ..near };
        let page = self.snapshot.search(&query);
        assert!(page.hits.is_empty(), "nobody fits");
        page
    }

    /// The verdict on one service.
    pub fn judge(&self, service: &Service, asked: Question) -> Fit {
        fit(
            service,
            &self.seeker(asked.need, &self.person),
            Some(OpeningStatus::Open),
            service.capacity_status_at(now()),
        )
    }

    /// Measures every service that answers the need, sorts them, and judges them until twenty are kept.
    pub fn scan(&self, asked: Question) -> Vec<ServiceId> {
        let offers = |service: &&Arc<Service>| {
            self.scope.admits(service) && need_finding(service, asked.need) != Some(Finding::Excluded)
        };
        let to_place =
            |place: &Place| place.search_position().map_or(f64::INFINITY, |there| asked.near.distance_meters(there));
        let distance = |service: &Service| service.places.iter().map(to_place).fold(f64::INFINITY, f64::min);
        let mut ranked: Vec<_> =
            self.services.iter().filter(offers).map(|service| (distance(service), service)).collect();
        ranked.sort_unstable_by(|(a, left), (b, right)| a.total_cmp(b).then(left.id.cmp(&right.id)));
        let kept = |service: &Service| {
            let fits =
                fit(service, &self.seeker(asked.need, &self.person), None, service.capacity_status_at(now())).verdict;
            KEPT.contains(&fits)
                && service.opening().state_at(asked.open_at, &self.calendars).status != OpeningStatus::Closed
        };
        ranked.iter().filter(|(_, service)| kept(service)).take(LIMIT).map(|(_, service)| service.id).collect()
    }
}

/// So many services, one after the other.
pub fn services(count: u32) -> impl Iterator<Item = Service> {
    let mut chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(u64::from(count)));
    let hours: Vec<String> = (0..2_000).map(|number| hours(&mut chance, number)).collect();
    (0..count).map(move |number| service(&mut chance, number, &hours))
}

fn hours(chance: &mut TestRng, number: u32) -> String {
    let (opens, closes) = (chance.random_range(7..11), chance.random_range(15..20));
    let minutes = number % 60;
    let days = ["Mo-Fr", "Mo-Sa", "Tu-Th", "Mo,We,Fr", "Mo-Su"][chance.random_range(0..5)];
    format!("{days} {opens:02}:{minutes:02}-12:00,13:{minutes:02}-{closes:02}:00; PH off")
}

/// Somewhere along the corridor, half of the time close to one of its towns.
fn position(chance: &mut TestRng) -> Position {
    const TOWNS: [(f64, f64); 6] = [
        (50.9513, 1.8587),
        (48.8566, 2.3522),
        (43.2965, 5.3698),
        (36.8065, 10.1815),
        (32.8872, 13.1913),
        (18.0735, -15.9582),
    ];
    let (latitude, longitude, spread) = if chance.random_ratio(1, 2) {
        let (latitude, longitude) = TOWNS[chance.random_range(0..TOWNS.len())];
        (latitude, longitude, 0.3)
    } else {
        (32.0, 11.0, 20.0)
    };
    let mut near = |center: f64| center + chance.random_range(-spread..=spread);
    Position::new(near(latitude), near(longitude)).expect("within the ranges")
}

fn service(chance: &mut TestRng, number: u32, hours: &[String]) -> Service {
    const NAMES: [&str; 8] =
        ["Accueil", "Permanence", "Legal clinic", "Night shelter", "Écoute", "مأوى", "Health centre", "Atelier"];
    let mut bytes = [0; 16];
    chance.fill_bytes(&mut bytes);
    let mut one_in = |count| chance.random_ratio(1, count);
    let full = one_in(5).then(|| Capacity {
        unit: Some(CapacityUnit::Place),
        updated_at_microseconds: Some(now().microseconds()),
        ..Capacity::of(CapacityStatus::Full)
    });
    let welcome = if one_in(2) { Welcome::Exclusive } else { Welcome::Preferential };
    let minimum_age = if one_in(3) { 18 } else { 12 };
    let (family_only, two_places, two_needs, has_hours) = (one_in(20), one_in(10), one_in(2), !one_in(4));
    let mut need = || Need::ALL[chance.random_range(0..Need::ALL.len())];
    let needs = if family_only { vec![] } else { (0..1 + u32::from(two_needs)).map(|_| need()).collect() };
    let need_families = if family_only { vec![need().family()] } else { vec![] };
    let place = |chance: &mut TestRng| Place {
        position: Some(position(chance)),
        address: Some(format!("{} rue des Exemples, 00{}", chance.random_range(1..200), number % 1_000)),
        ..Place::new(LocationId::from_bytes(bytes), LocationKind::Physical)
    };
    let places = (0..1 + u32::from(two_places)).map(|_| place(chance)).collect();
    let organization = OrganizationId::derived("bench", &(number / 4).to_string());
    let name = format!("{} {number}", NAMES[chance.random_range(0..NAMES.len())]);
    let opening_hours = has_hours.then(|| hours[chance.random_range(0..hours.len())].clone());
    let language = |tag| Language::parse(tag).expect("a language");
    Service {
        description: Some("Accueil, orientation et accompagnement sur place, sans rendez-vous le matin.".to_owned()),
        needs: needs.into(),
        need_families: need_families.into(),
        welcome: Some(welcome),
        eligibility: Eligibility {
            minimum_age: Some(minimum_age),
            admin_statuses: [AdminStatus::AsylumSeeker, AdminStatus::Undocumented].into(),
            ..Eligibility::default()
        },
        languages: vec![language("fr"), language("ar")],
        capacity: full,
        places,
        phones: vec![Phone::as_typed("+33 1 99 00 00 01")],
        verified_on: Date::from_ymd_opt(2026, 6, 1),
        country: CountryCode::parse("FR").ok(),
        opening_hours,
        tier: Tier::Public,
        ..Service::named(ServiceId::from_bytes(bytes), organization, name)
    }
}
