//! What is typed into a search.

use crate::actions::input::ProfileInput as TypedProfile;
use crate::actions::search::{JudgeFit, SearchServices};
use crate::domain::directory::Accessibility;
use crate::domain::fit::Verdict;
use crate::domain::need::Need;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Situation};
use crate::domain::ranking::ServiceOrder;
use crate::graphql::scalars::DateTime;
use async_graphql::InputObject;

/// What is looked for among the services.
#[derive(Default, InputObject)]
pub struct ServiceFilter {
    /// The point to be near to; distances are measured from it.
    near: Option<NearInput>,
    /// The place to be near to, by its name, instead of a point.
    near_place: Option<NearPlaceInput>,
    /// The box to lie in; one of `box`, `polygon` and `area` at most.
    #[graphql(name = "box")]
    bounding_box: Option<BoxInput>,
    /// The polygon to lie in.
    polygon: Option<PolygonInput>,
    /// Code of the administrative area to lie in, with everything inside it, such as `LY0215`, `FR-93` or `TN-11`.
    area: Option<String>,
    /// Words to be found in names and descriptions, in any language; each of them has to be found. One typing error is
    /// forgiven in a word of five letters or more.
    words: Option<String>,
    /// True while the last word is being typed.
    #[graphql(default)]
    typing: bool,
    /// The need to be answered.
    need: Option<Need>,
    /// The person, as far as known. What is unknown excludes nothing.
    #[graphql(default)]
    person: ProfileInput,
    /// What the place or team has to offer.
    #[graphql(default)]
    accessibility: Vec<Accessibility>,
    /// When it has to be open; hours that nobody knows are to be confirmed.
    open_at: Option<DateTime>,
    /// True where it has to be open now.
    #[graphql(default)]
    open_now: bool,
    /// Which verdicts to show; MATCH and TO_CONFIRM unless said.
    verdicts: Option<Vec<Verdict>>,
}

/// For whom, for what and when a service is judged.
#[derive(Default, InputObject)]
pub struct FitInput {
    /// The need to be answered.
    need: Option<Need>,
    /// The person, as far as known. What is unknown excludes nothing.
    #[graphql(default)]
    person: ProfileInput,
    /// What the place or team has to offer.
    #[graphql(default)]
    accessibility: Vec<Accessibility>,
    /// When it has to be open.
    open_at: Option<DateTime>,
    /// True where it has to be open now.
    #[graphql(default)]
    open_now: bool,
}

/// A point, and how far around it.
#[derive(InputObject)]
pub struct NearInput {
    /// Degrees north of the equator, -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    longitude: f64,
    /// Only places within this many metres, as the crow flies.
    within_meters: Option<f64>,
}

/// A place by its name, and how far around it.
#[derive(InputObject)]
pub struct NearPlaceInput {
    /// The name, in any spelling or script that a gazetteer has; the likeliest place of that name is taken.
    name: String,
    /// ISO 3166-1 code of its country, two letters.
    country: Option<String>,
    /// Only places within this many metres, as the crow flies.
    within_meters: Option<f64>,
}

/// A box of latitudes and longitudes. Where the west is the greater longitude it crosses the antimeridian.
#[derive(InputObject)]
pub struct BoxInput {
    /// Southern edge, in degrees.
    south: f64,
    /// Western edge, in degrees.
    west: f64,
    /// Northern edge, in degrees.
    north: f64,
    /// Eastern edge, in degrees.
    east: f64,
}

/// A polygon with straight edges on a map of degrees; at most 1,000 vertices.
#[derive(InputObject)]
pub struct PolygonInput {
    /// The outer ring first, then those of holes; each ends where it begins.
    rings: Vec<Vec<VertexInput>>,
}

/// A vertex of a polygon.
#[derive(InputObject)]
pub struct VertexInput {
    /// Degrees north of the equator, -90 to 90.
    latitude: f64,
    /// Degrees east of Greenwich, -180 to 180.
    longitude: f64,
}

/// A person's profile, coarse enough to be nobody. No field can hold a name, date, number or address.
#[derive(Clone, Default, InputObject)]
pub struct ProfileInput {
    /// The age, as a band.
    age_band: Option<AgeBand>,
    /// The gender, as stated.
    gender: Option<Gender>,
    /// Who is with the person.
    household: Option<Household>,
    /// The administrative status, as told.
    admin_status: Option<AdminStatus>,
    /// Where the person lives now.
    situation: Option<Situation>,
    /// Languages spoken, best first, as BCP 47 tags such as `fr`, `bm`, `ti`.
    #[graphql(default)]
    languages: Vec<String>,
    /// Code of the commune or larger area, such as `FR-93055`.
    area: Option<String>,
}

impl From<ProfileInput> for TypedProfile {
    fn from(input: ProfileInput) -> Self {
        let ProfileInput { age_band, gender, household, admin_status, situation, languages, area } = input;
        Self { age_band, gender, household, admin_status, situation, languages, area }
    }
}

impl From<FitInput> for JudgeFit {
    fn from(input: FitInput) -> Self {
        let FitInput { need, person, accessibility, open_at, open_now } = input;
        let open_at = open_at.map(|DateTime(at)| at);
        Self { need, profile: person.into(), accessibility, open_at, is_open_now: open_now }
    }
}

impl From<ServiceFilter> for SearchServices {
    fn from(filter: ServiceFilter) -> Self {
        let within = (filter.near.as_ref().and_then(|near| near.within_meters))
            .or_else(|| filter.near_place.as_ref().and_then(|place| place.within_meters));
        let ServiceFilter { need, person, accessibility, open_at, open_now, .. } = filter;
        let corner = |vertex: VertexInput| (vertex.latitude, vertex.longitude);
        Self {
            near: filter.near.as_ref().map(|near| (near.latitude, near.longitude)),
            near_place: filter.near_place.map(|place| (place.name, place.country)),
            within_meters: within,
            bounding_box: filter.bounding_box.map(|corners| [corners.south, corners.west, corners.north, corners.east]),
            polygon: filter
                .polygon
                .map(|polygon| polygon.rings.into_iter().map(|ring| ring.into_iter().map(corner).collect()).collect()),
            area: filter.area,
            words: filter.words,
            is_typing: filter.typing,
            fit: FitInput { need, person, accessibility, open_at, open_now }.into(),
            verdicts: filter.verdicts,
            order: ServiceOrder::default(),
        }
    }
}
