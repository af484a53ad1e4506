//! Queries of protection.

use super::error::{ApiError, Nullable, nullable, parse_id};
use super::request::request;
use super::types::consent_override::ConsentOverride;
use super::types::protection::{BreakGlass, BreakGlassRate, ContinuityEntry, Deletion, Notice, Project};
use super::types::revocation::{PartnerRevocation, RestartList};
use super::types::statutory_report::StatutoryReport;
use crate::actions::protection::{
    continuity, deletion, glass, notice, overrides, project, reports, restart, revocation,
};
use async_graphql::{Context, ID, Object};

#[derive(Default)]
pub struct ProtectionQuery;

#[Object]
impl ProtectionQuery {
    /// The viewer's project, or every project of the organisation for its protection lead.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn projects(&self, context: &Context<'_>) -> Result<Vec<Project>, ApiError> {
        let request = request(context);
        let found = project::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(Project).collect())
    }

    /// The project with this id; null when there is none, or not for the viewer.
    async fn project(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `prj_`.")] id: ID,
    ) -> Nullable<Project> {
        let request = request(context);
        let found = match parse_id(&id) {
            Ok(id) => Ok(project::find(&request.context, &request.access, id).await),
            Err(refused) => Err(refused),
        };
        nullable(found, Project)
    }

    /// What a frozen project left open with recipients, most urgent first, at most 100; for its desk and for
    /// who leads it. Empty while it works, and for everybody else.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn continuity_list(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The project, an id beginning with `prj_`.")] project_id: ID,
    ) -> Result<Vec<ContinuityEntry>, ApiError> {
        let request = request(context);
        let found = continuity::list(&request.context, &request.access, parse_id(&project_id)?).await?;
        Ok(found.into_iter().map(ContinuityEntry).collect())
    }

    /// The partners that a project has revoked, last revoked first, at most 100, those of whom that has ended too; for who
    /// leads it. Empty for everybody else.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn partner_revocations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The project, an id beginning with `prj_`.")] project_id: ID,
    ) -> Result<Vec<PartnerRevocation>, ApiError> {
        let request = request(context);
        let found = revocation::list(&request.context, &request.access, parse_id(&project_id)?).await?;
        Ok(found.into_iter().map(PartnerRevocation).collect())
    }

    /// What a project that was frozen looks at first when it starts again, as things stand now; for who leads it. Null for
    /// everybody else, and where the project was never frozen.
    async fn restart_list(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The project, an id beginning with `prj_`.")] project_id: ID,
    ) -> Nullable<RestartList> {
        let request = request(context);
        let found = match parse_id(&project_id) {
            Ok(id) => Ok(restart::list(&request.context, &request.access, id).await),
            Err(refused) => Err(refused),
        };
        nullable(found, RestartList)
    }

    /// The newest notices to the viewer and to what the viewer acts for, at most 100.
    #[graphql(complexity = "100 * child_complexity + 1")]
    async fn notices(&self, context: &Context<'_>) -> Result<Vec<Notice>, ApiError> {
        let request = request(context);
        let found = notice::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(Notice).collect())
    }

    /// Broken glasses that wait for the viewer's review, oldest first, at most 100.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn break_glass_reviews(&self, context: &Context<'_>) -> Result<Vec<BreakGlass>, ApiError> {
        let request = request(context);
        let found = glass::list_to_review(&request.context, &request.access).await?;
        Ok(found.into_iter().map(BreakGlass).collect())
    }

    /// How often the glass was broken in a project within 30 days; null for who does not oversee it.
    async fn break_glass_rate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The project, an id beginning with `prj_`.")] project_id: ID,
    ) -> Nullable<BreakGlassRate> {
        let request = request(context);
        let found = match parse_id(&project_id) {
            Ok(id) => Ok(glass::rate(&request.context, &request.access, id).await),
            Err(refused) => Err(refused),
        };
        nullable(found, BreakGlassRate)
    }

    /// Statutory reports of the cases of the viewer's teams or of the projects that the viewer leads, last recorded first,
    /// at most 100.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn statutory_reports(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of this case, an id beginning with `cas_`.")] case: Option<ID>,
    ) -> Result<Vec<StatutoryReport>, ApiError> {
        let request = request(context);
        let case = case.as_ref().map(parse_id).transpose()?;
        let found = reports::list(&request.context, &request.access, case).await?;
        Ok(found.into_iter().map(StatutoryReport).collect())
    }

    /// Referrals allowed without a consent, for the cases of the viewer's teams or for the projects that the viewer
    /// leads, last asked first, at most 100; also those that are over, for as long as the audit trail tells of them.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn consent_overrides(&self, context: &Context<'_>) -> Result<Vec<ConsentOverride>, ApiError> {
        let request = request(context);
        let found = overrides::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(ConsentOverride).collect())
    }

    /// Requests to delete what is held of closed referrals, asked or received, last asked first, at most 100.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn deletion_requests(&self, context: &Context<'_>) -> Result<Vec<Deletion>, ApiError> {
        let request = request(context);
        let found = deletion::list(&request.context, &request.access).await?;
        Ok(found.into_iter().map(Deletion).collect())
    }
}
