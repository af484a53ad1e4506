//! Which team answers what partners offer to a service, and which services are open to offers.

use crate::actions::disclosure::act;
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context, directory, hidden};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::directory::{Service, ServiceStatus};
use crate::domain::id::{ServiceId, TeamId};
use crate::domain::partner_offer::Reception;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// Says which team answers what partners offer to a service of its organisation; with no team, that none does any more. What
/// was offered before is still answered by whichever team did.
pub async fn set(
    context: &Context,
    access: &Access,
    service: ServiceId,
    team: Option<TeamId>,
) -> Result<Visible<ServiceView>, ActionError> {
    let account = permit(access, Action::SetReception)?;
    let view = directory::kept_service(context, access, service)?;
    let service = &view.service;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            // Whoever leads the project of the team that answers now may have another one answer.
            let before = tx.find_reception(service.id).await?;
            let of_before = before.map(|reception| reception.team_id);
            for id in of_before.into_iter().chain(team) {
                let of_team = tx.find_team(id).await?.ok_or_else(|| hidden(access, id))?;
                let project = tx.find_project(of_team.project_id).await?;
                let project = project.filter(|project| access.leads(project)).ok_or_else(|| hidden(access, id))?;
                if project.organization_id != service.organization_id {
                    return Err(Refusal::input("serviceId", InputProblem::ReceptionOfOthers).into());
                }
                require_project_at_work(tx, Some(project.id)).await?;
                if team == Some(id) {
                    let reception =
                        Reception { service_id: service.id, project_id: project.id, team_id: id, opened_at: now };
                    tx.save_reception(&reception).await?;
                }
            }
            if service.organization_id != account.organization_id {
                return Err(Refusal::input("serviceId", InputProblem::ReceptionOfOthers).into());
            }
            if team.is_none() {
                tx.delete_reception(service.id).await?;
            }
            let event = act(access, now, AuditAction::ReceptionSet, service.id.to_string());
            let fields = if team.is_some() { vec!["open"] } else { vec!["closed"] };
            Ok::<_, ActionError>(tx.append_audit(&[AuditEvent { fields, ..event }]).await?)
        })
        .await?;
    directory::service(context, access, service.id)
}

/// The services to which the viewer's organisation can offer somebody, as far as the viewer may know of them.
pub async fn open_services(context: &Context, access: &Access) -> Result<Vec<Visible<ServiceView>>, ActionError> {
    permit(access, Action::OfferPerson)?;
    let receptions = context.store.list_receptions(&access.scope()).await?;
    let today = context.now().date();
    let takes_people = |service: &Service| {
        service.status == ServiceStatus::Open && service.is_offered() && !service.has_closed_by(today)
    };
    let known =
        receptions.iter().filter_map(|reception| directory::service(context, access, reception.service_id).ok());
    Ok(known.filter(|view| takes_people(&view.service)).collect())
}
