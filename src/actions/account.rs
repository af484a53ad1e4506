//! Who asks: from a bearer token to the access of one request.

use super::{ActionError, Context};
use crate::domain::account::{Account, Team};
use crate::domain::sensitive::Sensitive;
use crate::identity::{digest, token};
use crate::policy::access::{Access, Viewer};

/// The access of whoever holds a bearer token, narrowed to what the token may be used for.
/// [`ActionError::Unauthenticated`] when there is a token and it opens nothing: somebody who meant to sign in
/// must not be taken for a stranger. Account, role and scopes are read anew each time.
pub async fn access(context: &Context, bearer: Option<&Sensitive<String>>) -> Result<Access, ActionError> {
    let Some(text) = bearer.map(Sensitive::expose) else { return Ok(Access::new(Viewer::Anonymous, context.table)) };
    // What cannot be a token of ours is refused without asking the database.
    if token::id_of(text).is_none() {
        return Err(ActionError::Unauthenticated);
    }
    let now = context.now();
    let token = context.store.find_token(&digest(text), now).await?.ok_or(ActionError::Unauthenticated)?;
    let account = context.store.find_account(token.account_id).await?;
    let account = account.filter(|account| may_act(context, account)).ok_or(ActionError::Unauthenticated)?;
    if token.last_used_on != Some(now.date()) {
        context.store.write(async |tx| tx.save_token_use(&token.id, now.date()).await).await?;
    }
    // The role may have changed since the token was made: each act asks for both.
    Ok(Access::new(Viewer::Staff(account), context.table).narrowed_to(token.scopes))
}

/// Whether the organisation of an account may have one at all: police, border and detention bodies never do
/// (P-10), also when the directory learnt only later what they are.
pub(super) fn may_act(context: &Context, account: &Account) -> bool {
    let organization = context.directory.snapshot().organization(account.organization_id);
    organization.is_none_or(|organization| organization.may_receive_referrals())
}

/// The viewer's teams, by name.
pub async fn teams(context: &Context, access: &Access) -> Result<Vec<Team>, ActionError> {
    let account = access.account().ok_or(ActionError::Unauthenticated)?;
    Ok(context.store.list_teams_of(account.id).await?)
}
