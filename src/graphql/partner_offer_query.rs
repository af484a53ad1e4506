//! Queries of what partners offer.

use super::error::ApiError;
use super::page::{IdCursors, page_size, page_weight};
use super::request::request;
use super::types::partner_offer::PartnerOffer;
use super::types::service::Service;
use crate::actions::partner_offer::{OffersAsked, list, reception::open_services};
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object};

/// So many services weigh as much as the list of those that are open to offers.
const SERVICES_WEIGHED: usize = 20;

#[derive(Default)]
pub struct PartnerOfferQuery;

#[Object]
impl PartnerOfferQuery {
    /// Persons whom partners offer, last offered first: to the viewer's teams or in the projects that the viewer leads, or those
    /// whom the viewer's own organisation has offered.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn partner_offers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Those offered to the viewer's teams.", default)] received: bool,
        #[graphql(desc = "Only open ones (true) or only ended ones (false); both unless said.")] open: Option<bool>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, PartnerOffer>, ApiError> {
        let request = request(context);
        let cursors = IdCursors(if received { "offers-received" } else { "offers-made" });
        let asked = OffersAsked {
            received,
            open,
            after: after.as_deref().map(|after| cursors.read(after)).transpose()?,
            limit: page_size(first)?,
        };
        let (offers, has_more) = list(&request.context, &request.access, asked).await?;
        let mut connection = Connection::new(after.is_some(), has_more);
        connection.edges.extend(offers.into_iter().map(|view| Edge::new(cursors.write(view.id), view.into())));
        Ok(connection)
    }

    /// The services to which the viewer's organisation can offer a person: those for which a team has said that it answers, as
    /// far as the viewer may know of them.
    #[graphql(complexity = "SERVICES_WEIGHED * child_complexity + 1")]
    async fn services_receiving_offers(&self, context: &Context<'_>) -> Result<Vec<Service>, ApiError> {
        let request = request(context);
        let services = open_services(&request.context, &request.access).await?;
        Ok(services.into_iter().map(Service).collect())
    }
}
