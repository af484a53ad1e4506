//! What happened to a referral, line by line.

use super::codes::Attestation;
use crate::domain::id::{AccountId, OrganizationId, ReferralId};
use crate::domain::lifecycle::{Event, Party};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

/// One line of a timeline.
#[derive(Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The referral.
    pub referral_id: ReferralId,
    /// The version that the change made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// On whose behalf.
    pub party: Party,
    /// Who did it; nobody where a clock ran out or another act closed it.
    pub actor_id: Option<AccountId>,
    /// The actor's organisation.
    pub organization_id: Option<OrganizationId>,
    /// Who says so, where it is something that somebody says.
    pub attested_by: Option<Attestation>,
    /// The code that belongs to it.
    pub code: Option<String>,
}

hidden_debug!(TimelineEntry);
