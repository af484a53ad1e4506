//! What one request carries into the resolvers.

use crate::actions::accepted::{AcceptedLately, accepted_lately};
use crate::actions::{ActionError, Context as ActionContext};
use crate::domain::time::Timestamp;
use crate::i18n::Language;
use crate::policy::access::Access;
use async_graphql::Context;
use std::sync::Arc;
use tokio::sync::OnceCell;

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
    /// What was accepted of the viewer's project lately, once somebody has asked for it.
    pub accepted: Arc<OnceCell<Option<AcceptedLately>>>,
}

impl RequestContext {
    /// What was accepted of the viewer's project lately: read once, however many services are asked about it, and not
    /// at all where nobody asks.
    pub async fn accepted_lately(&self) -> Result<Option<&AcceptedLately>, ActionError> {
        let read = || accepted_lately(&self.context, &self.access);
        self.accepted.get_or_try_init(read).await.map(Option::as_ref)
    }
}

/// The request that a resolver serves.
pub fn request<'a>(context: &Context<'a>) -> &'a RequestContext {
    context.data_unchecked()
}
