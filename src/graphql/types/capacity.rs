//! How many a service can take, and what was sent there since.

use crate::domain::directory::{CapacityPeriod, CapacityStatus, CapacityUnit, Teller};
use crate::domain::time::Timestamp;
use crate::graphql::error::Nullable;
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::policy::directory_view::ServiceView;
use crate::policy::visible::Visible;
use async_graphql::{ComplexObject, Context, SimpleObject};

/// How many a service can take.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Capacity {
    /// What the figure is worth now: unknown once it is stale.
    status: CapacityStatus,
    /// The status as it was told.
    status_told: CapacityStatus,
    /// In what it is counted; null when its source does not say.
    unit: Option<CapacityUnit>,
    /// How many are free, as told; null when not told.
    available: Option<u32>,
    /// How many there are in all; null when not told.
    maximum: Option<u32>,
    /// When it was told; null when nobody wrote it down.
    updated_at: Option<DateTime>,
    /// Over which time it is counted; null when not told.
    per: Option<CapacityPeriod>,
    /// How many days somebody who comes now waits, as told; null when not told.
    expected_wait_days: Option<u16>,
    /// Who told it, by what they are to the service; null when nobody wrote it down.
    told_by: Option<Teller>,
    /// What it is of.
    #[graphql(skip)]
    of: Visible<ServiceView>,
}

#[ComplexObject]
impl Capacity {
    /// How many referrals of the viewer's project the service has accepted since then, but those that came to nothing;
    /// null for whoever works in no project or reads none of its referrals, once the figure is stale, and where nobody
    /// wrote down when it was told.
    async fn accepted_since(&self, context: &Context<'_>) -> Nullable<usize> {
        let request = request(context);
        match request.accepted_lately().await {
            Ok(accepted) => accepted?.since_capacity(&self.of, request.now).map(Ok),
            Err(error) => Some(Err(error.into())),
        }
    }
}

impl Capacity {
    /// The capacity of a service as the viewer may know it, and what it is worth at `now`; `None` where none is told.
    pub fn of(view: &Visible<ServiceView>, now: Timestamp) -> Option<Self> {
        let capacity = view.service.capacity.as_ref()?;
        Some(Self {
            status: view.service.capacity_status_at(now),
            status_told: capacity.status,
            unit: capacity.unit,
            available: capacity.available,
            maximum: capacity.maximum,
            updated_at: capacity.updated_at_microseconds.map(|time| DateTime(Timestamp::from_microseconds(time))),
            per: capacity.per,
            expected_wait_days: capacity.expected_wait_days,
            told_by: capacity.told_by,
            of: view.clone(),
        })
    }
}
