//! What somebody looks for, as typed, and the values that the search works with.

use crate::actions::input::{ProfileInput, area, position, problem_of_position};
use crate::actions::{ActionError, Context};
use crate::directory::{AreaRegion, Region};
use crate::domain::directory::Accessibility;
use crate::domain::fingerprint::feed;
use crate::domain::fit::{Seeker, Verdict};
use crate::domain::geography::search_area::{BoundingBox, InvalidPolygon, SearchPolygon};
use crate::domain::need::Need;
use crate::domain::place::Position;
use crate::domain::profile::Profile;
use crate::domain::ranking::ServiceOrder;
use crate::domain::refusal::{InputProblem, RINGS, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::words::{fold, words};
use crate::geography::areas::Areas;
use crate::geography::gazetteer::PlaceQuery;
use sha2::{Digest, Sha256};

/// Half the circumference of the earth, rounded up: no distance is longer.
const LONGEST_RADIUS_METERS: f64 = 20_100_000.0;

/// Letters of words that are looked for, and of a place's name.
const MOST_LETTERS: usize = 200;

/// Words that are looked for at once: each costs a look at all that have it.
const MOST_WORDS: usize = 12;

/// What is looked for.
#[derive(Clone, Default)]
pub struct SearchServices {
    /// Latitude and longitude of the point to be near to, in degrees.
    pub near: Option<(f64, f64)>,
    /// The place to be near to, by name, and its country.
    pub near_place: Option<(String, Option<String>)>,
    /// Only places within this many metres.
    pub within_meters: Option<f64>,
    /// South, west, north and east of a box to lie in, in degrees.
    pub bounding_box: Option<[f64; 4]>,
    /// Rings of a polygon to lie in, as latitudes and longitudes.
    pub polygon: Option<Vec<Vec<(f64, f64)>>>,
    /// Code of an administrative area to lie in.
    pub area: Option<String>,
    /// Words to be found.
    pub words: Option<String>,
    /// True while the last word is being typed.
    pub is_typing: bool,
    /// The person, the need, the time.
    pub fit: JudgeFit,
    /// Which verdicts to show; by default all but [`Verdict::No`].
    pub verdicts: Option<Vec<Verdict>>,
    /// In which order.
    pub order: ServiceOrder,
}

/// For whom and when services are judged.
#[derive(Clone, Default)]
pub struct JudgeFit {
    /// The need.
    pub need: Option<Need>,
    /// The person.
    pub profile: ProfileInput,
    /// What the place has to offer.
    pub accessibility: Vec<Accessibility>,
    /// When it has to be open.
    pub open_at: Option<Timestamp>,
    /// True where it has to be open now.
    pub is_open_now: bool,
}

/// The values of [`JudgeFit`], which a [`Seeker`] borrows.
pub(super) struct Judged<'a> {
    need: Option<Need>,
    profile: Profile,
    accessibility: Vec<Accessibility>,
    areas: &'a Areas,
    open_at: Option<Timestamp>,
    is_open_now: bool,
}

/// The point that distances are measured from, with its name where it was found by one.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The point.
    pub position: Position,
    /// Name and country of the place that was taken.
    pub place: Option<(String, String)>,
}

impl SearchServices {
    /// Which question it is; a cursor of another one is refused.
    pub(super) fn digest(&self) -> [u8; 32] {
        let Self { near, near_place, within_meters, bounding_box, polygon, area, words, is_typing, .. } = self;
        let Self { fit, verdicts, order, .. } = self;
        let JudgeFit { need, profile, accessibility, open_at, is_open_now } = fit;
        let bits = |(latitude, longitude): &(f64, f64)| (latitude.to_bits(), longitude.to_bits());
        let rings: Option<Vec<Vec<_>>> =
            polygon.as_ref().map(|rings| rings.iter().map(|ring| ring.iter().map(bits).collect()).collect());
        let place = (near.as_ref().map(bits), near_place, within_meters.map(f64::to_bits));
        let shape = (bounding_box.map(|corners| corners.map(f64::to_bits)), rings, area);
        let open = (open_at.map(Timestamp::microseconds), is_open_now);
        let mut digest = Sha256::new();
        let all = (place, shape, words, is_typing, (need, profile, accessibility, open), verdicts, order);
        feed(&all, |part| digest.update(part));
        digest.finalize().into()
    }

    /// The point to measure from.
    pub(super) fn origin(&self, context: &Context) -> Result<Option<Origin>, ActionError> {
        let origin = match (&self.near, &self.near_place) {
            (Some(_), Some(_)) => return Err(Refusal::input("nearPlace", InputProblem::PlaceTwice).into()),
            (Some((latitude, longitude)), None) => {
                Some(Origin { position: position(*latitude, *longitude)?, place: None })
            }
            (None, Some((name, country))) => Some(named_place(context, name, country.as_deref())?),
            (None, None) => None,
        };
        let radius_is_usable = self.within_meters.is_none_or(|meters| meters > 0.0 && meters <= LONGEST_RADIUS_METERS);
        if !radius_is_usable || (self.within_meters.is_some() && origin.is_none()) {
            return Err(Refusal::input("withinMeters", InputProblem::Radius).into());
        }
        Ok(origin)
    }

