//! What whoever follows referrals hears of them: that one has changed, never how.

use super::id::{OrganizationId, ReferralId};

/// A referral that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub referral: ReferralId,
    /// The organisation that it was sent to, where that one is told of the change; its own side always is.
    pub recipient: Option<OrganizationId>,
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A referral has changed.
    Changed(Changed),
    /// Nobody knows what has changed meanwhile: whoever follows something begins anew.
    Missed,
}
