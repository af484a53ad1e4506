//! Judging pairs of entries that may be one.

use crate::actions::directory_edit::{dismiss_pair, restore_pair};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::user_errors::{DuplicatesDismissError, DuplicatesRestoreError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct DuplicateMutations;

#[Object]
impl DuplicateMutations {
    /// Judges that two entries are two services, for editors: `duplicateCandidates` proposes the pair to nobody any more,
    /// until `duplicatesRestore`. Sent again, it changes nothing.
    async fn duplicates_dismiss(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two entries, in any order.")] input: DuplicatesDismissInput,
    ) -> Result<DuplicatesDismissPayload, ApiError> {
        let request = request(context);
        let pair = [parse_id(&input.first_id)?, parse_id(&input.second_id)?];
        let (judged, errors) = settle(dismiss_pair(&request.context, &request.access, pair).await, request.language)?;
        Ok(DuplicatesDismissPayload { dismissed: judged.is_some(), errors })
    }

    /// Takes back the judgement that two entries are two services, for editors: the pair is proposed again, if the two
    /// still read alike. Where nobody has judged so, it changes nothing.
    async fn duplicates_restore(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The two entries, in any order.")] input: DuplicatesRestoreInput,
    ) -> Result<DuplicatesRestorePayload, ApiError> {
        let request = request(context);
        let pair = [parse_id(&input.first_id)?, parse_id(&input.second_id)?];
        let (judged, errors) = settle(restore_pair(&request.context, &request.access, pair).await, request.language)?;
        Ok(DuplicatesRestorePayload { restored: judged.is_some(), errors })
    }
}

/// What judging a pair takes.
#[derive(InputObject)]
pub struct DuplicatesDismissInput {
    /// One of the two, an id beginning with `svc_`.
    first_id: ID,
    /// The other one, an id beginning with `svc_`.
    second_id: ID,
}

/// Whether the pair is dismissed now, or why nothing was judged.
#[derive(SimpleObject)]
pub struct DuplicatesDismissPayload {
    /// True where the pair is proposed no longer.
    dismissed: bool,
    /// Why nothing was judged.
    errors: Vec<DuplicatesDismissError>,
}

/// What taking a judgement back takes.
#[derive(InputObject)]
pub struct DuplicatesRestoreInput {
    /// One of the two, an id beginning with `svc_`.
    first_id: ID,
    /// The other one, an id beginning with `svc_`.
    second_id: ID,
}

/// Whether a pair may be proposed again, or why nothing was taken back.
#[derive(SimpleObject)]
pub struct DuplicatesRestorePayload {
    /// True where no judgement keeps the pair from being proposed.
    restored: bool,
    /// Why nothing was taken back.
    errors: Vec<DuplicatesRestoreError>,
}
