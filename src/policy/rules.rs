//! May this viewer do this? Asked by every action before anything else.

use super::access::Access;
use super::table::ActFacts;
use crate::domain::account::Account;

pub use super::table::{Action, Denied};

/// The account that may do this, or why nobody here may.
pub fn permit(access: &Access, action: Action) -> Result<&Account, Denied> {
    admit(access, action)?;
    access.account().ok_or(Denied::Unauthenticated)
}

/// The account that may do one of these, or why it may not do the first: which of them it is, is known once the object is
/// found.
pub fn permit_any<'a>(access: &'a Access, actions: &[Action]) -> Result<&'a Account, Denied> {
    let mut denied = Denied::Unauthenticated;
    for action in actions.iter().rev() {
        match permit(access, *action) {
            Ok(account) => return Ok(account),
            Err(why) => denied = why,
        }
    }
    Err(denied)
}

/// Whether the viewer may do this, signed in or not.
pub fn admit(access: &Access, action: Action) -> Result<(), Denied> {
    let account = access.account();
    let facts = ActFacts {
        role: account.map(|account| account.role),
        has_project: account.is_some_and(|account| account.project_id.is_some()),
        token_scopes: access.token_scopes(),
        is_by_link: access.confinement().is_some(),
    };
    access.table().permit(action, &facts)
}
