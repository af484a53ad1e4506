//! A page of a search as it is written.

use super::{Asked, AskedField, Json, Written};
use crate::actions::search::{Found, FoundPage};
use crate::domain::fit::{FitReason, proposed_need};
use crate::domain::ranking::FactorValue;
use crate::graphql::request::RequestContext;
use crate::graphql::search::{ServiceConnection, factor_sentence, reason_sentence};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use std::borrow::Cow;

/// Room for what is mostly asked of one service, so that the text need not be moved while it grows.
const BYTES_EACH: usize = 1_024;

/// A page of services, written or left to the resolvers.
pub enum ServicePage {
    /// The text of the answer. As a value of GraphQL it is binary, which nothing else in the schema is;
    /// [`http`](crate::graphql::http) puts it where it belongs.
    Written(Value),
    /// What resolvers go through.
    Resolved(Box<ServiceConnection>),
}

impl OutputType for ServicePage {
    fn type_name() -> Cow<'static, str> {
        <ServiceConnection as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ServiceConnection as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match self {
            Self::Written(text) => Ok(text.clone()),
            Self::Resolved(connection) => OutputType::resolve(&**connection, context, field).await,
        }
    }
}

/// The text of a page of which this is asked; `None` where only the resolvers can answer it.
pub fn write(page: &FoundPage, is_first: bool, asked: &Asked<'_>, request: &RequestContext) -> Option<Value> {
    let mut json = Json::with_capacity(BYTES_EACH * page.found.len());
    json.object("ServiceConnection", asked, |field, json| match field.name {
        "edges" => json.list(&page.found, |found, json| write_edge(page, found, &field.inner, request, json)),
        "nodes" => json.list(&page.found, |found, json| found.judgement.service.write(&field.inner, request, json)),
        "pageInfo" => write_page_info(page, is_first, &field.inner, json),
        "evaluatedAt" => json.plain(page.evaluated_at),
        "measuredFrom" => match &page.origin {
            None => json.value(&()),
            Some(origin) => json.object("MeasuredFrom", &field.inner, |field, json| match field.name {
                "latitude" => json.value(&origin.position.latitude()),
                "longitude" => json.value(&origin.position.longitude()),
                "placeName" => json.value(&origin.place.as_ref().map(|(name, _)| name)),
                "country" => json.value(&origin.place.as_ref().map(|(_, country)| country)),
                _ => None,
            }),
        },
        _ => None,
    })?;
    Some(Value::Binary(json.into_bytes().into()))
}

fn write_page_info(page: &FoundPage, is_first: bool, asked: &Asked<'_>, json: &mut Json) -> Option<()> {
    json.object("PageInfo", asked, |field, json| match field.name {
        "hasPreviousPage" => json.value(&!is_first),
        "hasNextPage" => json.value(&page.has_more),
        "startCursor" => json.value(&page.found.first().map(|found| page.cursor_of(found))),
        "endCursor" => json.value(&page.found.last().map(|found| page.cursor_of(found))),
        _ => None,
    })
}

fn write_edge(
    page: &FoundPage,
    found: &Found,
    asked: &Asked<'_>,
    request: &RequestContext,
    json: &mut Json,
) -> Option<()> {
    let service = &found.judgement.service;
    let matched = &found.judgement.found;
    let write = |field: &AskedField<'_>, json: &mut Json| match field.name {
        "cursor" => json.value(&page.cursor_of(found)),
        "node" => service.write(&field.inner, request, json),
        "distanceMeters" => json.value(&matched.distance_meters),
        "distanceBand" => matched.distance_band.write(&field.inner, request, json),
        "locationId" => match matched.place.and_then(|place| service.service.places.get(place)) {
            Some(place) => json.plain(place.id),
            None => json.value(&()),
        },
        "verdict" => json.symbol(matched.fit.verdict),
        "reasons" => {
            json.list(&matched.fit.reasons, |reason, json| write_reason(*reason, found, &field.inner, request, json))
        }
        "score" => json.value(&matched.standing.map(|standing| standing.score)),
        "standing" => {
            let factors = matched.standing.into_iter().flat_map(|standing| standing.factors);
            json.list(factors, |factor, json| write_factor(factor, &field.inner, request, json))
        }
        _ => None,
    };
    json.object("ServiceEdge", asked, write)
}

fn write_reason(
    reason: FitReason,
    found: &Found,
    asked: &Asked<'_>,
    request: &RequestContext,
    json: &mut Json,
) -> Option<()> {
    json.object("FitReason", asked, |field, json| match field.name {
        "dimension" => json.symbol(reason.dimension),
        "finding" => json.symbol(reason.finding),
        "message" => json.value(&reason_sentence(reason, &found.judgement, request)),
        "proposedNeed" => proposed_need(&found.judgement.service.service, reason).write(&field.inner, request, json),
        _ => None,
    })
}

fn write_factor(counted: FactorValue, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
    json.object("StandingFactor", asked, |field, json| match field.name {
        "factor" => json.symbol(counted.factor),
        "value" => json.value(&counted.value),
        "weight" => json.value(&counted.factor.weight()),
        "message" => json.value(&factor_sentence(counted, request.language)),
        _ => None,
    })
}
