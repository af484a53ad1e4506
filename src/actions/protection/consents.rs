//! What two people decide in a child's best interests: one records it, and it carries nothing until another confirms it.

use super::project::leaders_of;
use super::{Notify, overrides, require_project_at_work};
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::consent::Consent;
use crate::domain::id::ConsentId;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::person_view::{ConsentView, show_consent};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Tells the case's team and whoever leads the project that a consent waits for one of them.
pub(in crate::actions) async fn ask_second_person(
    context: &Context,
    tx: &mut Tx,
    consent: &Consent,
    now: Timestamp,
) -> Result<(), ActionError> {
    let project = tx.find_project(consent.project_id).await?;
    let mut to = vec![Addressee::Team(consent.team_id)];
    to.extend(project.iter().flat_map(leaders_of));
    let (kind, object) = (NoticeKind::ConsentToConfirm, consent.id.to_string());
    Notify { kind, object, actor_id: Some(consent.obtained_by), at: now, context }.send(tx, &to).await
}

/// Confirms what somebody else has recorded: from now on it carries what it allows. Gives the consent as the case's team
/// sees it; who leads the project confirms it by its id, and reads nothing more.
pub async fn confirm(
    context: &Context,
    access: &Access,
    id: ConsentId,
) -> Result<Option<Visible<ConsentView>>, ActionError> {
    let account = permit(access, Action::ConfirmConsent)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let held = tx.lock_consent_to_confirm(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
            let project = tx.find_project(held.project_id).await?.ok_or_else(|| hidden(access, id))?;
            let at_work = match access.relation_to_protected(held.team_id, project.id, project.organization_id) {
                Relation::Team => account.project_id,
                Relation::Coordinator | Relation::ProtectionLead => Some(project.id),
                _ => return Err(hidden(access, id)),
            };
            require_project_at_work(tx, at_work).await?;
            held.check_confirming(account.id, now)?;
            tx.confirm_consent(id, now).await?;
            overrides::replace(context, tx, access, &Consent { confirmed_at: Some(now), ..held.clone() }, now).await?;
            tx.touch_case(held.case_id, now).await?;
            let event = act(access, now, AuditAction::ConsentConfirmed, held.case_id.to_string());
            let event = AuditEvent { project_id: Some(held.project_id), consent_id: Some(id), ..event };
            Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
        })
        .await?;
    let consent = context.store.find_consent(&access.scope(), id).await?;
    Ok(consent.and_then(|consent| show_consent(access, &consent)))
}
