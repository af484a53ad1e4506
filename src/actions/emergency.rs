//! Emergencies: what is answered while everything else is told to come back.

use super::{ActionError, Context};
use crate::domain::id::ReferralId;
use crate::domain::referral::Urgency;
use crate::policy::access::Access;

/// Whether the referral is an emergency within the viewer's reach. What is not there, or not for this viewer,
/// is none: a reserved place is no way to find out.
pub async fn is_emergency(context: &Context, access: &Access, id: ReferralId) -> Result<bool, ActionError> {
    let referral = context.store.find_referral(&access.scope(), id).await?;
    Ok(referral.is_some_and(|referral| referral.urgency == Urgency::Emergency))
}
