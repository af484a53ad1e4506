//! Shared phones.

use crate::actions::device;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::device::{Device, DeviceCode};
use crate::graphql::user_errors::{DeviceEnrolError, DeviceRevokeError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct DeviceMutations;

#[Object]
impl DeviceMutations {
    /// Enrols a phone that a team shares; a team has at most ten. Its code is in the answer and is never shown again: it is typed at
    /// `/phone` on the phone, within 15 minutes. After 90 days the phone is enrolled anew. Refused at severe risk.
    async fn device_enrol(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which team, and what it calls the phone.")] input: DeviceEnrolInput,
    ) -> Result<DeviceEnrolPayload, ApiError> {
        let request = request(context);
        let team = parse_id(&input.team_id)?;
        let enrolled = device::enrol(&request.context, &request.access, team, &input.name).await;
        let (enrolled, errors) = settle(enrolled, request.language)?;
        let (device, code) = enrolled.map(|enrolled| (enrolled.device, enrolled.code)).unzip();
        Ok(DeviceEnrolPayload { device: device.map(Device), code: code.flatten().map(DeviceCode), errors })
    }

    /// Ends a shared phone at once, such as a lost one: every session on it is over, and it opens nothing any more. What was revoked
    /// stays so.
    async fn device_revoke(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which phone is meant.")] input: DeviceRevokeInput,
    ) -> Result<DeviceRevokePayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.device_id)?;
        let revoked = device::revoke(&request.context, &request.access, id).await;
        let (device, errors) = settle(revoked, request.language)?;
        Ok(DeviceRevokePayload { device: device.map(Device), errors })
    }
}

/// What enrolling a phone takes.
#[derive(InputObject)]
pub struct DeviceEnrolInput {
    /// The team that shares it, an id beginning with `tea_`.
    team_id: ID,
    /// What the team calls it: 1 to 40 characters, and no name of a person.
    name: String,
}

/// What revoking a phone takes.
#[derive(InputObject)]
pub struct DeviceRevokeInput {
    /// The phone, an id beginning with `dev_`.
    device_id: ID,
}

/// The phone with its code, or why there is none.
#[derive(SimpleObject)]
pub struct DeviceEnrolPayload {
    /// The phone; null when it was not enrolled.
    device: Option<Device>,
    /// What is typed on it; null when it was not enrolled.
    code: Option<DeviceCode>,
    /// Why it was not enrolled.
    errors: Vec<DeviceEnrolError>,
}

payloads! {
    /// The phone as it is now, or why it was not revoked.
    DeviceRevokePayload { device: Device, DeviceRevokeError }
}
