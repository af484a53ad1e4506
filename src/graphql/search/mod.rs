//! Queries that find services, places and areas.

mod inputs;
mod outputs;
mod reasons;

pub use inputs::{FitInput, ProfileInput};
pub use outputs::{OpeningState, ServiceCheck, ServiceConnection, factor_sentence};
pub use reasons::reason_sentence;

use super::error::{ApiError, Nullable, nullable, parse_id};
use super::page::{page_size, page_weight};
use super::request::request;
use super::types::service::Service;
use super::written::{self, Asked, ServicePage};
use crate::actions::directory;
use crate::actions::referral::next_partners;
use crate::actions::search::{self, SearchServices};
use crate::domain::ranking::ServiceOrder;
use async_graphql::{Context, ID, Object};
use inputs::ServiceFilter;
use outputs::{AdminArea, NamedPlace, connection};

/// What looking for services costs besides its page, in the units of the cost of a query: as much as where no point bounds
/// what is looked at. Telling the two apart would take reading every filter twice.
const WEIGHT_OF_A_SEARCH: usize = 100;

/// What can be asked of the directory.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Services for a need and a person: nearest first in exact great-circle order when a point is given,
    /// each at its nearest place; those without a known place come last. Hidden services leave no trace.
    #[graphql(complexity = "page_weight(first) * child_complexity + WEIGHT_OF_A_SEARCH")]
    async fn services(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is looked for; without it everything that the viewer may know of.")] filter: Option<
            ServiceFilter,
        >,
        #[graphql(desc = "In which order; NEAREST unless said.")] order: Option<ServiceOrder>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before, of the same filter and order.")] after: Option<String>,
    ) -> Result<ServicePage, ApiError> {
        let request = request(context);
        let size = page_size(first)?;
        let input = SearchServices { order: order.unwrap_or_default(), ..filter.unwrap_or_default().into() };
        let page = search::search(&request.context, &request.access, &input, size, after.as_deref())?;
        let asked = Asked::of(&context.field());
        let text = request.writes_pages.then(|| written::write(&page, after.is_none(), &asked, request)).flatten();
        Ok(text.map_or_else(
            || ServicePage::Resolved(Box::new(connection(&page, after.is_some(), input.fit.need, request))),
            ServicePage::Written,
        ))
    }

    /// Whom to ask next: services for the need of a referral and the person of its case, best first around the case's area,
    /// without the organisations that its chain has asked. For the case's team; null when there is no such referral, or not
    /// for the viewer.
    #[graphql(complexity = "page_weight(first) * child_complexity + WEIGHT_OF_A_SEARCH")]
    async fn referral_next_partners(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `ref_`.")] referral_id: ID,
        #[graphql(desc = "How many, 1 to 100; 20 unless said.")] first: Option<i32>,
    ) -> Nullable<ServiceConnection> {
        let request = request(context);
        let found = match (parse_id(&referral_id), page_size(first)) {
            (Ok(id), Ok(size)) => Ok(next_partners(&request.context, &request.access, id, size).await),
            (Err(refused), _) | (_, Err(refused)) => Err(refused),
        };
        nullable(found, |(page, need)| connection(&page, false, Some(need), request))
    }

    /// The service with this id; null when there is none, or not for the viewer.
    async fn service(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `svc_`.")] id: ID,
    ) -> Nullable<Service> {
        let request = request(context);
        let found = parse_id(&id).map(|id| directory::find(&request.context, &request.access, id));
        nullable(found, Service)
    }

    /// Towns, villages and quarters by any of their names, in any script, the likeliest first. One typing error is
    /// forgiven in a name of five letters or more.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn places(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The name, such as `Zouara`.")] name: String,
        #[graphql(desc = "ISO 3166-1 code of the country, two letters; every country unless said.")] country: Option<
            String,
        >,
        #[graphql(desc = "True while the name is being typed.", default)] typing: bool,
        #[graphql(desc = "How many, 1 to 100; 20 unless said.")] first: Option<i32>,
    ) -> Result<Vec<NamedPlace>, ApiError> {
        let (request, size) = (request(context), page_size(first)?);
        let found = search::places(&request.context, &request.access, &name, country.as_deref(), typing, size)?;
        Ok(found.iter().map(|place| NamedPlace::from(&**place)).collect())
    }

    /// Administrative areas by their names, the likeliest first.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn areas(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The name, or words of it.")] name: String,
        #[graphql(desc = "True while the name is being typed.", default)] typing: bool,
        #[graphql(desc = "How many, 1 to 100; 20 unless said.")] first: Option<i32>,
    ) -> Result<Vec<AdminArea>, ApiError> {
        let (request, size) = (request(context), page_size(first)?);
        let found = search::areas(&request.context, &request.access, &name, typing, size)?;
        Ok(found.into_iter().map(AdminArea).collect())
    }

    /// The administrative area with this code under any scheme (P-code, INSEE with `FR-` before it, ISO 3166-2); null
    /// when no source knows it.
    async fn area(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code, such as `LY0215`, `FR-93055` or `TN-11`.")] code: String,
    ) -> Result<Option<AdminArea>, ApiError> {
        let request = request(context);
        Ok(search::area(&request.context, &request.access, &code)?.map(AdminArea))
    }
}