    /// The words, where any are looked for.
    pub(super) fn words(&self) -> Result<Option<&str>, Refusal> {
        self.words.as_deref().map(|words| typed("words", words)).transpose()
    }

    /// The part of the earth to lie in.
    pub(super) fn region<'a>(&self, areas: &'a Areas) -> Result<Option<Region<'a>>, Refusal> {
        let asked = [self.bounding_box.is_some(), self.polygon.is_some(), self.area.is_some()];
        if asked.into_iter().filter(|is_asked| *is_asked).count() > 1 {
            return Err(Refusal::input("area", InputProblem::RegionTwice));
        }
        if let Some([south, west, north, east]) = self.bounding_box {
            let corners = (position(south, west)?, position(north, east)?);
            let shape = BoundingBox::new(corners.0, corners.1);
            return shape.map(|shape| Some(Region::Box(shape))).map_err(|_| Refusal::input("box", InputProblem::Box));
        }
        if let Some(rings) = &self.polygon {
            return polygon(rings).map(|shape| Some(Region::Polygon(shape)));
        }
        let Some(code) = &self.area else { return Ok(None) };
        let code = area("area", code)?;
        // Codes of areas that nobody has imported still name places that carry them.
        let shape = areas.find(code.as_str()).and_then(|known| known.area.shape.as_ref());
        Ok(Some(Region::Area(AreaRegion { code, areas, shape })))
    }
}

impl JudgeFit {
    /// Checks the typed values.
    pub(super) fn read<'a>(&self, areas: &'a Areas) -> Result<Judged<'a>, Refusal> {
        if self.open_at.is_some() && self.is_open_now {
            return Err(Refusal::input("openAt", InputProblem::OpenTwice));
        }
        Ok(Judged {
            need: self.need,
            profile: self.profile.clone().into_profile()?,
            accessibility: self.accessibility.clone(),
            areas,
            open_at: self.open_at,
            is_open_now: self.is_open_now,
        })
    }
}

impl Judged<'_> {
    /// For whom services are judged, at an instant.
    pub(super) fn seeker(&self, at: Timestamp) -> Seeker<'_> {
        Seeker { need: self.need, profile: &self.profile, accessibility: &self.accessibility, areas: self.areas, at }
    }

    /// When services have to be open.
    pub(super) fn open_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_open_now { Some(now) } else { self.open_at }
    }
}

fn polygon(rings: &[Vec<(f64, f64)>]) -> Result<SearchPolygon, Refusal> {
    let vertex = |ring: usize, (latitude, longitude): (f64, f64)| {
        Position::new(latitude, longitude)
            .map_err(|invalid| Refusal::Ring { ring, problem: problem_of_position(invalid) })
    };
    let ring = |(index, ring): (usize, &Vec<(f64, f64)>)| ring.iter().map(|at| vertex(index + 1, *at)).collect();
    let rings: Vec<Vec<Position>> = rings.iter().enumerate().map(ring).collect::<Result<_, _>>()?;
    SearchPolygon::new(&rings).map_err(refusal_of)
}

fn refusal_of(invalid: InvalidPolygon) -> Refusal {
    let (ring, problem) = match invalid {
        InvalidPolygon::NoRing => return Refusal::input(RINGS, InputProblem::PolygonEmpty),
        InvalidPolygon::TooManyVertices(_) => return Refusal::input(RINGS, InputProblem::PolygonTooLarge),
        InvalidPolygon::TooFewVertices(ring) => (ring, InputProblem::RingTooShort),
        InvalidPolygon::NotClosed(ring) => (ring, InputProblem::RingNotClosed),
        InvalidPolygon::EdgeTooLong(ring) => (ring, InputProblem::RingEdgeTooLong),
        InvalidPolygon::AroundPole(ring) => (ring, InputProblem::RingAroundPole),
        InvalidPolygon::CrossesItself(ring) => (ring, InputProblem::RingCrossesItself),
        InvalidPolygon::NoInside(ring) => (ring, InputProblem::RingWithoutInside),
    };
    Refusal::Ring { ring, problem }
}

/// Text to be found: neither empty nor endless, of a few words, and nothing that no person types.
pub(super) fn typed<'t>(field: &'static str, text: &'t str) -> Result<&'t str, Refusal> {
    let is_short = text.chars().take(MOST_LETTERS + 1).count() <= MOST_LETTERS;
    let is_usable = is_short && (1..=MOST_WORDS).contains(&words(&fold(text)).count());
    if !is_usable {
        return Err(Refusal::input(field, InputProblem::Words));
    }
    if text.chars().any(char::is_control) { Err(Refusal::input(field, InputProblem::UnusableText)) } else { Ok(text) }
}

fn named_place(context: &Context, name: &str, country: Option<&str>) -> Result<Origin, Refusal> {
    let query = PlaceQuery { text: typed("nearPlace", name)?, country, is_typing: false, limit: 1 };
    let found = context.geography.snapshot().gazetteer.find(&query).into_iter().next();
    let place = found.ok_or(Refusal::input("nearPlace", InputProblem::PlaceUnknown))?.place;
    Ok(Origin { position: place.position, place: Some((place.name.clone(), place.country.clone())) })
}
