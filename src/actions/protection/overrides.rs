//! Referring without a consent: asking, confirming, taking back, and what the person's own consent makes of it (P-05).

use super::project::leaders_of;
use super::withdrawal::end_open_referrals;
use super::{Notify, require_project_at_work};
use crate::actions::disclosure::act;
use crate::actions::idempotency::Create;
use crate::actions::referral::clock;
use crate::actions::{ActionError, Context, directory, hidden};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::consent::{Consent, ContactRule, LAPSING_DAYS};
use crate::domain::consent_override::{
    ConsentOverride, OverrideBasis, OverrideEnd, OverrideReason, OverrideStatus, check_reason,
};
use crate::domain::id::{AccountId, CaseId, ConsentId, OrganizationId, OverrideId, ProjectId};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::Referral;
use crate::domain::refusal::{ProtectionProblem, RecipientProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::override_view::{OverrideView, relation_to_override, show_override};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Most overrides of one list.
const MOST_OVERRIDES: i64 = 100;

/// What asking for an override takes.
#[derive(Clone, Hash)]
pub struct RequestOverride {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// The ground.
    pub basis: OverrideBasis,
    /// Why nobody can be asked.
    pub reason: OverrideReason,
    /// How the recipient may reach the person.
    pub contact_rule: ContactRule,
}

/// Asks to refer a case to one recipient without a consent. It carries nothing until somebody else confirms it.
pub async fn request(
    context: &Context,
    access: &Access,
    input: RequestOverride,
) -> Result<Visible<OverrideView>, ActionError> {
    let account = permit(access, Action::RequestOverride)?;
    let create = Create::new(account, &input.idempotency_key, "consent_override_request", &input)?;
    let now = context.now();
    let id: OverrideId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            let case =
                tx.find_case(&access.scope(), input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
            let recipient = directory::organization(context, access, input.recipient_id)?;
            // No danger makes a recipient of the police (P-10).
            if !recipient.may_receive_referrals() {
                return Err(Refusal::Recipient(RecipientProblem::NeverARecipient).into());
            }
            check_reason(input.basis, input.reason)?;
            let asked = asked(&input, &case, id, account.id, now);
            tx.insert_override(&asked).await?;
            tx.touch_case(case.id, now).await?;
            tell(context, tx, access, NoticeKind::OverrideRequested, &asked, now).await?;
            Ok(event(access, now, AuditAction::OverrideRequested, &asked))
        })
        .await?;
    find(context, access, id).await
}

fn asked(
    input: &RequestOverride,
    case: &CaseReference,
    id: OverrideId,
    account: AccountId,
    now: Timestamp,
) -> ConsentOverride {
    ConsentOverride {
        id,
        case_id: case.id,
        project_id: case.project_id,
        // The store knows it by the project.
        organization_id: input.recipient_id,
        team_id: case.team_id,
        recipient_id: input.recipient_id,
        basis: input.basis,
        reason: input.reason,
        contact_rule: input.contact_rule,
        requested_at: now,
        requested_by: account,
        requested_by_handle: None,
        confirmed_at: None,
        confirmed_by_handle: None,
        consent_id: None,
        ended_at: None,
        end: None,
    }
}

