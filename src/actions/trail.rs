//! Reading the audit trail: one's own acts, an auditor's trails, and who saw what of a case.

use super::disclosure::act;
use super::{ActionError, Context};
use crate::domain::audit::AuditAction;
use crate::domain::audit::readings::{Readings, TrailEvent};
use crate::domain::id::CaseId;
use crate::policy::access::Access;
use crate::policy::audit_view::{ReadingsView, show_event, show_readings};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use std::collections::BTreeMap;

/// Which part of which trail.
#[derive(Clone, Debug)]
pub struct TrailPart {
    /// A whole trail, for an auditor; without one the viewer's own acts in all of them.
    pub trail: Option<String>,
    /// Only what lies behind the entry with this trail and number.
    pub after: Option<(String, i64)>,
    /// At most this many.
    pub limit: usize,
}

/// Events of the trail, last first, with whether there are more. A trail that is not the viewer's to read has
/// none, like one that never was. That an auditor read is an event itself, in the network's trail.
pub async fn events(
    context: &Context,
    access: &Access,
    part: &TrailPart,
) -> Result<(Vec<Visible<TrailEvent>>, bool), ActionError> {
    permit(access, Action::ReadTrail)?;
    let scope = access.audit_scope();
    let one_more = i64::try_from(part.limit).unwrap_or(i64::MAX).saturating_add(1);
    let after = part.after.as_ref().map(|(trail, sequence)| (trail.as_str(), *sequence));
    let mut events = match &part.trail {
        None => context.store.list_own_events(&scope, after, one_more).await?,
        Some(trail) => {
            let after = after.map(|(_, sequence)| sequence);
            context.store.list_trail_events(&scope, trail, after, one_more).await?
        }
    };
    let has_more = events.len() > part.limit;
    events.truncate(part.limit);
    if let (Some(trail), false) = (&part.trail, events.is_empty()) {
        let read = act(access, context.now(), AuditAction::TrailRead, trail.clone());
        context
            .store
            .write(async |tx| Ok::<_, ActionError>(tx.append_audit(std::slice::from_ref(&read)).await?))
            .await?;
    }
    Ok((events.into_iter().filter_map(|event| show_event(access, event)).collect(), has_more))
}

/// Who saw what of a case, for the case's team to give to the person (P-28).
pub async fn who_saw_what(
    context: &Context,
    access: &Access,
    id: CaseId,
) -> Result<Visible<ReadingsView>, ActionError> {
    permit(access, Action::ListReadings)?;
    let scope = access.scope();
    let case = context.store.find_case(&scope, id).await?.ok_or(ActionError::NotVisible)?;
    let readings = Readings::of(context.store.list_disclosures(&scope, &case).await?);
    let mut consents = BTreeMap::new();
    for consent_id in readings.others.iter().filter_map(|reading| reading.consent_id) {
        if consents.contains_key(&consent_id) {
            continue;
        }
        if let Some(consent) = context.store.find_consent(&scope, consent_id).await? {
            consents.insert(consent_id, consent.obtained_at.date());
        }
    }
    show_readings(access, &case, readings, consents).ok_or(ActionError::NotVisible)
}
