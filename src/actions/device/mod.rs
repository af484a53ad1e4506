//! Phones that a team shares: enrolled and revoked by who leads the team's project or keeps its organisation's systems, and
//! taken over from each other by PIN by those who have signed in fully on them that day.
//!
//! Invariants: of a phone's code and secret only the SHA-256 is stored; a phone alone opens nothing; one session at a time counts
//! on it; at severe risk none is enrolled, and no PIN opens or keeps a session.

mod keeping;
mod pin;
mod using;

pub use self::keeping::{EnrolledDevice, enrol, find, list, list_all, revoke, revoke_by_operator};
pub use self::pin::{set_pin, standing_of_pin};
pub use self::using::{Here, PersonHere, lock, of_cookie, open, people_here, switch};

use super::{ActionError, Context};
use crate::domain::account::{Account, RiskProfile};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::device::SharedDevice;
use crate::domain::time::Timestamp;

/// Whether nobody shares this phone, because a leak could have people arrested or attacked.
async fn is_at_severe_risk(context: &Context, shared: &SharedDevice) -> Result<bool, ActionError> {
    let (project, organization) = (shared.team.project_id, shared.organization_id);
    Ok(context.store.find_risk_around(Some(project), organization).await? == RiskProfile::Severe)
}

/// The event of an act on a phone, in the trail of its team's project.
fn event_of(shared: &SharedDevice, now: Timestamp, action: AuditAction, actor: Option<&Account>) -> AuditEvent {
    AuditEvent {
        project_id: Some(shared.team.project_id),
        organization_id: Some(shared.organization_id),
        ..super::session::event(action, now, actor, shared.device.id.to_string())
    }
}