/// Confirms what somebody else asked for: for 24 hours a referral can be sent on it.
pub async fn confirm(context: &Context, access: &Access, id: OverrideId) -> Result<Visible<OverrideView>, ActionError> {
    let account = permit(access, Action::ConfirmOverride)?;
    let now = context.now();
    let consent: ConsentId = context.fresh_id();
    context
        .store
        .write(async |tx| {
            let held = lock(tx, access, id).await?;
            let is_of_team = relation_to_override(access, &held) == Relation::Team;
            let project: Option<ProjectId> = if is_of_team { account.project_id } else { Some(held.project_id) };
            require_project_at_work(tx, project).await?;
            let carries = held.confirmed(account.id, consent, now)?;
            tx.insert_consent(&carries).await?;
            tx.confirm_override(id, account.id, consent, now).await?;
            tx.touch_case(held.case_id, now).await?;
            tell(context, tx, access, NoticeKind::OverrideConfirmed, &held, now).await?;
            let event = event(access, now, AuditAction::OverrideConfirmed, &held);
            Ok::<_, ActionError>(tx.append_audit(&[AuditEvent { consent_id: Some(consent), ..event }]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// Takes an override back, asked for or confirmed, live or run out: every open referral on it ends, and its recipient
/// is asked to delete what it holds. Nothing stands in the way, as of a withdrawal; taken back again it stays as it is.
pub async fn take_back(
    context: &Context,
    access: &Access,
    id: OverrideId,
) -> Result<Visible<OverrideView>, ActionError> {
    let account = permit(access, Action::ConfirmOverride)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let held = lock(tx, access, id).await?;
            match held.status(now) {
                OverrideStatus::TakenBack => return Ok(()),
                OverrideStatus::Replaced => {
                    return Err(Refusal::Protection(ProtectionProblem::OverrideEnded).into());
                }
                _ => {}
            }
            tx.end_override(id, OverrideEnd::TakenBack, now).await?;
            if let Some(consent) = held.consent_id {
                tx.withdraw_consent(consent, now).await?;
                end_open_referrals(context, tx, access, account, consent, None, now).await?;
            }
            tx.touch_case(held.case_id, now).await?;
            tell(context, tx, access, NoticeKind::OverrideEnded, &held, now).await?;
            Ok::<_, ActionError>(tx.append_audit(&[event(access, now, AuditAction::OverrideTakenBack, &held)]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// Puts a consent that the person has given in the place of every override, and of consents that lapse, for the same
/// recipient: open referrals rest on it from now on, and tell no more than it allows.
pub(in crate::actions) async fn replace(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    given: &Consent,
    now: Timestamp,
) -> Result<(), ActionError> {
    for id in tx.list_open_overrides(given.case_id, given.recipient_id).await? {
        let Some(held) = tx.lock_override(&access.scope(), id).await? else { continue };
        if !tx.end_override(id, OverrideEnd::Replaced, now).await? {
            continue;
        }
        if let Some(consent) = held.consent_id {
            tx.lock_consent(&access.scope(), consent).await?;
            for referral in tx.lock_open_referrals_on(consent).await? {
                rest_on(context, tx, referral, given, now).await?;
            }
            tx.end_consent(consent, now).await?;
        }
        tell(context, tx, access, NoticeKind::OverrideEnded, &held, now).await?;
        let event = event(access, now, AuditAction::OverrideReplaced, &held);
        tx.append_audit(&[AuditEvent { consent_id: Some(given.id), ..event }]).await?;
    }
    // What has lapsed, or lapses before long, is renewed so (ruling R12); a consent that lives on carries what it carried.
    for referral in tx.lock_open_referrals_renewed_by(given, now.plus_days(LAPSING_DAYS)).await? {
        rest_on(context, tx, referral, given, now).await?;
    }
    Ok(())
}

/// Takes back what waits for a second person in the interest of somebody who can speak now, and has refused this
/// recipient. Whom it concerns is told by [`tell_taken_back`], once everything else is locked.
pub(super) async fn take_back_refused(
    tx: &mut Tx,
    access: &Access,
    case: CaseId,
    recipient: OrganizationId,
    now: Timestamp,
) -> Result<Vec<ConsentOverride>, ActionError> {
    let mut ended = Vec::new();
    for id in tx.list_open_overrides(case, recipient).await? {
        let Some(held) = tx.lock_override(&access.scope(), id).await? else { continue };
        let waits_in_her_interest = held.basis == OverrideBasis::VitalInterest && held.consent_id.is_none();
        if waits_in_her_interest && tx.end_override(id, OverrideEnd::TakenBack, now).await? {
            ended.push(held);
        }
    }
    Ok(ended)
}

/// Tells of overrides that a refusal took back, and writes them down, last as everything in the trail.
pub(super) async fn tell_taken_back(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    ended: &[ConsentOverride],
    now: Timestamp,
) -> Result<(), ActionError> {
    for held in ended {
        tell(context, tx, access, NoticeKind::OverrideEnded, held, now).await?;
        tx.append_audit(&[event(access, now, AuditAction::OverrideTakenBack, held)]).await?;
    }
    Ok(())
}

/// A consent by which a referral could not be sent opens nothing of it: it stays on what it rests on.
async fn rest_on(
    context: &Context,
    tx: &mut Tx,
    referral: Referral,
    given: &Consent,
    now: Timestamp,
) -> Result<(), ActionError> {
    let service = context.directory.snapshot().service(referral.service_id);
    let project = tx.find_project(referral.project_id).await?;
    let (Some(service), Some(project)) = (service, project) else { return Ok(()) };
    if referral.check_carried(given, &project.country, &service).is_err() {
        return Ok(());
    }
    let moved = referral.resting_on(given);
    tx.move_referral(&moved).await?;
    // The new consent lapses at a time of its own.
    clock::list(tx, &moved, now).await
}

async fn lock(tx: &mut Tx, access: &Access, id: OverrideId) -> Result<ConsentOverride, ActionError> {
    let held = tx.lock_override(&access.scope(), id).await?.ok_or(ActionError::NotVisible)?;
    match relation_to_override(access, &held) {
        Relation::Team | Relation::Coordinator | Relation::ProtectionLead => Ok(held),
        _ => Err(ActionError::NotVisible),
    }
}

/// Tells the case's team and whoever leads the project.
async fn tell(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    kind: NoticeKind,
    held: &ConsentOverride,
    now: Timestamp,
) -> Result<(), ActionError> {
    let project = tx.find_project(held.project_id).await?;
    let mut to = vec![Addressee::Team(held.team_id)];
    to.extend(project.iter().flat_map(leaders_of));
    let actor_id = access.account().map(|account| account.id);
    Notify { kind, object: held.id.to_string(), actor_id, at: now, context }.send(tx, &to).await
}

/// Without the reason, which tells of the person and not of the act.
fn event(access: &Access, now: Timestamp, action: AuditAction, held: &ConsentOverride) -> AuditEvent {
    AuditEvent {
        project_id: Some(held.project_id),
        consent_id: held.consent_id,
        ..act(access, now, action, held.id.to_string())
    }
}

/// Overrides of the cases of one's teams, or of the projects that one leads, last asked first, however they stand.
pub async fn list(context: &Context, access: &Access) -> Result<Vec<Visible<OverrideView>>, ActionError> {
    permit(access, Action::ReadOverrides)?;
    let now = context.now();
    let held = context.store.list_overrides(&access.scope(), MOST_OVERRIDES).await?;
    Ok(held.iter().filter_map(|held| show_override(access, held, now)).collect())
}

/// The override with this id.
pub async fn find(context: &Context, access: &Access, id: OverrideId) -> Result<Visible<OverrideView>, ActionError> {
    permit(access, Action::ReadOverrides)?;
    let held = context.store.find_override(&access.scope(), id).await?;
    held.and_then(|held| show_override(access, &held, context.now())).ok_or_else(|| hidden(access, id))
}
