//! What services have accepted of the viewer's project lately, to be told beside their capacity.

use super::{ActionError, Context};
use crate::domain::directory::Capacity;
use crate::domain::id::ServiceId;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::{Action, permit};

/// When services accepted referrals of one project, as long ago as a capacity can be worth anything. A referral that
/// came to nothing is left out: it takes no place.
pub struct AcceptedLately {
    accepted: Vec<(ServiceId, Timestamp)>,
}

/// What was accepted of the viewer's project, for all services by one statement; `None` for whoever works in no project or
/// reads none of its referrals.
pub async fn accepted_lately(context: &Context, access: &Access) -> Result<Option<AcceptedLately>, ActionError> {
    let is_reader = permit(access, Action::ReadReferral).is_ok_and(|account| account.project_id.is_some());
    if !is_reader {
        return Ok(None);
    }
    let after = context.now().plus_hours(-Capacity::LONGEST_HOURS);
    let rows = context.store.list_accepted(&access.scope(), after).await?;
    let standing = rows.into_iter().filter(|(_, _, status)| status.takes_a_place());
    Ok(Some(AcceptedLately { accepted: standing.map(|(service, at, _)| (service, at)).collect() }))
}

impl AcceptedLately {
    /// How many the service has accepted since its capacity was told; `None` where that capacity is worth nothing at
    /// `now`, or the viewer is not told.
    pub fn since_capacity(&self, view: &ServiceView, now: Timestamp) -> Option<usize> {
        let capacity = view.service.capacity_worth_telling(now).filter(|_| view.tells_accepted)?;
        let by_it = self.accepted.iter().filter(|(service, _)| *service == view.service.id);
        capacity.count_since(by_it.map(|(_, at)| *at), now)
    }
}
