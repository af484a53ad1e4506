//! API tokens: made, shown once, listed and revoked.

use super::session::event;
use super::{ActionError, Context};
use crate::domain::account::{Account, ApiToken, TokenScope};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::sensitive::Sensitive;
use crate::domain::sign_in::CredentialProblem;
use crate::identity::{digest, token};
use crate::policy::table::Table;
use crate::store::{StoreError, Tx};

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<TokenScope>,
    /// Days that it lives.
    pub days: i64,
}

/// A token just made: the text is shown once, and only its hash is stored.
#[derive(Clone)]
pub struct MadeToken {
    /// The text.
    pub text: Sensitive<String>,
    /// What is stored of it.
    pub token: ApiToken,
}

impl NewToken {
    /// One for everything that the account's role may use, for as long as a token may live.
    pub(super) fn of_everything(table: &Table, account: &Account, name: &str) -> Self {
        Self { name: name.to_owned(), scopes: table.token_scopes(account.role), days: ApiToken::MOST_DAYS }
    }

    /// Checks it against its owner's role.
    pub(super) fn checked(&self, table: &Table, account: &Account) -> Result<(), CredentialProblem> {
        let name = self.name.trim();
        let is_name = !name.is_empty()
            && name.chars().count() <= ApiToken::NAME_CHARACTERS
            && !name.chars().any(char::is_control);
        let allowed = table.token_scopes(account.role);
        if !is_name {
            Err(CredentialProblem::TokenName)
        } else if self.scopes.is_empty() || self.scopes.iter().any(|scope| !allowed.contains(scope)) {
            Err(CredentialProblem::TokenScopes)
        } else if !(1..=ApiToken::MOST_DAYS).contains(&self.days) {
            Err(CredentialProblem::TokenDays)
        } else {
            Ok(())
        }
    }
}

/// Makes a checked token, as part of a greater act. The caller has made sure that there is room for it.
pub(super) async fn make_within(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    new: &NewToken,
) -> Result<MadeToken, StoreError> {
    let mut bytes = [0; token::BYTES];
    context.chance.fill(&mut bytes);
    let text = Sensitive::new(token::spelled(&bytes));
    let created_at = context.now();
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let made = ApiToken {
        id: token::id_of(text.expose()).expect("a token just spelled is well formed").to_owned(),
        account_id: account.id,
        name: new.name.trim().to_owned(),
        scopes,
        created_at,
        expires_at: created_at.plus_days(new.days),
        last_used_on: None,
    };
    tx.insert_token(&digest(text.expose()), &made).await?;
    Ok(MadeToken { text, token: made })
}

/// Makes room for one more token by revoking the oldest: for tokens that are renewed by a command file, whose
/// reader gets the new ones.
pub(super) async fn make_room_within(context: &Context, tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    let live = tx.list_live_tokens(account.id, context.now()).await?;
    for token in live.iter().take((live.len() + 1).saturating_sub(ApiToken::MOST_PER_ACCOUNT)) {
        tx.delete_token(&token.id).await?;
    }
    Ok(())
}

/// Whether the account may have one more token.
pub(super) async fn has_room_within(context: &Context, tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    Ok(tx.list_live_tokens(account.id, context.now()).await?.len() < ApiToken::MOST_PER_ACCOUNT)
}

/// Makes a token for its owner, or for an operator where `actor` is nobody; gives it with its event.
pub(super) async fn issue_within<E>(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    new: &NewToken,
    actor: Option<&Account>,
) -> Result<MadeToken, E>
where
    E: From<StoreError> + From<CredentialProblem>,
{
    new.checked(context.table, account)?;
    if tx.is_mapped_account(account.id).await? {
        return Err(CredentialProblem::TokenOfProvider.into());
    }
    if !has_room_within(context, tx, account).await? {
        return Err(CredentialProblem::TokenCount.into());
    }
    let made = make_within(context, tx, account, new).await?;
    tx.append_audit(&[issued(context, actor, &made.token)]).await?;
    Ok(made)
}

/// Revokes a token of an account, or of any account where `owner` is nobody.
pub(super) async fn revoke(context: &Context, owner: Option<&Account>, id: &str) -> Result<(), ActionError> {
    let live = context.store.list_tokens(owner.map(|account| account.id), context.now()).await?;
    if live.iter().all(|token| token.id != id) {
        return Err(ActionError::NotVisible);
    }
    context
        .store
        .write(async |tx| {
            tx.delete_token(id).await?;
            let revoked = event(AuditAction::TokenRevoked, context.now(), owner, format!("rls_{id}"));
            Ok(tx.append_audit(&[revoked]).await?)
        })
        .await
}

fn issued(context: &Context, actor: Option<&Account>, token: &ApiToken) -> AuditEvent {
    let fields = token.scopes.iter().map(|scope| crate::domain::code::CodeList::code(*scope)).collect();
    let object = format!("rls_{}", token.id);
    AuditEvent { fields, ..event(AuditAction::TokenIssued, context.now(), actor, object) }
}
