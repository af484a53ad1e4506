//! Writing what was decided: the state, its line of the timeline, its audit event.

use crate::actions::disclosure::act;
use crate::actions::{ActionError, outbox};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::lifecycle::{Event, Party};
use crate::domain::message::ends_at_once;
use crate::domain::referral::{Attestation, Change, Detail, Referral, TimelineEntry};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::store::Tx;

/// Who does something to a referral: on whose behalf, by which account, and as told by whom.
#[derive(Clone, Copy)]
pub(in crate::actions) struct Actor<'a> {
    pub(in crate::actions) party: Party,
    /// Nobody where a clock ran out, or another act closed it.
    account: Option<&'a Account>,
    as_told_by_person: bool,
}

impl<'a> Actor<'a> {
    pub(in crate::actions) const fn of(party: Party, account: &'a Account) -> Self {
        Self { party, account: Some(account), as_told_by_person: false }
    }

    /// The same, saying whether the person has told it.
    pub(super) const fn as_told(self, by_person: bool) -> Self {
        Self { as_told_by_person: by_person, ..self }
    }

    pub(super) const fn sender(account: &'a Account) -> Self {
        Self::of(Party::Sender, account)
    }

    pub(super) const fn recipient(account: &'a Account) -> Self {
        Self::of(Party::Recipient, account)
    }

    /// Who leads the project, where the account is still there.
    pub(in crate::actions) const fn leading(account: Option<&'a Account>) -> Self {
        Self { party: Party::Coordinator, account, as_told_by_person: false }
    }

    /// A clock that ran out.
    pub(super) const CLOCK: Self = Self { party: Party::Timer, account: None, as_told_by_person: false };
    /// Relais itself, closing what another act has decided.
    pub(super) const SYSTEM: Self = Self { party: Party::System, account: None, as_told_by_person: false };

    fn entry(&self, referral: &Referral, event: Event, detail: &Detail, at: Timestamp) -> TimelineEntry {
        TimelineEntry {
            referral_id: referral.id,
            version: referral.version,
            at,
            event,
            party: self.party,
            actor_id: self.account.map(|account| account.id),
            organization_id: self.account.map(|account| account.organization_id),
            attested_by: Attestation::of(event, self.party, self.as_told_by_person),
            code: detail.code().map(str::to_owned),
        }
    }
}

/// Writes a new draft with the first line of its timeline.
pub(super) async fn insert(tx: &mut Tx, actor: &Actor<'_>, draft: &Referral) -> Result<(), ActionError> {
    let first = actor.entry(draft, Event::Create, &Detail::None, draft.status_at);
    Ok(tx.insert_referral(draft, &first).await?)
}

/// Writes a decided change: the state, its line of the timeline, and what can come by itself in it. It comes before everything else that
/// the act writes, so that of two people at once the second is told of the first, and not by the key of
/// some other row that both would write.
pub(in crate::actions) async fn write(
    tx: &mut Tx,
    actor: &Actor<'_>,
    referral: Referral,
    change: &Change,
) -> Result<Referral, ActionError> {
    let changed = referral.apply(change);
    let entry = actor.entry(&changed, change.event, &change.detail, change.at);
    tx.update_referral(&changed, &entry).await?;
    outbox::announce(tx, &changed, (change.event, actor.party), change.at).await?;
    super::clock::list(tx, &changed, change.at).await?;
    if changed.status.is_terminal() {
        tx.pass_demand_on(changed.id, changed.round_id).await?;
        tx.revoke_links_of(changed.id, change.at).await?;
    }
    if ends_at_once(changed.status) {
        tx.purge_messages(changed.id).await?;
    }
    Ok(changed)
}

/// Writes the audit event of a change, last: the trail's head stays locked until the commit.
pub(in crate::actions) async fn audit(
    tx: &mut Tx,
    access: &Access,
    changed: &Referral,
    purpose: AuditPurpose,
) -> Result<(), ActionError> {
    audit_at(tx, access, changed, (purpose, changed.status_at)).await
}

/// Writes the audit event of a change that left the state as it was.
pub(super) async fn audit_at(
    tx: &mut Tx,
    access: &Access,
    changed: &Referral,
    (purpose, at): (AuditPurpose, Timestamp),
) -> Result<(), ActionError> {
    let event = AuditEvent {
        purpose,
        project_id: Some(changed.project_id),
        fields: vec!["status"],
        consent_id: Some(changed.consent_id),
        ..act(access, at, AuditAction::ReferralChanged, changed.id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}
