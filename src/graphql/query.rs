//! Queries. Each parses its arguments, calls one action and shapes the answer.

use super::error::{ApiError, Nullable, nullable, parse_id};
use super::node::{self, Node};
use super::page::{IdCursors, TrailCursor, page_size, page_weight};
use super::request::request;
use super::types::audit::{AuditEvent, CaseReadings};
use super::types::case::CaseReference;
use super::types::demand::ServiceGapReport;
use super::types::incident::Incident;
use super::types::legal_hold::LegalHold;
use super::types::organization::Organization;
use super::types::referral::Referral;
use super::types::viewer::Viewer;
use crate::actions::protection::incidents;
use crate::actions::referral::{List, Part};
use crate::actions::{case, demand, directory, legal_hold, referral, trail};
use crate::i18n::Language;
use crate::policy::account_view::show_own_account;
use crate::policy::visible::Visible;
use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, ID, Object};

/// What can be asked about services, cases and referrals.
#[derive(Default)]
pub struct LoopQuery;

#[Object]
impl LoopQuery {
    /// The account whose token came with the request; null for nobody.
    async fn viewer(&self, context: &Context<'_>) -> Option<Viewer> {
        show_own_account(&request(context).access).map(Viewer)
    }

    /// The organisation with this id; null when there is none, or not for the viewer.
    async fn organization(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `org_`.")] id: ID,
    ) -> Nullable<Organization> {
        let request = request(context);
        let found = parse_id(&id).map(|id| directory::find_organization(&request.context, &request.access, id));
        nullable(found, Organization)
    }

    /// The referral with this id; null when there is none, or not for the viewer.
    async fn referral(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `ref_`.")] id: ID,
    ) -> Nullable<Referral> {
        let request = request(context);
        let found = match parse_id(&id) {
            Ok(id) => Ok(referral::find(&request.context, &request.access, id).await),
            Err(refused) => Err(refused),
        };
        nullable(found, Referral::from)
    }

