//! What the recipient of a referral was told of it, as the sender may know it: whether it got there.

use super::ReferralFacts;
use crate::domain::delivery::Told;
use crate::policy::looking::Looking;

/// What the schema promises of a delivery.
const PROMISED: [&str; 6] =
    ["Delivery.channel", "Delivery.kind", "Delivery.status", "Delivery.attempts", "Delivery.result", "Delivery.at"];

pub(super) fn told(facts: &ReferralFacts<'_>, look: &Looking) -> Vec<Told> {
    let is_told = look.sees_all(&PROMISED);
    facts.told.iter().filter(|_| is_told).map(|(_, told)| *told).collect()
}
