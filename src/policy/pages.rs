//! Who may open which page, and the class of what stands on it.
//!
//! Invariant: a page without a row is not shown to anybody, and a test walks the routes. What a page tells of
//! cases or referrals it takes from the views of this room, like the API; here stand what is of the viewer's
//! own account only.

use super::classes::Class;
use super::classes::Class::{Internal, Public};
use crate::domain::code::code_list;

code_list! {
    /// Who may open a page.
    Audience {
        Anybody = "anybody": "whoever comes",
        Unfinished = "unfinished": "who has given a password or an enrolment code and owes the second factor",
        SignedIn = "signed_in": "who is signed in, of any role, for the own account",
    }
}

/// Who may open the page of a route; `None` where nobody may, because there is no row.
pub fn audience_of(route: &str) -> Option<Audience> {
    PAGES.iter().find(|(name, _)| name.strip_prefix("page:") == Some(route)).map(|(_, audience)| *audience)
}

/// Every page, by its route.
pub const PAGES: &[(&str, Audience)] = &[
    ("page:/account", Audience::SignedIn),
    ("page:/account/language", Audience::SignedIn),
    ("page:/account/password", Audience::SignedIn),
    ("page:/account/recovery-codes", Audience::SignedIn),
    ("page:/account/second-factor", Audience::SignedIn),
    ("page:/account/second-factor/new", Audience::SignedIn),
    ("page:/account/sessions/end", Audience::SignedIn),
    ("page:/account/tokens", Audience::SignedIn),
    ("page:/account/tokens/revoke", Audience::SignedIn),
    ("page:/confirm", Audience::SignedIn),
    ("page:/enrol", Audience::Anybody),
    ("page:/enrol/second-factor", Audience::Unfinished),
    ("page:/enrol/skip", Audience::Unfinished),
    ("page:/sign-in", Audience::Anybody),
    ("page:/sign-in/code", Audience::Unfinished),
    ("page:/sign-in/oidc", Audience::Anybody),
    ("page:/sign-in/oidc/callback", Audience::Anybody),
    ("page:/sign-out", Audience::Anybody),
];

/// What pages tell of the viewer's own account.
pub const PAGE_FIELDS: &[(&str, Class)] = &[
    ("page:/account.handle", Internal),
    ("page:/account.organization", Public),
    ("page:/account.recoveryCodesLeft", Internal),
    ("page:/account.role", Internal),
    ("page:/account.sessions", Internal),
    ("page:/account.teams", Internal),
    ("page:/account.tokens", Internal),
    ("page:/account/recovery-codes.codes", Internal),
    ("page:/account/second-factor.key", Internal),
    ("page:/account/tokens.token", Internal),
    ("page:/enrol/second-factor.key", Internal),
];
