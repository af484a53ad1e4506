//! Revoking a partner of a project, and admitting it again (T19).
//!
//! One person revokes: from that commit on the partner reads nothing of the project, by the conditions of the SQL that
//! reads for recipients, nothing is sent to it, and its people are signed out. What is open with it follows in further
//! commits of some referrals each, because a large partner has hundreds and SQLite has one writer; a job finishes them
//! where the process ends in between. Two people end it; what it has closed stays closed.

use super::project::{leaders_of, lock_led};
use super::{Notify, deletion, require_project_at_work};
use crate::actions::jobs::Outcome;
use crate::actions::referral::{Actor, write};
use crate::actions::{ActionError, Context, directory, hidden, partner_offer};
use crate::domain::account::{Account, Project};
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::code::CodeList as _;
use crate::domain::demand::effect_of;
use crate::domain::erasure::{ErasureUnit, LedgerEntry, LedgerEvent};
use crate::domain::id::{Identifier as _, OrganizationId, ProjectId, RevocationId};
use crate::domain::job::{JobKind, name_of};
use crate::domain::lifecycle::Party;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{Command, Referral};
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::domain::revocation::{Revocation, RevocationReason, only_answers, purged_handle};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::protection_view::show_revocation;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;
use std::collections::BTreeSet;

/// Most revocations of one list.
const MOST_REVOCATIONS: i64 = 100;
/// Referrals that one commit takes away from a partner.
const REFERRALS_AT_ONCE: i64 = 50;
/// Seconds that whoever revokes has to finish before the job does.
const SECONDS_TO_FINISH: i64 = 60;

/// What revoking a partner takes.
#[derive(Clone, Copy, Debug)]
pub struct RevokePartner {
    /// The project.
    pub project_id: ProjectId,
    /// The partner.
    pub organization_id: OrganizationId,
    /// Why.
    pub reason: RevocationReason,
}

/// Revokes a partner of a project that the viewer leads, frozen or not. A revoked partner stays revoked, so that the same
/// call can be sent again.
pub async fn revoke(
    context: &Context,
    access: &Access,
    input: RevokePartner,
) -> Result<Visible<Revocation>, ActionError> {
    let account = permit(access, Action::LeadProject)?;
    let RevokePartner { project_id, organization_id, reason } = input;
    let fresh: RevocationId = context.fresh_id();
    let is_in_directory = directory::organization(context, access, organization_id).is_ok();
    let id = context
        .store
        .write(async |tx| {
            let project = lock_led(tx, access, project_id).await?;
            if project.organization_id == organization_id {
                return Err(Refusal::Protection(ProtectionProblem::OwnOrganization).into());
            }
            // An organisation that the viewer may not know of answers like one that never was.
            if !is_in_directory && !tx.has_asked(project_id, organization_id).await? {
                return Err(hidden(access, organization_id));
            }
            if let Some(standing) = tx.find_standing_revocation(project_id, organization_id).await? {
                return Ok(standing.id);
            }
            let revocation = Revocation {
                id: fresh,
                project_id,
                organization_id,
                reason,
                revoked_at: context.now(),
                revoked_by: Some(account.id),
                end_requested_at: None,
                end_requested_by: None,
                ended_at: None,
            };
            let (event, at) = (LedgerEvent::Revoked(project_id, organization_id), revocation.revoked_at);
            context.store.append_ledger(LedgerEntry { event, at }).await?;
            begin(context, tx, &project, &revocation).await?;
            Ok::<_, ActionError>(fresh)
        })
        .await?;
    if let Err(error) = finish(context, id).await {
        // The revocation stands, and so does the job that finishes it.
        tracing::error!(%error, "a revoked partner has open referrals still; trying again");
    }
    find(context, access, id).await
}

