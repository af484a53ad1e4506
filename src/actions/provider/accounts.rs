//! Whose account an identity opens: the one that an operator linked, or the one that the map of groups makes.

use super::ProviderError;
use crate::actions::commands::{own_team_id, project_id, team_id};
use crate::actions::session::event;
use crate::actions::{ActionError, Context};
use crate::domain::account::{Account, Role};
use crate::domain::audit::AuditAction;
use crate::domain::id::{AccountId, Identifier as _, OrganizationId};
use crate::domain::provider::ExternalIdentity;
use crate::domain::revocation::purged_handle;
use crate::identity::oidc::{Fault, Grant, GroupMap, GroupRule};
use crate::store::{IdentityLink, StoreError, Tx};

/// The account of somebody for whom the provider vouches. An account of the map is made, or brought in line
/// with the map; a linked one is its operator's.
pub(super) async fn account_of(
    context: &Context,
    tx: &mut Tx,
    groups: &GroupMap,
    grant: &Grant,
) -> Result<Account, ProviderError> {
    let link = tx.find_identity_link(&grant.identity).await?;
    let account = match link {
        Some(link) if link.is_disabled => return Err(Fault::AccountUnavailable.into()),
        Some(link) if !link.is_mapped => {
            let account = context.store.find_account(link.account_id).await?;
            account.ok_or(Fault::AccountUnavailable)?
        }
        _ => {
            let rule = groups.rule_for(&grant.groups).ok_or(Fault::IdentityUnknown)?;
            let account = mapped_account(groups, rule, &grant.identity);
            save_mapped(context, tx, &account, link.is_some(), &grant.identity).await?;
            account
        }
    };
    if crate::actions::account::may_act(context, &account) {
        Ok(account)
    } else {
        Err(Fault::AccountUnavailable.into())
    }
}

async fn save_mapped(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    is_linked: bool,
    identity: &ExternalIdentity,
) -> Result<(), ProviderError> {
    let present = if is_linked { context.store.find_account(account.id).await? } else { None };
    if present.as_ref() == Some(account) {
        return Ok(());
    }
    // An account that went when its organisation was revoked has no secrets any more, and gets none.
    let is_purged = tx.find_account_by_handle(&purged_handle(account.id)).await?.is_some();
    if is_purged || !is_linked && tx.find_account_by_handle(&account.handle).await?.is_some() {
        return Err(Fault::AccountUnavailable.into());
    }
    tx.save_account(account).await?;
    let now = context.now();
    if !is_linked {
        let link = IdentityLink { account_id: account.id, is_mapped: true, is_disabled: false };
        tx.insert_identity_link(identity, link, now).await?;
    }
    let action = if is_linked { AuditAction::AccountChanged } else { AuditAction::AccountAdded };
    tx.append_audit(&[event(action, now, None, account.id.to_string())]).await?;
    Ok(())
}

/// The account that a rule makes of an identity. Its handle tells nothing of the person.
fn mapped_account(groups: &GroupMap, rule: &GroupRule, identity: &ExternalIdentity) -> Account {
    let id = AccountId::derived(&identity.issuer, &identity.subject);
    let (source, project) = (groups.source.as_str(), rule.project.as_deref());
    let follows_cases = matches!(rule.role, Role::Caseworker | Role::PartnerAgent | Role::PartnerAdmin);
    let team_ids = match project {
        Some(project) if rule.teams.is_empty() && follows_cases => vec![own_team_id(source, project)],
        _ => rule.teams.iter().map(|team| team_id(source, team)).collect(),
    };
    let drawn: String = id.to_string().chars().skip(AccountId::PREFIX.len() + 1).take(10).collect();
    Account {
        id,
        handle: format!("oidc-{drawn}"),
        role: rule.role,
        organization_id: OrganizationId::derived(source, &rule.organization),
        project_id: project.map(|project| project_id(source, project)),
        team_ids,
        is_trained: rule.is_trained,
    }
}

