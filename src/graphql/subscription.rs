//! What can be followed. A stream holds no right: for each change the operation is run anew, as a request of its own, and
//! what stands here gives the one object that has changed, as the viewer may read it at that moment.

use super::error::{ApiError, parse_id};
use super::request::request;
use super::types::referral::Referral;
use crate::actions::following::{Followed, may_follow};
use crate::actions::{ActionError, referral};
use crate::domain::id::ReferralId;
use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::{Context, ID, Subscription as Streams};
use std::sync::{Arc, OnceLock};

/// Why a subscription is run: because it begins, or because a referral has changed; and what it turns out to follow.
#[derive(Clone, Default)]
pub struct Occasion {
    /// What has changed; nothing yet where the subscription begins.
    pub changed: Option<ReferralId>,
    followed: Arc<OnceLock<Followed>>,
}

impl Occasion {
    /// The occasion of a change.
    pub fn of(changed: ReferralId) -> Self {
        Self { changed: Some(changed), followed: Arc::default() }
    }

    /// What the operation follows, once it was run.
    pub fn followed(&self) -> Option<Followed> {
        self.followed.get().copied()
    }
}

/// The root of what can be followed.
#[derive(Default)]
pub struct Subscription;

/// What can be followed, at `/graphql/ws` by the `graphql-transport-ws` protocol.
#[Streams]
impl Subscription {
    /// The referral with this id: at once, and again after each step, each message, each of its readings by the recipient and
    /// each delivery that the viewer is told of. What else changes comes with the next of these. It ends when the viewer may
    /// not read the referral any more.
    async fn referral_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "An id beginning with `ref_`.")] id: ID,
    ) -> Result<impl Stream<Item = Referral> + use<>, ApiError> {
        let request = request(context);
        let id = parse_id(&id)?;
        note(context, Followed::Referral(id));
        let found = referral::find(&request.context, &request.access, id).await?;
        Ok(stream::iter([Referral::from(found)]))
    }

    /// Each referral of the viewer's `inbox` that comes, or in which a step is taken or a message written, from now on. Subscribe
    /// first, then read the inbox over the same connection: what comes in between is told twice rather than never.
    async fn inbox_changed(&self, context: &Context<'_>) -> Result<impl Stream<Item = Referral> + use<>, ApiError> {
        let request = request(context);
        note(context, Followed::Inbox);
        if !may_follow(&request.context, &request.access, Followed::Inbox).await? {
            return Err(ActionError::Forbidden.into());
        }
        let changed = match context.data_unchecked::<Occasion>().changed {
            None => None,
            Some(id) => match referral::find(&request.context, &request.access, id).await {
                Ok(found) => Some(Referral::from(found)),
                Err(ActionError::NotVisible) => None,
                Err(error) => return Err(error.into()),
            },
        };
        Ok(stream::iter(changed))
    }
}

/// A subscription has one field at its root, so this is written once.
fn note(context: &Context<'_>, followed: Followed) {
    let _ = context.data_unchecked::<Occasion>().followed.set(followed);
}
