//! Statutory reports.

use crate::domain::statutory_report::{ReportAuthority, ReportInformation};
use crate::graphql::scalars::{DateTime, Day};
use crate::policy::report_view::ReportView;
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object};

/// That a report was made to an authority: of which kind, on which day, and whether those concerned were told. What it
/// said is not kept. The case's team and whoever leads the project see it.
#[derive(Description)]
pub struct StatutoryReport(pub Visible<ReportView>);

#[Object(use_type_description)]
impl StatutoryReport {
    /// Identifier, beginning with `rep_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case, an id beginning with `cas_`; for its team only.
    async fn case_id(&self) -> Option<ID> {
        self.0.reveal(&self.0.case_id).map(|id| (*id).into())
    }

    /// To which kind of authority.
    async fn authority(&self) -> ReportAuthority {
        *self.0.tell(&self.0.authority)
    }

    /// On which day.
    async fn reported_on(&self) -> Day {
        Day(*self.0.tell(&self.0.reported_on))
    }

    /// Whether the child and the holders of parental authority were told.
    async fn information(&self) -> ReportInformation {
        *self.0.tell(&self.0.information)
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.recorded_at))
    }

    /// Handle of who recorded it; null when the account is gone.
    async fn recorded_by(&self) -> Option<&String> {
        self.0.reveal(&self.0.recorded_by)
    }

    /// When a second person confirmed the record; null before.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.confirmed_at).map(|time| DateTime(*time))
    }

    /// Handle of that person; null before.
    async fn confirmed_by(&self) -> Option<&String> {
        self.0.reveal(&self.0.confirmed_by)
    }
}