/// Writes a revocation with everything that counts from its commit on; the caller has locked the project.
async fn begin(context: &Context, tx: &mut Tx, project: &Project, revocation: &Revocation) -> Result<(), ActionError> {
    let at = revocation.revoked_at;
    tx.insert_revocation(revocation).await?;
    tx.close_capacity_checks_with(revocation).await?;
    partner_offer::acts::end_with(context, tx, revocation).await?;
    shut_out(tx, revocation).await?;
    tell_others(context, tx, revocation).await?;
    let (kind, name) = (JobKind::PartnerRevocation, name_of(JobKind::PartnerRevocation, &revocation.id.to_string()));
    tx.enlist_job(&name, kind, at.plus_seconds(SECONDS_TO_FINISH)).await?;
    tell(context, tx, project, (NoticeKind::PartnerRevoked, revocation), at).await?;
    let event = AuditEvent {
        reason: Some(revocation.reason.code()),
        ..event(revocation, AuditAction::PartnerRevoked, revocation.id.to_string(), at)
    };
    Ok(tx.append_audit(&[event]).await?)
}

/// Ends the sessions, tokens and links of a partner's people, for every project: whoever holds its machines could use them. Who
/// works in the project itself does so no more. Where the project has asked the partner, and nobody else works with it, the
/// accounts that only answer lose names and credentials as well; who comes back gets a new one.
async fn shut_out(tx: &mut Tx, revocation: &Revocation) -> Result<(), ActionError> {
    let (project, partner) = (revocation.project_id, revocation.organization_id);
    let is_purged = tx.has_asked(project, partner).await? && !tx.is_asked_by_others(partner).await?;
    tx.revoke_links_to(partner, revocation.revoked_at).await?;
    for account in tx.list_accounts_of(partner).await? {
        tx.delete_sessions_of(account.id).await?;
        tx.delete_tokens_of(account.id).await?;
        tx.delete_enrolment_of(account.id).await?;
        if account.project_id == Some(project) {
            tx.set_disabled(account.id, true).await?;
        }
        if is_purged && only_answers(&account) {
            tx.delete_credentials_of(account.id).await?;
            tx.delete_identity_links_of(account.id).await?;
            tx.set_disabled(account.id, true).await?;
            tx.rename_account(account.id, &purged_handle(account.id)).await?;
        }
    }
    Ok(())
}

/// Tells the leaders of other projects that wait for an answer of the partner that its people are signed out: what is urgent
/// is to be asked by phone, or elsewhere. Why, and by which project, they are not told.
async fn tell_others(context: &Context, tx: &mut Tx, revocation: &Revocation) -> Result<(), ActionError> {
    let mut to = Vec::new();
    for project in tx.list_projects_waiting_for(revocation.organization_id).await? {
        if project != revocation.project_id {
            to.extend(tx.find_project(project).await?.iter().flat_map(leaders_of));
        }
    }
    let (object, actor_id) = (revocation.organization_id.to_string(), revocation.revoked_by);
    let kind = NoticeKind::PartnerSignedOut;
    Notify { kind, object, actor_id, at: revocation.revoked_at, context }.send(tx, &to).await
}

/// Takes everything open away from a revoked partner, some referrals at a time, and makes the secrets of its accounts
/// unreadable. Done again, it changes nothing.
async fn finish(context: &Context, id: RevocationId) -> Result<(), ActionError> {
    let Some(revocation) = context.store.find_revocation(id).await? else { return Ok(()) };
    let account = match revocation.revoked_by {
        Some(account) => context.store.find_account(account).await?,
        None => None,
    };
    // Whoever is sending holds the consent, and has sent once all are locked; who sends later finds the revocation.
    context.store.write(async |tx| tx.lock_consents_for(&revocation, context.now()).await).await?;
    while take_away(context, id, account.as_ref()).await? {}
    let purged = context.store.write(async |tx| {
        let accounts = tx.list_accounts_of(revocation.organization_id).await?;
        let purged = accounts.into_iter().filter(|account| account.handle == purged_handle(account.id));
        Ok::<_, ActionError>(purged.map(|account| ErasureUnit::Account(account.id)).collect::<Vec<_>>())
    });
    context.store.shred(&purged.await?, context.now()).await?;
    let name = name_of(JobKind::PartnerRevocation, &id.to_string());
    context.store.write(async |tx| Ok(tx.end_job(&name).await?)).await
}

