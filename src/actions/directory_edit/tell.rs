//! What takes one call: marking something as not to be used, telling capacity, confirming an entry.

use super::super::protection::require_project_at_work;
use super::super::{ActionError, Context};
use super::{AtHand, event, fresh, proposal};
use crate::domain::account::{Account, RiskProfile};
use crate::domain::audit::AuditAction;
use crate::domain::directory::{Capacity, CapacityPeriod, CapacityStatus, CapacityUnit, Service, ServiceField};
use crate::domain::directory_edit::{DoNotUse, ProposalKind, ProposedChange, answer, mark, next_review_on};
use crate::domain::id::ServiceId;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::entry_rules::{may_mark, may_vouch, teller};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

/// What marking takes.
pub struct MarkDoNotUse {
    /// The service.
    pub service_id: ServiceId,
    /// What of it is not to be used.
    pub target: DoNotUse,
}

/// Marks a service, a place or a phone as not to be used: it leaves searches and sending at once, until an editor decides.
/// Works in a frozen project too, because stopping always does. Once marked it stays one mark, whoever calls again.
pub async fn mark_do_not_use(
    context: &Context,
    access: &Access,
    input: MarkDoNotUse,
) -> Result<Option<Visible<ServiceView>>, ActionError> {
    let account = permit(access, Action::MarkDoNotUse)?;
    let (id, now) = (input.service_id, context.now());
    let written = context.store.write(async |tx| {
        let mut at_hand = AtHand::find(tx, access, id).await?;
        let vetting = tx.find_vetting(account.organization_id).await?;
        may_mark(access, account, &at_hand.service, vetting, now.date())?;
        let before = at_hand.service.clone();
        if !mark(&mut at_hand.service, &input.target) {
            let field = if matches!(input.target, DoNotUse::Place(_)) { "placeId" } else { "phone" };
            return Err(ActionError::from(Refusal::input(field, InputProblem::NotOfEntry)));
        }
        if at_hand.service == before {
            return Ok(());
        }
        let change = ProposedChange::DoNotUse(input.target.clone());
        let waiting = proposal(context, account, ProposalKind::DoNotUse, &before, change);
        tx.insert_proposal(&waiting).await?;
        at_hand.save(context, tx, account, now).await?;
        let event = event(access, now, AuditAction::DoNotUseMarked, id.to_string(), vec!["doNotUse"]);
        Ok(tx.append_audit(&[event]).await?)
    });
    written.await?;
    fresh(context, access, id).await
}

/// What telling capacity takes.
#[derive(Clone, Copy, Debug)]
pub struct TellCapacity {
    /// The service.
    pub service_id: ServiceId,
    /// Whether it can take somebody.
    pub status: CapacityStatus,
    /// In what it is counted.
    pub unit: Option<CapacityUnit>,
    /// How many are free.
    pub available: Option<u32>,
    /// How many there are in all.
    pub maximum: Option<u32>,
    /// Over which time it is counted.
    pub per: Option<CapacityPeriod>,
    /// How many days somebody who comes now waits.
    pub expected_wait_days: Option<u16>,
}

/// Tells how many a service can take now. The last word counts; every one is in the history.
pub async fn tell_capacity(
    context: &Context,
    access: &Access,
    input: TellCapacity,
) -> Result<Option<Visible<ServiceView>>, ActionError> {
    let account = permit(access, Action::TellCapacity)?;
    if input.available.zip(input.maximum).is_some_and(|(available, maximum)| available > maximum) {
        return Err(Refusal::input("available", InputProblem::AboveMaximum).into());
    }
    let (id, now) = (input.service_id, context.now());
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut at_hand = AtHand::find(tx, access, id).await?;
        may_vouch(access, account, &at_hand.service)?;
        at_hand.service.capacity = Some(Capacity {
            status: input.status,
            unit: input.unit,
            available: input.available,
            maximum: input.maximum,
            updated_at_microseconds: Some(now.microseconds()),
            per: input.per,
            expected_wait_days: input.expected_wait_days,
            told_by: Some(teller(access, account, &at_hand.service)),
        });
        at_hand.save(context, tx, account, now).await?;
        let event = event(access, now, AuditAction::CapacityTold, id.to_string(), vec!["capacity"]);
        Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
    });
    written.await?;
    fresh(context, access, id).await
}

/// Confirms that an entry is still true: today, and until its next review. With fields it is they alone, as somebody has
/// answered one question after the other; with the last of them the whole is confirmed, as of the oldest answer.
pub async fn confirm(
    context: &Context,
    access: &Access,
    id: ServiceId,
    fields: Option<&[ServiceField]>,
) -> Result<Option<Visible<ServiceView>>, ActionError> {
    let account = permit(access, Action::ConfirmEntry)?;
    let now = context.now();
    let written = context.store.write(async |tx| {
        require_project_at_work(tx, account.project_id).await?;
        let mut at_hand = AtHand::find(tx, access, id).await?;
        may_vouch(access, account, &at_hand.service)?;
        let risks = risks(tx, account, &at_hand.service).await?;
        let mut confirmed = at_hand.service.clone();
        let as_of = match fields {
            None => Some(now.date()),
            Some(fields) => answer(&mut confirmed, fields, now.date())
                .map_err(|_| Refusal::input("fields", InputProblem::NotOfEntry))?,
        };
        // Who says that it takes whom it is told to take has asked, whatever the source says in another language.
        if fields.is_none_or(|fields| fields.contains(&ServiceField::Eligibility)) {
            confirmed.criteria_disagree = false;
        }
        if let Some(as_of) = as_of {
            confirmed.confirmations.clear();
            confirmed.verified_on = Some(as_of);
            confirmed.verified_by = Some(teller(access, account, &at_hand.service));
            confirmed.next_review_on = Some(next_review_on(as_of, &risks));
        }
        if confirmed == at_hand.service {
            return Ok(());
        }
        at_hand.service = confirmed;
        at_hand.save(context, tx, account, now).await?;
        let event = event(access, now, AuditAction::EntryConfirmed, id.to_string(), vec!["freshness"]);
        Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
    });
    written.await?;
    fresh(context, access, id).await
}

/// How dangerous a leak would be for the projects that use the service: those that it names, and that of who confirms.
async fn risks(tx: &mut Tx, account: &Account, service: &Service) -> Result<Vec<RiskProfile>, ActionError> {
    let mut risks = Vec::new();
    for id in service.projects.iter().copied().chain(account.project_id) {
        risks.extend(tx.find_project(id).await?.map(|project| project.risk_profile));
    }
    Ok(risks)
}
