//! Judging pairs of services that may be one.

use crate::actions::directory_edit::{dismiss_pair, restore_pair};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::service::Service;
use crate::graphql::user_errors::{ServiceDismissDuplicateError, ServiceRestoreDuplicateError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct DuplicateMutations;

#[Object]
impl DuplicateMutations {
    /// Judges that two entries are two services, for editors: `duplicateCandidates` proposes the pair to nobody any more,
    /// until `serviceRestoreDuplicate`. Sent again, it changes nothing.
    async fn service_dismiss_duplicate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two entries, in any order.")] input: ServiceDismissDuplicateInput,
    ) -> Result<ServiceDismissDuplicatePayload, ApiError> {
        let request = request(context);
        let pair = [parse_id(&input.service_id)?, parse_id(&input.other_id)?];
        let judged = dismiss_pair(&request.context, &request.access, pair).await;
        let (service, errors) = settle(judged, request.language)?;
        Ok(ServiceDismissDuplicatePayload { service: service.flatten().map(Service), errors })
    }

    /// Takes back the judgement that two entries are two services, for editors: the pair is proposed again, if the two
    /// still read alike. Where nobody has judged so, it changes nothing.
    async fn service_restore_duplicate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two entries, in any order.")] input: ServiceRestoreDuplicateInput,
    ) -> Result<ServiceRestoreDuplicatePayload, ApiError> {
        let request = request(context);
        let pair = [parse_id(&input.service_id)?, parse_id(&input.other_id)?];
        let judged = restore_pair(&request.context, &request.access, pair).await;
        let (service, errors) = settle(judged, request.language)?;
        Ok(ServiceRestoreDuplicatePayload { service: service.flatten().map(Service), errors })
    }
}

/// What judging a pair takes.
#[derive(InputObject)]
pub struct ServiceDismissDuplicateInput {
    /// One of the two, an id beginning with `svc_`.
    service_id: ID,
    /// The other one, an id beginning with `svc_`.
    other_id: ID,
}

/// The first of the two services, or why nothing was judged.
#[derive(SimpleObject)]
pub struct ServiceDismissDuplicatePayload {
    /// The service; null when nothing was judged.
    service: Option<Service>,
    /// Why nothing was judged.
    errors: Vec<ServiceDismissDuplicateError>,
}

/// What taking a judgement back takes.
#[derive(InputObject)]
pub struct ServiceRestoreDuplicateInput {
    /// One of the two, an id beginning with `svc_`.
    service_id: ID,
    /// The other one, an id beginning with `svc_`.
    other_id: ID,
}

/// The first of the two services, or why nothing was taken back.
#[derive(SimpleObject)]
pub struct ServiceRestoreDuplicatePayload {
    /// The service; null when nothing was taken back.
    service: Option<Service>,
    /// Why nothing was taken back.
    errors: Vec<ServiceRestoreDuplicateError>,
}
