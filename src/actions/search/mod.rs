//! Finding services, and judging one. Nothing here asks the database but [`whereabouts()`], for a project's country.

mod cursor;
mod input;
mod whereabouts;

pub use input::{JudgeFit, Origin, SearchServices};
pub use whereabouts::{OwnPlace, Whereabouts, own_places, whereabouts};

use super::{ActionError, Context};
use crate::directory::{Distance, Hit, Query, SearchKey, SearchWords, Snapshot};
use crate::domain::directory::Service;
use crate::domain::fit::{Verdict, fit};
use crate::domain::geography::{AdminArea, NamedPlace};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::opening::{OpeningReason, OpeningState, OpeningStatus};
use crate::domain::place::AreaCode;
use crate::domain::time::{Date, Timestamp};
use crate::geography::gazetteer::PlaceQuery;
use crate::policy::access::Access;
use crate::policy::directory_view::{Lens, MatchView, ServiceView, show_check, show_service};
use crate::policy::rules::{Action, admit};
use crate::policy::visible::Visible;
use cursor::Cursor;
use input::typed;
use std::sync::Arc;

/// A service that was judged.
#[derive(Clone)]
pub struct Judgement {
    /// The service.
    pub service: Visible<ServiceView>,
    /// How far it is, whether it takes the person, why not, and where it stands.
    pub found: MatchView,
}

/// One service that was found, at its nearest place.
#[derive(Clone)]
pub struct Found {
    /// The service, and how it relates to what was looked for.
    pub judgement: Judgement,
    key: SearchKey,
}

/// A page of services.
#[derive(Clone)]
pub struct FoundPage {
    /// The services in the order asked for.
    pub found: Vec<Found>,
    /// Which question it answers.
    question: [u8; 32],
    /// True when more follow.
    pub has_more: bool,
    /// The instant at which openness, capacity and freshness were judged; the same for every page.
    pub evaluated_at: Timestamp,
    /// What distances were measured from.
    pub origin: Option<Origin>,
}

/// Looks for services in the snapshot, `first` at most.
pub fn search(
    context: &Context,
    access: &Access,
    input: &SearchServices,
    first: usize,
    after: Option<&str>,
) -> Result<FoundPage, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let geography = context.geography.snapshot();
    let origin = input.origin(context)?;
    let (region, judged) = (input.region(&geography.areas)?, input.fit.read(&geography.areas)?);
    let question = input.digest();
    let cursor = after.map(|text| Cursor::read(text, &question)).transpose()?;
    let evaluated_at = cursor.map_or_else(|| context.now(), |cursor| cursor.evaluated_at);
    let answering = super::answering::known_to(context, access);
    let query = Query {
        near: origin.as_ref().map(|origin| origin.position),
        within_meters: input.within_meters,
        region: region.as_ref(),
        words: input.words()?.map(|text| SearchWords { text, is_typing: input.is_typing }),
        seeker: judged.seeker(evaluated_at),
        open_at: judged.open_at(evaluated_at),
        verdicts: input.verdicts.as_deref().unwrap_or(&[Verdict::Match, Verdict::ToConfirm]),
        scope: access.directory_scope(),
        answering: answering.as_deref(),
        order: input.order,
        after: cursor.map(|cursor| cursor.key),
        limit: first,
    };
    let snapshot = context.directory.snapshot();
    let page = snapshot.search(&query);
    let lens = Lens::new(access);
    let found = page.hits.into_iter().filter_map(|hit| {
        let service = lens.service(&hit.service, hit.organization.as_ref())?;
        let found = lens.matched(&hit.service, seen(&hit, &query, &snapshot))?;
        Some(Found { judgement: Judgement { service, found }, key: hit.key })
    });
    Ok(FoundPage { found: found.collect(), question, has_more: page.has_more, evaluated_at, origin })
}

impl Found {
    /// The organisation of the service.
    pub fn organization_id(&self) -> OrganizationId {
        self.judgement.service.service.organization_id
    }
}

impl FoundPage {
    /// From where the page behind this service goes on.
    pub fn cursor_of(&self, found: &Found) -> String {
        Cursor { key: found.key, evaluated_at: self.evaluated_at }.write(&self.question)
    }
}

