//! Incidents.

use crate::domain::incident::IncidentResolution;
use crate::graphql::scalars::DateTime;
use crate::policy::incident_view::IncidentView;
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object};

/// That a referral ended with harm, and what came of looking into it. What happened is told outside of Relais. The
/// case's team and whoever leads the project see it; the recipient never does.
#[derive(Description)]
pub struct Incident(pub Visible<IncidentView>);

#[Object(use_type_description)]
impl Incident {
    /// Identifier, beginning with `inc_`.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The referral that ended with harm, an id beginning with `ref_`.
    async fn referral_id(&self) -> ID {
        (*self.0.tell(&self.0.referral_id)).into()
    }

    /// When it was opened: with the outcome.
    async fn opened_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.opened_at))
    }

    /// When it was closed; null while somebody has to look into it.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.reveal(&self.0.closed_at).map(|time| DateTime(*time))
    }

    /// What came of it; null while it is open.
    async fn resolution(&self) -> Option<IncidentResolution> {
        self.0.reveal(&self.0.resolution).copied()
    }
}
