//! Incidents: a referral that ended with harm is looked into. The recipient never learns that it is.

use super::Notify;
use super::project::leaders_of;
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::IncidentId;
use crate::domain::incident::{Incident, IncidentResolution};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::Referral;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::incident_view::{IncidentView, relation_to_incident, show_incident};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Most incidents of one list.
const MOST_INCIDENTS: i64 = 100;

/// Opens an incident about a referral that has just ended with harm, and tells the case's team and whoever leads the
/// project. The trail's event is the one of the outcome.
pub(in crate::actions) async fn open(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    ended: &Referral,
) -> Result<(), ActionError> {
    let project = tx.find_project(ended.project_id).await?.ok_or(ActionError::NotVisible)?;
    let incident = Incident {
        id: context.fresh_id(),
        referral_id: ended.id,
        project_id: project.id,
        organization_id: project.organization_id,
        team_id: ended.team_id,
        opened_at: ended.status_at,
        opened_by: account.id,
        closed_at: None,
        resolution: None,
    };
    tx.insert_incident(&incident).await?;
    tell(context, tx, account, NoticeKind::IncidentOpened, (&incident, ended.status_at)).await
}

/// Says what came of looking into an incident. Of who leads the project, one says so.
pub async fn close(
    context: &Context,
    access: &Access,
    id: IncidentId,
    resolution: IncidentResolution,
) -> Result<Visible<IncidentView>, ActionError> {
    let account = permit(access, Action::CloseIncident)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let incident = tx.lock_incident(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
            match relation_to_incident(access, &incident) {
                Relation::Coordinator | Relation::ProtectionLead => {}
                _ => return Err(hidden(access, id)),
            }
            incident.check_open()?;
            tx.close_incident(id, account.id, resolution, now).await?;
            tell(context, tx, account, NoticeKind::IncidentClosed, (&incident, now)).await?;
            let event = act(access, now, AuditAction::IncidentClosed, id.to_string());
            Ok::<_, ActionError>(
                tx.append_audit(&[AuditEvent { project_id: Some(incident.project_id), ..event }]).await?,
            )
        })
        .await?;
    find(context, access, id).await
}

async fn tell(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    kind: NoticeKind,
    (incident, at): (&Incident, Timestamp),
) -> Result<(), ActionError> {
    let project = tx.find_project(incident.project_id).await?;
    let mut to = vec![Addressee::Team(incident.team_id)];
    to.extend(project.iter().flat_map(leaders_of));
    Notify { kind, object: incident.id.to_string(), actor_id: Some(account.id), at, context }.send(tx, &to).await
}

/// Incidents of the cases of one's teams, or of the projects that one leads: open ones first, last opened first.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<IncidentView>>, ActionError> {
    permit(access, Action::ReadIncidents)?;
    let incidents = context.store.list_incidents(&access.scope(), MOST_INCIDENTS).await?;
    Ok(incidents.iter().filter_map(|incident| show_incident(access, incident)).collect())
}

/// The incident with this id.
pub async fn find(context: &Context, access: &Access, id: IncidentId) -> Result<Visible<IncidentView>, ActionError> {
    permit(access, Action::ReadIncidents)?;
    let incident = context.store.find_incident(&access.scope(), id).await?;
    incident.and_then(|incident| show_incident(access, &incident)).ok_or_else(|| hidden(access, id))
}
