//! Who asks: from a bearer token to a viewer.

use super::{ActionError, Context};
use crate::clock::Chance;
use crate::domain::account::Team;
use crate::domain::sensitive::Sensitive;
use crate::policy::access::{Access, Viewer};
use sha2::{Digest, Sha256};

/// The prefix by which a scanner of leaked secrets knows a token.
const TOKEN_PREFIX: &str = "rls_";

/// The viewer of a bearer token. [`ActionError::Unauthenticated`] when there is a token and it opens
/// nothing: somebody who meant to sign in must not be taken for a stranger.
pub async fn viewer(context: &Context, bearer: Option<&Sensitive<String>>) -> Result<Viewer, ActionError> {
    let Some(token) = bearer else { return Ok(Viewer::Anonymous) };
    let account = context.store.find_account_by_token(&hash(token), context.now()).await?;
    account.map(Viewer::Staff).ok_or(ActionError::Unauthenticated)
}

/// The viewer's teams, by name.
pub async fn teams(context: &Context, access: &Access) -> Result<Vec<Team>, ActionError> {
    let account = access.account().ok_or(ActionError::Unauthenticated)?;
    Ok(context.store.list_teams_of(account.id).await?)
}

/// A fresh token of 256 bits; only its hash is ever stored.
pub(super) fn fresh_token(chance: &dyn Chance) -> Sensitive<String> {
    let secret = Sensitive::new(chance.key());
    format!("{TOKEN_PREFIX}{}", data_encoding::BASE64URL_NOPAD.encode(secret.expose())).into()
}

pub(super) fn hash(token: &Sensitive<String>) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(token.expose()))
}
