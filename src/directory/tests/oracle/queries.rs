//! Random questions: every filter is drawn, with a fair chance to be absent, or all of them at once.

use super::super::super::{Query, SearchWords};
use super::super::{now, organization, plain_query};
use super::Chance;
use super::ground::Drawn;
use super::worlds::{AREA_CODES, LANGUAGES, NEEDS, PROJECTS, Prefixes};
use crate::domain::answering::{AnsweringFigure, KnownAnswering};
use crate::domain::code::CodeList;
use crate::domain::directory::{Accessibility, Service, Specialisation};
use crate::domain::fit::{Seeker, Verdict};
use crate::domain::id::{Identifier, OrganizationId, ProjectId};
use crate::domain::need::Need;
use crate::domain::place::Position;
use crate::domain::profile::Profile;
use crate::domain::ranking::ServiceOrder;
use crate::domain::scope::{DirectoryScope, EntryKind};
use crate::domain::time::Timestamp;

const TYPED: [&str; 22] = [
    "lawyer",
    "lawyers",
    "lawyr",
    "asil",
    "L'ASILE",
    "nihgt",
    "shelter",
    "shel",
    "hebergment",
    "مأوى",
    "مأوي",
    "محامين",
    "надежта",
    "дом",
    "ΑΛΛΗΛΕΓΓΥΗΣ",
    "ስደተኞች",
    "associaton",
    "bleue",
    "hospital",
    "--",
    "assoc",
    "héberg",
];

/// Hours of the clocks that summer time, holidays, dated days and nights make a difference to.
const INSTANTS: [&str; 13] = [
    "2026-11-23T12:00:00Z",
    "2026-11-23T23:30:00Z",
    "2026-11-24T10:30:00Z",
    "2026-11-25T00:30:00Z",
    "2026-11-25T02:30:00Z",
    "2026-11-28T09:00:00Z",
    "2026-12-24T09:30:00Z",
    "2026-12-25T10:30:00Z",
    "2026-12-26T09:30:00Z",
    "2027-03-10T09:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2027-03-28T01:30:00Z",
];

/// Who asks, as the engine takes it and as the oracle judges it.
pub(super) struct Viewer {
    pub scope: DirectoryScope,
    project: Option<ProjectId>,
    organization: Option<OrganizationId>,
    known: Vec<EntryKind>,
    with_capacity: Vec<EntryKind>,
}

impl Viewer {
    fn kind_of(&self, service: &Service) -> EntryKind {
        let violence = [Need::HealthSexualViolenceCare, Need::ProtGbvCaseManagement, Need::ShelterWomenSafe];
        EntryKind {
            tier: service.tier,
            is_own: self.organization.is_some_and(|own| own == service.organization_id),
            concerns_violence: service.specialisations.contains(&Specialisation::Gbv)
                || violence.iter().any(|need| service.needs.contains(need)),
            is_granted: self.project.is_some_and(|own| service.projects.contains(&own)),
        }
    }

    pub fn knows(&self, service: &Service) -> bool {
        self.known.contains(&self.kind_of(service))
    }

    pub fn is_told_capacity_of(&self, service: &Service) -> bool {
        self.with_capacity.contains(&self.kind_of(service))
    }
}

/// How many of the filters a question has.
#[derive(Clone, Copy)]
pub(super) enum Fullness {
    Full,
    Fair,
    Sparse,
}

/// A question in full.
pub(super) struct Asked {
    pub near: Option<Position>,
    pub within_meters: Option<f64>,
    pub ground: Option<Drawn>,
    pub typed: Option<(String, bool)>,
    pub need: Option<Need>,
    pub profile: Profile,
    pub accessibility: Vec<Accessibility>,
    pub at: Timestamp,
    pub open_at: Option<Timestamp>,
    pub verdicts: Vec<Verdict>,
    pub viewer: Viewer,
    pub answering: Option<KnownAnswering>,
    pub order: ServiceOrder,
}

impl Asked {
    pub fn seeker(&self) -> Seeker<'_> {
        let (need, profile, accessibility) = (self.need, &self.profile, &*self.accessibility);
        Seeker { need, profile, accessibility, areas: &Prefixes, at: self.at }
    }

    pub fn query(&self) -> Query<'_> {
        Query {
            near: self.near,
            within_meters: self.within_meters,
            region: self.ground.as_ref().map(|drawn| &drawn.region),
            words: self.typed.as_ref().map(|(text, is_typing)| SearchWords { text, is_typing: *is_typing }),
            seeker: self.seeker(),
            open_at: self.open_at,
            verdicts: &self.verdicts,
            scope: &self.viewer.scope,
            answering: self.answering.as_ref(),
            order: self.order,
            ..plain_query()
        }
    }

    /// Whether every filter is there.
    pub fn is_full(&self) -> bool {
        let Profile { age_band, gender, household, admin_status, situation, languages, area } = &self.profile;
        let is_told = age_band.is_some() && gender.is_some() && household.is_some() && admin_status.is_some();
        let is_placed = self.near.is_some() && self.within_meters.is_some() && self.ground.is_some();
        let is_asked = self.need.is_some() && self.typed.is_some() && self.open_at.is_some();
        let is_filtered = !self.verdicts.is_empty() && !self.accessibility.is_empty() && !languages.is_empty();
        is_told && situation.is_some() && area.is_some() && is_placed && is_asked && is_filtered
    }
}

