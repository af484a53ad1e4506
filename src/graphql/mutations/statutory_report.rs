//! Recording statutory reports.

use crate::actions::protection::reports::{self, RecordReport};
use crate::domain::statutory_report::{ReportAuthority, ReportFacts, ReportInformation};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::Day;
use crate::graphql::types::statutory_report::StatutoryReport;
use crate::graphql::user_errors::{StatutoryReportConfirmError, StatutoryReportRecordError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct StatutoryReportMutations;

#[Object]
impl StatutoryReportMutations {
    /// Records that a report was made to an authority, without its content. A second person confirms the record.
    async fn statutory_report_record(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which case, to what, when, and who was told.")] input: StatutoryReportRecordInput,
    ) -> Result<StatutoryReportRecordPayload, ApiError> {
        let request = request(context);
        let recorded = reports::record(&request.context, &request.access, input.read()?).await;
        let (report, errors) = settle(recorded, request.language)?;
        Ok(StatutoryReportRecordPayload { statutory_report: report.map(StatutoryReport), errors })
    }

    /// Confirms the record of a report; refused to who recorded it.
    async fn statutory_report_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which report is confirmed.")] input: StatutoryReportConfirmInput,
    ) -> Result<StatutoryReportConfirmPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.statutory_report_id)?;
        let confirmed = reports::confirm(&request.context, &request.access, id).await;
        let (report, errors) = settle(confirmed, request.language)?;
        Ok(StatutoryReportConfirmPayload { statutory_report: report.map(StatutoryReport), errors })
    }
}

/// What recording a report takes: codes and a day, and nothing of what it said.
#[derive(InputObject)]
pub struct StatutoryReportRecordInput {
    /// The caller's own key of this call: sent again, it gives the same record.
    idempotency_key: String,
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// To which kind of authority it was made.
    authority: ReportAuthority,
    /// On which day.
    reported_on: Day,
    /// Whether the child and the holders of parental authority were told.
    information: ReportInformation,
}

impl StatutoryReportRecordInput {
    fn read(self) -> Result<RecordReport, ApiError> {
        Ok(RecordReport {
            idempotency_key: self.idempotency_key,
            case_id: parse_id(&self.case_id)?,
            facts: ReportFacts {
                authority: self.authority,
                reported_on: self.reported_on.0,
                information: self.information,
            },
        })
    }
}

/// What confirming a report takes.
#[derive(InputObject)]
pub struct StatutoryReportConfirmInput {
    /// The report, an id beginning with `rep_`.
    statutory_report_id: ID,
}

/// The record, or why there is none.
#[derive(SimpleObject)]
pub struct StatutoryReportRecordPayload {
    /// The report; null when it was not recorded.
    statutory_report: Option<StatutoryReport>,
    /// Why it was not recorded.
    errors: Vec<StatutoryReportRecordError>,
}

/// The record with its second person, or why not.
#[derive(SimpleObject)]
pub struct StatutoryReportConfirmPayload {
    /// The report; null when it was not confirmed.
    statutory_report: Option<StatutoryReport>,
    /// Why it was not confirmed.
    errors: Vec<StatutoryReportConfirmError>,
}