/// The map of groups names something that is not there.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// What is not there.
    #[error("groups[{index}]: there is no {kind} with that key; import its source or apply its command file first")]
    Unknown {
        /// The position in the list, from 0.
        index: usize,
        /// What was looked for.
        kind: &'static str,
    },
    /// Police, border and detention bodies have no accounts (P-10).
    #[error("groups[{index}]: police, border and detention bodies never have an account")]
    Enforcement {
        /// The position in the list, from 0.
        index: usize,
    },
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

/// Holds a map of groups against what is there, so that a key that was mistyped is known before somebody
/// stands before a closed door.
pub async fn check_groups(context: &Context, groups: &GroupMap) -> Result<(), GroupError> {
    let nobody = ExternalIdentity { issuer: String::new(), subject: String::new() };
    for (index, rule) in groups.groups.iter().enumerate() {
        let account = mapped_account(groups, rule, &nobody);
        let unknown = |kind| GroupError::Unknown { index, kind };
        let snapshot = context.directory.snapshot();
        let organization = snapshot.organization(account.organization_id).ok_or(unknown("organization"))?;
        if !organization.may_receive_referrals() {
            return Err(GroupError::Enforcement { index });
        }
        let Some(project) = account.project_id else { continue };
        let found = context.store.find_project(project).await.map_err(ActionError::from)?;
        found.ok_or(unknown("project"))?;
        let teams = context.store.list_teams_in(project).await.map_err(ActionError::from)?;
        if account.team_ids.iter().any(|id| teams.iter().all(|team| team.id != *id)) {
            return Err(unknown("team"));
        }
    }
    Ok(())
}

/// Why nothing was linked or unlinked.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is no account with this handle.
    #[error("nobody has the handle `{0}`; see `relais user list`")]
    NobodyCalled(String),
    /// An identity has an issuer and a subject.
    #[error("an issuer and a subject of 1 to 255 characters are needed, as the provider spells them")]
    Identity,
    /// The identity opens an account already.
    #[error("this identity is linked already, to this account or to another one; unlink it first")]
    Taken,
    /// The identity does not open this account.
    #[error("this identity is not linked to this account")]
    NotLinked,
    /// Anything else.
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<StoreError> for LinkError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Lets an identity of the provider open an account.
pub async fn link(context: &Context, handle: &str, identity: &ExternalIdentity) -> Result<(), LinkError> {
    let is_usable = !identity.issuer.is_empty()
        && (1..=255).contains(&identity.subject.len())
        && !identity.subject.chars().any(char::is_control);
    if !is_usable {
        return Err(LinkError::Identity);
    }
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let account = called(tx, handle).await?;
            let link = IdentityLink { account_id: account.id, is_mapped: false, is_disabled: false };
            if !tx.insert_identity_link(identity, link, now).await? {
                return Err(LinkError::Taken);
            }
            Ok(tx.append_audit(&[event(AuditAction::IdentityLinked, now, None, account.id.to_string())]).await?)
        })
        .await
}

/// Has an identity open an account no longer; the sessions that it opened end with their next check, and what rests on them on shared
/// phones at once.
pub async fn unlink(context: &Context, handle: &str, identity: &ExternalIdentity) -> Result<(), LinkError> {
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let account = called(tx, handle).await?;
            if !tx.delete_identity_link(identity, account.id).await? {
                return Err(LinkError::NotLinked);
            }
            tx.delete_device_sign_ins_of(account.id).await?;
            tx.delete_sessions_by_pin(account.id, None).await?;
            Ok(tx.append_audit(&[event(AuditAction::IdentityUnlinked, now, None, account.id.to_string())]).await?)
        })
        .await
}

async fn called(tx: &mut Tx, handle: &str) -> Result<Account, LinkError> {
    let account = tx.find_account_by_handle(handle).await?;
    account.ok_or_else(|| LinkError::NobodyCalled(handle.chars().take(80).collect()))
}