impl Chance {
    /// One in three questions has every filter, one in eight hardly any.
    pub fn asked(&mut self, services: &[Service]) -> Asked {
        let fullness = match self.up_to(23) {
            0..8 => Fullness::Full,
            8..11 => Fullness::Sparse,
            _ => Fullness::Fair,
        };
        let near = self.filter(fullness, 7, Self::position);
        let instant = |chance: &mut Self| match chance.one_in(2) {
            true => Timestamp::parse(chance.pick(&INSTANTS)).expect("an instant"),
            false => now().plus_hours(7 * i64::from(chance.up_to(9))),
        };
        let verdicts = |chance: &mut Self| match chance.up_to(3) {
            0 => vec![chance.pick(Verdict::ALL)],
            1 => vec![Verdict::No],
            2 => vec![Verdict::ToConfirm, Verdict::No],
            _ => vec![Verdict::Match, Verdict::ToConfirm],
        };
        Asked {
            near,
            within_meters: near.and_then(|near| self.filter(fullness, 4, |chance| chance.reach(near, services))),
            ground: self.filter(fullness, 4, Self::ground).flatten(),
            typed: self.filter(fullness, 3, Self::typed),
            need: self.filter(fullness, 6, |chance| chance.pick(&NEEDS)),
            profile: self.profile(fullness),
            accessibility: self.filter(fullness, 4, |chance| vec![chance.pick(CodeList::ALL)]).unwrap_or_default(),
            at: if self.one_in(2) { now() } else { instant(self) },
            open_at: self.filter(fullness, 5, instant),
            verdicts: self.filter(fullness, 5, verdicts).unwrap_or_default(),
            viewer: self.viewer(),
            answering: self.maybe(2, Self::answering),
            order: if self.one_in(4) { ServiceOrder::Best } else { ServiceOrder::Nearest },
        }
    }

    /// A value in a full question, and else with so many chances in ten or hardly any.
    fn filter<T>(&mut self, fullness: Fullness, in_ten: u32, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let is_there = match fullness {
            Fullness::Full => true,
            Fullness::Fair => self.up_to(9) < in_ten,
            Fullness::Sparse => self.one_in(20),
        };
        is_there.then(|| draw(self))
    }

    pub fn profile(&mut self, fullness: Fullness) -> Profile {
        Profile {
            age_band: self.filter(fullness, 5, |chance| chance.pick(CodeList::ALL)),
            gender: self.filter(fullness, 5, |chance| chance.pick(CodeList::ALL)),
            household: self.filter(fullness, 5, |chance| chance.pick(CodeList::ALL)),
            admin_status: self.filter(fullness, 5, |chance| chance.pick(CodeList::ALL)),
            situation: self.filter(fullness, 5, |chance| chance.pick(CodeList::ALL)),
            languages: self
                .filter(fullness, 5, |chance| (0..=chance.up_to(1)).map(|_| chance.pick(&*LANGUAGES)).collect())
                .unwrap_or_default(),
            area: self.filter(fullness, 5, |chance| chance.pick(&*AREA_CODES)),
        }
    }

    pub fn viewer(&mut self) -> Viewer {
        let project = self.maybe(2, |chance| ProjectId::from_bytes(chance.pick(&PROJECTS)));
        let organization = self.maybe(3, |_| organization(2).id);
        // Any kinds at all: which of them a viewer may know of is decided elsewhere.
        let hidden_one_in = self.pick(&[2, 2, 8, 40]);
        let known: Vec<_> = EntryKind::all().filter(|_| !self.one_in(hidden_one_in)).collect();
        let with_capacity: Vec<_> = EntryKind::all().filter(|_| self.one_in(2)).collect();
        let scope = DirectoryScope::new(project, organization, |kind| known.contains(&kind))
            .telling_capacity(|kind| with_capacity.contains(&kind));
        Viewer { scope, project, organization, known, with_capacity }
    }

    fn answering(&mut self) -> KnownAnswering {
        let one = |chance: &mut Self, number| AnsweringFigure {
            organization_id: organization(number).id,
            need: chance.maybe(2, |chance| chance.pick(&NEEDS)),
            referrals: 8,
            answered_in_time: chance.up_to(8),
        };
        KnownAnswering::new([1, 3].map(|number| one(self, number)))
    }

    /// Words, at times with an error or not finished.
    fn typed(&mut self) -> (String, bool) {
        let count = if self.one_in(4) { 2 } else { 1 };
        let text = (0..count).map(|_| self.pick(&TYPED)).collect::<Vec<_>>().join(" ");
        (text, self.one_in(2))
    }

    fn reach(&mut self, near: Position, services: &[Service]) -> f64 {
        // Exactly as far as some place, more often than not: the bound is inclusive.
        let places: Vec<_> = services.iter().flat_map(|service| &service.places).collect();
        let place = places.get(self.up_to(60) as usize).and_then(|place| super::ground::point_of(place));
        place.map_or_else(|| self.between(0.0, 2.1e7), |position| near.distance_meters(position))
    }
}
