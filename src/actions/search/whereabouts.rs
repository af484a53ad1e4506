//! Where somebody looks from, before there is a search.

use super::input::{Origin, SearchServices};
use crate::actions::{ActionError, Context, directory};
use crate::domain::place::{AreaCode, Position};
use crate::policy::access::Access;
use crate::policy::rules::{Action, admit};

/// Places of the own organisation that are offered to look from: what fits on a small screen.
const MOST_OWN_PLACES: usize = 6;

/// Where somebody looks from.
#[derive(Clone, Debug, PartialEq)]
pub struct Whereabouts {
    /// The point, and the place's name where it was found by one.
    pub origin: Option<Origin>,
    /// The smallest area that holds the point, or the country of the viewer's project; `None` where neither is known.
    pub area: Option<AreaCode>,
}

/// A place of the viewer's own organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPlace {
    /// Its name, or that of its service.
    pub name: String,
    /// Where it is.
    pub position: Position,
}

/// The point and the area of a search, as far as they are known.
pub async fn whereabouts(
    context: &Context,
    access: &Access,
    input: &SearchServices,
) -> Result<Whereabouts, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let origin = input.origin(context)?;
    let geography = context.geography.snapshot();
    let around = origin.as_ref().and_then(|origin| geography.areas.area_of(origin.position)).map(|found| found.code);
    let area = match (around, access.account().and_then(|account| account.project_id)) {
        (None, Some(project)) => {
            let project = context.store.find_project(project).await?;
            project.and_then(|project| AreaCode::parse(&project.country).ok())
        }
        (around, _) => around,
    };
    Ok(Whereabouts { origin, area })
}

/// The places of the viewer's own organisation, each point once.
pub fn own_places(context: &Context, access: &Access) -> Result<Vec<OwnPlace>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let mut places: Vec<OwnPlace> = Vec::new();
    for view in directory::own_services(context, access) {
        for place in &view.service.places {
            let Some(position) = place.search_position() else { continue };
            if places.len() < MOST_OWN_PLACES && places.iter().all(|known| known.position != position) {
                places
                    .push(OwnPlace { name: place.name.clone().unwrap_or_else(|| view.service.name.clone()), position });
            }
        }
    }
    Ok(places)
}
