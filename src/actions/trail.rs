//! Reading the audit trail: one's own acts, an auditor's trails, and who saw what of a case.

use super::disclosure::act;
use super::{ActionError, Context, hidden};
use crate::domain::audit::AuditAction;
use crate::domain::audit::readings::Readings;
use crate::domain::id::CaseId;
use crate::policy::access::Access;
use crate::policy::audit_view::{EventView, Ground, ReadingsView, show_event, show_readings};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use std::collections::BTreeMap;

/// Which events.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The viewer's own acts in all trails, behind the one with this hash.
    Own {
        /// The hash.
        after: Option<String>,
    },
    /// A whole trail, for an auditor, behind the entry with this number.
    Trail {
        /// A project's id, or `network`.
        trail: String,
        /// The number.
        after: Option<i64>,
    },
}

/// Events of the trail, last first, with whether there are more. A trail that is not the viewer's to read has
/// none, like one that never was. That an auditor read is an event itself, in the network's trail.
pub async fn events(
    context: &Context,
    access: &Access,
    asked: &Asked,
    limit: usize,
) -> Result<(Vec<Visible<EventView>>, bool), ActionError> {
    permit(access, Action::ReadTrail)?;
    let scope = access.audit_scope();
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = match asked {
        Asked::Own { after } => context.store.list_own_events(&scope, after.as_deref(), one_more).await?,
        Asked::Trail { trail, after } => context.store.list_trail_events(&scope, trail, *after, one_more).await?,
    };
    let has_more = events.len() > limit;
    events.truncate(limit);
    if let (Asked::Trail { trail, .. }, false) = (asked, events.is_empty()) {
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
    let case = context.store.find_case(&scope, id).await?.ok_or_else(|| hidden(access, id))?;
    let readings = Readings::of(context.store.list_disclosures(&scope, &case).await?);
    let mut consents = BTreeMap::new();
    for consent_id in readings.others.iter().filter_map(|reading| reading.consent_id) {
        if consents.contains_key(&consent_id) {
            continue;
        }
        if let Some(consent) = context.store.find_consent(&scope, consent_id).await? {
            let ground = Ground { on: consent.obtained_at.date(), is_consent: !consent.basis.is_override() };
            consents.insert(consent_id, ground);
        }
    }
    show_readings(access, &case, readings, consents).ok_or(ActionError::NotVisible)
}
