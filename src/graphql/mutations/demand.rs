//! Recording a need for which nothing was found.

use crate::actions::demand::{CountDemand, RecordDemand, count, record};
use crate::domain::demand::DemandResult;
use crate::domain::need::Need;
use crate::domain::profile::{AgeBand, Gender};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::demand::Demand;
use crate::graphql::user_errors::{DemandCountError, DemandRecordError, settle};
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

    /// Records how many people with a need were met outside. No case is opened for them, and nobody's key is kept: they
    /// count as requests, and never as persons.
    async fn demand_count(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The need, where, and how many people.")] input: DemandCountInput,
    ) -> Result<DemandCountPayload, ApiError> {
        let request = request(context);
        let counted = count(&request.context, &request.access, input.read()?).await;
        let (demand, errors) = settle(counted, request.language)?;
        Ok(DemandCountPayload { demand: demand.map(Demand), errors })
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

/// What counting people with a need outside takes.
#[derive(InputObject)]
pub struct DemandCountInput {
    /// The caller's own key of this call: sent again, it gives the same record.
    idempotency_key: String,
    /// The team that counted, an id beginning with `tea_`; for who is of several teams.
    team_id: Option<ID>,
    /// The need, by its code.
    need: Need,
    /// Code of the area where they were met.
    area: String,
    /// How many people, from 1 to 1,000.
    people: i64,
    /// Their age, as a band, where all are of one.
    age_band: Option<AgeBand>,
    /// Their gender, where all are of one.
    gender: Option<Gender>,
    /// Why nothing was found, where that is known.
    result: Option<DemandResult>,
}

impl DemandCountInput {
    fn read(self) -> Result<CountDemand, ApiError> {
        Ok(CountDemand {
            idempotency_key: self.idempotency_key,
            team_id: self.team_id.as_ref().map(parse_id).transpose()?,
            need: self.need,
            area: self.area,
            people: self.people,
            age_band: self.age_band,
            gender: self.gender,
            result: self.result,
        })
    }
}

/// The record, or why there is none.
#[derive(SimpleObject)]
pub struct DemandCountPayload {
    /// The record; null when nothing was counted.
    demand: Option<Demand>,
    /// Why nothing was counted.
    errors: Vec<DemandCountError>,
}

/// The record, or why there is none.
#[derive(SimpleObject)]
pub struct DemandRecordPayload {
    /// The record; null when the need was not recorded.
    demand: Option<Demand>,
    /// Why it was not recorded.
    errors: Vec<DemandRecordError>,
}
