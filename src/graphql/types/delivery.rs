//! What the recipient of a referral was told of it.

use super::super::scalars::DateTime;
use crate::domain::delivery::{AttemptResult, DeliveryChannel, DeliveryKind, DeliveryStatus, Told};
use async_graphql::{Description, Object};

/// Something that the recipient of a referral was told, or is to be: whether it got there.
#[derive(Description)]
pub struct Delivery(pub Told);

#[Object(use_type_description)]
impl Delivery {
    /// By which way.
    async fn channel(&self) -> DeliveryChannel {
        self.0.channel
    }

    /// What it says; nothing of the referral's content is in it.
    async fn kind(&self) -> DeliveryKind {
        self.0.kind
    }

    /// How far it is.
    async fn status(&self) -> DeliveryStatus {
        self.0.status
    }

    /// How often it was tried.
    async fn attempts(&self) -> i64 {
        self.0.attempts
    }

    /// What came of the last attempt; null before the first.
    async fn result(&self) -> Option<AttemptResult> {
        self.0.result
    }

    /// When it was tried last; before, when it was listed.
    async fn at(&self) -> DateTime {
        DateTime(self.0.at)
    }
}