/// The run of the job, for whoever ended in between.
pub(in crate::actions) async fn finish_as_job(context: &Context, revocation: &str) -> Result<Outcome, ActionError> {
    let Ok(revocation) = RevocationId::parse(revocation) else { return Ok(Outcome::Over) };
    finish(context, revocation).await.map(|()| Outcome::Over)
}

/// One commit: what is undecided is cancelled, what was accepted stays for its team, and of both the partner is asked to
/// delete what it holds. True while there may be more.
async fn take_away(context: &Context, id: RevocationId, account: Option<&Account>) -> Result<bool, ActionError> {
    let written = context.store.write(async |tx| {
        let revocation = tx.lock_revocation(id).await?.filter(|revocation| revocation.ended_at.is_none());
        let Some(revocation) = revocation else { return Ok(false) };
        // A node whose clock is behind must not find again what it has just taken away.
        let now = context.now().max(revocation.revoked_at);
        let left = tx.list_left_by(&revocation, REFERRALS_AT_ONCE).await?;
        for id in &left {
            tx.lock_round_of(*id).await?;
        }
        let mut changed = Vec::new();
        for id in left {
            let Some(referral) = tx.lock_referral(id).await? else { continue };
            // What was ended meanwhile needs no other end.
            let decided = referral.decide(&Command::RevokePartner, Party::Coordinator, now);
            let Ok(change) = decided else { continue };
            let referral = write(tx, &Actor::leading(account), referral, &change).await?;
            if let Some(result) = effect_of(&change) {
                tx.settle_demand(referral.id, result).await?;
            }
            changed.push(referral);
        }
        // The cases before the trail, in one order, as everywhere.
        for case in changed.iter().map(|referral| referral.case_id).collect::<BTreeSet<_>>() {
            tx.touch_case(case, now).await?;
        }
        for referral in &changed {
            tell_team(context, tx, &revocation, referral, now).await?;
        }
        Ok::<_, ActionError>(!changed.is_empty())
    });
    written.await
}

/// Asks the partner to delete what it holds of a referral, tells the case's team of it, and writes both down.
async fn tell_team(
    context: &Context,
    tx: &mut Tx,
    revocation: &Revocation,
    referral: &Referral,
    now: Timestamp,
) -> Result<(), ActionError> {
    let of_referral = |action| AuditEvent {
        project_id: Some(referral.project_id),
        consent_id: Some(referral.consent_id),
        purpose: AuditPurpose::Protection,
        ..event(revocation, action, referral.id.to_string(), now)
    };
    let (kind, object) = (NoticeKind::PartnerRevoked, referral.id.to_string());
    let notify = Notify { kind, object, actor_id: revocation.revoked_by, at: now, context };
    notify.send(tx, &[Addressee::Team(referral.team_id)]).await?;
    deletion::ask_by(context, tx, referral, of_referral(AuditAction::DeletionRequested)).await?;
    Ok(tx.append_audit(&[of_referral(AuditAction::ReferralChanged)]).await?)
}

/// One of the two steps by which a revocation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndStep {
    /// Ask to end it.
    Request,
    /// Confirm that it ends; somebody else than who asked.
    Confirm,
}

