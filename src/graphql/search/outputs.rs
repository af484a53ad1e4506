//! What a search answers.

use super::reasons::FitReason;
use crate::actions::search::{Found, FoundPage, Judgement, Origin};
use crate::actions::{focal_point, search};
use crate::domain::fit::Verdict;
use crate::domain::geography;
use crate::domain::need::Need;
use crate::domain::opening::{self, OpeningReason, OpeningStatus};
use crate::domain::place::DistanceBand;
use crate::domain::ranking::{FactorValue, RankFactor};
use crate::domain::time::Timestamp;
use crate::graphql::error::{ApiError, Nullable};
use crate::graphql::request::{RequestContext, request};
use crate::graphql::scalars::DateTime;
use crate::graphql::types::service::Service;
use crate::i18n::{Language, code_key, text};
use crate::policy::account_view::FocalPointView;
use crate::policy::visible::Visible;
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, ID, Object, SimpleObject};

/// What holds for a search as a whole.
pub struct ServiceSearch {
    evaluated_at: Timestamp,
    origin: Option<Origin>,
    need: Option<Need>,
}

impl ServiceSearch {
    /// What holds for the search that gave this page.
    pub(super) fn new(page: &FoundPage, need: Option<Need>) -> Self {
        Self { evaluated_at: page.evaluated_at, origin: page.origin.clone(), need }
    }
}

/// What holds for a search as a whole.
#[Object]
impl ServiceSearch {
    /// The instant at which openness, capacity and freshness were judged; the same for every page.
    async fn evaluated_at(&self) -> DateTime {
        DateTime(self.evaluated_at)
    }

    /// The point that distances are measured from; null where none was given.
    async fn measured_from(&self) -> Option<MeasuredFrom> {
        self.origin.as_ref().map(MeasuredFrom::from)
    }

    /// Whom to turn to in the own project for a need that is kept for trained senders, whether or not a service
    /// answers it; null for every other need, and for whoever has no project.
    async fn focal_point(&self, context: &Context<'_>) -> Nullable<FocalPoint> {
        let request = request(context);
        let need = self.need?;
        let found = focal_point::find(&request.context, &request.access, need).await.map_err(ApiError::from);
        let shape =
            |view: Visible<FocalPointView>| FocalPoint { name: view.name.clone(), mailbox: view.mailbox.clone() };
        found.transpose().map(|found| found.map(shape))
    }
}

/// What distances are measured from.
#[derive(SimpleObject)]
pub struct MeasuredFrom {
    /// Degrees north of the equator.
    latitude: f64,
    /// Degrees east of Greenwich.
    longitude: f64,
    /// Name of the place that was taken; null where a point was given.
    place_name: Option<String>,
    /// ISO 3166-1 code of its country; null where a point was given.
    country: Option<String>,
}

impl From<&Origin> for MeasuredFrom {
    fn from(origin: &Origin) -> Self {
        let (latitude, longitude) = (origin.position.latitude(), origin.position.longitude());
        let (place_name, country) = origin.place.clone().unzip();
        Self { latitude, longitude, place_name, country }
    }
}

/// Whom to turn to in a project.
#[derive(SimpleObject)]
pub struct FocalPoint {
    /// The project's name.
    name: String,
    /// Its role mailbox.
    mailbox: String,
}

/// How a service relates to what was looked for.
#[derive(SimpleObject)]
pub struct ServiceMatch {
    /// Great-circle metres to the nearest place, a straight line; null without a point, without a known
    /// place, for a redacted place, and for one that stands at the middle of its area.
    distance_meters: Option<f64>,
    /// For a redacted place, and for one that stands at the middle of its area, the band of the distance to that middle.
    distance_band: Option<DistanceBand>,
    /// Id of the nearest place; null without a distance.
    location_id: Option<ID>,
    /// Whether the service takes the person.
    verdict: Verdict,
    /// Why the verdict is not a plain match.
    reasons: Vec<FitReason>,
    /// Where it stands in the order BEST, from 0 to 1; null where it was judged alone.
    score: Option<f64>,
    /// What the score is made of.
    standing: Vec<StandingFactor>,
}

impl ServiceMatch {
    /// What was found of one service.
    pub(super) fn new(judged: &Judgement, request: &RequestContext) -> Self {
        let Judgement { service, found } = judged;
        let place = found.place.and_then(|place| service.service.places.get(place));
        let standing = found.standing;
        Self {
            distance_meters: found.distance_meters,
            distance_band: found.distance_band,
            location_id: place.map(|place| place.id.into()),
            verdict: found.fit.verdict,
            reasons: found.fit.reasons.iter().map(|reason| FitReason::new(*reason, judged, request)).collect(),
            score: standing.map(|standing| standing.score),
            standing: standing
                .into_iter()
                .flat_map(|standing| standing.factors)
                .map(|factor| StandingFactor::new(factor, request.language))
                .collect(),
        }
    }
}

/// The verdict on one service.
#[derive(SimpleObject)]
pub struct ServiceCheck {
    /// Whether the service takes the person.
    verdict: Verdict,
    /// Why the verdict is not a plain match.
    reasons: Vec<FitReason>,
}