    /// Referrals that the viewer's organisation has received, last sent first.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn inbox(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only open ones (true) or only ended ones (false); both unless said.")] open: Option<bool>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, Referral>, ApiError> {
        let asked = Asked { open, case: None, service_ending: false, first, after };
        asked.page(context, List::Received, IdCursors("inbox")).await
    }

    /// Referrals that the viewer's project has made, last made first.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn sent_referrals(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of this case, an id beginning with `cas_`.")] case: Option<ID>,
        #[graphql(desc = "Only open ones (true) or only ended ones (false); both unless said.")] open: Option<bool>,
        #[graphql(
            desc = "True for only those sent and still open whose service takes nobody any more (closed, suspended, not to \
                          be used, gone from the directory) or has announced from which day on: those for which \
                          somebody else is to be asked."
        )]
        service_ending: Option<bool>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, Referral>, ApiError> {
        let asked = Asked { open, case, service_ending: service_ending.unwrap_or_default(), first, after };
        asked.page(context, List::Sent, IdCursors("sent")).await
    }

    /// The case of the viewer's project that has this spoken code; null when there is none.
    async fn case_by_spoken_code(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Six characters; case, blanks and dashes do not matter.")] spoken_code: String,
    ) -> Nullable<CaseReference> {
        let request = request(context);
        let found = case::find_by_spoken_code(&request.context, &request.access, &spoken_code.into()).await;
        nullable(Ok(found), CaseReference)
    }

    /// The cases of the viewer's project that have this file number.
    #[graphql(complexity = "10 * child_complexity")]
    async fn cases_by_file_number(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The team's own file number.")] file_number: String,
    ) -> Result<Vec<CaseReference>, ApiError> {
        let request = request(context);
        let found = case::list_by_file_number(&request.context, &request.access, &file_number.into()).await?;
        Ok(found.into_iter().map(CaseReference).collect())
    }

    /// The table of gaps of the viewer's project, for coordinators.
    async fn service_gaps(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First month, such as `2026-09`.")] first_month: String,
        #[graphql(desc = "Last month, such as `2026-11`; at most 24 months in all.")] last_month: String,
    ) -> Result<ServiceGapReport, ApiError> {
        let request = request(context);
        Ok(ServiceGapReport(demand::gaps(&request.context, &request.access, &first_month, &last_month).await?))
    }

    /// Who saw what of a case, for the person: for the case's team only; null when there is no such case, or
    /// not for the viewer.
    async fn who_saw_what(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `cas_`.")] case: ID,
        #[graphql(desc = "The person's language; that of the request unless said.")] language: Option<Language>,
    ) -> Nullable<CaseReadings> {
        let request = request(context);
        let found = match parse_id(&case) {
            Ok(id) => Ok(trail::who_saw_what(&request.context, &request.access, id).await),
            Err(refused) => Err(refused),
        };
        nullable(found, |view| CaseReadings { view, language: language.unwrap_or(request.language) })
    }

    /// Entries of the audit trail, last first: the viewer's own acts, or a whole trail for an auditor.
    #[graphql(complexity = "page_weight(first) * child_complexity + 1")]
    async fn audit_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A project's id, or `network`, for an auditor of that project's organisation; without it \
                          the viewer's own acts in every trail.")]
        trail: Option<ID>,
        #[graphql(desc = "Entries of the page, 1 to 100; 20 unless said.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Connection<String, AuditEvent>, ApiError> {
        let request = request(context);
        let limit = page_size(first)?;
        let (after, is_of_trail) = (after.as_deref(), trail.is_some());
        let asked = match trail {
            None => trail::Asked::Own { after: after.map(TrailCursor::read_own).transpose()? },
            Some(trail) => {
                let after = after.map(TrailCursor::read_of_trail).transpose()?;
                trail::Asked::Trail { trail: trail.to_string(), after }
            }
        };
        let (events, has_more) = trail::events(&request.context, &request.access, &asked, limit).await?;
        let mut connection = Connection::new(after.is_some(), has_more);
        let edge = |event: Visible<_>| Edge::new(TrailCursor::write(&event, is_of_trail), AuditEvent(event));
        connection.edges.extend(events.into_iter().map(edge));
        Ok(connection)
    }

    /// The cases held back from every retention clock, for their protection lead; those whose review is longest
    /// overdue first, a hundred at most.
    #[graphql(complexity = "100 * child_complexity + 1")]
    async fn legal_holds(&self, context: &Context<'_>) -> Result<Vec<LegalHold>, ApiError> {
        let request = request(context);
        let holds = legal_hold::list(&request.context, &request.access).await?;
        Ok(holds.into_iter().map(LegalHold).collect())
    }

    /// Referrals that caused harm, for the case's team and whoever leads the project: those that somebody has to look
    /// into first, a hundred at most.
    #[graphql(complexity = "100 * child_complexity + 1")]
    async fn incidents(&self, context: &Context<'_>) -> Result<Vec<Incident>, ApiError> {
        let request = request(context);
        let incidents = incidents::list(&request.context, &request.access).await?;
        Ok(incidents.into_iter().map(Incident).collect())
    }

    /// The object with this id, whatever its kind; null when there is none, or not for the viewer.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id with any known prefix.")] id: ID,
    ) -> Nullable<Node> {
        node::find(request(context), &id).await.transpose()
    }
}

/// What somebody asks of a list of referrals.
struct Asked {
    open: Option<bool>,
    case: Option<ID>,
    service_ending: bool,
    first: Option<i32>,
    after: Option<String>,
}

impl Asked {
    async fn page(
        self,
        context: &Context<'_>,
        list: List,
        cursors: IdCursors,
    ) -> Result<Connection<String, Referral>, ApiError> {
        let request = request(context);
        let size = page_size(self.first)?;
        let part = Part {
            open: self.open,
            case_id: self.case.as_ref().map(parse_id).transpose()?,
            to_ending_services: self.service_ending,
            after: self.after.as_deref().map(|after| cursors.read(after)).transpose()?,
            limit: size,
        };
        let (views, has_more) = referral::list(&request.context, &request.access, list, part).await?;
        let mut connection = Connection::new(self.after.is_some(), has_more);
        connection.edges.extend(views.into_iter().map(|view| Edge::new(cursors.write(view.id), Referral::from(view))));
        Ok(connection)
    }
}