/// Does a step towards the end of a revocation of a project that the viewer leads.
pub async fn end(
    context: &Context,
    access: &Access,
    id: RevocationId,
    step: EndStep,
) -> Result<Visible<Revocation>, ActionError> {
    let account = permit(access, Action::LeadProject)?;
    let now = context.now();
    let project_id = context.store.find_revocation(id).await?.ok_or_else(|| hidden(access, id))?.project_id;
    context
        .store
        .write(async |tx| {
            let project = tx.lock_project(project_id).await?.filter(|project| access.leads(project));
            let project = project.ok_or_else(|| hidden(access, id))?;
            require_project_at_work(tx, Some(project.id)).await?;
            let held = tx.lock_revocation(id).await?.ok_or_else(|| hidden(access, id))?;
            let (changed, action, kind) = match step {
                EndStep::Request => {
                    let asked = held.asked_to_end(account.id, now)?;
                    (asked, AuditAction::RevocationEndRequested, NoticeKind::RevocationEndRequested)
                }
                EndStep::Confirm => {
                    (held.ended(account.id, now)?, AuditAction::RevocationEnded, NoticeKind::RevocationEnded)
                }
            };
            if step == EndStep::Confirm {
                let event = LedgerEvent::Readmitted(project.id, changed.organization_id);
                context.store.append_ledger(LedgerEntry { event, at: now }).await?;
            }
            tx.save_end_of_revocation(&changed).await?;
            let by = Revocation { revoked_by: Some(account.id), ..changed };
            tell(context, tx, &project, (kind, &by), now).await?;
            Ok::<_, ActionError>(tx.append_audit(&[event(&by, action, id.to_string(), now)]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// Tells whoever leads the project.
async fn tell(
    context: &Context,
    tx: &mut Tx,
    project: &Project,
    (kind, revocation): (NoticeKind, &Revocation),
    at: Timestamp,
) -> Result<(), ActionError> {
    let (object, actor_id) = (revocation.id.to_string(), revocation.revoked_by);
    Notify { kind, object, actor_id, at, context }.send(tx, &leaders_of(project)).await
}

/// An event in the trail of the project, by who has revoked the partner.
fn event(revocation: &Revocation, action: AuditAction, object: String, at: Timestamp) -> AuditEvent {
    AuditEvent {
        project_id: Some(revocation.project_id),
        actor_id: revocation.revoked_by,
        fields: vec!["status"],
        ..AuditEvent::of_operator(at, action, object)
    }
}

/// Revokes again what the ledger knows to be revoked and a restored database does not; before anything is served. An end
/// that the database has on record counts.
pub async fn replay(context: &Context) -> Result<(), ActionError> {
    for (project_id, organization_id, revoked_at) in context.store.partners_revoked_by_ledger()? {
        let revocation = Revocation {
            id: context.fresh_id(),
            project_id,
            organization_id,
            reason: RevocationReason::Other,
            revoked_at,
            revoked_by: None,
            end_requested_at: None,
            end_requested_by: None,
            ended_at: None,
        };
        context
            .store
            .write(async |tx| {
                let Some(project) = tx.lock_project(project_id).await? else { return Ok(()) };
                let stands = tx.find_standing_revocation(project_id, organization_id).await?.is_some();
                if stands || tx.has_revoked_at(project_id, organization_id, revoked_at).await? {
                    return Ok(());
                }
                begin(context, tx, &project, &revocation).await
            })
            .await?;
    }
    Ok(())
}

/// The revocations of a project, last made first; nothing for anybody but who leads it.
pub async fn list(
    context: &Context,
    access: &Access,
    project: ProjectId,
) -> Result<Vec<Visible<Revocation>>, ActionError> {
    permit(access, Action::ReadProject)?;
    let Some(project) = context.store.find_project(project).await? else { return Ok(Vec::new()) };
    let revocations = context.store.list_revocations(project.id, MOST_REVOCATIONS).await?;
    Ok(revocations.into_iter().filter_map(|revocation| show_revocation(access, revocation, &project)).collect())
}

/// The revocation with this id.
pub async fn find(context: &Context, access: &Access, id: RevocationId) -> Result<Visible<Revocation>, ActionError> {
    permit(access, Action::ReadProject)?;
    let revocation = context.store.find_revocation(id).await?.ok_or_else(|| hidden(access, id))?;
    let project = context.store.find_project(revocation.project_id).await?.ok_or_else(|| hidden(access, id))?;
    show_revocation(access, revocation, &project).ok_or_else(|| hidden(access, id))
}