impl ServiceCheck {
    /// What was found of the service.
    pub fn new(judged: &Judgement, request: &RequestContext) -> Self {
        let Judgement { found, .. } = judged;
        let reasons = found.fit.reasons.iter().map(|reason| FitReason::new(*reason, judged, request));
        Self { verdict: found.fit.verdict, reasons: reasons.collect() }
    }
}

/// One thing that lifts a service or sinks it in the order BEST.
#[derive(SimpleObject)]
pub struct StandingFactor {
    /// What it is.
    factor: RankFactor,
    /// From 0, which speaks against the service, to 1, which speaks for it; null where it is not known, which counts
    /// half.
    value: Option<f64>,
    /// What it counts for; all weights sum up to 1.
    weight: f64,
    /// The same as a sentence, in the language asked for.
    message: String,
}

impl StandingFactor {
    fn new(counted: FactorValue, language: Language) -> Self {
        let FactorValue { factor, value } = counted;
        Self { factor, value, weight: factor.weight(), message: factor_sentence(counted, language) }
    }
}

/// What lifts or sinks a service, as a sentence.
pub fn factor_sentence(counted: FactorValue, language: Language) -> String {
    let level = match counted.value {
        None => "unknown",
        Some(0.75..) => "high",
        Some(0.35..) => "middle",
        Some(_) => "low",
    };
    text(language, &format!("{}-{level}", code_key("rank", counted.factor)))
}

/// A page of services as the resolvers have it.
pub type ServiceConnection = Connection<String, Service, ServiceSearch, ServiceMatch>;

/// A page for the resolvers to go through.
pub(super) fn connection(
    page: &FoundPage,
    has_previous: bool,
    need: Option<Need>,
    request: &RequestContext,
) -> ServiceConnection {
    let about = ServiceSearch::new(page, need);
    let mut connection = Connection::with_additional_fields(has_previous, page.has_more, about);
    connection.edges.extend(page.found.iter().map(|found| edge(page, found, request)));
    connection
}

fn edge(page: &FoundPage, found: &Found, request: &RequestContext) -> Edge<String, Service, ServiceMatch> {
    let judged = &found.judgement;
    let node = Service(judged.service.clone());
    Edge::with_additional_fields(page.cursor_of(found), node, ServiceMatch::new(judged, request))
}

/// Whether a service is open.
#[derive(SimpleObject)]
pub struct OpeningState {
    /// Whether it is open.
    status: OpeningStatus,
    /// Why it is so.
    reason: OpeningReason,
    /// When that changes next, within fourteen days; the end of a closure however far. Null where it does not.
    next_change_at: Option<DateTime>,
}

impl From<opening::OpeningState> for OpeningState {
    fn from(state: opening::OpeningState) -> Self {
        let opening::OpeningState { status, reason, next_change_at } = state;
        Self { status, reason, next_change_at: next_change_at.map(DateTime) }
    }
}

/// A town, village or quarter.
#[derive(SimpleObject)]
pub struct NamedPlace {
    /// The name that its source puts first.
    name: String,
    /// ISO 3166-1 code of its country.
    country: String,
    /// Degrees north of the equator.
    latitude: f64,
    /// Degrees east of Greenwich.
    longitude: f64,
    /// How many people live there; null where that is not known.
    population: Option<u64>,
    /// IANA time zone; null where that is not known.
    time_zone: Option<String>,
    /// Other spellings, languages and scripts.
    alternate_names: Vec<String>,
}

impl From<&geography::NamedPlace> for NamedPlace {
    fn from(place: &geography::NamedPlace) -> Self {
        let geography::NamedPlace { name, country, position, population, time_zone, alternate_names, .. } =
            place.clone();
        let (latitude, longitude) = (position.latitude(), position.longitude());
        Self { name, country, latitude, longitude, population, time_zone, alternate_names }
    }
}

/// An administrative area.
pub struct AdminArea(pub(super) geography::AdminArea);

/// An administrative area.
#[Object]
impl AdminArea {
    /// The code that it goes under here.
    async fn code(&self) -> &str {
        self.0.code.as_str()
    }

    /// Its codes under other schemes, and those that it had.
    async fn other_codes(&self) -> Vec<&str> {
        self.0.aliases.iter().map(|code| code.as_str()).collect()
    }

    /// Its name; null where its sources only tell codes.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// How deep it lies in its country: 0 for the country, 1 for the largest parts; null where that is not known.
    async fn level(&self) -> Option<u8> {
        self.0.level
    }

    /// The area that it is a part of; null for a country, and where that is not known.
    async fn parent(&self, context: &Context<'_>) -> Option<AdminArea> {
        search::parent_of(&request(context).context, &self.0).map(AdminArea)
    }

    /// Degrees north of its middle; null where that is not known.
    async fn latitude(&self) -> Option<f64> {
        self.0.center.map(|center| center.latitude())
    }

    /// Degrees east of its middle; null where that is not known.
    async fn longitude(&self) -> Option<f64> {
        self.0.center.map(|center| center.longitude())
    }
}
