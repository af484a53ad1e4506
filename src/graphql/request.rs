//! What one request carries into the resolvers.

use crate::actions::Context as ActionContext;
use crate::domain::time::Timestamp;
use crate::i18n::Language;
use crate::policy::access::Access;
use async_graphql::Context;

/// One request: made when it comes, dropped when it is answered, shared with no other.
#[derive(Clone)]
pub struct RequestContext {
    /// What the actions work with.
    pub context: ActionContext,
    /// Who asks.
    pub access: Access,
    /// In which language.
    pub language: Language,
    /// When it came: the same instant for every field of the answer.
    pub now: Timestamp,
    /// True where each key at the root is asked for once, so that no two answers have to be joined: then a page may be
    /// written as text.
    pub writes_pages: bool,
}

/// The request that a resolver serves.
pub fn request<'a>(context: &Context<'a>) -> &'a RequestContext {
    context.data_unchecked()
}
