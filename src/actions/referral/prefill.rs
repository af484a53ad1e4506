//! What there is to say to a person before she agrees: what each service would be told, what is known to follow from it, and
//! whether the request leaves what protects data. Nothing is decided here: sending looks at all of it anew.

use crate::actions::input::ProfileInput;
use crate::actions::{ActionError, Context, directory};
use crate::domain::consent::{ConsentField, country_of, leaves_protection};
use crate::domain::directory::{CapacityStatus, KnownConsequence};
use crate::domain::disclosure::Offer;
use crate::domain::id::ServiceId;
use crate::domain::need::Need;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// What there is to say of one service.
pub struct Prefill {
    /// Which of the services named it is, counted from 0.
    pub number: usize,
    /// The service.
    pub service: Visible<ServiceView>,
    /// What of the person its offer would tell.
    pub told: Vec<ConsentField>,
    /// What is known to follow from turning to it.
    pub consequences: Vec<KnownConsequence>,
    /// Whether the request goes to where data are protected less.
    pub leaves_protection: bool,
    /// Whether it is full, or nobody has told lately.
    pub capacity_in_doubt: bool,
}

/// What there is to say of each of these services to this person, in their order; those that are not there for the viewer
/// are left out.
pub async fn prefill(
    context: &Context,
    access: &Access,
    (need, profile): (Need, &ProfileInput),
    services: &[ServiceId],
) -> Result<Vec<Prefill>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let profile = profile.clone().into_profile()?;
    let project = match account.project_id {
        Some(project) => context.store.find_project(project).await?,
        None => None,
    };
    let country = project.map(|project| project.country).unwrap_or_default();
    let now = context.now();
    let known = services.iter().enumerate();
    let known = known.filter_map(|(number, id)| Some((number, directory::kept_service(context, access, *id).ok()?)));
    Ok(known
        .map(|(number, view)| {
            let service = &view.service;
            let capacity = service.capacity_status_at(now);
            Prefill {
                number,
                told: Offer::of(&profile, &service.eligibility).fields(),
                consequences: service.known_consequences.into(),
                leaves_protection: leaves_protection(&country, country_of(service, None), need),
                capacity_in_doubt: matches!(capacity, CapacityStatus::Full | CapacityStatus::Unknown),
                service: view,
            }
        })
        .collect())
}
