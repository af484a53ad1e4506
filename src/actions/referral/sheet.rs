//! What stands on the sheet that a caseworker prints for a handover: whom to call, the words to say before any name, and
//! the case's spoken code. The name is told by voice and written by hand.

use crate::actions::disclosure::record;
use crate::actions::{ActionError, Context, directory, hidden, referral_facts};
use crate::domain::account::Project;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::ReferralId;
use crate::domain::referral::{HandoverMode, Referral, SheetProblem};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::StoreError;

/// A sheet, every word of it on record as told.
pub struct HandoverSheet {
    /// The service asked, as far as the viewer may know it.
    pub service: Option<Visible<ServiceView>>,
    /// Which of its places was asked, where that matters.
    pub place: Option<usize>,
    /// The two words that both sides say before any name.
    pub call_phrase: String,
    /// The spoken code of the case.
    pub spoken_code: Option<String>,
    /// How the person was handed over, once she was.
    pub handover_mode: Option<HandoverMode>,
}

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// There is none of this referral, and its team is told why.
    #[error("refused")]
    Refused(SheetProblem),
    /// The answer is that of any act.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for SheetError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// The sheet of an accepted referral, for the team of its case. To everybody else there is no such referral.
pub async fn handover_sheet(context: &Context, access: &Access, id: ReferralId) -> Result<HandoverSheet, SheetError> {
    permit(access, Action::FollowReferral).map_err(ActionError::from)?;
    let referral = context.store.find_referral(&access.scope(), id).await?;
    let is_own = |referral: &_| access.relation_to_referral(referral) == Relation::Team;
    let referral = referral.filter(is_own).ok_or_else(|| hidden(access, id))?;
    let project = context.store.find_project(referral.project_id).await?.ok_or_else(|| hidden(access, id))?;
    SheetProblem::check_paper(project.risk_profile).map_err(SheetError::Refused)?;
    if !is_welcome(context, access, &referral, &project).await? {
        return Err(SheetError::Refused(SheetProblem::NotNow));
    }
    let shown = referral_facts::show(context, access, &[referral]).await?.pop();
    let view = shown.ok_or_else(|| hidden(access, id))?;
    let Some(call_phrase) = view.reveal(&view.call_phrase).cloned() else {
        return Err(SheetError::Refused(SheetProblem::NothingToSay));
    };
    let asked = view.reveal(&view.service_id).copied();
    let service = asked.and_then(|asked| directory::kept_service(context, access, asked).ok());
    let location = view.reveal(&view.location_id).copied();
    let place =
        service.as_ref().and_then(|view| view.service.places.iter().position(|place| Some(place.id) == location));
    let sheet = HandoverSheet {
        service,
        place,
        call_phrase,
        spoken_code: view.case.as_ref().and_then(|case| case.reveal(&case.spoken_code).cloned()),
        handover_mode: view.reveal(&view.handover_mode).copied(),
    };
    record(context, access).await?;
    Ok(sheet)
}

/// Whether anybody is to call the recipient now: a project that is stopped hands nobody over, and where a partner was
/// revoked, or its service is not to be used, somebody else may answer.
async fn is_welcome(
    context: &Context,
    access: &Access,
    referral: &Referral,
    project: &Project,
) -> Result<bool, ActionError> {
    let revoked = context.store.list_revoked(referral.project_id, access.scope().project).await?;
    let service = context.directory.snapshot().service(referral.service_id);
    let is_used = service.is_some_and(|service| !service.do_not_use);
    Ok(project.status == ProjectStatus::Active && is_used && !revoked.contains(&referral.recipient_id))
}
