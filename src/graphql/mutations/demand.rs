//! Recording a need for which nothing was found.

use crate::actions::demand::{RecordDemand, record};
use crate::domain::demand::DemandResult;
use crate::domain::need::Need;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::demand::Demand;
use crate::graphql::user_errors::{DemandRecordError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct DemandMutations;

#[Object]
impl DemandMutations {
    /// Records a need of a case for which nothing was found, so that it counts. A referral records its own.
    async fn demand_record(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The need, and why nothing was found.")] input: DemandRecordInput,
    ) -> Result<DemandRecordPayload, ApiError> {
        let request = request(context);
        let recorded = record(&request.context, &request.access, input.read()?).await;
        let (demand, errors) = settle(recorded, request.language)?;
        Ok(DemandRecordPayload { demand: demand.map(Demand), errors })
    }
}

/// What recording a need without an answer takes.
#[derive(InputObject)]
pub struct DemandRecordInput {
    /// The caller's own key of this call: sent again, it gives the same record.
    idempotency_key: String,
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The need, by its code.
    need: Need,
    /// Why nothing was found.
    result: DemandResult,
    /// Code of the area where the person is; that of the case unless said.
    area: Option<String>,
}

impl DemandRecordInput {
    fn read(self) -> Result<RecordDemand, ApiError> {
        Ok(RecordDemand {
            idempotency_key: self.idempotency_key,
            case_id: parse_id(&self.case_id)?,
            need: self.need,
            result: self.result,
            area: self.area,
        })
    }
}

/// The record, or why there is none.
#[derive(SimpleObject)]
pub struct DemandRecordPayload {
    /// The record; null when the need was not recorded.
    demand: Option<Demand>,
    /// Why it was not recorded.
    errors: Vec<DemandRecordError>,
}
