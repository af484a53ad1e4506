//! Following referrals while they change. What is heard tells that something has changed; whether the viewer may read it,
//! and what of it, is asked anew each time.

use super::{ActionError, Context};
use crate::domain::id::ReferralId;
use crate::domain::news::{Changed, News};
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use crate::store::Following;

/// What somebody follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// One referral.
    Referral(ReferralId),
    /// Everything that the viewer's organisation receives.
    Inbox,
}

/// An ear for changes, from when it was made.
pub struct Changes(Following);

impl Changes {
    /// The next news since the last time.
    pub async fn next(&mut self) -> News {
        self.0.next().await
    }
}

/// Listens from now on.
pub fn changes(context: &Context) -> Changes {
    Changes(context.store.follow_changes())
}

/// Whether a change can be one that this viewer is told of. It keeps from asking in vain, and from telling a recipient by
/// the hour of an empty message that the other side has done something.
pub fn concerns(access: &Access, followed: Followed, changed: &Changed) -> bool {
    let recipient = access.account().map(|account| account.organization_id);
    let is_told = recipient.is_some() && changed.recipient == recipient;
    match followed {
        Followed::Inbox => is_told,
        Followed::Referral(id) => changed.referral == id && (is_told || access.is_of_sending_side()),
    }
}

/// Whether what is followed is within the viewer's reach, now. It is asked each second, so it is one statement: what of the
/// referral may be told is decided in full before each event.
pub async fn may_follow(context: &Context, access: &Access, followed: Followed) -> Result<bool, ActionError> {
    if permit(access, Action::ReadReferral).is_err() {
        return Ok(false);
    }
    match followed {
        Followed::Referral(id) => Ok(context.store.find_referral(&access.scope(), id).await?.is_some()),
        Followed::Inbox => Ok(true),
    }
}