fn seen(hit: &Hit, query: &Query<'_>, snapshot: &Snapshot) -> MatchView {
    let (distance_meters, distance_band) = match hit.distance {
        Some(Distance::Meters(meters)) => (Some(meters), None),
        Some(Distance::Band(band)) => (None, Some(band)),
        None => (None, None),
    };
    let standing = Some(hit.standing(query));
    let is_closed = query.open_at.is_none() || hit.opening == Some(OpeningStatus::Closed);
    let asked_at = query.open_at.unwrap_or(query.seeker.at);
    let reopens_on = if is_closed { reopens_on(snapshot, &hit.service, asked_at) } else { None };
    MatchView { place: hit.place, distance_meters, distance_band, fit: hit.fit.clone(), reopens_on, standing }
}

/// The local day after a closure.
fn reopens_on(snapshot: &Snapshot, service: &Service, at: Timestamp) -> Option<Date> {
    if service.closures.is_empty() {
        return None;
    }
    let state = snapshot.opening_state(service.id, at)?;
    let next = state.next_change_at.filter(|_| state.reason == OpeningReason::TemporarilyClosed)?;
    Some(service.opening().timetable.zone()?.local(next).date)
}

/// Judges one service: whether it takes this person then, and why not.
pub fn check(context: &Context, access: &Access, id: ServiceId, input: &JudgeFit) -> Result<Judgement, ActionError> {
    let geography = context.geography.snapshot();
    let judged = input.read(&geography.areas)?;
    let now = context.now();
    let snapshot = context.directory.snapshot();
    let service = snapshot.service(id).ok_or(ActionError::NotVisible)?;
    let open_at = judged.open_at(now);
    let status = open_at.and_then(|at| Some(snapshot.opening_state(id, at)?.status));
    let capacity = access.directory_scope().capacity_status_at(&service, now);
    let judged = fit(&service, &judged.seeker(now), status, capacity);
    let fit = show_check(access, &service, judged).ok_or(ActionError::NotVisible)?;
    let organization = snapshot.organization(service.organization_id);
    let service = show_service(access, &service, organization.as_ref()).ok_or(ActionError::NotVisible)?;
    let reopens_on = reopens_on(&snapshot, &service.service, open_at.unwrap_or(now));
    let found = MatchView { place: None, distance_meters: None, distance_band: None, fit, reopens_on, standing: None };
    Ok(Judgement { service, found })
}

/// Whether a service that the viewer was shown is open at an instant, now unless said.
pub fn opening_of(context: &Context, service: &ServiceView, at: Option<Timestamp>) -> Option<OpeningState> {
    let at = at.unwrap_or_else(|| context.now());
    context.directory.snapshot().opening_state(service.service.id, at).filter(|_| service.tells_opening)
}

/// Named places, the likeliest first.
pub fn places(
    context: &Context,
    access: &Access,
    name: &str,
    country: Option<&str>,
    is_typing: bool,
    first: usize,
) -> Result<Vec<Arc<NamedPlace>>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let query = PlaceQuery { text: typed("name", name)?, country, is_typing, limit: first };
    let found = context.geography.snapshot().gazetteer.find(&query);
    Ok(found.into_iter().map(|hit| hit.place).collect())
}

/// Administrative areas with these words in their names, the likeliest first.
pub fn areas(
    context: &Context,
    access: &Access,
    name: &str,
    is_typing: bool,
    first: usize,
) -> Result<Vec<AdminArea>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let geography = context.geography.snapshot();
    Ok(geography
        .areas
        .search(typed("name", name)?, is_typing, first)
        .into_iter()
        .map(|known| known.area.clone())
        .collect())
}

/// The administrative area with this code, under any scheme.
pub fn area(context: &Context, access: &Access, code: &str) -> Result<Option<AdminArea>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let code: AreaCode = super::input::area("code", code)?;
    Ok(context.geography.snapshot().areas.find(code.as_str()).map(|known| known.area.clone()))
}

/// The area that an area is a part of.
pub fn parent_of(context: &Context, area: &AdminArea) -> Option<AdminArea> {
    let geography = context.geography.snapshot();
    geography.areas.ancestors(&area.code).into_iter().next().map(|known| known.area.clone())
}
