//! What protection keeps: projects and their freeze, what they left open, broken glasses, notices, requests to
//! delete.

use super::case::CaseReference;
use super::organization::Organization;
use super::referral::Referral;
use super::service::Service;
use super::viewer::Team;
use crate::actions::directory;
use crate::actions::protection::{continuity, glass};
use crate::domain::deletion::DeletionAnswer;
use crate::domain::freeze::{Custody as CustodyModel, ProjectStatus};
use crate::domain::glass::{Glass, GlassRate, GlassReason, GlassVerdict};
use crate::domain::notice::{NoticeKind, ReceivedNotice};
use crate::domain::referral::Urgency;
use crate::graphql::error::{Nullable, nullable};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::protection_view::{ContinuityView, DeletionView, ProjectView};
use crate::policy::visible::Visible;
use async_graphql::{Context, Description, ID, Object};

/// A project, for its own people and for who leads it.
#[derive(Description)]
pub struct Project(pub Visible<ProjectView>);

#[Object(use_type_description)]
impl Project {
    /// Identifier, beginning with `prj_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name, as recipients read it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it works.
    async fn status(&self) -> ProjectStatus {
        self.0.status
    }

    /// Since when it is frozen; null while it works.
    async fn frozen_at(&self) -> Option<DateTime> {
        self.0.frozen_at.map(DateTime)
    }

    /// When somebody asked to thaw it; somebody else confirms.
    async fn thaw_requested_at(&self) -> Option<DateTime> {
        self.0.thaw_requested_at.map(DateTime)
    }

    /// The team that takes over what the project leaves open when it is frozen; null while none is named.
    async fn desk(&self) -> Option<Team> {
        self.0.desk.clone().map(Team)
    }

    /// Whether that team counts yet: in another country a second person has to name it too.
    async fn desk_confirmed(&self) -> bool {
        self.0.desk_is_confirmed
    }
}

/// An open referral of a frozen project, as its desk may speak of it: no alias, no case, no person.
#[derive(Description)]
pub struct ContinuityEntry(pub Visible<ContinuityView>);

#[Object(use_type_description)]
impl ContinuityEntry {
    /// The referral's identifier, beginning with `ref_`, by which a desk takes it over.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The code by which desk, team and recipient speak of it; it belongs to no person.
    async fn code(&self) -> Option<&String> {
        self.0.reveal(&self.0.code)
    }

    /// How urgent it is.
    async fn urgency(&self) -> Urgency {
        *self.0.tell(&self.0.urgency)
    }

    /// Whether the recipient had accepted it.
    async fn accepted(&self) -> bool {
        *self.0.tell(&self.0.is_accepted)
    }

    /// The service to call; null when it is gone from the directory, or closed to the viewer.
    async fn service(&self, context: &Context<'_>) -> Option<Service> {
        let request = request(context);
        let id = self.0.reveal(&self.0.service_id)?;
        directory::service(&request.context, &request.access, *id).ok().map(Service)
    }

    /// Role mailbox of the team that sent it.
    async fn sender_mailbox(&self) -> &String {
        self.0.tell(&self.0.sender_mailbox)
    }
}

/// The passing of a case from the team of a frozen project to its desk.
#[derive(Description)]
pub struct Custody(pub Visible<CustodyModel>);

#[Object(use_type_description)]
impl Custody {
    /// Identifier, beginning with `cus_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The referral for which it was taken; null for the team that no longer follows the case.
    async fn referral(&self, context: &Context<'_>) -> Nullable<Referral> {
        let request = request(context);
        let found = continuity::referral_of(&request.context, &request.access, &self.0).await;
        nullable(Ok(found), Referral::from)
    }

    /// When it was taken.
    async fn taken_at(&self) -> DateTime {
        DateTime(self.0.taken_at)
    }
}

/// A broken glass: one case of another team, opened to one person for an hour, in front of everybody.
#[derive(Description)]
pub struct BreakGlass(pub Visible<Glass>);

#[Object(use_type_description)]
impl BreakGlass {
    /// Identifier, beginning with `gla_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Handle of the account that broke it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// Why it was broken.
    async fn reason(&self) -> GlassReason {
        self.0.reason
    }

    /// When it was broken.
    async fn opened_at(&self) -> DateTime {
        DateTime(self.0.opened_at)
    }

    /// Until when it lets through.
    async fn ends_at(&self) -> DateTime {
        DateTime(self.0.ends_at)
    }

    /// When somebody else reviewed it; null while it waits.
    async fn reviewed_at(&self) -> Option<DateTime> {
        self.0.reviewed_at.map(DateTime)
    }

    /// What the review found; null while it waits.
    async fn verdict(&self) -> Option<GlassVerdict> {
        self.0.verdict
    }

    /// The case; null for anybody but who broke the glass, and for them once the hour is over.
    async fn case(&self, context: &Context<'_>) -> Nullable<CaseReference> {
        let request = request(context);
        match glass::case_of(&request.context, &request.access, &self.0).await {
            Err(crate::actions::ActionError::Forbidden) => None,
            found => nullable(Ok(found), CaseReference),
        }
    }
}

/// How often the glass was broken in a project within 30 days: often means that the teams are cut wrong.
#[derive(Description)]
pub struct BreakGlassRate(pub Visible<GlassRate>);

#[Object(use_type_description)]
impl BreakGlassRate {
    /// How many glasses were broken.
    async fn glasses(&self) -> i64 {
        self.0.glasses
    }

    /// How many readings of cases the audit trail holds.
    async fn case_reads(&self) -> i64 {
        self.0.case_reads
    }

    /// Broken glasses for 1,000 readings of cases; null while nothing was read.
    async fn per_thousand(&self) -> Option<f64> {
        self.0.per_thousand()
    }
}

/// Something to look at: of which kind and which object, and nothing of its content.
#[derive(Description)]
pub struct Notice(pub Visible<ReceivedNotice>);

#[Object(use_type_description)]
impl Notice {
    /// Identifier, beginning with `ntc_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// When it was written; for a recipient the hour.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }

    /// What it is about.
    async fn kind(&self) -> NoticeKind {
        self.0.kind
    }

    /// Id of the object, which opens by its own rules.
    async fn object(&self) -> ID {
        ID(self.0.object.clone())
    }

    /// When the viewer marked it as seen.
    async fn seen_at(&self) -> Option<DateTime> {
        self.0.seen_at.map(DateTime)
    }
}

/// A request to a recipient to delete what it holds of a closed referral. It is asked however a referral was
/// closed, and tells nothing of why.
#[derive(Description)]
pub struct Deletion(pub Visible<DeletionView>);

#[Object(use_type_description)]
impl Deletion {
    /// Identifier, beginning with `del_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Id of the closed referral.
    async fn referral_id(&self) -> ID {
        (*self.0.tell(&self.0.referral_id)).into()
    }

    /// When it was asked; for the recipient the hour.
    async fn asked_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.asked_at).map(|time| DateTime(*time))
    }

    /// Who is asked; null when it is gone from the directory.
    async fn recipient(&self, context: &Context<'_>) -> Option<Organization> {
        let request = request(context);
        let id = *self.0.tell(&self.0.recipient_id);
        directory::counterpart(&request.context, &request.access, id).ok().map(Organization)
    }

    /// What the recipient says; null until it answers.
    async fn answer(&self) -> Option<DeletionAnswer> {
        self.0.reveal(&self.0.answer).copied()
    }

    /// When it was answered; for the recipient the hour.
    async fn answered_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.answered_at).map(|time| DateTime(*time))
    }
}
